#include "storefront/shopper_cookies.h"

#include <fmt/format.h>

namespace ff::storefront {

bool must_be_secure(const http::Request& request, const shop::Identity& identity) {
  return request.secure || identity.public_url.starts_with("https://");
}

std::optional<CartId> cart_of(const http::Request& request) {
  const std::optional<Token> token = Token::parse(request.cookie(kCartCookie));
  if (!token) return std::nullopt;
  return CartId{*token};
}

std::int64_t piece_count(const cart::Cart& cart) {
  std::int64_t pieces = 0;
  for (const cart::Line& line : cart.lines)
    pieces += line.quantity;
  return pieces;
}

void remember_cart(http::Response& response, const http::Request& request, const shop::Identity& identity,
                   const cart::Cart& cart) {
  http::Cookie cookie;
  cookie.name = kCartCookie;
  cookie.value = cart.id.text();
  cookie.max_age = kCartCookieAge;
  cookie.secure = must_be_secure(request, identity);
  response.header("Set-Cookie", http::set_cookie(cookie));
  remember_count(response, request, identity, piece_count(cart));
}

void remember_count(http::Response& response, const http::Request& request, const shop::Identity& identity,
                    std::int64_t pieces) {
  http::Cookie cookie;
  cookie.name = kCartCountCookie;
  cookie.value = fmt::to_string(pieces);
  cookie.max_age = kCartCookieAge;
  cookie.readable_by_scripts = true;
  cookie.secure = must_be_secure(request, identity);
  response.header("Set-Cookie", http::set_cookie(cookie));
}

}  // namespace ff::storefront
