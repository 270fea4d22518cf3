// Keeps other sites from posting our forms in a shopper's name (cross-site request forgery), without a token
// in the page: pages are the same bytes for everyone (design 6), so there is nowhere to put one.
//
// Invariant: a state-changing storefront route runs only for a request that came from one of our own pages,
// or from something that is no browser and so carries nobody's cookies but its own.
#pragma once

#include <string_view>

#include "http/router.h"

namespace ff::storefront {

/// The decision, in this order:
///  1. Sec-Fetch-Site, when sent, decides: "same-origin" and "none" (the shopper's own doing) pass,
///     "same-site" and "cross-site" don't. Browsers set it themselves and no page can forge or remove it.
///  2. Origin, when sent, must be ours: its host and port are those of Host, or it is `public_url`'s origin.
///     "null" (a sandboxed frame, a page that hides where it comes from) is nobody's, so not ours.
///  3. Referer, when sent, likewise.
///  4. None of the three: passes. Every browser that understands SameSite sends Origin with a POST, so
///     this is a program (curl, a test, a till); and a browser too old for all of it is still held by the
///     cookies' SameSite=Lax, which the routes rely on for the shopper's identity.
bool is_our_own(const http::Request& request, std::string_view public_url);

/// The handler behind the guard: what fails it gets `refused` with 403.
http::Handler guarded(http::Handler handler, std::string public_url, http::ErrorPage refused);

}  // namespace ff::storefront
