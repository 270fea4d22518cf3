// The port through which the catalogue is kept. Adapters: storage/postgres, storage/sqlite,
// storage/memory.
//
// Invariant: apply() is all or nothing and raises the version by one when anything changed. Changes of the
// catalogue are applied one after the other, whoever makes them, so that a reader who sees a version sees all
// of it and of those before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "catalog/product.h"

namespace ff::catalog {

/// The stock that a variant should have available after an import; nothing means "leave it".
struct StockTarget {
  std::string handle;         // of the product
  std::size_t variant_index;  // into Product::variants of the product with that handle in the same change
  std::int64_t available = 0;
};

struct CatalogueChange {
  /// Created or made equal, by handle. Variants keep their id when their option values are the same; a
  /// variant that the new product lacks is removed (its orders keep their own copy of what was sold).
  std::vector<Product> upserts;
  std::vector<std::string> removed_handles;
  std::vector<Collection> collections;  // created or made equal, by handle
  std::vector<StockTarget> stock;       // after the upserts; written as ledger adjustments
};

struct ChangeCounts {
  std::int64_t created = 0, changed = 0, removed = 0, unchanged = 0;  // products
  std::int64_t variants_created = 0, variants_changed = 0, variants_removed = 0;
  std::int64_t stock_adjusted = 0;  // variants whose available changed
};

/// What changed is told for so many versions back. Beyond, and after a release that did not write it down,
/// the whole is loaded. It bounds what is kept of products that were removed.
inline constexpr std::int64_t kVersionsKept = 1000;
/// Of more changed products than this the whole is loaded, too: that is read in portions.
inline constexpr std::size_t kChangedProductsMax = 10'000;

/// Any thread; nothing blocks the caller's.
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;
  virtual Task<Result<Catalogue>> load() = 0;
  virtual Task<Result<std::uint64_t>> version() = 0;
  /// Those of `handles` that no product has, whatever its status, in their order. A look-up each.
  virtual Task<Result<std::vector<std::string>>> unknown_handles(std::vector<std::string> handles) = 0;
  /// What became of the catalogue since it had that version. `all` when that can't be told: the version is
  /// too old, or of another catalogue, or a release that does not write it down changed something since.
  virtual Task<Result<CatalogueChanges>> changes_since(std::uint64_t version) = 0;
  /// Returns after `at_most`, or sooner when the store hears that some process changed the catalogue: then
  /// version() is worth a look. What it hears can be lost, so look after `at_most` too. One waits at a time.
  virtual Task<void> wait_for_change(Clock& clock, Duration at_most) { return clock.sleep_for(at_most); }
  /// `dry_run`: everything is computed and rolled back.
  virtual Task<Result<ChangeCounts>> apply(CatalogueChange change, bool dry_run) = 0;
};

}  // namespace ff::catalog
