#include "storage/purchases.h"

namespace ff::storage {

void Purchases::stand(std::string_view sale, std::string_view shopper, inventory::Quantity units) {
  standing_[Key(sale, shopper)] = units;
}

std::optional<orders::OverLimit> Purchases::over(const orders::NewOrder& wanted) const {
  const auto in = [](const std::map<Key, inventory::Quantity>& sums, const Key& key) {
    const auto found = sums.find(key);
    return found == sums.end() ? 0 : found->second;
  };
  for (const orders::PurchaseLimit& limit : wanted.limits) {
    const Key key(limit.sale, limit.shopper);
    const inventory::Quantity bought = in(standing_, key) + in(taken_, key);
    if (bought + limit.units > limit.units_max) return orders::OverLimit{limit.sale, limit.units_max, bought};
  }
  return std::nullopt;
}

void Purchases::take(const orders::NewOrder& granted) {
  for (const orders::PurchaseLimit& limit : granted.limits)
    taken_[Key(limit.sale, limit.shopper)] += limit.units;
}

std::vector<const orders::PurchaseLimit*> limits_of(std::span<const orders::NewOrder> wanted) {
  std::vector<const orders::PurchaseLimit*> limits;
  for (const orders::NewOrder& one : wanted) {
    for (const orders::PurchaseLimit& limit : one.limits)
      limits.push_back(&limit);
  }
  return limits;
}

}  // namespace ff::storage
