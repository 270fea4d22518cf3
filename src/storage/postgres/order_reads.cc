// What reads orders without changing them, and audit(): see order_rows.h.
#include <map>
#include <unordered_map>

#include "storage/order_rules.h"
#include "storage/postgres/order_codec.h"
#include "storage/postgres/order_rows.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/stock_rows.h"

namespace ff::storage::pg {

namespace {

using orders::Order;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Rows;

Task<Outcome<std::vector<Order>>> read_many(postgres::Connection& connection, Exchange exchange) {
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  DocumentReader documents;
  co_return orders_from(rows->front(), documents);
}

// The first rows of a sum over a long ledger.
constexpr Duration kAuditStatementMax = std::chrono::minutes(30);

/// Opens the cursor and gives each chunk of its rows to `take(rows)`, which answers whether it could be read.
template <typename Take>
Task<Outcome<bool>> each_chunk(postgres::Connection& connection, std::string_view cursor,
                               std::string_view fetch, Take& take) {
  Exchange open;
  open.add(query(cursor));
  auto opened = co_await connection.run(std::move(open));
  if (!opened) co_return tl::unexpected(std::move(opened.error()));
  for (;;) {
    Exchange next;
    next.within(kAuditStatementMax).add(query(fetch));
    auto rows = co_await connection.run(std::move(next));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    if (rows->front().count() == 0) co_return true;
    auto taken = take(rows->front());
    if (!taken) co_return tl::unexpected(std::move(taken.error()));
  }
}

}  // namespace

void Time::add_to(postgres::Params& params) const {
  if (instead) {
    params.integer(instead->now().us);
  } else {
    params.null();
  }
}

Task<Outcome<Found>> read_orders(postgres::Connection& connection, std::span<const OrderId> ids) {
  Found found(ids.size());
  if (ids.empty()) co_return found;
  Exchange exchange;
  exchange.add(query("orders_by_ids"), ids_parameter(ids));
  auto read = co_await read_many(connection, std::move(exchange));
  if (!read) co_return tl::unexpected(std::move(read.error()));
  std::unordered_map<OrderId, const Order*> by_id;
  for (const Order& order : *read)
    by_id.emplace(order.id, &order);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto order = by_id.find(ids[i]); order != by_id.end()) found[i] = *order->second;
  }
  co_return found;
}

Task<Outcome<Found>> find_orders(postgres::Connection& connection, std::span<const orders::OrderKey> keys,
                                 Time time) {
  Found found(keys.size());
  if (keys.empty()) co_return found;
  Exchange exchange;
  postgres::Params params;
  params.texts(keys, [](const orders::OrderKey& k) -> std::string_view { return k.idempotency_key; })
      .uuids(keys, [](const orders::OrderKey& k) -> const CartId& { return k.cart; });
  exchange.add(query("orders_by_keys"), std::move(params)).add(query("moment"));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  DocumentReader documents;
  auto read = orders_from((*rows)[0], documents);
  if (!read) co_return tl::unexpected(std::move(read.error()));
  const Instant now = time.now((*rows)[1].instant(0, 0));
  std::map<std::pair<CartId, std::string_view>, const Order*> by_key;
  for (const Order& order : *read)
    by_key.emplace(std::pair{order.cart, std::string_view(order.idempotency_key)}, &order);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto order = by_key.find({keys[i].cart, keys[i].idempotency_key});
    if (order != by_key.end() && !key_is_free(*order->second, {}, now)) found[i] = *order->second;
  }
  co_return found;
}

Task<Outcome<std::vector<Order>>> overdue_orders(postgres::Connection& connection, std::int64_t limit,
                                                 Time time) {
  Exchange exchange;
  postgres::Params params;
  time.add_to(params);
  params.integer(limit);
  exchange.add(query("orders_overdue"), std::move(params));
  return read_many(connection, std::move(exchange));
}

Task<Outcome<std::vector<Order>>> captures_due(postgres::Connection& connection, std::int64_t limit) {
  Exchange exchange;
  postgres::Params params;
  params.integer(limit);
  exchange.add(query("orders_captures_due"), std::move(params));
  return read_many(connection, std::move(exchange));
}

Task<Outcome<bool>> audit(postgres::Connection& connection, orders::Auditor& auditor) {
  Exchange start;
  start.begin_snapshot().add(query("audit_settings"));
  auto started = co_await connection.run(std::move(start));
  if (!started) co_return tl::unexpected(std::move(started.error()));
  DocumentReader documents;
  auto take_stock = [&auditor](const Rows& rows) -> Outcome<void> {
    for (int row = 0; row < rows.count(); ++row)
      auditor.stock(stock_from(rows, row), rows.integer(row, 6));
    return {};
  };
  auto stock = co_await each_chunk(connection, "stock_audit_cursor", "stock_audit_fetch", take_stock);
  if (!stock) co_return stock;
  auto take_orders = [&](const Rows& rows) -> Outcome<void> {
    const auto read = orders_from(rows, documents);
    if (!read) return tl::unexpected(read.error());
    for (const Order& order : *read)
      auditor.order(order);
    return {};
  };
  auto orders = co_await each_chunk(connection, "orders_audit_cursor", "orders_audit_fetch", take_orders);
  if (!orders) co_return orders;
  auto take_events = [&](const Rows& rows) -> Outcome<void> {
    for (int row = 0; row < rows.count(); ++row) {
      const bool read = documents.events(
          rows.text(row, 0), [&](const OrderId& id, std::int32_t sequence, std::string_view type) {
            auditor.event(id, sequence, type);
          });
      if (!read) return postgres::refuse(ErrorCode::kInternal, "a row of events can't be read");
    }
    return {};
  };
  auto events = co_await each_chunk(connection, "events_audit_cursor", "events_audit_fetch", take_events);
  co_return events;  // the snapshot ends with the rollback that follows
}

}  // namespace ff::storage::pg
