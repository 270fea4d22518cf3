// The form of a product page: option pickers, quantity, the button; and the same facts as JSON for shop.js.
#pragma once

#include "storefront/reading_page.h"

namespace ff::storefront {

void write_buy_form(Html& html, const ReadingPage& page, const catalog::Product& product,
                    const catalog::Variant& chosen);
void write_variants_json(Html& html, const ReadingPage& page, const catalog::Product& product);

}  // namespace ff::storefront
