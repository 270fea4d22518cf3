// The order as its buyer sees it: where it stands, what happens next, what was bought.
//
// Invariant: shown only to who has the order's secret key. The page is never cached, never indexed, and its
// address never leaves for another site (Referrer-Policy: same-origin).
#pragma once

#include <string>

#include "http/message.h"
#include "orders/order.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// "/orders/{id}?key={secret}"
std::string order_url(const orders::Order& order);

/// While the payment is being confirmed the page asks again by itself, every `kOrderRefreshSeconds`.
inline constexpr int kOrderRefreshSeconds = 3;
http::Response order_page(const Layout& layout, const catalog::Snapshot& snapshot,
                          const orders::Order& order);

}  // namespace ff::storefront
