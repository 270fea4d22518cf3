#include "shop/product_picture.h"

#include "catalog/options.h"
#include "pictures/garment.h"

namespace ff::shop {
namespace {

bool ours(std::string_view url) { return url.starts_with('/') && !url.starts_with("//"); }

std::string stand_in(const catalog::Product& product, std::string_view colour) {
  std::string tags;
  for (const std::string& tag : product.tags)
    tags += tag + ' ';
  return pictures::url(pictures::guess(product.title, product.type, tags, colour));
}

/// The value of its colour option; empty when it has none.
std::string_view colour_of(const catalog::Product& product, const catalog::Variant* variant) {
  for (std::size_t i = 0; variant != nullptr && i < product.options.size(); ++i) {
    if (catalog::is_colour(product.options[i])) return variant->options[i];
  }
  return {};
}

/// The first variant that shows this picture; of no picture, the first of all.
const catalog::Variant* first_with(const catalog::Product& product, std::int32_t index) {
  for (const catalog::Variant& variant : product.variants) {
    if (index < 0 || variant.picture == index) return &variant;
  }
  return nullptr;
}

ChosenPicture choose(const catalog::Product& product, std::int32_t index, const catalog::Variant* variant) {
  if (product.pictures.empty()) return {stand_in(product, colour_of(product, variant)), product.title, {}};
  const bool known = index >= 0 && static_cast<std::size_t>(index) < product.pictures.size();
  const catalog::Picture& picture = product.pictures[known ? static_cast<std::size_t>(index) : 0];
  ChosenPicture chosen{picture.url, picture.alt.empty() ? product.title : picture.alt, {}};
  if (!ours(picture.url)) chosen.fallback = stand_in(product, colour_of(product, variant));
  return chosen;
}

}  // namespace

ChosenPicture choose_picture(const catalog::Product& product, std::int32_t index) {
  return choose(product, index, first_with(product, index));
}

ChosenPicture choose_picture(const orders::Line& line) {
  const std::string stand_in = pictures::url(pictures::guess(line.title, "", "", line.variant_title));
  if (line.picture_url.empty()) return {stand_in, line.title, {}};
  return {line.picture_url, line.title, ours(line.picture_url) ? std::string() : stand_in};
}

ChosenPicture choose_picture(const catalog::Product& product, const catalog::Variant& variant) {
  return choose(product, variant.picture, &variant);
}

}  // namespace ff::shop
