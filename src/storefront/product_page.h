// One product: pictures, choice of variant, price, stock, the way into the cart, everything worth knowing.
//
// Invariant: complete without JavaScript. The form posts the chosen option values (see layout.h); a
// combination that can't be bought is shown and marked, never hidden; ?variant=ID renders that variant
// chosen.
#pragma once

#include "storefront/reading_page.h"

namespace ff::storefront {

/// The variant that the page shows when none is named: the first that can be bought, else the first.
const catalog::Variant& default_variant(const catalog::Product& product, const catalog::StockLabels& labels);

std::uint64_t product_inputs(const ReadingPage& page, const catalog::Product& product);
std::string write_product(const ReadingPage& page, const catalog::Product& product,
                          const catalog::Variant& chosen);

/// In words for the shopper; empty when there is nothing to say (in stock).
std::string_view stock_text(catalog::StockLabel label);

}  // namespace ff::storefront
