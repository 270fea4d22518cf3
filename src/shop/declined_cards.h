// Against card testing: how many cards were declined for a cart, and so whether another may be tried for it.
//
// What it protects: one cart can't be used to try card after card, neither by form nor by API. What it does
// not: a cart costs nothing to make, so whoever makes a new one for each few cards gets on; tries that are at
// work at the same moment are all let through; each process counts for itself and forgets when it ends.
// Limits by address belong to the edge, limits by card to the gateway: docs/declined-cards.md.
//
// Invariant: holds at most kCartsMax carts; over that the one whose window began first is forgotten. Any
// thread. Before the first decline wait() is one atomic read, then one short lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"

namespace ff::shop {

class DeclinedCards {
 public:
  static constexpr std::size_t kDeclinesMax = 5;              // of one cart in a window
  static constexpr Duration kWindow = std::chrono::hours(1);  // from the first of them
  static constexpr std::size_t kCartsMax = 50'000;            // about 10 MB

  /// How long no card may be tried for this cart; nothing: one may be tried now.
  std::optional<Duration> wait(const CartId& cart, Instant now) const;
  /// A card was declined for this order, placed at `placed`. An order counts once, however often its answer
  /// is asked for, and an old one not at all: false when it did not count.
  bool note(const CartId& cart, const OrderId& order, Instant placed, Instant now);

 private:
  struct Declines {
    Instant since;
    std::size_t count = 0;
    std::array<OrderId, kDeclinesMax> orders{};
  };
  void forget_ended(Instant now);

  mutable std::mutex mutex_;
  std::unordered_map<CartId, Declines> carts_;
  std::deque<CartId> by_age_;  // each of carts_ once, in the order in which their windows began
  std::atomic<std::size_t> size_{0};
};

}  // namespace ff::shop
