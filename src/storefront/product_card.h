// A product as it stands in a grid: picture, name, price, colours. The same markup that shop.js makes for
// "recently viewed".
#pragma once

#include <cstdint>
#include <span>

#include "catalog/product.h"
#include "catalog/stock_labels.h"
#include "storefront/html.h"
#include "storefront/picture.h"

namespace ff::storefront {

/// Lowest and highest price of the variants, and the compare-at price of the cheapest where it is above.
struct PriceRange {
  Money lowest, highest;
  std::optional<Money> compare_at;
};
PriceRange price_range(const catalog::Product& product);

/// `heading`: "h2" in a listing, "h3" under a section's heading.
void write_card(Html& html, const catalog::Product& product, const catalog::StockLabels& labels,
                Loading loading, Markup heading);

/// <ul class="grid"> of cards; the first `eager` load at once.
void write_grid(Html& html, std::span<const catalog::Product* const> products,
                const catalog::StockLabels& labels, std::size_t eager, Markup heading);

std::string product_path(const catalog::Product& product);

}  // namespace ff::storefront
