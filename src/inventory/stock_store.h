// The port for reading stock: labels on pages, `audit`, the back office. Stock is changed by orders
// (orders/order_store.h) and by the catalogue (catalog/catalog_store.h), never through here.
#pragma once

#include <vector>

#include "base/async.h"
#include "inventory/stock.h"

namespace ff::inventory {

/// What a reader that keeps up with stock has to learn.
struct StockChanges {
  std::vector<Stock> stocks;  // as they are now, each once
  bool all = false;           // every tracked variant: what is not among them is not tracked (any more)
  std::int64_t position = 0;  // for the next question
};

class StockStore {
 public:
  virtual ~StockStore() = default;
  /// One Stock per id, in order; an unknown id comes back untracked with zeros.
  virtual BatchTask<Stock> read(std::span<const VariantId> variants) = 0;
  /// Every tracked variant. Large; for label refresh and audit.
  virtual Task<Result<std::vector<Stock>>> read_all() = 0;

  static constexpr std::int64_t kFromScratch = -1;
  /// What orders did to `available` since `position`, an earlier answer's; with kFromScratch all there is.
  /// For labels: what the catalogue did is told by its version, and a change may be told twice, or by a
  /// process of an older release not at all, so ask for all now and then. A store that can't tell always
  /// answers all.
  virtual Task<Result<StockChanges>> changed_since(std::int64_t position);
};

}  // namespace ff::inventory
