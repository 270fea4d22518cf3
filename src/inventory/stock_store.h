// The port for reading stock: labels on pages, `audit`, the back office. Stock is changed by orders
// (orders/order_store.h) and by the catalogue (catalog/catalog_store.h), never through here.
#pragma once

#include <vector>

#include "base/async.h"
#include "inventory/stock.h"

namespace ff::inventory {

class StockStore {
 public:
  virtual ~StockStore() = default;
  /// One Stock per id, in order; an unknown id comes back untracked with zeros.
  virtual BatchTask<Stock> read(std::span<const VariantId> variants) = 0;
  /// Every tracked variant. Large; for label refresh and audit.
  virtual Task<Result<std::vector<Stock>>> read_all() = 0;
};

}  // namespace ff::inventory
