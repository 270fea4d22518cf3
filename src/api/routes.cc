// From the table of endpoints to the router: every request is checked here before its handler sees it.
#include <memory>

#include "api/api.h"
#include "api/tables.h"
#include "base/text.h"
#include "http/caching.h"
#include "http/page_cache.h"
#include "http/wire.h"

namespace ff::api {

namespace {

/// "application/json", perhaps with charset=utf-8, which it is anyway (RFC 8259, 8.1).
bool is_json(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (!iequals_ascii(trim(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(content_type.substr(semicolon + 1));
  return iequals_ascii(parameter, "charset=utf-8") || iequals_ascii(parameter, "charset=\"utf-8\"");
}

tl::expected<JsonBody, Problem> read_body(const Endpoint& endpoint, const http::Request& request) {
  if (!endpoint.body) return JsonBody();
  if (request.body.empty() && !endpoint.body_required) return JsonBody();
  if (!is_json(request.header("Content-Type")) || request.has_header("Content-Encoding")) {
    return tl::unexpected(Problem{&problems::kUnsupportedMediaType, {}, {}});
  }
  return JsonBody::parse(request.body, *endpoint.body);
}

tl::expected<Input, Problem> read_input(const Endpoint& endpoint, const http::Request& request) {
  tl::expected<Arguments, Problem> arguments = Arguments::read(request, endpoint.parameters);
  if (!arguments) return tl::unexpected(std::move(arguments.error()));
  tl::expected<JsonBody, Problem> body = read_body(endpoint, request);
  if (!body) return tl::unexpected(std::move(body.error()));
  return Input{request, std::move(*arguments), std::move(*body)};
}

/// Catalogue answers are the same for everyone: shared caches may keep one for ten seconds, and a CDN may
/// show it for a minute more while it fetches the next. All others belong to one client.
constexpr http::CachePolicy kPublic{"public, max-age=0, s-maxage=10",
                                    "max-age=10, stale-while-revalidate=60, stale-if-error=600"};

/// A line moves each second, and a crowd looks at it: one second at the edge makes one question of thousands.
constexpr http::CachePolicy kFleeting{"public, max-age=1, s-maxage=1", "max-age=1, stale-while-revalidate=5"};

constexpr std::size_t kCompressedBytesMin = 1024;         // below, the headers weigh more than is won
constexpr std::size_t kCacheBytesMax = 16 * 1024 * 1024;  // of compressed answers

/// Makes the finished bytes of cacheable answers. Those of some size are compressed, once for each content:
/// the body holds all that the answer shows, so its fingerprint is its name, and what was asked need not be.
/// Answers that belong to one client are not compressed: each is new, and what an attacker could have put
/// into one (BREACH) must not show in its length.
class Finisher {
 public:
  explicit Finisher(telemetry::Registry& metrics)
      : compressed_("api", kCacheBytesMax, http::default_security_headers(), metrics) {}

  http::Response finish(const Endpoint& endpoint, const http::Request& request, http::Response response) {
    if (response.status != 200) return response;
    set_cache_policy(response, endpoint.fleeting ? kFleeting : kPublic);
    const std::uint64_t content = fingerprint(response.body);
    const std::string name = std::to_string(content);
    const http::Encoding encoding = http::negotiate(request.header("Accept-Encoding"));
    const bool large = response.body.size() >= kCompressedBytesMin;
    http::Response finished;
    if (large && encoding != http::Encoding::kIdentity) {
      const auto inputs = [&] { return content; };
      const auto render = [&] { return response; };
      http::Callables recipe(inputs, render);
      finished.finished = compressed_.get(name, encoding, {}, recipe);
    }
    if (!finished.finished) {
      if (large) response.header("Vary", "Accept-Encoding");
      finished.finished = http::finish(response, name);
    }
    return finished;
  }

 private:
  http::PageCache compressed_;
};

http::Response answer_now(const Endpoint& endpoint, const shop::Shop& shop, Finisher& finisher,
                          const http::Request& request) {
  tl::expected<Input, Problem> input = read_input(endpoint, request);
  if (!input) return respond(input.error(), request);
  return finisher.finish(endpoint, request, endpoint.immediate(shop, *input));
}

Task<http::Response> refuse(http::Response response) { co_return response; }

Task<http::Response> run(const Endpoint& endpoint, shop::Shop& shop, Finisher& finisher, Input input) {
  const http::Request& request = input.http;
  http::Response response = co_await endpoint.handler(shop, std::move(input));
  if (endpoint.cacheable) co_return finisher.finish(endpoint, request, std::move(response));
  if (response.status < 400) response.header("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> answer_later(const Endpoint& endpoint, shop::Shop& shop, Finisher& finisher,
                                  const http::Request& request) {
  tl::expected<Input, Problem> input = read_input(endpoint, request);
  if (!input) return refuse(respond(input.error(), request));
  // What a client may change has no entity tag, so none that it knows can fit (RFC 9110 13.1.1).
  const bool changes = endpoint.method != http::Method::kGet;
  if (changes && request.has_header("Content-Range"))  // a part of a body, which nothing here takes (14.5)
    return refuse(error_page(request, 400, http::reason_phrase(400)));
  if (changes && request.has_header("If-Match"))
    return refuse(error_page(request, 412, http::reason_phrase(412)));
  return run(endpoint, shop, finisher, std::move(*input));
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> table = [] {
    std::vector<Endpoint> rows;
    add_catalogue_endpoints(rows);
    add_cart_endpoints(rows);
    add_checkout_endpoints(rows);
    add_sale_endpoints(rows);
    add_order_endpoints(rows);
    add_reference_endpoints(rows);
    return rows;
  }();
  return table;
}

void add_routes(http::Router& router, shop::Shop& shop) {
  const auto finisher = std::make_shared<Finisher>(shop.metrics);  // lives as long as the handlers
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.immediate != nullptr) {
      router.get(endpoint.path, endpoint.priority,
                 [&endpoint, &shop, finisher](const http::Request& request) {
                   return answer_now(endpoint, shop, *finisher, request);
                 });
    } else {
      router.add(
          endpoint.method, endpoint.path, endpoint.priority,
          [&endpoint, &shop, finisher](const http::Request& request) {
            return answer_later(endpoint, shop, *finisher, request);
          },
          endpoint.body_bytes_max);
    }
  }
}

}  // namespace ff::api
