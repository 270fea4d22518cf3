// The cart as HTML: the page, the same lines as a piece of it (for scripts that change them in place), and
// the drawer that opens after adding.
//
// Invariant: everything the page can do it does with plain forms and links; each piece carries data-piece
// with its name, which is how web/assets/*.js finds it in an answer.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"
#include "storefront/cart_view.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// What the page tells on top, once.
struct CartNotice {
  enum class Kind : std::uint8_t { kNone, kAdded, kRemoved, kProblem, kRestored };
  Kind kind = Kind::kNone;
  std::string text;                  // kProblem: what went wrong and what to do
  VariantId variant;                 // kAdded, kRemoved
  inventory::Quantity quantity = 0;  // kRemoved: what undo puts back
  std::string title;                 // kRemoved, kAdded: of the piece
};

/// The whole page; `status` 200, or 409/422 when the notice is a problem.
http::Response cart_page(const Layout& layout, const catalog::Snapshot& snapshot, const pricing::Rules& rules,
                         const CartView& cart, const CartNotice& notice, int status = 200);

/// The piece "cart": what stands inside the page's <main>.
http::Response cart_piece(const Layout& layout, const pricing::Rules& rules, const CartView& cart,
                          const CartNotice& notice, int status = 200);

/// The piece "drawer": what was added, the cart's sum, and the two ways on.
http::Response drawer_piece(const Layout& layout, const CartView& cart, const CartNotice& notice,
                            int status = 200);

/// Cache-Control and Referrer-Policy of everything that is the shopper's own.
http::Response& personal(http::Response& response);

}  // namespace ff::storefront
