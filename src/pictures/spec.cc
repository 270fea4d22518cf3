// Between a Drawing and its name.
#include <fmt/format.h>

#include <algorithm>

#include "pictures/garment.h"
#include "pictures/vocabulary.h"

namespace ff::pictures {
namespace {

constexpr std::string_view kPrefix = "/pictures/";
constexpr std::string_view kSuffix = ".svg";
constexpr std::size_t kSpecBytesMax = 200;

/// The next part of a comma-separated list, taken off its front.
std::string_view take_part(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view part = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return part;
}

template <typename T>
bool assign(T& field, std::string_view text, int count) {
  const auto value = from_word<T>(text, count);
  if (value) field = *value;
  return value.has_value();
}

bool assign(Garment& g, std::string_view key, std::string_view text) {
  if (key == "collar") return assign(g.collar, text, kCollars);
  if (key == "sleeve") return assign(g.sleeve, text, kSleeves);
  if (key == "length") return assign(g.length, text, kLengths);
  if (key == "cut") return assign(g.cut, text, kCuts);
  if (key == "colour") return assign(g.colour, text, kColours);
  if (key == "accent") return assign(g.accent, text, kColours);
  if (key == "pattern") return assign(g.pattern, text, kPatterns);
  if (key == "fabric") return assign(g.fabric, text, kFabrics);
  if (key == "view") return assign(g.view, text, kViews);
  return false;
}

bool assign(Scene& s, std::string_view key, std::string_view text) {
  if (key == "kind") return assign(s.kind, text, kSceneKinds);
  if (key == "palette") return assign(s.palette, text, kPalettes);
  if (key == "shape") return assign(s.shape, text, kShapes);
  return false;
}

tl::unexpected<Error> refuse(std::string_view part) {
  return invalid("picture", fmt::format("\"{}\" is not known here", part));
}

template <typename T>
Result<Drawing> parse_parts(T value, std::string_view rest) {
  while (!rest.empty()) {
    const std::string_view part = take_part(rest);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || !assign(value, part.substr(0, equals), part.substr(equals + 1))) {
      return refuse(part);
    }
  }
  return Drawing(value);
}

std::string spec_of(const Garment& g) {
  const Rules& r = rules(g.kind);
  std::string out(r.word);
  const auto add = [&](std::string_view key, std::string_view value) {
    out += ',';
    out += key;
    out += '=';
    out += value;
  };
  if (g.collar != r.collars.usual) add("collar", word(g.collar));
  if (g.sleeve != r.sleeves.usual) add("sleeve", word(g.sleeve));
  if (g.length != r.lengths.usual) add("length", word(g.length));
  if (g.cut != r.cuts.usual) add("cut", word(g.cut));
  add("colour", word(g.colour));
  if (g.pattern != Pattern::kPlain) {
    if (g.accent != usual_accent(g.colour)) add("accent", word(g.accent));
    add("pattern", word(g.pattern));
  }
  if (g.fabric != r.fabrics.usual) add("fabric", word(g.fabric));
  add("view", word(g.view));
  return out;
}

std::string spec_of(const Scene& s) {
  return fmt::format("scene,kind={},palette={},shape={}", word(s.kind), word(s.palette), word(s.shape));
}

std::string_view adjective(Pattern pattern) {
  switch (pattern) {
    case Pattern::kPlain:
      return "";
    case Pattern::kStripe:
      return "striped ";
    case Pattern::kBreton:
      return "Breton-striped ";
    case Pattern::kCheck:
      return "checked ";
    case Pattern::kGingham:
      return "gingham ";
    case Pattern::kHerringbone:
      return "herringbone ";
    case Pattern::kDot:
      return "dotted ";
    case Pattern::kFloral:
      return "floral ";
    case Pattern::kFairIsle:
      return "Fair Isle ";
  }
  return "";
}

std::string describe_garment(const Garment& g) {
  const Rules& r = rules(g.kind);
  std::string out = fmt::format("{} {}", word(g.colour), adjective(g.pattern));
  if (g.pattern != Pattern::kPlain && g.accent != usual_accent(g.colour)) {
    out = fmt::format("{} and {} {}", word(g.colour), word(g.accent), adjective(g.pattern));
  }
  if (g.length == Length::kShort) out += "short ";
  if (g.length == Length::kLong) out += "long ";
  switch (g.cut) {
    case Cut::kNone:
    case Cut::kRegular:
      break;
    case Cut::kDouble:
      out += "double-breasted ";
      break;
    case Cut::kWide:
      out += "wide-leg ";
      break;
    default:
      out += fmt::format("{} ", word(g.cut));
  }
  if (g.sleeve != r.sleeves.usual) {
    out += g.sleeve == Sleeve::kSleeveless ? "sleeveless " : fmt::format("{}-sleeved ", word(g.sleeve));
  }
  if (g.fabric != Fabric::kNone && !(g.kind == Kind::kJeans)) out += fmt::format("{} ", word(g.fabric));
  out += r.name;
  switch (g.collar) {
    case Collar::kNone:
      break;
    case Collar::kVNeck:
      out += " with V-neck";
      break;
    case Collar::kCrew:
    case Collar::kScoop:
    case Collar::kBoat:
      out += fmt::format(" with {} neck", word(g.collar));
      break;
    case Collar::kNotch:
    case Collar::kPeak:
      out += fmt::format(" with {} lapel", word(g.collar));
      break;
    default:
      out += fmt::format(" with {} collar", word(g.collar));
  }
  out += g.view == View::kFlat ? ", folded or laid out" : fmt::format(", {}", word(g.view));
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string describe_scene(const Scene& s) {
  switch (s.kind) {
    case SceneKind::kRail:
      return fmt::format("Clothes on a rail, {} colours", word(s.palette));
    case SceneKind::kFlatLay:
      return fmt::format("An outfit laid out flat, {} colours", word(s.palette));
    case SceneKind::kStack:
      return fmt::format("A stack of folded knitwear, {} colours", word(s.palette));
    case SceneKind::kPegs:
      return fmt::format("Coats and bags on pegs, {} colours", word(s.palette));
    case SceneKind::kShelf:
      return fmt::format("Shoes and accessories on a shelf, {} colours", word(s.palette));
  }
  return "Clothes";
}

}  // namespace

bool allowed(const Garment& g) {
  const Rules& r = rules(g.kind);
  // A wrap is crossed in a V; a collar may lie on it, another neckline may not.
  if (g.kind == Kind::kDress && g.cut == Cut::kWrap && g.collar != Collar::kVNeck &&
      g.collar != Collar::kSpread) {
    return false;
  }
  return r.collars.has(g.collar) && r.sleeves.has(g.sleeve) && r.lengths.has(g.length) && r.cuts.has(g.cut) &&
         r.fabrics.has(g.fabric) && r.patterns.has(g.pattern) && r.views.has(g.view) &&
         (g.pattern == Pattern::kPlain) == (g.accent == g.colour);
}

Garment usual(Kind kind, Colour colour, View view) {
  const Rules& r = rules(kind);
  return {.kind = kind,
          .collar = r.collars.usual,
          .sleeve = r.sleeves.usual,
          .length = r.lengths.usual,
          .cut = r.cuts.usual,
          .colour = colour,
          .accent = colour,
          .pattern = Pattern::kPlain,
          .fabric = r.fabrics.usual,
          .view = r.views.has(view) ? view : View::kFront};
}

std::string spec(const Drawing& drawing) {
  return std::visit([](const auto& d) { return spec_of(d); }, drawing);
}

std::string url(const Drawing& drawing) { return fmt::format("{}{}{}", kPrefix, spec(drawing), kSuffix); }

std::string describe(const Drawing& drawing) {
  if (const auto* garment = std::get_if<Garment>(&drawing)) return describe_garment(*garment);
  return describe_scene(std::get<Scene>(drawing));
}

Result<Drawing> parse(std::string_view text) {
  if (text.size() > kSpecBytesMax) return invalid("picture", "is too long");
  std::string_view rest = text;
  const std::string_view first = take_part(rest);

  Result<Drawing> drawing;
  if (first == "scene") {
    drawing = parse_parts(Scene{}, rest);
  } else {
    const auto kind = from_word<Kind>(first, kKinds);
    if (!kind) return refuse(first);
    drawing = parse_parts(usual(*kind, Colour::kSand), rest);
    if (drawing) {
      Garment& g = std::get<Garment>(*drawing);
      if (g.pattern == Pattern::kPlain) {
        g.accent = g.colour;
      } else if (text.find(",accent=") == std::string_view::npos) {
        g.accent = usual_accent(g.colour);
      }
      if (!allowed(g)) return invalid("picture", fmt::format("a {} can't be like that", rules(*kind).name));
    }
  }
  if (!drawing) return drawing;
  if (const std::string canonical = spec(*drawing); canonical != text) {
    return invalid("picture", fmt::format("is written \"{}\"", canonical));
  }
  return drawing;
}

Result<Drawing> parse_url(std::string_view text) {
  if (!text.starts_with(kPrefix) || !text.ends_with(kSuffix) ||
      text.size() < kPrefix.size() + kSuffix.size()) {
    return invalid("picture", "is not a drawing of ours");
  }
  return parse(text.substr(kPrefix.size(), text.size() - kPrefix.size() - kSuffix.size()));
}

}  // namespace ff::pictures
