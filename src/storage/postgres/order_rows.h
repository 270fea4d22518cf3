// Orders in PostgreSQL: the port's transactions, each on a connection of its own.
//
// Invariants: those of orders/order_store.h. Every transaction locks in one order, whatever it does: the
// numbers of shoppers whose purchases are limited, orders by id, carts by id, stock by id; new keys come
// last, sorted, when all other locks are held. So two transactions never wait for each other in a circle,
// from however many processes.
//
// Placing takes two round trips and one commit for the whole batch: lock the stock and read it; decide here;
// write everything and commit. It does not look keys up first, since nearly every key is new: the unique
// index says when one is not, and then the batch starts over and looks. Rows per order are the price per
// order: one order row with its lines, key and totals; its stock row and its event's row are shared with the
// batch.
#pragma once

#include <optional>
#include <vector>

#include "orders/order_store.h"
#include "postgres/connection.h"

namespace ff::storage::pg {

/// Where "now" comes from: the database, unless a test says otherwise.
struct Time {
  Clock* instead = nullptr;
  Instant now(Instant of_database) const { return instead ? instead->now() : of_database; }
  /// For statements that compare with now by themselves: null means the database's own.
  void add_to(postgres::Params& params) const;
};

/// Each starts from scratch and may be run again until its commit was sent; spans live until it returns.
Task<postgres::Outcome<std::vector<orders::PlaceOutcome>>> place(postgres::Connection& connection,
                                                                 std::span<const orders::NewOrder> wanted,
                                                                 Time time);
Task<postgres::Outcome<std::vector<orders::SettleOutcome>>> settle(postgres::Connection& connection,
                                                                   std::span<const orders::Settlement> moves,
                                                                   Time time);
Task<postgres::Outcome<orders::Order>> take_over(postgres::Connection& connection, OrderId id,
                                                 std::int32_t attempt, Duration lease_for, Time time);
Task<postgres::Outcome<std::int64_t>> release_holds(postgres::Connection& connection,
                                                    std::span<const OrderId> ids, Time time);

using Found = std::vector<std::optional<orders::Order>>;
Task<postgres::Outcome<Found>> read_orders(postgres::Connection& connection, std::span<const OrderId> ids);
Task<postgres::Outcome<Found>> find_orders(postgres::Connection& connection,
                                           std::span<const orders::OrderKey> keys, Time time);
Task<postgres::Outcome<std::vector<orders::Order>>> overdue_orders(postgres::Connection& connection,
                                                                   std::int64_t limit, Time time);
Task<postgres::Outcome<std::vector<orders::Order>>> captures_due(postgres::Connection& connection,
                                                                 std::int64_t limit);
/// Stock, orders and events of one snapshot, read a few hundred rows at a time.
Task<postgres::Outcome<bool>> audit(postgres::Connection& connection, orders::Auditor& auditor);

}  // namespace ff::storage::pg
