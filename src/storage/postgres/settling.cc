// settle(), take_over(), release_holds(): see order_rows.h.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "storage/order_rules.h"
#include "storage/postgres/cart_rows.h"
#include "storage/postgres/order_codec.h"
#include "storage/postgres/order_rows.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/stock_rows.h"

namespace ff::storage::pg {

namespace {

using orders::Order;
using orders::Settlement;
using postgres::Exchange;
using postgres::Outcome;

/// The orders that one transaction has locked, with what else it has to lock for them.
struct Locked {
  explicit Locked(postgres::Connection& connection_in) : connection(connection_in) {}

  Order* order(const OrderId& id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : &orders[found->second];
  }

  Task<Outcome<bool>> lock_orders(std::vector<OrderId> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Exchange exchange;
    exchange.begin().add(query("orders_lock"), ids_parameter(ids));
    auto rows = co_await connection.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    auto read = orders_from((*rows)[1], documents);
    if (!read) co_return tl::unexpected(std::move(read.error()));
    orders = std::move(*read);
    for (std::size_t i = 0; i < orders.size(); ++i)
      by_id.emplace(orders[i].id, i);
    co_return true;
  }

  /// What carts and stocks want, and then what time it is.
  Task<Outcome<bool>> lock_the_rest(Time time) {
    Exchange exchange;
    if (carts.wanted()) carts.add_lock(exchange);
    if (stocks.wanted()) stocks.add_lock(exchange);
    exchange.add(query("moment"));
    auto rows = co_await connection.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    std::size_t at = 0;
    if (carts.wanted()) {
      auto read = carts.read((*rows)[at++]);
      if (!read) co_return tl::unexpected(std::move(read.error()));
    }
    if (stocks.wanted()) stocks.read((*rows)[at++]);
    now = time.now((*rows)[at].instant(0, 0));
    co_return true;
  }

  Task<Outcome<bool>> write_and_commit() {
    if (changed.empty()) co_return true;
    OrderList list, documents_changed;
    for (const OrderId& id : changed)
      list.push_back(order(id));
    for (const OrderId& id : recounted)
      documents_changed.push_back(order(id));
    Exchange exchange;
    exchange.add(query("orders_update"), update_parameters(list));
    if (!documents_changed.empty())
      exchange.add(query("orders_update_document"), document_parameters(documents_changed));
    carts.add_writes(exchange);
    stocks.add_writes(exchange);
    // A hold that is released is no event, but it is a change of stock.
    if (!events.empty() || !stocks.moved().empty())
      exchange.add(query("events_insert"), event_parameters(now, "[" + events + "]", stocks));
    exchange.commit();
    auto committed = co_await connection.run(std::move(exchange));
    if (!committed) co_return tl::unexpected(std::move(committed.error()));
    co_return true;
  }

  /// What others have done is told only when it is as durable as what was committed here: see the query.
  Task<Outcome<bool>> confirm_what_stands() {
    Exchange exchange;
    exchange.add(query("confirm")).commit();
    auto committed = co_await connection.run(std::move(exchange));
    if (!committed) co_return tl::unexpected(std::move(committed.error()));
    co_return true;
  }

  postgres::Connection& connection;
  DocumentReader documents;
  std::vector<Order> orders;
  std::unordered_map<OrderId, std::size_t> by_id;
  CartRows carts;
  StockRows stocks;
  Instant now;
  std::string events;
  std::unordered_set<OrderId> changed;
  std::unordered_set<OrderId> recounted;  // their documents changed too
};

Result<orders::SettleOutcome> settle_one(Locked& rows, const Settlement& move) {
  Order* const order = rows.order(move.order);
  if (!order) return orders::NoSuchOrder{};
  const bool held = order->holding;
  auto outcome = storage::settle(*order, move, rows.stocks.table(), rows.now);
  if (!outcome || !std::holds_alternative<orders::Settled>(*outcome)) return outcome;
  rows.changed.insert(order->id);
  // Taken again: what is counted may differ.
  if (move.kind == Settlement::Kind::kClaim && !held) rows.recounted.insert(order->id);
  const std::string_view event = event_of(move);
  if (!event.empty()) append_event(rows.events, order->id, order->version, event);
  if (move.empty_cart) rows.carts.remove_ordered(*order, rows.now);
  return outcome;
}

bool moves_stock(Settlement::Kind kind) {
  return kind == Settlement::Kind::kClaim || kind == Settlement::Kind::kDecline ||
         kind == Settlement::Kind::kCancel;
}

}  // namespace

Task<Outcome<std::vector<orders::SettleOutcome>>> settle(postgres::Connection& connection,
                                                         std::span<const Settlement> moves, Time time) {
  std::vector<orders::SettleOutcome> outcomes;
  if (moves.empty()) co_return outcomes;
  Locked rows(connection);
  std::vector<OrderId> ids;
  for (const Settlement& move : moves)
    ids.push_back(move.order);
  auto locked = co_await rows.lock_orders(std::move(ids));
  if (!locked) co_return tl::unexpected(std::move(locked.error()));
  for (const Settlement& move : moves) {
    const Order* const order = rows.order(move.order);
    if (order && moves_stock(move.kind)) rows.stocks.want(*order);
    if (order && move.empty_cart) rows.carts.want(order->cart);
  }
  auto rest = co_await rows.lock_the_rest(time);
  if (!rest) co_return tl::unexpected(std::move(rest.error()));
  outcomes.reserve(moves.size());
  for (const Settlement& move : moves) {
    auto outcome = settle_one(rows, move);
    if (!outcome) co_return postgres::refuse(outcome.error().code, outcome.error().detail);
    outcomes.push_back(std::move(*outcome));
  }
  if (rows.changed.empty()) {
    auto confirmed = co_await rows.confirm_what_stands();
    if (!confirmed) co_return tl::unexpected(std::move(confirmed.error()));
    co_return outcomes;
  }
  auto written = co_await rows.write_and_commit();
  if (!written) co_return tl::unexpected(std::move(written.error()));
  co_return outcomes;
}

Task<Outcome<Order>> take_over(postgres::Connection& connection, OrderId id, std::int32_t attempt,
                               Duration lease_for, Time time) {
  Locked rows(connection);
  std::vector<OrderId> ids{id};
  auto locked = co_await rows.lock_orders(std::move(ids));
  if (!locked) co_return tl::unexpected(std::move(locked.error()));
  Order* const order = rows.order(id);
  if (!order) co_return postgres::refuse(ErrorCode::kNotFound, "there is no order " + id.text());
  auto rest = co_await rows.lock_the_rest(time);
  if (!rest) co_return tl::unexpected(std::move(rest.error()));
  if (auto ok = storage::take_over(*order, attempt, lease_for, rows.now); !ok) {
    co_return postgres::refuse(ok.error().code, ok.error().detail);
  }
  rows.changed.insert(id);
  auto written = co_await rows.write_and_commit();
  if (!written) co_return tl::unexpected(std::move(written.error()));
  co_return *order;
}

Task<Outcome<std::int64_t>> release_holds(postgres::Connection& connection, std::span<const OrderId> ids,
                                          Time time) {
  std::int64_t released = 0;
  if (ids.empty()) co_return released;
  Locked rows(connection);
  std::vector<OrderId> wanted(ids.begin(), ids.end());
  auto locked = co_await rows.lock_orders(std::move(wanted));
  if (!locked) co_return tl::unexpected(std::move(locked.error()));
  for (const Order& order : rows.orders) {
    if (order.holding) rows.stocks.want(order);
  }
  auto rest = co_await rows.lock_the_rest(time);
  if (!rest) co_return tl::unexpected(std::move(rest.error()));
  for (Order& order : rows.orders) {
    if (!release_hold(order, rows.stocks.table(), rows.now)) continue;
    rows.changed.insert(order.id);
    ++released;
  }
  auto written = co_await rows.write_and_commit();
  if (!written) co_return tl::unexpected(std::move(written.error()));
  co_return released;
}

}  // namespace ff::storage::pg
