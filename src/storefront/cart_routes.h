// The storefront's cart: GET /cart and the form posts that change it.
//
// Invariant: a cart is made by the first thing put into it, never by looking. A post answers 303 to a page
// that tells what happened, or, when it carries "X-Piece: drawer|cart", with that piece itself (cart_page.h):
// the scripts' way, which is needed because the cart's cookie is hidden from them.
#pragma once

#include <optional>

#include "http/router.h"
#include "shop/shop.h"
#include "storefront/cart_page.h"
#include "storefront/error_pages.h"

namespace ff::storefront {

class CartRoutes {
 public:
  CartRoutes(shop::Shop& shop, const Layout& layout);  // both must outlive it

  Task<http::Response> show(const http::Request& request);     // GET /cart ?country ?added ?removed&quantity
  Task<http::Response> add(const http::Request& request);      // POST /cart/lines
  Task<http::Response> update(const http::Request& request);   // POST /cart/lines/update
  Task<http::Response> remove(const http::Request& request);   // POST /cart/lines/remove
  Task<http::Response> restore(const http::Request& request);  // POST /cart/lines/restore
  Task<http::Response> seen(const http::Request& request);     // POST /cart/lines/seen
  Task<http::Response> reconcile(const http::Request& request);  // POST /cart/reconcile

 private:
  Task<http::Response> change(const http::Request& request, cart::Change change, CartNotice notice);
  Task<http::Response> set_quantity(const http::Request& request, CartId cart, VariantId variant,
                                    inventory::Quantity quantity);
  Task<http::Response> answer(const http::Request& request, std::optional<cart::Cart> cart, CartNotice notice,
                              int status);
  Task<http::Response> unchanged(const http::Request& request);
  Task<http::Response> refuse(const http::Request& request, CartNotice notice, int status);
  std::string title_of(VariantId variant) const;

  shop::Shop& shop_;
  const Layout& layout_;
  ErrorPages errors_;
};

}  // namespace ff::storefront
