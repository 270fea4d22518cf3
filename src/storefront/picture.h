// <img> elements for products, collections and scenes: always sized, lazy unless they fill the first screen,
// with a drawn stand-in where the catalogue has none or its host may fail.
//
// Invariant: every picture has a width, a height and an alt attribute, so nothing moves when it arrives.
#pragma once

#include <string>
#include <string_view>

#include "shop/product_picture.h"
#include "storefront/html.h"

namespace ff::storefront {

enum class Loading { kLazy, kEager, kUrgent };  // urgent: the largest picture of the first screen

struct PictureStyle {
  Markup css_class = "picture";
  Loading loading = Loading::kLazy;
  /// Empty: the picture says nothing that the words beside it don't (alt="").
  std::string_view alt;
};

void write_picture(Html& html, const shop::ChosenPicture& picture, const PictureStyle& style);

/// A small one beside the words of a line, which name it already.
void write_line_picture(Html& html, const shop::ChosenPicture& picture, int width, int height);

/// Scenes of our own for the nth place that wants one, wide or tall: "/pictures/scene,...svg".
std::string scene_url(std::size_t nth, bool tall);
bool is_scene(std::string_view url);
/// The same scene in the other shape; the url itself when it is no scene of ours.
std::string reshaped(std::string_view url, bool tall);

/// CSS class of a colour value's swatch: "swatch-navy"; empty when no colour of our palette fits.
std::string swatch_class(std::string_view colour_value);

}  // namespace ff::storefront
