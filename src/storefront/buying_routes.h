// The routes of buying: cart, waiting room, checkout, order. What the composition root puts beside the
// reading pages.
//
// Invariant: every route here that changes something is behind the form guard (form_guard.h).
#pragma once

#include "http/router.h"
#include "shop/shop.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// `shop` and `layout` must outlive the router's last request.
void add_buying_routes(http::Router& router, shop::Shop& shop, const Layout& layout);

}  // namespace ff::storefront
