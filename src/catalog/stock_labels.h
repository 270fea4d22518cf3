// What pages say about stock: coarse and eventually fresh. The truth is decided when an order reserves.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/snapshot.h"
#include "inventory/stock.h"

namespace ff::catalog {

enum class StockLabel : std::uint8_t {
  kInStock,
  kFewLeft,    // 1..kFewLeftMax
  kBackorder,  // none left, but it can be ordered
  kSoldOut,
};
inline constexpr inventory::Quantity kFewLeftMax = 3;

/// "in_stock", "few_left", "backorder", "sold_out": the word for machines, in the API and in pages' data.
std::string_view to_string(StockLabel label);

StockLabel label_of(const inventory::Stock& stock);

/// Labels of all variants at one moment. Immutable.
class StockLabels {
 public:
  StockLabels() = default;
  explicit StockLabels(std::span<const inventory::Stock> stocks);
  /// `before`, with the labels of `changed` as they are now.
  StockLabels(const StockLabels& before, std::span<const inventory::Stock> changed);
  StockLabel of(VariantId variant) const;        // kInStock for a variant that nobody counts
  bool available(const Product& product) const;  // any variant can be bought
  /// Changes when the label of any variant of the product changes; part of a page's inputs.
  std::uint64_t fingerprint(const Product& product) const;
  /// The same for equal sets of labels, and (but for a chance of 2^-64) only for them.
  std::uint64_t fingerprint() const { return fingerprint_; }
  bool operator==(const StockLabels&) const = default;
  /// The variants that can't be bought, in no order.
  template <typename Body>
  void each_sold_out(Body&& body) const {
    for (const auto& [variant, label] : exceptions_) {
      if (label == StockLabel::kSoldOut) body(variant);
    }
  }

 private:
  std::uint64_t fingerprint_ = 0;
  std::unordered_map<VariantId, StockLabel> exceptions_;  // those not kInStock
};

/// The current labels; same use as SnapshotHolder. generation() moves only when a label did.
class StockLabelsHolder {
 public:
  std::shared_ptr<const StockLabels> load() const;
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  void store(std::shared_ptr<const StockLabels> next);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const StockLabels> current_ = std::make_shared<StockLabels>();
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace ff::catalog
