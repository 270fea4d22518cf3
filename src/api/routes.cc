// From the table of endpoints to the router: every request is checked here before its handler sees it.
#include <algorithm>

#include "api/api.h"
#include "api/tables.h"
#include "base/text.h"

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

/// Catalogue answers are the same for everyone: caches may keep one for ten seconds, and show it for a minute
/// more while they fetch the next. All others belong to one client.
constexpr std::string_view kPublic = "public, max-age=0, s-maxage=10, stale-while-revalidate=60";

http::Response finish_cacheable(http::Response response) {
  if (response.status != 200) return response;
  // A makeshift answer says itself that it is not to be kept.
  const auto said = [](const auto& field) { return field.first == "Cache-Control"; };
  if (std::ranges::any_of(response.headers, said)) return response;
  response.header("Cache-Control", std::string(kPublic));
  // The body holds all that the answer shows, so its fingerprint names its inputs.
  const std::string seed = std::to_string(fingerprint(response.body));
  http::Response finished;
  finished.finished = http::finish(response, seed);
  return finished;
}

http::Response answer_now(const Endpoint& endpoint, const shop::Shop& shop, const http::Request& request) {
  tl::expected<Input, Problem> input = read_input(endpoint, request);
  if (!input) return respond(input.error(), request);
  return finish_cacheable(endpoint.immediate(shop, *input));
}

Task<http::Response> refuse(http::Response response) { co_return response; }

Task<http::Response> run(const Endpoint& endpoint, shop::Shop& shop, Input input) {
  http::Response response = co_await endpoint.handler(shop, std::move(input));
  if (endpoint.cacheable) co_return finish_cacheable(std::move(response));
  if (response.status < 400) response.header("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> answer_later(const Endpoint& endpoint, shop::Shop& shop, const http::Request& request) {
  tl::expected<Input, Problem> input = read_input(endpoint, request);
  if (!input) return refuse(respond(input.error(), request));
  return run(endpoint, shop, std::move(*input));
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> table = [] {
    std::vector<Endpoint> rows;
    add_catalogue_endpoints(rows);
    add_cart_endpoints(rows);
    add_checkout_endpoints(rows);
    add_order_endpoints(rows);
    add_reference_endpoints(rows);
    return rows;
  }();
  return table;
}

void add_routes(http::Router& router, shop::Shop& shop) {
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.immediate != nullptr) {
      router.get(endpoint.path, endpoint.priority, [&endpoint, &shop](const http::Request& request) {
        return answer_now(endpoint, shop, request);
      });
    } else {
      router.add(
          endpoint.method, endpoint.path, endpoint.priority,
          [&endpoint, &shop](const http::Request& request) { return answer_later(endpoint, shop, request); },
          endpoint.body_bytes_max);
    }
  }
}

}  // namespace ff::api
