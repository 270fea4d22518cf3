// Stock of one variant, and the rules by which it moves (I1 Conservation).
//
// Invariant: received = available + held + sold at every commit; held and sold are never negative; available
// is negative only for a variant that may be backordered. Every adapter moves stock through these functions
// or through SQL that the contract test holds against them.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace ff::inventory {

using Quantity = std::int64_t;  // 1..kQuantityMax where a shopper asks for it
inline constexpr Quantity kQuantityMax = 99;

enum class Policy : std::uint8_t {
  kDeny,       // can't be bought when none is left
  kBackorder,  // can be bought; available goes below zero
  kUntracked,  // nobody counts it: always available
};

struct Stock {
  VariantId variant;
  Policy policy = Policy::kDeny;
  Quantity received = 0;
  Quantity available = 0;
  Quantity held = 0;
  Quantity sold = 0;
  bool conserved() const { return received == available + held + sold && held >= 0 && sold >= 0; }
  bool operator==(const Stock&) const = default;
};

/// available -> held. False, and nothing moved, when the policy does not allow it. Untracked always may
/// and nothing is counted: whoever holds remembers whether it was (orders::Line::counted), because the policy
/// may change before the hold ends.
[[nodiscard]] bool hold(Stock& stock, Quantity quantity);
/// held -> available, of a quantity that was counted, whatever the policy is by now.
void release(Stock& stock, Quantity quantity);
/// held -> sold, likewise.
void sell_held(Stock& stock, Quantity quantity);
/// available -> sold in one step; same answer as hold().
[[nodiscard]] bool sell(Stock& stock, Quantity quantity);
/// sold -> available: a cancelled sale of a quantity that was counted.
void unsell(Stock& stock, Quantity quantity);
/// received and available change together: import, restock, correction.
void adjust(Stock& stock, Quantity delta);

}  // namespace ff::inventory
