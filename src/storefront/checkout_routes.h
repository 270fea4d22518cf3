// GET /checkout and POST /checkout: from the shopper's form to checkout::Service and back to words.
//
// Invariant: one form carries one idempotency key from the moment it is shown until an answer is recorded
// under it (paid, pending, declined); only then does the next form get another. So a form that is sent twice,
// by a double press, a reload or a lost connection, leads to the same order; and while an order of it may
// still be paid, no other key is given out that could buy the same once more. A post with "X-Piece: checkout"
// is answered with 201 and Location where a plain one gets 303, else with that piece.
#pragma once

#include "checkout/checkout.h"
#include "http/router.h"
#include "shop/buying.h"
#include "shop/shop.h"
#include "storefront/checkout_page.h"
#include "storefront/error_pages.h"

namespace ff::storefront {

/// A second press while the first is still at work waits this often and this long for its answer.
inline constexpr int kInProgressWaitsMax = 20;
inline constexpr Duration kInProgressWait = std::chrono::milliseconds(500);

class CheckoutRoutes {
 public:
  CheckoutRoutes(shop::Shop& shop, const Layout& layout);  // both must outlive it

  Task<http::Response> show(const http::Request& request);   // GET /checkout ?country
  Task<http::Response> place(const http::Request& request);  // POST /checkout

 private:
  Task<Result<CheckoutView>> view_of(const http::Request& request, CheckoutValues values);
  Task<Result<shop::Outcome>> place_patiently(const http::Request& request, checkout::Request order);
  Task<http::Response> refused(const http::Request& request, CheckoutView view, Error error);
  Task<http::Response> sent_before(const http::Request& request, CheckoutView view, CartId cart);
  http::Response declined(const http::Request& request, CheckoutView view, const orders::Order& order,
                          std::string_view what_next) const;
  http::Response too_many_declined(const http::Request& request, CheckoutView view, Duration wait) const;
  http::Response page(const http::Request& request, const CheckoutView& view, int status) const;
  std::string new_key() const;

  shop::Shop& shop_;
  const Layout& layout_;
  ErrorPages errors_;
};

}  // namespace ff::storefront
