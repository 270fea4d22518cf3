// A whole shop in one thread for the tests of the buying pages: the memory store, the demo bank's rules
// without its delays, a clock that only the test moves, and a browser that keeps cookies and follows nothing
// by itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/testing/simulated_time.h"
#include "embedded/web.h"
#include "payments/card.h"
#include "payments/ledger.h"
#include "storage/memory/memory_store.h"
#include "storefront/buying_routes.h"
#include "storefront/error_pages.h"

namespace ff::storefront {

/// Answers at once by the card's documented behaviour; what never arrives or is not told is kUnknown.
class InstantGateway final : public payments::Gateway {
 public:
  explicit InstantGateway(Clock& clock) : clock_(clock) {}
  int authorisations = 0;
  Duration takes{0};

  Task<Result<payments::Payment>> authorise(payments::AuthoriseRequest request) override {
    ++authorisations;
    if (takes.count() > 0) co_await clock_.sleep_for(takes);
    const payments::Behaviour behaviour = payments::behaviour_of(request.card.number);
    if (behaviour == payments::Behaviour::kRequestLost) co_return fail(ErrorCode::kUnknown, "lost");
    payments::Payment& payment = of(request.key);
    payments::authorise(payment, request, behaviour, "ref");
    if (behaviour == payments::Behaviour::kReplyLost) co_return fail(ErrorCode::kUnknown, "lost");
    co_return payment;
  }
  Task<Result<payments::Payment>> capture(std::string key, Instant) override {
    payments::capture(of(key));
    co_return of(key);
  }
  Task<Result<payments::Payment>> close(std::string key, Instant) override {
    payments::close(of(key));
    co_return of(key);
  }
  Task<Result<payments::Payment>> lookup(std::string key, Instant) override { co_return of(key); }
  Task<Result<std::vector<payments::Payment>>> ledger() override {
    std::vector<payments::Payment> all;
    for (const auto& [key, payment] : payments_)
      all.push_back(payment);
    co_return all;
  }

 private:
  payments::Payment& of(const std::string& key) {
    payments::Payment& payment = payments_[key];
    payment.key = key;
    return payment;
  }
  Clock& clock_;
  std::map<std::string, payments::Payment> payments_;
};

struct TestShop : SimulatedTime {
  TestShop() : SimulatedTime(Instant{1'795'000'000'000'000}) {  // November 2026
    rules.currency = *Currency::parse("EUR");
    rules.countries = {"DE", "US"};
    rules.delivery = {{"standard", "Standard, 2-4 days", {"DE"}, euros(490), euros(8000)},
                      {"express", "Express, tomorrow", {"DE"}, euros(990), std::nullopt},
                      {"world", "Worldwide, 5-9 days", {"US"}, euros(1990), std::nullopt}};
    rules.tax = {{"DE", BasisPoints{1900}, true}, {"US", BasisPoints{0}, true}};
    shop.identity.demo = true;
    catalog::CatalogueChange change;
    catalog::Product shirt;
    shirt.handle = "linen-shirt";
    shirt.title = "Linen <Shirt>";
    shirt.options = {"Colour", "Size"};
    shirt.variants.resize(2);
    shirt.variants[0].options = {"Navy", "M", ""};
    shirt.variants[0].price = euros(5900);
    shirt.variants[1].options = {"Navy", "L", ""};
    shirt.variants[1].price = euros(6100);
    catalog::Product scarf;
    scarf.handle = "scarf";
    scarf.title = "Scarf";
    scarf.variants.resize(1);
    scarf.variants[0].price = euros(2500);
    change.upserts = {shirt, scarf};
    change.stock = {{"linen-shirt", 0, 50}, {"linen-shirt", 1, 2}, {"scarf", 0, 200}};
    apply(change);
    add_buying_routes(router, shop, layout);
    router.set_error_page([this](const http::Request& request, int status, std::string_view title) {
      return errors.page(request, status, title);
    });
  }

  static Money euros(std::int64_t cents) { return Money{cents, *Currency::parse("EUR")}; }

  /// Changes the catalogue and lets the shop see it.
  void apply(catalog::CatalogueChange change) {
    const auto applied = run(store.catalog().apply(std::move(change), false));
    auto loaded = run(store.catalog().load());
    if (!applied || !loaded) std::abort();
    catalogue.store(std::make_shared<const catalog::Snapshot>(std::move(*loaded)));
  }
  void set_stock(std::string handle, std::size_t variant, std::int64_t available) {
    catalog::CatalogueChange change;
    change.upserts = {*catalogue.load()->product(handle)};
    change.stock = {{std::move(handle), variant, available}};
    apply(std::move(change));
  }
  void set_price(const std::string& handle, std::int64_t cents) {
    catalog::CatalogueChange change;
    change.upserts = {*catalogue.load()->product(handle)};
    for (catalog::Variant& variant : change.upserts[0].variants)
      variant.price = euros(cents);
    apply(std::move(change));
  }
  std::string variant(const std::string& handle, std::size_t nth) const {
    return std::to_string(catalogue.load()->product(handle)->variants.at(nth).id.value);
  }

  SeededRandom random{7};
  telemetry::Registry metrics;
  storage::MemoryStore store{clock};
  InstantGateway gateway{clock};
  pricing::Rules rules;
  catalog::SnapshotHolder catalogue;
  catalog::StockLabelsHolder labels;
  catalog::IndexHolder index;
  checkout::Committer committer{store.orders(), store.carts(), clock, checkout::CommitterLimits{}, metrics};
  checkout::Service service{catalogue, store.carts(), store.orders(),       committer, gateway, rules,
                            clock,     random,        checkout::Settings{}, metrics};
  shop::Shop shop{shop::Identity{}, rules,     catalogue, labels, index,  store.carts(), store.stock(),
                  store.orders(),   committer, service,   clock,  random, metrics};
  Assets assets{embedded::web()};
  Layout layout{shop.identity, assets};
  ErrorPages errors{layout, catalogue};
  http::Router router;
};

/// A form as a browser sends it.
inline std::string body_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += http::percent_encode(name) + "=" + http::percent_encode(value);
  }
  return body;
}

/// One shopper's browser on that shop.
class Browser {
 public:
  explicit Browser(TestShop& shop) : shop_(shop) {}
  std::map<std::string, std::string> cookies;
  std::vector<std::pair<std::string, std::string>> extra_headers;

  http::Response get(const std::string& target) { return send(http::Method::kGet, target, {}); }
  http::Response post(const std::string& target,
                      const std::vector<std::pair<std::string, std::string>>& fields) {
    return send(http::Method::kPost, target, body_of(fields));
  }
  http::Response send(http::Method method, const std::string& target, std::string body) {
    return shop_.run(serve(method, target, std::move(body)));
  }
  /// For several at once.
  Task<http::Response> serve(http::Method method, std::string target, std::string body) {
    http::Request request;
    request.method = method;
    request.target = target;
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = std::string_view(target).substr(question + 1);
    request.body = std::move(body);
    request.deadline = shop_.clock.now() + std::chrono::seconds(60);
    std::string jar;
    for (const auto& [name, value] : cookies)
      jar += (jar.empty() ? "" : "; ") + name + "=" + value;
    request.headers.emplace_back("Host", "shop.example");
    if (!jar.empty()) request.headers.emplace_back("Cookie", jar);
    if (method == http::Method::kPost) request.headers.emplace_back("Origin", "http://shop.example");
    for (const auto& [name, value] : extra_headers)
      request.headers.emplace_back(name, value);
    const http::Router::Match match = shop_.router.match(request);
    http::Response response;
    if (match.route == nullptr) {
      response = shop_.errors.page(request, match.allow.empty() ? 404 : 405, "");
    } else if (match.route->handler) {
      response = co_await match.route->handler(request);
    } else {
      response = match.route->immediate(request);
    }
    keep_cookies(response);
    co_return response;
  }

 private:
  void keep_cookies(const http::Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name != "Set-Cookie") continue;
      const std::size_t equals = value.find('=');
      cookies[value.substr(0, equals)] = value.substr(equals + 1, value.find(';') - equals - 1);
    }
  }
  TestShop& shop_;
};

inline std::string header_of(const http::Response& response, std::string_view wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return {};
}

/// The value of a form field in a page: of `name="..." ... value="..."`; empty when it has none.
inline std::string value_of(const std::string& html, const std::string& field) {
  const std::size_t at = html.find("name=\"" + field + "\"");
  if (at == std::string::npos) return {};
  const std::size_t end = html.find('>', at);
  const std::size_t value = html.find("value=\"", at);
  if (value == std::string::npos || value > end) return {};
  return html.substr(value + 7, html.find('"', value + 7) - value - 7);
}

}  // namespace ff::storefront
