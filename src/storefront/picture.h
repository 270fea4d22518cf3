// <img> elements for products, collections and scenes: always sized, lazy unless they fill the first screen,
// with a drawn stand-in where the catalogue has none or its host may fail.
//
// Invariant: every picture has a width, a height and an alt attribute, so nothing moves when it arrives.
#pragma once

#include <string>
#include <string_view>

#include "catalog/product.h"
#include "storefront/html.h"

namespace ff::storefront {

enum class Loading { kLazy, kEager, kUrgent };  // urgent: the largest picture of the first screen

struct PictureStyle {
  Markup css_class = "picture";
  Loading loading = Loading::kLazy;
  /// Empty: the picture says nothing that the words beside it don't (alt="").
  std::string_view alt;
};

/// What to show for a product: its picture, or the drawing that comes nearest to it.
struct ChosenPicture {
  std::string url;
  std::string alt;
  std::string fallback;  // of our own; empty when `url` is our own
};
/// Picture `index` of the product; the first, or the stand-in, when there is no such picture.
ChosenPicture choose_picture(const catalog::Product& product, std::int32_t index);

void write_picture(Html& html, const ChosenPicture& picture, const PictureStyle& style);

/// Scenes of our own for the nth place that wants one, wide or tall: "/pictures/scene,...svg".
std::string scene_url(std::size_t nth, bool tall);
bool is_scene(std::string_view url);
/// The same scene in the other shape; the url itself when it is no scene of ours.
std::string reshaped(std::string_view url, bool tall);

/// CSS class of a colour value's swatch: "swatch-navy"; empty when no colour of our palette fits.
std::string swatch_class(std::string_view colour_value);
/// An option or facet that names colours: "Colour", "color", "Farbe" ...
bool is_colour(std::string_view option_name);

}  // namespace ff::storefront
