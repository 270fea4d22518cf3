#include "payments/gateway_api.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "payments/gateway_wire.h"
#include "telemetry/log.h"

namespace ff::payments {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kNoBody = 0;
constexpr std::size_t kEmptyObject = 16;  // "{}" is what clients send that can't send nothing

Response answer(int status, std::string json) {
  Response response = Response::json(status, std::move(json));
  response.header("Cache-Control", "no-store");
  return response;
}

Response refuse(int status, std::string_view why) {
  std::string body;
  JsonWriter json(body);
  json.object([&] { json.key("error").value(why); });
  return answer(status, std::move(body));
}

Task<Response> at_once(Response response) { co_return response; }

class GatewayApi {
 public:
  GatewayApi(DemoGateway& gateway, std::optional<SharedSecret> secret)
      : gateway_(gateway), secret_(std::move(secret)) {}

  /// Why the request is not even looked at.
  std::optional<Response> turn_away(const Request& request) const {
    if (request.has_header("Origin") || request.has_header("Sec-Fetch-Site"))
      return refuse(403, "this is no place for browsers");
    if (secret_ && !secret_->admits(request.header("Authorization"))) {
      Response response = refuse(401, "the token is missing or is another one than the gateway's");
      response.header("WWW-Authenticate", "Bearer");
      return response;
    }
    const std::string_view key = request.param("key");
    if (!key.empty() && !wire::is_key(key))
      return refuse(404, "there is no payment of that key, nor can there be");
    return std::nullopt;
  }

  Task<Response> authorise(const Request& request) {
    Result<wire::Authorise> asked = wire::read_authorise(request.body);
    if (!asked) co_return refuse(422, "the request " + asked.error().detail);
    AuthoriseRequest authorising;
    authorising.key = request.param("key");
    authorising.amount = asked->amount;
    authorising.card.number = std::move(asked->card);
    authorising.deadline = request.deadline;
    Result<Payment> outcome = co_await gateway_.authorise(std::move(authorising));
    co_return told(std::move(outcome));
  }

  using Operation = Task<Result<Payment>> (DemoGateway::*)(std::string key, Instant deadline);
  Task<Response> run(Operation operation, const Request& request) {
    std::string key(request.param("key"));
    Result<Payment> outcome = co_await (gateway_.*operation)(std::move(key), request.deadline);
    co_return told(std::move(outcome));
  }

  Task<Response> list(const Request& request) {
    const auto query = http::Form::parse(request.query);
    if (!query) co_return refuse(422, "the query can't be read");
    std::string after(query->get("after"));
    const auto limit = query->has("limit") ? parse_int(query->get("limit")) : wire::kPagePaymentsMax;
    if ((!after.empty() && !wire::is_key(after)) || !limit || *limit < 1)
      co_return refuse(422, "after must be a key, and limit a number above 0");
    const std::int64_t payments_max = std::min(*limit, wire::kPagePaymentsMax);
    Result<std::vector<Payment>> payments = co_await gateway_.page(std::move(after), payments_max);
    if (!payments) co_return not_told(payments.error());
    wire::Page page{std::move(*payments), {}};
    if (static_cast<std::int64_t>(page.payments.size()) == payments_max) page.next = page.payments.back().key;
    co_return answer(200, wire::write(page));
  }

 private:
  Response told(Result<Payment> outcome) {
    if (!outcome) return not_told(outcome.error());
    return answer(200, wire::write(*outcome));
  }
  Response not_told(const Error& error) {
    std::uint64_t left_out = 0;
    if (untold_.admit(left_out))
      log::warning("payments", "a shop was not told an outcome",
                   {{"detail", error.detail}, {"like_it_before", left_out}});
    // 503 and not 504, which the server's log tells as an error of ours: here a test card brings it about.
    return refuse(503, "the outcome is not known; ask again with the same key, or look it up");
  }

  DemoGateway& gateway_;
  const std::optional<SharedSecret> secret_;
  log::Sparing untold_;
};

}  // namespace

void add_gateway_routes(http::Router& router, DemoGateway& gateway, std::optional<SharedSecret> secret) {
  using http::Method;
  const auto api = std::make_shared<GatewayApi>(gateway, std::move(secret));
  const auto add = [&](Method method, const std::string& rest, std::size_t body_bytes_max, auto work) {
    router.add(
        method, std::string(wire::kPaymentsPath) + rest, http::Priority::kCheckout,
        [api, work](const Request& request) {
          if (auto away = api->turn_away(request)) return at_once(std::move(*away));
          return work(*api, request);
        },
        body_bytes_max);
  };
  const auto of_key = [](GatewayApi::Operation operation) {
    return [operation](GatewayApi& it, const Request& request) { return it.run(operation, request); };
  };
  add(Method::kPost, "/{key}/authorise", wire::kRequestBytesMax,
      [](GatewayApi& it, const Request& request) { return it.authorise(request); });
  add(Method::kPost, "/{key}/capture", kEmptyObject, of_key(&DemoGateway::capture));
  add(Method::kPost, "/{key}/void", kEmptyObject, of_key(&DemoGateway::void_authorisation));
  add(Method::kPost, "/{key}/refund", kEmptyObject, of_key(&DemoGateway::refund));
  add(Method::kGet, "/{key}", kNoBody, of_key(&DemoGateway::lookup));
  add(Method::kGet, "", kNoBody, [](GatewayApi& it, const Request& request) { return it.list(request); });
  router.set_error_page(
      [](const Request&, int status, std::string_view title) { return refuse(status, title); });
}

}  // namespace ff::payments
