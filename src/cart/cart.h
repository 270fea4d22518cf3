// What a shopper means to buy. A cart is known by a random token: knowing it is the permission to use it.
//
// Invariant: at most kLinesMax lines, no two for one variant, each quantity in 1..inventory::kQuantityMax.
// A cart holds no promise: prices and stock are checked again when it is shown and when it is ordered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"
#include "inventory/stock.h"

namespace ff::cart {

inline constexpr std::size_t kLinesMax = 100;
inline constexpr std::size_t kAdditionsMax = 8;  // remembered by a cart: a replay comes at once or never

struct Line {
  VariantId variant;
  inventory::Quantity quantity = 1;
  Money price_seen;       // what the shopper was shown last, to tell them when it changed
  std::string name = {};  // "Linen Shirt, Navy / M" as the shopper saw it, for when it isn't sold any more
  bool operator==(const Line&) const = default;
};

/// An addition that a cart has taken in, so that it isn't taken in again.
struct Addition {
  std::uint64_t key = 0;
  VariantId variant;
  inventory::Quantity quantity = 0;
  bool operator==(const Addition&) const = default;
};

struct Cart {
  CartId id;
  std::uint64_t version = 0;  // grows with every change; 0: nothing was ever stored
  std::vector<Line> lines;    // in the order they were added
  Instant updated_at;
  std::vector<Addition> additions = {};  // the last kAdditionsMax that had a key, oldest first
  bool made_line =
      false;  // by the change that this is the outcome of; not kept: never true of a cart as read
  bool operator==(const Cart&) const = default;
};

/// One change of one cart; applied atomically with respect to other changes of that cart.
struct Change {
  enum class Kind : std::uint8_t {
    kAdd,    // quantity is added to the line (made if absent); the sum may not pass the limit
    kSet,    // the line's quantity becomes this (made if absent); 0 removes it
    kSeen,   // price_seen of the line becomes this, if the line is there
    kEmpty,  // all lines go
  };
  CartId cart;
  Kind kind = Kind::kAdd;
  VariantId variant;
  inventory::Quantity quantity = 0;
  Money price_seen;
  /// kAdd only; not 0: the addition is made once, however often the change comes again with this key while
  /// the cart remembers it. The other kinds lead to the same cart each time anyhow.
  std::uint64_t key = 0;
  std::string name = {};  // the line's, with kAdd and kSet; empty: what it was
};

/// The change on a cart in memory: the one rule that every adapter applies. kInvalid names the limit that
/// would be passed ("quantity", "lines"), kKeyReused a key that another addition had; the cart is then
/// unchanged. Says whether it made a line, and raises version and sets updated_at, unless the change makes no
/// difference (removing what is not there, adding what was added under this key).
Result<void> apply(Cart& cart, const Change& change, Instant now);

/// Takes what was ordered out of the cart: quantities go down, lines that reach zero leave. What was added
/// since stays. Raises version as apply() does.
void remove_ordered(Cart& cart, std::span<const std::pair<VariantId, inventory::Quantity>> ordered,
                    Instant now);

}  // namespace ff::cart
