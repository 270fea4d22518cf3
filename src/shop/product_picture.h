// Which picture stands for a product, a variant or what was bought: the same on pages, in the cart and in the
// API.
//
// Invariant: there always is one: where the catalogue has none, the drawing that comes nearest to the
// product.
#pragma once

#include <cstdint>
#include <string>

#include "catalog/product.h"
#include "orders/order.h"

namespace ff::shop {

struct ChosenPicture {
  std::string url;
  std::string alt;
  std::string fallback;  // of our own, for when another host fails; empty when `url` is our own
};

/// Picture `index` of the product; the first, or the stand-in, when there is no such picture.
ChosenPicture choose_picture(const catalog::Product& product, std::int32_t index);
/// The picture that was bought; it may be gone meanwhile.
ChosenPicture choose_picture(const orders::Line& line);
/// The variant's own picture, else the product's first, else the stand-in in the variant's colour.
ChosenPicture choose_picture(const catalog::Product& product, const catalog::Variant& variant);

}  // namespace ff::shop
