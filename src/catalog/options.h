// The options of products ("Size", "Colour") as people read them: one rule for pages, orders and the API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/product.h"

namespace ff::catalog {

/// Values of option `index` in the order of the variants, each once. They live as long as the product.
std::vector<std::string_view> option_values(const Product& product, std::size_t index);

/// "Navy / M" from the option values, without Shopify's stand-in "Default Title".
std::string options_text(const Variant& variant);

/// What one variant is called by itself: "Linen Shirt, Navy / M", or the product's title where there is no
/// choice.
std::string full_title(const Product& product, const Variant& variant);

/// An option or facet that names colours: "Colour", "color", "Farbe" ...
bool is_colour(std::string_view option_name);

}  // namespace ff::catalog
