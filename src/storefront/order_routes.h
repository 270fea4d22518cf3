// GET /orders/{id}?key=: the order, for who has its key.
//
// Invariant: a wrong key, a missing one and an order that doesn't exist get the same 404.
#pragma once

#include "http/router.h"
#include "shop/shop.h"
#include "storefront/error_pages.h"

namespace ff::storefront {

class OrderRoutes {
 public:
  OrderRoutes(shop::Shop& shop, const Layout& layout);  // both must outlive it
  Task<http::Response> show(const http::Request& request);

 private:
  shop::Shop& shop_;
  const Layout& layout_;
  ErrorPages errors_;
};

}  // namespace ff::storefront
