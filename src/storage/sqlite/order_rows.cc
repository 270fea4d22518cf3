#include "storage/sqlite/order_rows.h"

#include <fmt/format.h>

#include <unordered_map>

#include "storage/documents.h"
#include "storage/order_rules.h"
#include "storage/purchases.h"
#include "storage/sqlite/cart_rows.h"
#include "storage/sqlite/queries.h"
#include "storage/sqlite/stock_rows.h"

namespace ff::storage {

namespace {

using orders::Order;

/// The row with its document.
Order order_from(sqlite::Database& database, DocumentReader& documents, const sqlite::Statement& row) {
  Order order = order_columns(row);
  if (!documents.decode(row.text(16), order)) {
    database.fail(
        Error{ErrorCode::kInternal,
              fmt::format("{}: the document of order {} can't be read", database.path(), order.id.text()),
              {}});
  }
  return order;
}

template <typename... Args>
std::optional<Order> read_one(sqlite::Database& database, DocumentReader& documents, std::string_view name,
                              const Args&... args) {
  auto row = database.statement(query(name));
  if (!row.query(args...).step()) return std::nullopt;
  return order_from(database, documents, row);
}

template <typename... Args>
std::vector<Order> read_many(sqlite::Database& database, std::string_view name, const Args&... args) {
  DocumentReader documents;
  std::vector<Order> orders;
  auto row = database.statement(query(name));
  row.query(args...);
  while (row.step())
    orders.push_back(order_from(database, documents, row));
  return orders;
}

void update(sqlite::Database& database, const Order& order) {
  database.statement(query("orders_update"))
      .run(order.number, order.state, order.payment, order.version, order.attempt, order.holding,
           order.updated_at, order.lease_expires_at, order.payment_reference, order.card_hint, order.reason);
}

/// Everything that one transaction of orders touches besides the orders' own rows.
struct Transaction {
  Transaction(sqlite::Database& database_in, Instant now_in)
      : database(database_in), now(now_in), stocks(database_in), carts(database_in) {}

  void write_back() {
    stocks.write_back();
    carts.write_back();
    if (!events.empty()) database.statement(query("events_insert")).run(now, "[" + events + "]");
  }

  sqlite::Database& database;
  Instant now;
  StockRows stocks;
  CartRows carts;
  std::string events;
  std::string document;
  DocumentReader documents;
};

/// Inserts; false, and nothing inserted, when its key or its id is there already.
bool insert(Transaction& transaction, Order& order) {
  transaction.document.clear();
  encode(transaction.document, order);
  transaction.database.statement(query("orders_insert"))
      .run(order.id, order.cart, order.idempotency_key, order.state, order.payment, order.version,
           order.attempt, order.holding, order.created_at, order.updated_at, order.hold_expires_at,
           order.lease_expires_at, order.payment_reference, order.card_hint, order.reason,
           transaction.document);
  if (transaction.database.failure() || transaction.database.changes() == 0) return false;
  order.number = transaction.database.last_insert_id();
  return true;
}

orders::PlaceOutcome inserted(Transaction& transaction, Box<Order> order, bool empty_cart) {
  append_event(transaction.events, order->id, order->version, event_of_placing(order));
  if (empty_cart) transaction.carts.remove_ordered(order, transaction.now);
  return orders::Placed{std::move(order)};
}

/// Takes its key away from an order; it keeps everything else.
void retire_key(sqlite::Database& database, const Order& order) {
  database.statement(query("orders_retire_key")).run(order.number, retired_key(order));
}

/// What stands includes what this transaction has placed.
std::optional<orders::OverLimit> over_limit(sqlite::Database& database, const orders::NewOrder& wanted) {
  Purchases purchases;
  for (const orders::PurchaseLimit& limit : wanted.limits) {
    auto row = database.statement(query("purchases_of"));
    if (row.query(limit.sale, limit.shopper).step())
      purchases.stand(limit.sale, limit.shopper, static_cast<inventory::Quantity>(row.integer(0)));
  }
  return purchases.over(wanted);
}

void write_purchases(sqlite::Database& database, const orders::NewOrder& granted) {
  for (const orders::PurchaseLimit& limit : granted.limits)
    database.statement(query("purchases_insert"))
        .run(limit.sale, limit.shopper, granted.order->id, limit.units);
}

/// Tries to insert before it looks: nearly every key is new, and the unique index looks anyway.
Result<orders::PlaceOutcome> place_one(Transaction& transaction, const orders::NewOrder& wanted) {
  if (!wanted.limits.empty()) {
    if (auto over = over_limit(transaction.database, wanted)) {
      auto stands = read_one(transaction.database, transaction.documents, "orders_by_key", wanted.order->cart,
                             wanted.order->idempotency_key);
      if (stands && !key_is_free(*stands, wanted.order->id, transaction.now))
        return existing(*stands, wanted.order->id, transaction.now);
      return std::move(*over);
    }
  }
  transaction.stocks.need(wanted.order);
  auto granted = grant(wanted, transaction.stocks.table(), transaction.now);
  auto* order = std::get_if<Box<Order>>(&granted);
  if (order && insert(transaction, **order))
    return inserted(transaction, std::move(*order), wanted.empty_cart);
  const auto stands = read_one(transaction.database, transaction.documents, "orders_by_key",
                               wanted.order->cart, wanted.order->idempotency_key);
  const bool key_free = stands && key_is_free(*stands, wanted.order->id, transaction.now);
  if (order && key_free) {
    retire_key(transaction.database, *stands);
    if (insert(transaction, **order)) return inserted(transaction, std::move(*order), wanted.empty_cart);
  }
  if (order) ungrant(*order, transaction.stocks.table());
  if (stands && !key_free) return existing(*stands, wanted.order->id, transaction.now);
  if (auto* sold_out = std::get_if<orders::SoldOut>(&granted)) return std::move(*sold_out);
  return fail(ErrorCode::kInternal, fmt::format("order id {} is used twice", wanted.order->id.text()));
}

Result<orders::SettleOutcome> settle_one(Transaction& transaction, const orders::Settlement& move) {
  auto order = read_one(transaction.database, transaction.documents, "orders_by_id", move.order);
  if (!order) return orders::NoSuchOrder{};
  transaction.stocks.need(*order);
  if (transaction.database.failure()) return orders::NotApplied{*order};  // not all of it could be read
  const bool held = order->holding;
  auto outcome = settle(*order, move, transaction.stocks.table(), transaction.now);
  if (!outcome || !std::holds_alternative<orders::Settled>(*outcome)) return outcome;
  update(transaction.database, *order);
  if (move.kind == orders::Settlement::Kind::kClaim && !held) {  // taken again: what is counted may differ
    transaction.document.clear();
    encode(transaction.document, *order);
    transaction.database.statement(query("orders_update_document")).run(order->number, transaction.document);
  }
  const std::string_view event = event_of(move);
  if (!event.empty()) append_event(transaction.events, order->id, order->version, event);
  if (move.empty_cart) transaction.carts.remove_ordered(*order, transaction.now);
  return outcome;
}

}  // namespace

Order order_columns(const sqlite::Statement& row) {
  Order order;
  order.number = row.integer(0);
  order.id = row.id<OrderId>(1);
  order.cart = row.id<CartId>(2);
  order.idempotency_key = row.text(3);
  order.state = static_cast<orders::State>(row.integer(4));
  order.payment = static_cast<orders::PaymentState>(row.integer(5));
  order.version = static_cast<std::int32_t>(row.integer(6));
  order.attempt = static_cast<std::int32_t>(row.integer(7));
  order.holding = row.truth(8);
  order.created_at = row.instant(9);
  order.updated_at = row.instant(10);
  order.hold_expires_at = row.instant(11);
  order.lease_expires_at = row.instant(12);
  order.payment_reference = row.text(13);
  order.card_hint = row.text(14);
  order.reason = row.text(15);
  return order;
}

Result<std::vector<orders::PlaceOutcome>> place(sqlite::Database& database,
                                                std::span<const orders::NewOrder> wanted, Instant now) {
  Transaction transaction(database, now);
  std::vector<orders::PlaceOutcome> outcomes;
  outcomes.reserve(wanted.size());
  for (const orders::NewOrder& one : wanted) {
    if (!may_be_placed(one.order)) {
      return fail(ErrorCode::kInternal, fmt::format("no order is placed as {}", to_string(one.order->state)));
    }
    auto outcome = place_one(transaction, one);
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    if (std::holds_alternative<orders::Placed>(*outcome)) write_purchases(database, one);
    outcomes.push_back(std::move(*outcome));
  }
  transaction.write_back();
  return outcomes;
}

Result<std::vector<orders::SettleOutcome>> settle(sqlite::Database& database,
                                                  std::span<const orders::Settlement> moves, Instant now) {
  Transaction transaction(database, now);
  std::vector<orders::SettleOutcome> outcomes;
  outcomes.reserve(moves.size());
  for (const orders::Settlement& move : moves) {
    auto outcome = settle_one(transaction, move);
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    outcomes.push_back(std::move(*outcome));
  }
  transaction.write_back();
  return outcomes;
}

Result<Order> take_over(sqlite::Database& database, const OrderId& id, std::int32_t attempt,
                        Duration lease_for, Instant now) {
  DocumentReader documents;
  auto order = read_one(database, documents, "orders_by_id", id);
  if (!order) return fail(ErrorCode::kNotFound, "there is no order " + id.text());
  if (auto ok = take_over(*order, attempt, lease_for, now); !ok) return tl::unexpected(std::move(ok.error()));
  update(database, *order);
  return std::move(*order);
}

std::int64_t release_holds(sqlite::Database& database, std::span<const OrderId> ids, Instant now) {
  Transaction transaction(database, now);
  std::int64_t released = 0;
  for (const OrderId& id : ids) {
    auto order = read_one(database, transaction.documents, "orders_by_id", id);
    if (!order) continue;
    transaction.stocks.need(*order);
    if (database.failure()) return released;  // not all of it could be read
    if (!release_hold(*order, transaction.stocks.table(), now)) continue;
    update(database, *order);
    ++released;
  }
  transaction.write_back();
  return released;
}

std::vector<std::optional<Order>> read_orders(sqlite::Database& database, std::span<const OrderId> ids) {
  DocumentReader documents;
  std::vector<std::optional<Order>> orders;
  orders.reserve(ids.size());
  for (const OrderId& id : ids)
    orders.push_back(read_one(database, documents, "orders_by_id", id));
  return orders;
}

std::vector<std::optional<Order>> find_orders(sqlite::Database& database,
                                              std::span<const orders::OrderKey> keys, Instant now) {
  DocumentReader documents;
  std::vector<std::optional<Order>> orders;
  orders.reserve(keys.size());
  for (const orders::OrderKey& key : keys) {
    auto order = read_one(database, documents, "orders_by_key", key.cart, key.idempotency_key);
    if (order && key_is_free(*order, {}, now)) order.reset();
    orders.push_back(std::move(order));
  }
  return orders;
}

std::vector<Order> overdue_orders(sqlite::Database& database, std::int64_t limit, Instant now) {
  return read_many(database, "orders_overdue", now, limit);
}

std::vector<Order> captures_due(sqlite::Database& database, std::int64_t limit) {
  return read_many(database, "orders_captures_due", limit);
}

void audit_orders(sqlite::Database& database, orders::Auditor& auditor) {
  DocumentReader documents;
  auto row = database.statement(query("orders_all"));
  while (row.step())
    auditor.order(order_from(database, documents, row));
  auto batch = database.statement(query("events_all"));
  while (batch.step()) {
    const bool read =
        documents.events(batch.text(0), [&](const OrderId& id, std::int32_t sequence, std::string_view type) {
          auditor.event(id, sequence, type);
        });
    if (!read)
      database.fail(Error{ErrorCode::kInternal, database.path() + ": a batch of events can't be read", {}});
  }
}

}  // namespace ff::storage
