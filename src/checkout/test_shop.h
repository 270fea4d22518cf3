// A whole shop in one thread for the tests of this room: memory store, a gateway that misbehaves on demand,
// and time that passes only when nothing else is left to do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/testing/simulated_time.h"
#include "checkout/audit_ledger.h"
#include "checkout/checkout.h"
#include "checkout/request.h"
#include "checkout/sweeper.h"
#include "payments/memory_gateway.h"
#include "storage/memory/memory_store.h"

namespace ff::checkout {

inline Money euros(std::int64_t minor) { return Money{minor, {}}; }

inline constexpr const char* kGoodCard = "4242424242424242";
inline constexpr const char* kDecliningCard = "4000000000000002";
inline constexpr const char* kReplyLostCard = "4000000000000119";
inline constexpr const char* kNeverArrivesCard = "4000000000000341";

// An order store that does what it is told before it passes a call on.
class InterruptedOrders final : public orders::OrderStore {
 public:
  explicit InterruptedOrders(orders::OrderStore& inner) : inner_(inner) {}
  std::function<std::optional<ErrorCode>()> after_place, after_settle;  // applied, but the reply is lost
  std::function<void(std::span<const orders::Settlement>)> before_settle;

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> batch) override {
    auto outcome = co_await inner_.place(batch);
    if (after_place) {
      if (const auto code = after_place()) co_return fail(*code, "the reply was lost");
    }
    co_return outcome;
  }
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> batch) override {
    if (before_settle) before_settle(batch);
    auto outcome = co_await inner_.settle(batch);
    if (after_settle) {
      if (const auto code = after_settle()) co_return fail(*code, "the reply was lost");
    }
    co_return outcome;
  }
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override {
    return inner_.read(ids);
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override {
    return inner_.find(keys);
  }
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease) override {
    return inner_.take_over(id, attempt, lease);
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override {
    return inner_.overdue(limit);
  }
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override {
    return inner_.release_holds(ids);
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override {
    return inner_.captures_due(limit);
  }
  Task<Result<void>> audit(orders::Auditor& auditor) override { return inner_.audit(auditor); }

 private:
  orders::OrderStore& inner_;
};

class ShopTest : public testing::Test, protected SimulatedTime {
 protected:
  ShopTest() : SimulatedTime(Instant{1'795'000'000'000'000}) {
    rules.countries = {"DE"};
    rules.delivery = {{"standard", "Standard", {"DE"}, euros(490), std::nullopt}};
    rules.tax = {{"DE", BasisPoints{1900}, true}};
    catalog::CatalogueChange change;
    change.upserts = {product("shirt", 2000), product("socks", 500), product("gift", 0)};
    change.stock = {{"shirt", 0, 3}, {"socks", 0, 100}, {"gift", 0, 100}};
    EXPECT_TRUE(run(store.catalog().apply(change, false)));
    publish();
    cart = CartId{Token::make(random)};
  }

  static catalog::Product product(const std::string& handle, std::int64_t price) {
    catalog::Product made;
    made.handle = handle;
    made.title = "The " + handle;
    made.options = {"Size"};
    made.variants.resize(1);
    made.variants[0].options[0] = "M";
    made.variants[0].sku = handle + "-m";
    made.variants[0].price = euros(price);
    return made;
  }
  void publish() {
    auto loaded = run(store.catalog().load());
    ASSERT_TRUE(loaded);
    catalogue.store(std::make_shared<const catalog::Snapshot>(std::move(*loaded)));
  }
  VariantId variant(std::string_view handle) { return catalogue.load()->product(handle)->variants[0].id; }

  void add_to_cart(std::string_view handle, inventory::Quantity quantity) {
    cart::Change change;
    change.cart = cart;
    change.variant = variant(handle);
    change.quantity = quantity;
    ASSERT_TRUE(run(committer.change_cart(change)));
  }
  Request request(std::string key, const char* card = kGoodCard) {
    Request made;
    made.cart = cart;
    made.idempotency_key = std::move(key);
    made.email = "ada@example.com";
    made.address.name = "Ada";
    made.address.line1 = "Street 1";
    made.address.city = "Berlin";
    made.address.postcode = "10115";
    made.address.country = "DE";
    made.delivery_method = "standard";
    made.card = payments::Card{card, 12, 2030, "123"};
    return made;
  }
  Result<Answer> place(Request made) { return run(service.place(std::move(made))); }
  Result<Answer> place(std::string key, const char* card = kGoodCard) {
    return place(request(std::move(key), card));
  }
  // Starts one and leaves it to itself.
  void start(Request made, std::optional<Result<Answer>>& answer) {
    asio::co_spawn(context, service.place(std::move(made)),
                   [&answer](const std::exception_ptr&, Result<Answer> value) { answer = std::move(value); });
    poll();
  }

  orders::Order read(const orders::Order& order) {
    const OrderId ids[] = {order.id};
    return *run(store.orders().read(ids))->front();
  }
  inventory::Stock stock(std::string_view handle) {
    const VariantId ids[] = {variant(handle)};
    return run(store.stock().read(ids))->front();
  }
  std::size_t lines_in_cart() {
    const CartId ids[] = {cart};
    return run(store.carts().read(ids))->front().lines.size();
  }
  payments::Payment payment(const orders::Order& order) {
    const auto found = ledger.payments.find(orders::payment_key(order.id));
    return found == ledger.payments.end() ? payments::Payment{} : found->second;
  }
  // Strict: nothing may lag.
  std::vector<orders::Violation> audit(Duration lag = Duration(-1)) {
    orders::Auditor auditor(clock.now(), lag);
    EXPECT_TRUE(run(orders.audit(auditor)));
    EXPECT_TRUE(run(audit_ledger(gateway, auditor)));
    return auditor.report().violations;
  }
  // Rounds of the sweeper until it has nothing left, at most `rounds`.
  void sweep(int rounds = 40) {
    for (int i = 0; i < rounds; ++i) {
      const bool settled = run(sweeper.settle_overdue());
      const bool captured = run(sweeper.capture_due());
      if (settled && captured) return;
      pass(std::chrono::seconds(10));
    }
  }
  void sweeper_runs_in_background() {
    asio::co_spawn(context, sweeper.settle_overdue(), [](const std::exception_ptr&, bool) {});
  }
  void later(Duration delay, std::function<void()> act) {
    asio::co_spawn(context, after(clock, delay, std::move(act)), asio::detached);
  }
  static Task<void> after(Clock& clock, Duration delay, std::function<void()> act) {
    co_await clock.sleep_for(delay);
    act();
  }

  SeededRandom random{42};
  telemetry::Registry metrics;
  storage::MemoryStore store{clock};
  InterruptedOrders orders{store.orders()};
  payments::MemoryLedger ledger;
  std::function<payments::Fate(payments::Operation, const std::string&)> fate =
      [](payments::Operation, const std::string&) { return payments::Fate{}; };
  payments::MemoryGateway gateway{
      ledger, clock,
      [this](payments::Operation operation, const std::string& key) { return fate(operation, key); },
      [this](Duration delay, std::function<void()> act) { later(delay, std::move(act)); }};
  pricing::Rules rules;
  catalog::SnapshotHolder catalogue;
  Settings settings;
  Committer committer{orders, store.carts(), clock, {}, metrics};
  Service service{catalogue, store.carts(), orders, committer, gateway,
                  rules,     clock,         random, settings,  metrics};
  Sweeper sweeper{orders, store.carts(), committer, gateway, clock, {}, metrics};
  CartId cart;
};

template <typename Kind>
const Kind* get(const Result<Answer>& answer) {
  return answer ? std::get_if<Kind>(&*answer) : nullptr;
}
inline ErrorCode code_of(const Result<Answer>& answer) {
  EXPECT_FALSE(answer.has_value());
  return answer ? ErrorCode::kInternal : answer.error().code;
}
inline std::string first_field(const Result<Answer>& answer) {
  return answer || answer.error().fields.empty() ? std::string() : answer.error().fields.front().field;
}

}  // namespace ff::checkout
