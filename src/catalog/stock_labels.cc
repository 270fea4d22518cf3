#include "catalog/stock_labels.h"

namespace ff::catalog {
namespace {

std::uint64_t mix(std::uint64_t value) {  // SplitMix64's finaliser
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::uint64_t mix(VariantId variant, StockLabel label) {
  return mix(mix(static_cast<std::uint64_t>(variant.value)) + static_cast<std::uint64_t>(label));
}

}  // namespace

std::string_view to_string(StockLabel label) {
  switch (label) {
    case StockLabel::kInStock:
      break;
    case StockLabel::kFewLeft:
      return "few_left";
    case StockLabel::kBackorder:
      return "backorder";
    case StockLabel::kSoldOut:
      return "sold_out";
  }
  return "in_stock";
}

StockLabel label_of(const inventory::Stock& stock) {
  if (stock.policy == inventory::Policy::kUntracked) return StockLabel::kInStock;
  if (stock.available > kFewLeftMax) return StockLabel::kInStock;
  if (stock.available > 0) return StockLabel::kFewLeft;
  return stock.policy == inventory::Policy::kBackorder ? StockLabel::kBackorder : StockLabel::kSoldOut;
}

StockLabels::StockLabels(std::span<const inventory::Stock> stocks) {
  for (const inventory::Stock& stock : stocks) {
    const StockLabel label = label_of(stock);
    if (label == StockLabel::kInStock) continue;
    // A sum does not depend on the order in which a store lists its stock.
    if (exceptions_.emplace(stock.variant, label).second) fingerprint_ += mix(stock.variant, label);
  }
}

StockLabels::StockLabels(const StockLabels& before, std::span<const inventory::Stock> changed)
    : StockLabels(before) {
  for (const inventory::Stock& stock : changed) {
    const auto found = exceptions_.find(stock.variant);
    if (found != exceptions_.end()) {
      fingerprint_ -= mix(stock.variant, found->second);
      exceptions_.erase(found);
    }
    const StockLabel label = label_of(stock);
    if (label == StockLabel::kInStock) continue;
    exceptions_.emplace(stock.variant, label);
    fingerprint_ += mix(stock.variant, label);
  }
}

StockLabel StockLabels::of(VariantId variant) const {
  const auto found = exceptions_.find(variant);
  return found == exceptions_.end() ? StockLabel::kInStock : found->second;
}

bool StockLabels::available(const Product& product) const {
  for (const Variant& variant : product.variants) {
    if (of(variant.id) != StockLabel::kSoldOut) return true;
  }
  return false;
}

std::uint64_t StockLabels::fingerprint(const Product& product) const {
  std::uint64_t sum = 0;
  for (const Variant& variant : product.variants) {
    const StockLabel label = of(variant.id);
    if (label != StockLabel::kInStock) sum += mix(variant.id, label);
  }
  return sum;
}

std::shared_ptr<const StockLabels> StockLabelsHolder::load() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void StockLabelsHolder::store(std::shared_ptr<const StockLabels> next) {
  {
    const std::lock_guard lock(mutex_);
    if (*current_ == *next) return;
    current_.swap(next);
  }
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace ff::catalog
