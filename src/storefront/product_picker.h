// The form of a product page: option pickers, quantity, the button; and the same facts as JSON for shop.js.
#pragma once

#include "storefront/reading_page.h"

namespace ff::storefront {

void write_buy_form(Html& html, const ReadingPage& page, const catalog::Product& product,
                    const catalog::Variant& chosen);
void write_variants_json(Html& html, const ReadingPage& page, const catalog::Product& product);

/// Values of option `index` in the order of the variants, each once.
std::vector<std::string_view> option_values(const catalog::Product& product, std::size_t index);

}  // namespace ff::storefront
