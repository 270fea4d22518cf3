// One shop's store: the ports of all rooms on one set of rows, so that one transaction spans them.
//
// Adapters: storage/sqlite (one machine, one file), storage/memory (the reference; a simulation's). Every
// adapter passes storage/contract_test.cc.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "cart/cart_store.h"
#include "catalog/catalog_store.h"
#include "inventory/stock_store.h"
#include "orders/order_store.h"

namespace ff::storage {

/// The ports live as long as the store. Any thread.
class Store {
 public:
  virtual ~Store() = default;
  virtual catalog::CatalogStore& catalog() = 0;
  virtual cart::CartStore& carts() = 0;
  virtual inventory::StockStore& stock() = 0;
  virtual orders::OrderStore& orders() = 0;
  /// One write that reaches the disk: whether this store can take orders now. For /startupz and `doctor`.
  virtual Task<Result<void>> check_writable() = 0;
  /// Operations waiting for the store: what its metric shows.
  virtual std::size_t queued() const = 0;
};

/// Opens the store that `url` names: "sqlite:var/shop.db", "sqlite:///abs/shop.db", or a plain path. kInvalid
/// for a kind that this build does not have. The schema must be usable (migrate() first): the error says what
/// to do. `clock` outlives the store.
Result<std::unique_ptr<Store>> open(const std::string& url, Clock& clock);

/// Brings the store's schema to what this release needs, making the store when there is none; forward only.
/// Returns the numbers of the migrations that were applied (none: it was up to date).
Result<std::vector<int>> migrate(const std::string& url);

/// The path in a SQLite url; kInvalid for another kind.
Result<std::string> sqlite_path(const std::string& url);

}  // namespace ff::storage
