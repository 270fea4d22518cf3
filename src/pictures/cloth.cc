#include "pictures/cloth.h"

#include <fmt/format.h>

namespace ff::pictures {
namespace {

/// One repeat of a texture or pattern, in user units, with x = 0 on the garment's axis.
struct Tile {
  double width = 0, height = 0;
  std::string markup;
};

std::string line(std::string_view d, std::string_view colour, double width, double opacity) {
  return fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-opacity="{:.2f}"/>)", d,
                     colour, number(width), opacity);
}

std::string area(std::string_view d, std::string_view colour, double opacity = 1) {
  return opacity < 1 ? fmt::format(R"(<path d="{}" fill="{}" fill-opacity="{:.2f}"/>)", d, colour, opacity)
                     : fmt::format(R"(<path d="{}" fill="{}"/>)", d, colour);
}

constexpr std::string_view kLit = "#fff", kShade = "#15121d";
constexpr double kTileMin = 96;

/// A column of knit stitches: a V with a shadow beside it.
Tile knit(double width, double height, double strength) {
  const double h = width / 2, t = height * 0.45;
  const std::string v = fmt::format("M0 {0}L{1} {2}L{3} {0}", number(t * 0.3), number(h),
                                    number(height - t * 0.2), number(width));
  return {
      width, height,
      line(v, kShade, width * 0.16, strength) +
          line(fmt::format("M0 {}L{} {}", number(t * 0.3 + height * 0.3), number(h * 0.85), number(height)),
               kLit, width * 0.14, strength * 0.8) +
          line(fmt::format("M0 0V{}", number(height)), kShade, width * 0.1, strength * 0.5)};
}

Tile cable() {
  // A plait between two purl gutters.
  std::string m = area("M0 0h12v46H0zM52 0h12v46H52z", kShade, 0.13);
  m += line("M12 0V46M52 0V46", kShade, 1.6, 0.3);
  m += line("M18 -6C18 16 46 20 46 46M18 40C18 62 46 66 46 92", kShade, 13, 0.1);
  m += line("M46 0C46 22 18 24 18 46", kShade, 15, 0.17);
  m += line("M45 0C45 22 17 24 17 46", kLit, 9, 0.2);
  m += line("M18 0C18 12 24 17 29 20M35 26C41 30 46 36 46 46", kLit, 8, 0.16);
  m += line("M39 -2C38 18 12 20 12 44M52 2C52 26 25 28 25 48", kShade, 1.3, 0.35);
  return {64, 46, m};
}

Tile texture_of(Fabric fabric, bool dark) {
  const double hi = dark ? 0.13 : 0.22, lo = dark ? 0.3 : 0.1;
  switch (fabric) {
    case Fabric::kNone:
    case Fabric::kSilk:
      break;
    case Fabric::kPoplin:
      return {3, 3, line("M0 1H3", kShade, 0.5, lo * 0.45)};
    case Fabric::kOxford:
      return {5, 5,
              area("M0 0h2.5v2.5H0zM2.5 2.5H5V5H2.5z", kLit, hi * 0.7) +
                  line("M0 5H5M5 0V5", kShade, 0.5, lo * 0.7)};
    case Fabric::kLinen:
      return {47, 41,
              line("M0 4.5H19M31 12.5H47M0 12.5H4M9 20.5H30M0 29.5H12M24 36.5H45", kShade, 0.6, lo * 0.7) +
                  line("M2 8.5H22M14 25.5H40M27 16.5H44M0 33.5H16", kLit, 0.6, hi * 0.6) +
                  line("M5.5 2V15M16.5 24V39M27.5 5V18M38.5 22V38M44.5 0V9", kShade, 0.6, lo * 0.6) +
                  line("M11.5 9V22M33.5 25V40M22.5 27V36", kLit, 0.6, hi * 0.5)};
    case Fabric::kFlannel:
      return {9, 9,
              line("M-1 4L4 -1M3 10L10 3M0 9L9 0", kLit, 0.8, hi * 0.6) +
                  line("M2 6l1 -1M6 3l1 -1", kShade, 1, lo)};
    case Fabric::kJersey:
      return {3.4, 4, line("M0 1L1.7 3L3.4 1", kShade, 0.5, lo * 0.6)};
    case Fabric::kPique:
      return {6, 6, line("M0 3L3 0L6 3L3 6Z", kShade, 0.7, lo) + area("M2 3h2v1H2z", kLit, hi * 0.8)};
    case Fabric::kFleece:
      return {5, 4, line("M0 2h2M3 4h2", kShade, 0.7, lo * 0.6)};
    case Fabric::kMerino:
      return knit(5, 5.5, dark ? 0.22 : 0.1);
    case Fabric::kLambswool:
      return knit(10, 10, dark ? 0.26 : 0.14);
    case Fabric::kCable:
      return cable();
    case Fabric::kRib:
      return {9, 8,
              area("M0 0h3v8H0z", kShade, lo * 1.4) + area("M4.6 0h2v8h-2z", kLit, hi * 0.9) +
                  line("M3.4 2l2.2 2l2.4 -2M3.4 6l2.2 2l2.4 -2", kShade, 0.6, lo * 0.7)};
    case Fabric::kWool:
      return {23, 19,
              line("M2 3l2 1M9 1l1 2M15 5l2 -1M20 9l2 1M5 10l2 -1M12 12l1 2M18 16l2 -1M3 16l1 1M9 17l2 0",
                   kLit, 0.9, hi * 0.5) +
                  line("M6 5l2 0M13 8l1 1M2 12l2 -1M16 12l2 1M8 14l1 -1M20 3l1 1M12 4l1 -1", kShade, 0.9,
                       lo * 0.8)};
    case Fabric::kTweed:
      return {16, 12,
              line("M0 12L4 6L0 0M4 12L8 6L4 0M8 0L12 6L8 12M12 0L16 6L12 12", kShade, 1, lo * 1.2) +
                  line("M2 12L6 6L2 0M10 0L14 6L10 12", kLit, 0.9, hi) +
                  area("M5 3h1.6v1.6H5z", "#c9803f", 0.55) + area("M13 9h1.5v1.5h-1.5z", "#7c9a86", 0.55)};
    case Fabric::kDenim:
      return {4, 4,
              line("M-1 1L1 -1M0 4L4 0M3 5L5 3", kLit, 0.9, dark ? 0.16 : 0.2) +
                  line("M-1 3L3 -1M1 5L5 1", kShade, 0.6, lo * 0.8)};
    case Fabric::kCorduroy:
      return {8, 8, area("M0 0h2.4v8H0z", kShade, lo * 2) + area("M4 0h2.2v8H4z", kLit, hi * 0.75)};
    case Fabric::kTwill:
      return {4, 4, line("M-1 1L1 -1M0 4L4 0M3 5L5 3", kShade, 0.7, lo * 0.75)};
    case Fabric::kNylon:
      return {3, 3, line("M0 0L3 3", kLit, 0.4, hi * 0.5)};
    case Fabric::kCanvas:
      return {
          5, 5,
          line("M0 1.2H5M1.2 0V5", kShade, 0.9, lo * 0.9) + line("M0 3.7H5M3.7 0V5", kLit, 0.8, hi * 0.7)};
    case Fabric::kLeather:
      return {14, 12, line("M1 3l3 1l2 -2M8 7l3 -1l2 2M4 10l2 -1", kShade, 0.5, lo * 0.6)};
    case Fabric::kSuede:
      return {17, 15,
              line("M2 2l2 1M8 4l1 2M13 1l2 1M5 9l2 -1M12 9l1 2M3 13l2 0M10 13l2 -1", kLit, 1.2, hi * 0.55) +
                  line("M5 4l2 1M11 6l2 -1M1 8l1 1M8 11l1 -1M15 12l1 1", kShade, 1.2, lo * 0.8)};
  }
  return {};
}

std::string flower(double x, double y, double size, const std::string& petal, const std::string& heart) {
  std::string out = fmt::format(R"x(<g transform="translate({} {})">)x", number(x), number(y));
  std::string d;
  for (const auto& [px, py] :
       {std::pair{0.0, -0.62}, {0.59, -0.19}, {0.36, 0.5}, {-0.36, 0.5}, {-0.59, -0.19}}) {
    d += ellipse(px * size, py * size, size * 0.46, size * 0.46).d();
  }
  return out + area(d, petal) + area(ellipse(0, 0, size * 0.26, size * 0.26).d(), heart) + "</g>";
}

Tile pattern_of(Pattern pattern, const Tones& t, Rgb accent) {
  const std::string a = accent.hex();
  switch (pattern) {
    case Pattern::kPlain:
      break;
    case Pattern::kStripe:
      return {16, 16, area("M6.5 0h3v16h-3z", a, 0.88)};
    case Pattern::kBreton:
      return {30, 30, area("M0 9h30v11H0z", a, 0.94)};
    case Pattern::kCheck:
      return {64, 64,
              area("M0 20h64v24H0z", a, 0.38) + area("M20 0h24v64H20z", a, 0.38) +
                  line("M32 0V64M0 32H64", t.light.hex(), 1.6, 0.7) + line("M4 0V64M0 4H64", a, 2, 0.55)};
    case Pattern::kGingham:
      return {20, 20, area("M0 0h10v20H0z", a, 0.5) + area("M0 0h20v10H0z", a, 0.5)};
    case Pattern::kHerringbone:
      return {20, 14,
              line("M0 -7L10 3L20 -7M0 0L10 10L20 0M0 7L10 17L20 7M0 14L10 24L20 14", a, 2.4, 0.42) +
                  line("M0 0V14M10 0V14", t.dark.hex(), 0.7, 0.4)};
    case Pattern::kDot:
      return {22, 22, area(ellipse(5.5, 5.5, 2.9, 2.9).d() + ellipse(16.5, 16.5, 2.9, 2.9).d(), a)};
    case Pattern::kFloral: {
      const std::string leafy = mix(t.base, Rgb{96, 116, 84}, 0.75).hex();
      const std::string second = mix(accent, Rgb{196, 116, 92}, 0.6).hex();
      const std::string heart = mix(accent, Rgb{214, 164, 70}, 0.8).hex();
      return {
          84, 92,
          line("M20 26C26 36 24 44 16 52M62 70C70 74 74 82 72 90M60 16C66 20 72 30 80 31", leafy, 1.4, 0.9) +
              area(leaf({20, 34}, {27, 34}, {33, 40}, 4).d() + leaf({22, 44}, {14, 42}, {10, 36}, 4).d() +
                       leaf({66, 74}, {74, 70}, {79, 72}, 4).d() + leaf({68, 21}, {66, 30}, {70, 36}, 4).d() +
                       leaf({40, 64}, {36, 72}, {40, 80}, 4).d(),
                   leafy) +
              flower(19, 18, 11, a, heart) + flower(58, 62, 12, second, a) +
              flower(56, 12, 6.5, second, heart) + flower(14, 64, 6, a, heart) +
              flower(38, 86, 5.5, a, second) + flower(76, 42, 5, a, heart)};
    }
    case Pattern::kFairIsle: {
      const std::string second = mix(accent, t.base, 0.45).hex();
      // Rows of four-unit stitches: zigzag, diamonds, dots.
      return {
          48, 96,
          area("M0 6h4v4H0zM4 10h4v4H4zM8 14h4v4H8zM12 10h4v4h-4zM16 6h4v4h-4zM20 10h4v4h-4z"
               "M24 6h4v4h-4zM28 10h4v4h-4zM32 14h4v4h-4zM36 10h4v4h-4zM40 6h4v4h-4zM44 10h4v4h-4z",
               a) +
              area("M0 26h48v4H0zM0 66h48v4H0z", second) +
              area("M20 36h8v4h-8zM16 40h16v4H16zM12 44h8v4h-8zM28 44h8v4h-8zM16 48h16v4H16zM20 52h8v4h-8z"
                   "M0 44h4v4H0zM44 44h4v4h-4zM0 40h4v12H0zM44 40h4v12h-4z",
                   a) +
              area("M22 44h4v4h-4z", second) +
              area("M4 78h4v4H4zM16 78h4v4h-4zM28 78h4v4h-4zM40 78h4v4h-4z", second) +
              area("M10 86h4v4h-4zM22 86h4v4h-4zM34 86h4v4h-4zM46 86h2v4h-2zM0 86h2v4H0z", a)};
    }
  }
  return {};
}

/// The tile as a paint; turned copies refer to the upright one.
std::string define(Canvas& canvas, const std::string& key, const Tile& tile, std::string_view under,
                   double angle) {
  // A tile of a few pixels would be rounded to whole ones and show as a grid when the picture is small: fine
  // tiles are doubled until they are large.
  Tile large = tile;
  const auto doubled = [&](bool across) {
    const std::string name = canvas.id();
    large.markup = fmt::format(R"(<g id="{}">{}</g><use href="#{}" {}="{}"/>)", name, large.markup, name,
                               across ? "x" : "y", number(across ? large.width : large.height));
    (across ? large.width : large.height) *= 2;
  };
  if (!canvas.has(key)) {
    while (large.width < kTileMin)
      doubled(true);
    while (large.height < kTileMin)
      doubled(false);
  }
  const std::string back = under.empty() ? ""
                                         : fmt::format(R"(<rect width="{}" height="{}" fill="{}"/>)",
                                                       number(large.width), number(large.height), under);
  std::string upright = canvas.shared(
      key,
      fmt::format(
          R"(<pattern id="{{id}}" patternUnits="userSpaceOnUse" x="{}" width="{}" height="{}">{}{}</pattern>)",
          number(kAxis - large.width / 2), number(large.width), number(large.height), back, large.markup));
  if (angle == 0) return upright;
  const std::string name = upright.substr(4, upright.size() - 5);  // "#a" of "url(#a)"
  return canvas.shared(
      fmt::format("{}@{}", key, number(angle)),
      fmt::format(R"x(<pattern id="{{id}}" href="{}" patternTransform="rotate({} 300 300)"/>)x", name,
                  number(angle)));
}

}  // namespace

Cloth::Cloth(Colour colour, Colour accent, Pattern pattern, Fabric fabric)
    : tones_(pictures::tones(colour)), accent_(rgb(accent)), pattern_(pattern), fabric_(fabric) {}

Cloth::Cloth(Rgb colour, Fabric fabric) : tones_(pictures::tones(colour)), accent_(colour), fabric_(fabric) {}

Cloth Cloth::rib() const { return {mix(tones_.base, tones_.dark, 0.08), Fabric::kRib}; }

std::string Cloth::paint(Canvas& canvas, double angle) const {
  if (pattern_ == Pattern::kPlain) return tones_.base.hex();
  const std::string base = tones_.base.hex();
  return define(canvas, fmt::format("pattern{}{}{}", static_cast<int>(pattern_), base, accent_.hex()),
                pattern_of(pattern_, tones_, accent_), base, angle);
}

std::string Cloth::texture(Canvas& canvas, double angle) const {
  const bool dark = lightness(tones_.base) < 0.35;
  const Tile tile = texture_of(fabric_, dark);
  if (tile.markup.empty()) return {};
  return define(canvas, fmt::format("texture{}{}", static_cast<int>(fabric_), dark), tile, "", angle);
}

bool Cloth::glossy() const {
  return fabric_ == Fabric::kLeather || fabric_ == Fabric::kSilk || fabric_ == Fabric::kNylon;
}

bool Cloth::knitted() const {
  return fabric_ == Fabric::kMerino || fabric_ == Fabric::kLambswool || fabric_ == Fabric::kCable ||
         fabric_ == Fabric::kRib;
}

Rgb Cloth::thread() const {
  if (fabric_ == Fabric::kDenim) return Rgb{201, 148, 78};  // the copper thread of jeans
  return tones_.stitch;
}

Rgb Cloth::button() const {
  switch (fabric_) {
    case Fabric::kWool:
    case Fabric::kTweed:
    case Fabric::kLambswool:
    case Fabric::kCable:
    case Fabric::kCorduroy:
    case Fabric::kTwill:
      return lightness(tones_.base) < 0.3 ? Rgb{58, 48, 44} : Rgb{92, 66, 48};  // horn
    default:
      break;
  }
  return lightness(tones_.base) > 0.55 ? mix(Rgb{246, 242, 232}, tones_.base, 0.1)
                                       : mix(tones_.base, Rgb{240, 232, 216}, 0.75);
}

}  // namespace ff::pictures
