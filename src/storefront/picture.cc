#include "storefront/picture.h"

#include <array>

#include "base/text.h"
#include "pictures/garment.h"

namespace ff::storefront {
namespace {

bool ours(std::string_view url) { return url.starts_with('/') && !url.starts_with("//"); }

/// A word in the address of a drawing: "navy" of "tee,colour=navy,view=front".
std::string colour_word(pictures::Colour colour) {
  const std::string spec = pictures::spec(pictures::usual(pictures::Kind::kTee, colour));
  const std::size_t from = spec.find("colour=");
  if (from == std::string::npos) return {};
  return spec.substr(from + 7, spec.find(',', from) - from - 7);
}

}  // namespace

ChosenPicture choose_picture(const catalog::Product& product, std::int32_t index) {
  ChosenPicture chosen;
  const auto stand_in = [&](std::string_view colour) {
    std::string tags;
    for (const std::string& tag : product.tags)
      tags += tag + ' ';
    return pictures::guess(product.title, product.type, tags, colour);
  };
  std::string colours;
  for (std::size_t i = 0; i < product.options.size(); ++i) {
    if (!is_colour(product.options[i])) continue;
    for (const catalog::Variant& variant : product.variants) {
      if (index >= 0 && variant.picture != index) continue;
      colours = variant.options[i];
      break;
    }
  }
  if (product.pictures.empty()) {
    const pictures::Garment garment = stand_in(colours);
    chosen.url = pictures::url(garment);
    chosen.alt = product.title;
    return chosen;
  }
  const bool known = index >= 0 && static_cast<std::size_t>(index) < product.pictures.size();
  const catalog::Picture& picture = product.pictures[known ? static_cast<std::size_t>(index) : 0];
  chosen.url = picture.url;
  chosen.alt = picture.alt.empty() ? product.title : picture.alt;
  if (!ours(picture.url)) chosen.fallback = pictures::url(stand_in(colours));
  return chosen;
}

void write_picture(Html& html, const ChosenPicture& picture, const PictureStyle& style) {
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

bool is_colour(std::string_view option_name) {
  const std::string name = fold(option_name);
  for (const std::string_view word : {"colour", "color", "farbe", "couleur", "shade"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace ff::storefront
