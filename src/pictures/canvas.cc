#include "pictures/canvas.h"

#include <fmt/format.h>

#include <algorithm>

#include "pictures/cloth.h"

namespace ff::pictures {
namespace {

/// A small piece on the body (a pocket, a flap) lies in the body's light: how dark it is where it lies.
double shade_at(double x) {
  const double at = (x - (kAxis - 150)) / 300;
  if (at < 0.5) return 0;
  return at < 0.72 ? (at - 0.5) * 0.27 : 0.06 + std::min(at - 0.72, 0.28) * 0.6;
}

}  // namespace

std::string Canvas::id() {
  std::string out;
  int n = next_++;
  do {
    out += static_cast<char>('a' + n % 26);
    n /= 26;
  } while (n > 0);
  return out;
}

std::string Canvas::shared(const std::string& key, std::string_view markup) {
  const auto [at, fresh] = shared_.try_emplace(key);
  if (fresh) {
    const std::string name = id();
    at->second = "url(#" + name + ")";
    std::string text(markup);
    const std::size_t hole = text.find("{id}");
    text.replace(hole, 4, name);
    define(text);
  }
  return at->second;
}

std::string Canvas::blur(double deviation) {
  return shared(fmt::format("blur{}", number(deviation)),
                fmt::format(R"(<filter id="{{id}}" x="-50%" y="-50%" width="200%" height="200%">)"
                            R"(<feGaussianBlur stdDeviation="{}"/></filter>)",
                            number(deviation)));
}

std::string Canvas::roundness() {
  return shared(
      "roundness",
      R"(<linearGradient id="{id}" x2="1" y2=".22"><stop stop-color="#14121c" stop-opacity=".12"/>)"
      R"(<stop offset=".22" stop-color="#fff" stop-opacity=".15"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/>)"
      R"(<stop offset=".72" stop-color="#14121c" stop-opacity=".06"/>)"
      R"(<stop offset="1" stop-color="#14121c" stop-opacity=".27"/></linearGradient>)");
}

std::string Canvas::sheen() {
  return shared(
      "sheen",
      R"(<linearGradient id="{id}" x2="1" y2=".35"><stop stop-color="#000" stop-opacity=".12"/>)"
      R"(<stop offset=".2" stop-color="#fff" stop-opacity=".28"/><stop offset=".36" stop-color="#fff" stop-opacity="0"/>)"
      R"(<stop offset=".6" stop-color="#000" stop-opacity=".1"/><stop offset=".74" stop-color="#fff" stop-opacity=".14"/>)"
      R"(<stop offset="1" stop-color="#000" stop-opacity=".26"/></linearGradient>)");
}

std::string Sketch::piece(const Path& outline, const Cloth& cloth, double angle, double shading) {
  std::string name = canvas_.id();
  canvas_.define(fmt::format(R"(<path id="{}" d="{}"/>)", name, outline.d()));
  const auto use = [&](std::string_view attributes) {
    markup_ += fmt::format(R"(<use href="#{}" {}/>)", name, attributes);
  };
  use(fmt::format(R"(fill="{}")", cloth.paint(canvas_, angle)));
  if (const std::string texture = cloth.texture(canvas_, angle); !texture.empty()) {
    use(fmt::format(R"(fill="{}")", texture));
  }
  if (shading > 0) {
    const std::string light = cloth.glossy() ? canvas_.sheen() : canvas_.roundness();
    use(shading == 1 ? fmt::format(R"(fill="{}")", light)
                     : fmt::format(R"(fill="{}" opacity="{:.2f}")", light, shading));
  }
  if (shading > 0 && shading <= 0.4) {
    if (const double shade = shade_at(outline.middle().x); shade > 0.01) {
      use(fmt::format(R"(fill="#14121c" opacity="{:.2f}")", shade));
    }
  }
  use(fmt::format(R"(fill="none" stroke="{}" stroke-opacity=".7" stroke-linejoin="round")",
                  cloth.tones().line.hex()));
  return name;
}

void Sketch::inside(const std::string& id, std::string_view markup) {
  const std::string clip =
      canvas_.shared("clip" + id, fmt::format(R"(<clipPath id="{{id}}"><use href="#{}"/></clipPath>)", id));
  markup_ += fmt::format(R"(<g clip-path="{}">{}</g>)", clip, markup);
}

void Sketch::folds(const std::string& id, const std::vector<Fold>& folds, double blur) {
  std::string shade, light;
  for (const Fold& f : folds) {
    const std::string d = leaf(f.from, f.bend, f.to, f.width).d();
    auto& group = f.depth < 0 ? light : shade;
    group += fmt::format(R"(<path d="{}" opacity="{:.2f}"/>)", d, f.depth < 0 ? -f.depth : f.depth);
  }
  std::string all;
  if (!shade.empty()) all += fmt::format(R"(<g fill="#15121d">{}</g>)", shade);
  if (!light.empty()) all += fmt::format(R"(<g fill="#fffaf0">{}</g>)", light);
  inside(id, fmt::format(R"(<g filter="{}">{}</g>)", canvas_.blur(blur), all));
}

void Sketch::fill(const Path& outline, std::string_view paint, double opacity) {
  markup_ += fmt::format(R"(<path d="{}" fill="{}")", outline.d(), paint);
  if (opacity < 1) markup_ += fmt::format(R"( opacity="{:.2f}")", opacity);
  markup_ += "/>";
}

void Sketch::stroke(const Path& path, std::string_view paint, double width, double opacity) {
  markup_ += fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round")",
                         path.d(), paint, number(width));
  if (opacity < 1) markup_ += fmt::format(R"( opacity="{:.2f}")", opacity);
  markup_ += "/>";
}

void Sketch::seam(const Path& path, const Cloth& cloth, double width) {
  stroke(path, cloth.tones().line.hex(), width, 0.62);
}

void Sketch::stitch(const Path& path, const Cloth& cloth) {
  markup_ += fmt::format(
      R"(<path d="{}" fill="none" stroke="{}" stroke-width=".9" stroke-dasharray="3.2 2" opacity=".8"/>)",
      path.d(), cloth.thread().hex());
}

void Sketch::button(double x, double y, double radius, Rgb colour) {
  const Tones t = pictures::tones(colour);
  const double hole = radius * 0.28;
  markup_ += fmt::format(R"(<circle cx="{}" cy="{}" r="{}" fill="#15121d" opacity=".3"/>)", number(x + 0.8),
                         number(y + 1.2), number(radius));
  markup_ += fmt::format(R"(<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width=".7"/>)",
                         number(x), number(y), number(radius), colour.hex(), t.line.hex());
  markup_ += fmt::format(
      R"(<path d="M{} {}h.1m{} 0h.1m0 {}h.1m{} 0h.1" stroke="{}" stroke-width="{}" stroke-linecap="round"/>)",
      number(x - hole), number(y - hole), number(2 * hole), number(2 * hole), number(-2 * hole), t.line.hex(),
      number(radius * 0.26));
}

}  // namespace ff::pictures
