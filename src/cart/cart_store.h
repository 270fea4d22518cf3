// The port through which carts are kept. Adapters: storage/sqlite, storage/memory.
//
// Invariant: a change that was answered is durable. A cart that was never stored reads as empty, version 0.
#pragma once

#include "base/async.h"
#include "cart/cart.h"

namespace ff::cart {

/// Any thread; nothing blocks the caller's.
class CartStore {
 public:
  virtual ~CartStore() = default;
  virtual BatchTask<Cart> read(std::span<const CartId> carts) = 0;
  /// Each change in turn, in one transaction; a change that is refused (kInvalid, kKeyReused) fails alone.
  /// Several changes of one cart in a batch are applied in order. After kUnknown the batch may be applied
  /// again: an addition with a key is made once (Cart::additions is kept with the lines).
  virtual BatchTask<Result<Cart>> apply(std::span<const Change> changes) = 0;
  /// Removes carts untouched since `before`, at most `limit`; returns how many.
  virtual Task<Result<std::int64_t>> remove_idle(Instant before, std::int64_t limit) = 0;
};

}  // namespace ff::cart
