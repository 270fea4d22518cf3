// What an order comes to, as the checkout and the order page show it.
#pragma once

#include <string>
#include <string_view>

#include "orders/order.h"
#include "storefront/html.h"

namespace ff::storefront {

/// "includes €18.84 VAT (19 %)"; empty when there is no tax.
std::string tax_words(const orders::Totals& totals, std::string_view country);

/// Rows of subtotal, delivery, tax and total.
void write_totals(Html& html, const orders::Totals& totals, std::string_view country,
                  std::string_view delivery);

}  // namespace ff::storefront
