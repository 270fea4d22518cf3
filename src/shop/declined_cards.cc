#include "shop/declined_cards.h"

#include <algorithm>

namespace ff::shop {

std::optional<Duration> DeclinedCards::wait(const CartId& cart, Instant now) const {
  if (size_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = carts_.find(cart);
  if (found == carts_.end() || found->second.count < kDeclinesMax) return std::nullopt;
  const Duration left = found->second.since + kWindow - now;
  if (left.count() <= 0) return std::nullopt;
  return left;
}

bool DeclinedCards::note(const CartId& cart, const OrderId& order, Instant placed, Instant now) {
  if (placed + kWindow <= now) return false;
  const std::lock_guard lock(mutex_);
  forget_ended(now);
  const auto [place, first] = carts_.try_emplace(cart);
  Declines& declines = place->second;
  if (first) {
    declines.since = now;
    by_age_.push_back(cart);
  }
  const auto end = declines.orders.begin() + static_cast<std::ptrdiff_t>(declines.count);
  if (std::find(declines.orders.begin(), end, order) != end) return false;
  const bool counts = declines.count < kDeclinesMax;
  if (counts) declines.orders[declines.count++] = order;
  if (by_age_.size() > kCartsMax) {
    carts_.erase(by_age_.front());
    by_age_.pop_front();
  }
  size_.store(carts_.size(), std::memory_order_relaxed);
  return counts;
}

/// Windows end in the order in which they began.
void DeclinedCards::forget_ended(Instant now) {
  while (!by_age_.empty() && now >= carts_.at(by_age_.front()).since + kWindow) {
    carts_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

}  // namespace ff::shop
