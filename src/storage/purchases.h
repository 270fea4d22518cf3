// How much the shoppers of one batch have had of sales that allow each only so much: the one rule that
// adapters apply to the sums that they read (and locked), before they write the batch's own.
//
// Invariant: what over() lets through and take() counts never exceeds a limit together with what stands.
// Pure: no clock, no I/O.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orders/order_store.h"

namespace ff::storage {

/// For one transaction.
class Purchases {
 public:
  /// What stands in orders that were placed before; of a shopper nobody speaks of: 0.
  void stand(std::string_view sale, std::string_view shopper, inventory::Quantity units);
  /// Why the order can't be had, if a limit is in its way.
  std::optional<orders::OverLimit> over(const orders::NewOrder& wanted) const;
  /// It is granted.
  void take(const orders::NewOrder& granted);
  /// Forgets what was taken since stand().
  void start_over() { taken_.clear(); }

 private:
  using Key = std::pair<std::string, std::string>;  // sale, shopper
  std::map<Key, inventory::Quantity> standing_, taken_;
};

/// All limits of a batch, one after the other.
std::vector<const orders::PurchaseLimit*> limits_of(std::span<const orders::NewOrder> wanted);

}  // namespace ff::storage
