// The checkout as HTML: one page with contact, address, delivery, payment and what it all comes to.
//
// Invariant: after any answer the form holds everything that the shopper typed, but for the card's number,
// expiry and code: those are never written into a page. The amount on the button is `expected_total`, so what
// is charged is what the button said or nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "orders/order.h"
#include "storefront/cart_view.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// What was typed, by field name; card fields are left out on the way in.
class CheckoutValues {
 public:
  static CheckoutValues from(const http::Form& form);
  std::string_view get(std::string_view field) const;
  void set(std::string_view field, std::string value);

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// What stands on top of the page beside the errors of fields.
struct CheckoutNotice {
  std::string title;
  std::string text;
  bool reconcile = false;  // offers to keep what is available and go on
  std::string order_url;   // offers to see the order that stands already
  bool wrong = true;       // false: told calmly, nothing is to be put right
};

struct CheckoutView {
  CartView cart;
  CheckoutValues values;
  std::optional<orders::Totals> totals;  // when country and method fit each other
  std::string idempotency_key;
  std::vector<FieldError> errors;
  std::optional<CheckoutNotice> notice;
};

/// `piece`: only what stands inside <main>, for web/assets/buying.js.
http::Response checkout_page(const Layout& layout, const catalog::Snapshot& snapshot,
                             const pricing::Rules& rules, const CheckoutView& view, int status, bool piece);

/// "includes €18.84 VAT (19 %)"; empty when there is no tax.
std::string tax_words(const orders::Totals& totals, std::string_view country);

/// Rows of subtotal, delivery, tax and total, as the checkout and the order page show them.
void write_totals(Html& html, const orders::Totals& totals, std::string_view country,
                  std::string_view delivery);

}  // namespace ff::storefront
