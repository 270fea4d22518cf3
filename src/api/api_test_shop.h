// A whole shop in one thread for the tests of this room: memory store, a gateway that answers by card number,
// and requests sent through the real router. Every JSON answer is held against the schema that the document
// states for its status.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "api/api.h"
#include "api/endpoint.h"
#include "storage/memory/memory_store.h"

namespace ff::api {

/// 4000...0002 is declined, 4000...0119 stays unknown, every other card is good.
class CardGateway final : public payments::Gateway {
 public:
  Task<Result<payments::Payment>> authorise(payments::AuthoriseRequest request) override {
    ++authorisations;
    if (request.card.number == "4000000000000119") co_return fail(ErrorCode::kUnknown, "lost reply");
    payments::Payment payment;
    payment.key = request.key;
    payment.amount = request.amount;
    payment.reference = "test-" + request.key;
    payment.card_hint = "Visa ending " + request.card.number.substr(request.card.number.size() - 4);
    const bool declined = request.card.number == "4000000000000002";
    payment.status = declined ? payments::Status::kDeclined : payments::Status::kAuthorised;
    if (declined) payment.decline_reason = "Your bank refused the card.";
    co_return payment;
  }
  Task<Result<payments::Payment>> capture(std::string, Instant) override {
    co_return fail(ErrorCode::kUnknown);
  }
  Task<Result<payments::Payment>> close(std::string, Instant) override {
    co_return fail(ErrorCode::kUnknown);
  }
  Task<Result<payments::Payment>> lookup(std::string, Instant) override {
    co_return fail(ErrorCode::kUnknown);
  }
  Task<Result<std::vector<payments::Payment>>> ledger() override {
    co_return std::vector<payments::Payment>();
  }
  int authorisations = 0;
};

class TestShop {
 public:
  static constexpr std::string_view kCart = "0123456789abcdef0123456789abcdef";

  TestShop() : store(clock), random(7), carts(store.carts()) {
    catalog::CatalogueChange change;
    change.upserts = {shirt(), plain("wool-scarf", "Wool Scarf", 3500)};
    change.collections = {collection("shirts", "Shirts", "Shirts")};
    change.stock = {
        {"linen-shirt", 0, 50}, {"linen-shirt", 1, 2}, {"linen-shirt", 2, 0}, {"wool-scarf", 0, 50}};
    EXPECT_TRUE(run(store.catalog().apply(change, false)));
    Result<catalog::Catalogue> loaded = run(store.catalog().load());
    EXPECT_TRUE(loaded);
    auto snapshot = std::make_shared<const catalog::Snapshot>(std::move(*loaded));
    catalogue.store(snapshot);
    index.store(std::make_shared<const catalog::Index>(snapshot));
    Result<std::vector<inventory::Stock>> stocks = run(store.stock().read_all());
    EXPECT_TRUE(stocks);
    labels.store(std::make_shared<const catalog::StockLabels>(*stocks));
    add_routes(router, shop);
    router.set_error_page(error_page);
  }

  VariantId variant(std::string_view handle, std::size_t i) const {
    return catalogue.load()->product(handle)->variants[i].id;
  }

  struct Reply {
    int status = 0;
    std::string body;
    std::string etag;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string header(std::string_view name) const {
      for (const auto& [known, value] : headers) {
        if (known == name) return value;
      }
      return {};
    }
    std::string head;  // of finished bytes
  };

  /// `target` with its query. A body goes with Content-Type: application/json unless `headers` has its own.
  Reply send(http::Method method, const std::string& target, std::string body = {},
             std::vector<std::pair<std::string_view, std::string_view>> headers = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = std::string_view(target).substr(mark + 1);
    request.headers = std::move(headers);
    if (!body.empty() && !request.has_header("Content-Type")) {
      request.headers.emplace_back("Content-Type", "application/json");
    }
    request.body = std::move(body);
    request.headers.emplace_back("X-Request-Id", "request-1");
    request.deadline = clock.now() + std::chrono::seconds(30);
    const http::Router::Match match = router.match(request);
    if (match.route == nullptr)
      return reply(error_page(request, match.allow.empty() ? 404 : 405, "No"), nullptr);
    const Endpoint* endpoint = nullptr;
    for (const Endpoint& row : endpoints()) {
      if (row.path == match.route->pattern && row.method == method) endpoint = &row;
    }
    if (match.route->immediate) return reply(match.route->immediate(request), endpoint);
    return reply(run(match.route->handler(request)), endpoint);
  }
  Reply get(const std::string& target) { return send(http::Method::kGet, target); }

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(
        context, [](Task<T> inner) -> Task<T> { co_return co_await std::move(inner); }(std::move(task)),
        [&](std::exception_ptr error, T value) {
          EXPECT_FALSE(error);
          result.emplace(std::move(value));
        });
    context.restart();
    while (!result && context.run_one() > 0) {
    }
    return std::move(*result);
  }

  asio::io_context context;
  SystemClock clock;
  storage::MemoryStore store;
  SeededRandom random;
  CardGateway gateway;
  pricing::Rules rules = test_rules();
  catalog::SnapshotHolder catalogue;
  catalog::StockLabelsHolder labels;
  catalog::IndexHolder index;
  telemetry::Registry metrics;
  cart::CartStore& carts;
  checkout::Committer committer{store.orders(), carts, clock, {}, metrics};
  checkout::Service service{catalogue, carts, store.orders(), committer, gateway,
                            rules,     clock, random,         {},        metrics};
  shop::Shop shop{{},        rules,   catalogue, labels, index,  carts, store.stock(), store.orders(),
                  committer, service, clock,     random, metrics};
  http::Router router;

 private:
  static Reply reply(const http::Response& response, const Endpoint* endpoint) {
    Reply reply;
    reply.status = response.status;
    reply.body = response.body;
    reply.headers = response.headers;
    if (response.finished) {
      reply.status = 200;
      reply.body = response.finished->body;
      reply.etag = response.finished->etag;
      reply.head = response.finished->head;
    }
    if (endpoint != nullptr && reply.status < 400) {
      for (const Answer& answer : endpoint->answers) {
        if (answer.status != reply.status || !answer.schema) continue;
        const auto fits = JsonBody::parse(reply.body, *answer.schema);
        if (!fits) {
          for (const FieldError& fault : fits.error().errors) {
            ADD_FAILURE() << endpoint->operation_id << " " << fault.field << " " << fault.message;
          }
          ADD_FAILURE() << fits.error().detail << "\n" << reply.body;
        }
        return reply;
      }
      ADD_FAILURE() << endpoint->operation_id << " answered " << reply.status << ", which it does not state";
    }
    return reply;
  }

  static catalog::Product shirt() {
    catalog::Product product = plain("linen-shirt", "Linen Shirt", 4900);
    product.type = "Shirts";
    product.tags = {"linen", "summer"};
    product.options = {"Size"};
    catalog::Variant variant = product.variants.front();
    product.variants.clear();
    for (const char* size : {"S", "M", "L"}) {
      variant.options[0] = size;
      variant.sku = std::string("LS-") + size;
      product.variants.push_back(variant);
    }
    product.variants[0].compare_at = Money{5900, {}};
    return product;
  }

  static catalog::Product plain(std::string handle, std::string title, std::int64_t price) {
    catalog::Product product;
    product.handle = std::move(handle);
    product.title = std::move(title);
    product.vendor = "House";
    product.type = "Accessories";
    product.body_html = "<p>Warm &amp; light.</p>";
    catalog::Variant variant;
    variant.price = Money{price, {}};
    product.variants = {variant};
    return product;
  }

  static catalog::Collection collection(std::string handle, std::string title, std::string type) {
    catalog::Collection made;
    made.handle = std::move(handle);
    made.title = std::move(title);
    made.types = {std::move(type)};
    return made;
  }

  static pricing::Rules test_rules() {
    pricing::Rules rules;
    rules.delivery = {{"standard", "Standard, 2-4 working days", {"*"}, Money{490, {}}, Money{10000, {}}}};
    rules.tax = {{"*", BasisPoints{1900}, true}};
    rules.countries = {"DE", "FR"};
    return rules;
  }
};

/// A member of a JSON text by a path of names; "" when it isn't a text.
inline std::string text_at(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, found;
  std::string_view text;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return "not JSON";
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "absent";
  return found.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
inline std::int64_t number_at(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, found;
  std::int64_t number = -1;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return -1;
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS || found.get(number) != simdjson::SUCCESS)
    return -1;
  return number;
}

}  // namespace ff::api
