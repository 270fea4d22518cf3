// Orders in SQLite: the port's transactions, each on a Database that is inside one.
//
// Invariants: those of orders/order_store.h. Rows per order are the price per order: one order row with its
// lines, key and totals; its stock row and its event's row are shared with the whole batch.
#pragma once

#include <optional>
#include <vector>

#include "orders/order_store.h"
#include "sqlite/database.h"

namespace ff::storage {

Result<std::vector<orders::PlaceOutcome>> place(sqlite::Database& database,
                                                std::span<const orders::NewOrder> wanted, Instant now);
Result<std::vector<orders::SettleOutcome>> settle(sqlite::Database& database,
                                                  std::span<const orders::Settlement> moves, Instant now);
Result<orders::Order> take_over(sqlite::Database& database, const OrderId& id, std::int32_t attempt,
                                Duration lease_for, Instant now);
std::int64_t release_holds(sqlite::Database& database, std::span<const OrderId> ids, Instant now);

std::vector<std::optional<orders::Order>> read_orders(sqlite::Database& database,
                                                      std::span<const OrderId> ids);
std::vector<std::optional<orders::Order>> find_orders(sqlite::Database& database,
                                                      std::span<const orders::OrderKey> keys, Instant now);
std::vector<orders::Order> overdue_orders(sqlite::Database& database, std::int64_t limit, Instant now);
std::vector<orders::Order> captures_due(sqlite::Database& database, std::int64_t limit);
/// The columns of a row of SELECT * FROM orders, all but its document (column 16).
orders::Order order_columns(const sqlite::Statement& row);
void audit_orders(sqlite::Database& database, orders::Auditor& auditor);

}  // namespace ff::storage
