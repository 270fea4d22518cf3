#include "storefront/form_guard.h"

#include "base/text.h"

namespace ff::storefront {
namespace {

/// "https://shop.example:8443/cart" -> "shop.example:8443"; empty when it is no such URL.
std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

/// "https://shop.example/x" -> "https://shop.example".
std::string_view origin_of(std::string_view url) {
  const std::string_view authority = authority_of(url);
  if (authority.empty()) return {};
  return url.substr(0, static_cast<std::size_t>(authority.data() + authority.size() - url.data()));
}

bool is_ours(std::string_view url, std::string_view host, std::string_view public_url) {
  const std::string_view authority = authority_of(url);
  if (authority.empty()) return false;
  // The scheme is not compared: behind a proxy that ends TLS without telling us we would refuse everyone, and
  // whoever can serve http:// on our host name in the shopper's network has better ways than this.
  if (iequals_ascii(authority, host)) return true;
  const std::string_view published = origin_of(public_url);
  return !published.empty() && iequals_ascii(origin_of(url), published);
}

}  // namespace

bool is_our_own(const http::Request& request, std::string_view public_url) {
  if (request.has_header("Sec-Fetch-Site")) {
    const std::string_view site = request.header("Sec-Fetch-Site");
    return site == "same-origin" || site == "none";
  }
  const std::string_view host = request.header("Host");
  if (request.has_header("Origin")) return is_ours(request.header("Origin"), host, public_url);
  if (request.has_header("Referer")) return is_ours(request.header("Referer"), host, public_url);
  return true;
}

http::Handler guarded(http::Handler handler, std::string public_url, http::ErrorPage refused) {
  // Not a coroutine: the inner task is handed on as it is, and the captures live as long as the route.
  return [handler = std::move(handler), public_url = std::move(public_url),
          refused = std::move(refused)](const http::Request& request) -> Task<http::Response> {
    if (is_our_own(request, public_url)) return handler(request);
    return [](http::Response response) -> Task<http::Response> {
      co_return response;
    }(refused(request, 403, "This form came from another site"));
  };
}

}  // namespace ff::storefront
