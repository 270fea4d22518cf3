// What a checkout page is made from: the cart, what was typed so far, what is wrong with it.
//
// Invariant: no card's number, expiry or code is ever in it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "orders/order.h"
#include "storefront/cart_view.h"

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

}  // namespace ff::storefront
