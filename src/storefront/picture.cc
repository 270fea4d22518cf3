#include "storefront/picture.h"

#include <array>

#include "pictures/garment.h"

namespace ff::storefront {
namespace {

/// A word in the address of a drawing: "navy" of "tee,colour=navy,view=front".
std::string colour_word(pictures::Colour colour) {
  const std::string spec = pictures::spec(pictures::usual(pictures::Kind::kTee, colour));
  const std::size_t from = spec.find("colour=");
  if (from == std::string::npos) return {};
  return spec.substr(from + 7, spec.find(',', from) - from - 7);
}

}  // namespace

void write_picture(Html& html, const shop::ChosenPicture& picture, const PictureStyle& style) {
  pictures::Size size;
  std::string ground;
  if (const auto drawing = pictures::parse_url(picture.url)) {
    size = pictures::size(*drawing);
    // One of few grounds: the style sheet has a class for each (a style attribute would need unsafe-inline).
    ground = pictures::dominant_colour(*drawing);
    if (!ground.empty()) ground.replace(0, 1, " ground-");
  }
  html << "<img class=\"" << style.css_class << ground << "\" src=\"" << href(picture.url) << "\" width=\""
       << size.width << "\" height=\"" << size.height << "\" alt=\"" << style.alt << "\"";
  if (style.loading == Loading::kLazy) html << " loading=\"lazy\"";
  if (style.loading == Loading::kUrgent) html << " fetchpriority=\"high\"";
  html << " decoding=\"async\"";
  if (!picture.fallback.empty()) html.attribute("data-fallback", picture.fallback);
  html << ">";
}

void write_line_picture(Html& html, const shop::ChosenPicture& picture, int width, int height) {
  html << "<img src=\"" << href(picture.url) << "\" alt=\"\" width=\"" << width << "\" height=\"" << height
       << "\" loading=\"lazy\" decoding=\"async\"";
  if (!picture.fallback.empty()) html << " data-fallback=\"" << href(picture.fallback) << "\"";
  html << ">";
}

std::string scene_url(std::size_t nth, bool tall) {
  using pictures::Palette, pictures::SceneKind;
  static constexpr std::array kinds = {SceneKind::kRail, SceneKind::kFlatLay, SceneKind::kStack,
                                       SceneKind::kPegs, SceneKind::kShelf};
  static constexpr std::array palettes = {Palette::kAutumn, Palette::kCoast,  Palette::kClay,
                                          Palette::kInk,    Palette::kMeadow, Palette::kDenim,
                                          Palette::kChalk,  Palette::kBerry};
  return pictures::url(pictures::Scene{kinds[nth % kinds.size()], palettes[nth % palettes.size()],
                                       tall ? pictures::Shape::kTall : pictures::Shape::kWide});
}

bool is_scene(std::string_view url) {
  const auto drawing = pictures::parse_url(url);
  return drawing && std::holds_alternative<pictures::Scene>(*drawing);
}

std::string reshaped(std::string_view url, bool tall) {
  auto drawing = pictures::parse_url(url);
  if (!drawing || !std::holds_alternative<pictures::Scene>(*drawing)) return std::string(url);
  std::get<pictures::Scene>(*drawing).shape = tall ? pictures::Shape::kTall : pictures::Shape::kWide;
  return pictures::url(*drawing);
}

std::string swatch_class(std::string_view colour_value) {
  using pictures::Colour;
  // Two different "otherwise" tell a real match from the fallback.
  const Colour one = pictures::guess_colour(colour_value, Colour::kWhite);
  const Colour other = pictures::guess_colour(colour_value, Colour::kBlack);
  if (one != other) return {};
  const std::string word = colour_word(one);
  return word.empty() ? std::string{} : "swatch-" + word;
}

}  // namespace ff::storefront
