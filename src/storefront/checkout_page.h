// The checkout as HTML: one page with contact, address, delivery, payment and what it all comes to.
//
// Invariant: after any answer the form holds everything that the shopper typed, but for the card's number,
// expiry and code: those are never written into a page. The amount on the button is `expected_total`, so what
// is charged is what the button said or nothing.
#pragma once

#include "http/message.h"
#include "storefront/checkout_view.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// `piece`: only what stands inside <main>, for web/assets/buying.js.
http::Response checkout_page(const Layout& layout, const catalog::Snapshot& snapshot,
                             const pricing::Rules& rules, const CheckoutView& view, int status, bool piece);

}  // namespace ff::storefront
