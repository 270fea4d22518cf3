// The waiting room as pages and API ask it: may this cart be checked out now, or where does its shopper
// stand?
//
// Invariant: while no queue is open nothing here costs more than one look at the board, and reads no store. A
// shop without a door (Shop::door is null) has no waiting room.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "cart/cart.h"
#include "catalog/snapshot.h"
#include "sales/door.h"
#include "shop/shop.h"

namespace ff::shop {

/// Whether any checkout needs a pass now.
bool guards_anything(const Shop& shop);

/// The handles of the products that these lines are of: views into `snapshot`. Lines of what is not sold any
/// more have none.
std::vector<std::string_view> handles_of(const catalog::Snapshot& snapshot,
                                         std::span<const cart::Line> lines);

/// The lines of visit.cart; none where there is no such cart.
Task<Result<std::vector<cart::Line>>> lines_of(Shop& shop, std::optional<CartId> cart);

/// Where the shopper stands before the checkout of what is in the cart, with a ticket: a new one where it has
/// none. Nothing: it may go on. The views of `visit` outlive the task.
Task<Result<std::optional<sales::Queued>>> before_checkout(Shop& shop, sales::Visit visit);

}  // namespace ff::shop
