// The two cookies by which a browser is known: `ff_cart` holds the cart's token and is hidden from scripts,
// `ff_cart_count` holds the number of pieces, so that a cached page can show the badge.
//
// Invariant: `ff_cart` is only ever set together with a cart that was written, or with a pass of the waiting
// room, which is bound to it; reading a page sets neither.
// Both are Secure where the request came over TLS or the shop's published address says https, so that a proxy
// that forgets to say so does not make them travel in the clear.
#pragma once

#include <cstdint>
#include <optional>

#include "cart/cart.h"
#include "http/message.h"
#include "shop/shop.h"

namespace ff::storefront {

inline constexpr std::string_view kCartCookie = "ff_cart";
inline constexpr std::string_view kCartCountCookie = "ff_cart_count";
inline constexpr Duration kCartCookieAge = std::chrono::hours(24 * 30);

/// Whether a cookie for this browser must be Secure.
bool must_be_secure(const http::Request& request, const shop::Identity& identity);

/// The cart that this browser owns; nothing when it has none or the cookie is not a token.
std::optional<CartId> cart_of(const http::Request& request);

/// Pieces in the cart: the sum of its quantities.
std::int64_t piece_count(const cart::Cart& cart);

/// Both cookies for `cart`, for 30 days from now.
void remember_cart(http::Response& response, const http::Request& request, const shop::Identity& identity,
                   const cart::Cart& cart);

/// Only the count: after an order, where the cart's token stays.
void remember_count(http::Response& response, const http::Request& request, const shop::Identity& identity,
                    std::int64_t pieces);

}  // namespace ff::storefront
