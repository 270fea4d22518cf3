// place(): see order_rows.h.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/order_rules.h"
#include "storage/postgres/cart_rows.h"
#include "storage/postgres/order_codec.h"
#include "storage/postgres/order_rows.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/stock_rows.h"
#include "storage/purchases.h"

namespace ff::storage::pg {

namespace {

using orders::NewOrder;
using orders::Order;
using orders::PlaceOutcome;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Rows;

// Each round but the last ends because somebody else wrote a key between our look and our write, which a
// later round finds; an id that is used twice is found by none.
constexpr int kRoundsMax = 4;

/// A key that is given away: its order keeps everything else.
struct Retired {
  OrderId order;
  std::string key, instead;
};

/// What the rounds of one batch have learnt.
struct Batch {
  std::span<const NewOrder> wanted;
  Time time;
  bool look = false;  // for the keys, before deciding
  std::vector<Retired> retired;
};

using Key = std::pair<std::string_view, CartId>;
Key key_of(const Order& order) { return {order.idempotency_key, order.cart}; }

/// One round: one transaction.
class Round {
 public:
  Round(postgres::Connection& connection, Batch& batch)
      : connection_(connection), batch_(batch), limits_(limits_of(batch.wanted)) {}

  /// Nothing: another round is needed, and the batch says how it differs.
  Task<Outcome<std::optional<std::vector<PlaceOutcome>>>> run() {
    auto read = co_await lock_and_read();
    if (!read) co_return tl::unexpected(std::move(read.error()));
    decide();
    if (!batch_.look && missing_) {
      // Somebody goes empty-handed: that may be the retry of an order that exists.
      auto looked = co_await look_keys_up();
      if (!looked) co_return tl::unexpected(std::move(looked.error()));
      decide();
    }
    if (must_retire_) co_return std::nullopt;
    if (granted_.empty()) {
      auto confirmed = co_await confirm_what_stands();
      if (!confirmed) co_return tl::unexpected(std::move(confirmed.error()));
      co_return std::move(outcomes_);
    }
    auto written = co_await write_and_commit();
    if (!written) {
      if (!postgres::is_unique_violation(written.error()))
        co_return tl::unexpected(std::move(written.error()));
      batch_.look = true;
      co_return std::nullopt;
    }
    co_return std::move(outcomes_);
  }

 private:
  Task<Outcome<bool>> lock_and_read() {
    Exchange exchange;
    exchange.begin();
    if (!limits_.empty()) {
      exchange.add(query("purchases_lock"), limits_parameters());
      exchange.add(query("purchases_read"), limits_parameters());
    }
    if (!batch_.retired.empty()) exchange.add(query("orders_retire_key"), retire_parameters());
    if (batch_.look) exchange.add(query("orders_by_keys"), keys_parameters());
    for (const NewOrder& one : batch_.wanted) {
      stocks_.want(one.order);
      if (one.empty_cart) carts_.want(one.order->cart);
    }
    if (carts_.wanted()) carts_.add_lock(exchange);
    stocks_.add_lock(exchange);
    postgres::Params count;
    count.integer(static_cast<std::int64_t>(batch_.wanted.size()));
    exchange.add(query("moment_and_numbers"), std::move(count));
    auto rows = co_await connection_.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));

    std::size_t at = 1;
    if (!limits_.empty()) {
      const Rows& sums = (*rows)[++at];
      for (int row = 0; row < sums.count(); ++row)
        purchases_.stand(sums.text(row, 0), sums.text(row, 1),
                         static_cast<inventory::Quantity>(sums.integer(row, 2)));
      ++at;
    }
    if (!batch_.retired.empty()) ++at;
    if (batch_.look) {
      auto stored = remember((*rows)[at++]);
      if (!stored) co_return tl::unexpected(std::move(stored.error()));
    }
    if (carts_.wanted()) {
      auto carts = carts_.read((*rows)[at++]);
      if (!carts) co_return tl::unexpected(std::move(carts.error()));
    }
    stocks_.read((*rows)[at++]);
    now_ = batch_.time.now((*rows)[at].instant(0, 0));
    numbers_ = (*rows)[at].integers(0, 1);
    co_return true;
  }

  Task<Outcome<bool>> look_keys_up() {
    Exchange exchange;
    exchange.add(query("orders_by_keys"), keys_parameters());
    auto rows = co_await connection_.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    auto stored = remember(rows->front());
    if (!stored) co_return tl::unexpected(std::move(stored.error()));
    batch_.look = true;
    co_return true;
  }

  Outcome<void> remember(const Rows& rows) {
    auto orders = orders_from(rows, documents_);
    if (!orders) return tl::unexpected(std::move(orders.error()));
    stored_ = std::move(*orders);
    for (const Order& order : stored_)
      stored_by_key_.emplace(key_of(order), &order);
    return {};
  }

  /// In arrival order, on the stock as it was read.
  void decide() {
    stocks_.start_over();
    carts_.start_over();
    purchases_.start_over();
    bought_.clear();
    outcomes_.clear();
    outcomes_.reserve(batch_.wanted.size());
    granted_.clear();
    events_.clear();
    missing_ = must_retire_ = false;
    std::map<Key, std::size_t> placed;  // in this batch, by key: index of its outcome
    for (const NewOrder& one : batch_.wanted) {
      const Key key = key_of(one.order);
      if (const auto earlier = placed.find(key); earlier != placed.end()) {
        const Order& stands = *std::get<orders::Placed>(outcomes_[earlier->second]).order;
        outcomes_.emplace_back(existing(stands, one.order->id, now_));
        continue;
      }
      const auto found = stored_by_key_.find(key);
      const Order* const stands = found == stored_by_key_.end() ? nullptr : found->second;
      if (stands && !key_is_free(*stands, one.order->id, now_)) {
        outcomes_.emplace_back(existing(*stands, one.order->id, now_));
        continue;
      }
      if (auto over = purchases_.over(one)) {
        missing_ = true;
        outcomes_.emplace_back(std::move(*over));
        continue;
      }
      auto granted = grant(one, stocks_.table(), now_);
      if (auto* sold_out = std::get_if<orders::SoldOut>(&granted)) {
        missing_ = true;
        outcomes_.emplace_back(std::move(*sold_out));
        continue;
      }
      auto& box = std::get<Box<Order>>(granted);
      Order& order = *box;
      order.number = numbers_.at(granted_.size());
      if (stands) retire(*stands);
      append_event(events_, order.id, order.version, event_of_placing(order));
      if (one.empty_cart) carts_.remove_ordered(order, now_);
      purchases_.take(one);
      for (const orders::PurchaseLimit& limit : one.limits)
        bought_.push_back({&limit, order.id});
      granted_.push_back(outcomes_.size());
      placed.emplace(key, outcomes_.size());
      outcomes_.emplace_back(orders::Placed{std::move(box)});
    }
  }

  /// Orders are locked before stock, so the key is taken from its order at the start of another round.
  void retire(const Order& order) {
    const auto same = [&](const Retired& retired) { return retired.order == order.id; };
    if (std::any_of(batch_.retired.begin(), batch_.retired.end(), same)) return;
    must_retire_ = true;
    batch_.retired.push_back({order.id, order.idempotency_key, retired_key(order)});
    std::sort(batch_.retired.begin(), batch_.retired.end(),
              [](const Retired& a, const Retired& b) { return a.order < b.order; });
  }

  Task<Outcome<bool>> write_and_commit() {
    OrderList orders;
    orders.reserve(granted_.size());
    for (const std::size_t index : granted_)
      orders.push_back(&*std::get<orders::Placed>(outcomes_[index]).order);
    std::sort(orders.begin(), orders.end(),
              [](const Order* a, const Order* b) { return key_of(*a) < key_of(*b); });
    Exchange exchange;
    carts_.add_writes(exchange);
    stocks_.add_writes(exchange);
    exchange.add(query("orders_insert"), insert_parameters(orders));
    if (!bought_.empty()) exchange.add(query("purchases_insert"), bought_parameters());
    exchange.add(query("events_insert"), event_parameters(now_, "[" + events_ + "]", stocks_));
    exchange.commit();
    auto committed = co_await connection_.run(std::move(exchange));
    if (!committed) co_return tl::unexpected(std::move(committed.error()));
    co_return true;
  }

  /// An order that stands is told only when it is as durable as one that was committed here: see the query.
  Task<Outcome<bool>> confirm_what_stands() {
    const auto stands = [](const PlaceOutcome& o) { return std::holds_alternative<orders::Existing>(o); };
    if (std::none_of(outcomes_.begin(), outcomes_.end(), stands)) co_return true;
    Exchange exchange;
    exchange.add(query("confirm")).commit();
    auto committed = co_await connection_.run(std::move(exchange));
    if (!committed) co_return tl::unexpected(std::move(committed.error()));
    co_return true;
  }

  postgres::Params limits_parameters() const {
    using Limit = const orders::PurchaseLimit*;
    postgres::Params params;
    params.texts(limits_, [](Limit limit) -> std::string_view { return limit->sale; })
        .texts(limits_, [](Limit limit) -> std::string_view { return limit->shopper; });
    return params;
  }
  postgres::Params bought_parameters() const {
    postgres::Params params;
    params.texts(bought_, [](const Bought& b) -> std::string_view { return b.limit->sale; })
        .texts(bought_, [](const Bought& b) -> std::string_view { return b.limit->shopper; })
        .uuids(bought_, [](const Bought& b) -> const OrderId& { return b.order; })
        .integers(bought_, [](const Bought& b) -> std::int64_t { return b.limit->units; });
    return params;
  }
  postgres::Params keys_parameters() const {
    postgres::Params params;
    params
        .texts(batch_.wanted, [](const NewOrder& n) -> std::string_view { return n.order->idempotency_key; })
        .uuids(batch_.wanted, [](const NewOrder& n) -> const CartId& { return n.order->cart; });
    return params;
  }
  postgres::Params retire_parameters() const {
    postgres::Params params;
    params.uuids(batch_.retired, [](const Retired& r) -> const OrderId& { return r.order; })
        .texts(batch_.retired, [](const Retired& r) -> std::string_view { return r.key; })
        .texts(batch_.retired, [](const Retired& r) -> std::string_view { return r.instead; });
    return params;
  }

  struct Bought {
    const orders::PurchaseLimit* limit;
    OrderId order;
  };

  postgres::Connection& connection_;
  Batch& batch_;
  const std::vector<const orders::PurchaseLimit*> limits_;  // of the batch
  Purchases purchases_;
  std::vector<Bought> bought_;  // by what is granted
  StockRows stocks_;
  CartRows carts_;
  DocumentReader documents_;
  Instant now_;
  std::vector<std::int64_t> numbers_;
  std::vector<Order> stored_;  // whose keys are asked for
  std::map<Key, const Order*> stored_by_key_;
  std::vector<PlaceOutcome> outcomes_;
  std::vector<std::size_t> granted_;  // indices of outcomes_
  std::string events_;
  bool missing_ = false;
  bool must_retire_ = false;
};

Task<Outcome<bool>> roll_back(postgres::Connection& connection) {
  Exchange exchange;
  exchange.rollback();
  auto done = co_await connection.run(std::move(exchange));
  if (!done) co_return tl::unexpected(std::move(done.error()));
  co_return true;
}

}  // namespace

Task<Outcome<std::vector<PlaceOutcome>>> place(postgres::Connection& connection,
                                               std::span<const NewOrder> wanted, Time time) {
  if (wanted.empty()) co_return std::vector<PlaceOutcome>{};
  for (const NewOrder& one : wanted) {
    if (!may_be_placed(one.order)) {
      co_return postgres::refuse(ErrorCode::kInternal,
                                 fmt::format("no order is placed as {}", to_string(one.order->state)));
    }
  }
  Batch batch{wanted, time, false, {}};
  for (int round = 0; round < kRoundsMax; ++round) {
    Round one(connection, batch);
    auto outcome = co_await one.run();
    if (!outcome) co_return tl::unexpected(std::move(outcome.error()));
    if (outcome->has_value()) co_return std::move(**outcome);
    auto rolled_back = co_await roll_back(connection);
    if (!rolled_back) co_return tl::unexpected(std::move(rolled_back.error()));
  }
  co_return postgres::refuse(ErrorCode::kInternal, "the id of an order in this batch is used twice");
}

}  // namespace ff::storage::pg
