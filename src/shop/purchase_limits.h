// What the running sales allow the shopper of an order: who it is counted for, and how much of it counts.
//
// Invariant: a shopper is known by a hash of the e-mail address, in the spelling in which most mailboxes are
// the same, and by the cart; either alone is enough to be held to a limit. What is kept names nobody. Reads
// memory only; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orders/order_store.h"
#include "sales/board.h"

namespace ff::shop {

std::vector<orders::PurchaseLimit> purchase_limits(const sales::Board& board, const orders::Order& order,
                                                   Instant now);

/// Without what can be varied while the mail still arrives: capitals, "+anything", and dots where the host is
/// known to ignore them.
std::string mailbox_of(std::string_view email);

}  // namespace ff::shop
