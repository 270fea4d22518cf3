// What an order does to stock and to itself: the one rule that every adapter applies to the rows that it read
// (and locked), before it writes them back.
//
// Invariants: I1 (stock moves only with the order that moves it), the state machine of orders/order.h, and
// I5: whatever changes a state raises version by one; the caller appends the event with that number.
// Pure: no clock, no I/O. When something is refused, neither order nor stock has changed.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "inventory/stock.h"
#include "orders/order_store.h"

namespace ff::storage {

/// Stock rows by variant, at least those of the orders in question. A variant without a row can't be bought.
using StockTable = std::unordered_map<VariantId, inventory::Stock>;

/// Whether an order may be placed in this state; another is our own mistake.
bool may_be_placed(const orders::Order& order);

/// The order as it stands when granted at `now` (all but its number), its stock taken; or what it lacks.
std::variant<Box<orders::Order>, orders::SoldOut> grant(const orders::NewOrder& wanted, StockTable& stocks,
                                                        Instant now);
/// Undoes grant() on the stock: the order turned out to exist already.
void ungrant(const orders::Order& granted, StockTable& stocks);

/// Applies one move. Settled: order and stock have changed. kInternal, and neither has: a counted line's
/// variant has no row in `stocks`, which the store never loses.
Result<orders::SettleOutcome> settle(orders::Order& order, const orders::Settlement& move, StockTable& stocks,
                                     Instant now);

/// kConflict (order unchanged) unless it is pending, its lease is over and `attempt` is the current one.
Result<void> take_over(orders::Order& order, std::int32_t attempt, Duration lease_for, Instant now);

/// Pending, and nobody works on it.
bool overdue(const orders::Order& order, Instant now);
/// Gives the stock of a pending order back when its hold has expired; false when there is nothing to give.
/// No row of its variant, nothing to give it back to: false. updated_at stays: it tells when somebody last
/// worked on the order, which this is not.
bool release_hold(orders::Order& order, StockTable& stocks, Instant now);

/// Whether the key of `order` may be given to an order called `asked_for`: see orders/order_store.h.
bool key_is_free(const orders::Order& order, const OrderId& asked_for, Instant now);
/// What becomes the idempotency_key of an order whose key is given away: it has a space, which no client's
/// key has, and the order's id, so that it is unique.
std::string retired_key(const orders::Order& order);

/// What somebody who comes with a key that has an order learns.
orders::Existing existing(const orders::Order& order, const OrderId& asked_for, Instant now);

/// The type of the event that goes with it: "paid", "captured", ...; empty when nothing happened that anybody
/// outside is told of (an order that is suspended stays what it is, and its version too).
std::string_view event_of_placing(const orders::Order& placed);
std::string_view event_of(const orders::Settlement& move);

/// Its lines as cart::remove_ordered() takes them.
std::vector<std::pair<VariantId, inventory::Quantity>> ordered(const orders::Order& order);

}  // namespace ff::storage
