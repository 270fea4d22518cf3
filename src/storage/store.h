// One shop's store: the ports of all rooms on one set of rows, so that one transaction spans them.
//
// Adapters: storage/sqlite (one machine, one file), storage/postgres (many processes, one database),
// storage/memory (the reference; a simulation's). Every adapter passes storage/contract_test.cc.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "cart/cart_store.h"
#include "catalog/catalog_store.h"
#include "inventory/stock_store.h"
#include "leadership/lease_store.h"
#include "orders/order_store.h"
#include "sales/sale_store.h"
#include "storage/transfer.h"
#include "telemetry/metrics.h"
#include "webhooks/webhook_store.h"

namespace ff::storage {

/// The ports live as long as the store. Any thread.
class Store {
 public:
  virtual ~Store() = default;
  virtual catalog::CatalogStore& catalog() = 0;
  virtual cart::CartStore& carts() = 0;
  virtual inventory::StockStore& stock() = 0;
  virtual orders::OrderStore& orders() = 0;
  virtual webhooks::WebhookStore& webhooks() = 0;
  virtual sales::SaleStore& sales() = 0;
  virtual leadership::LeaseStore& leases() = 0;
  virtual Transfer& transfer() = 0;
  /// One write that reaches the disk: whether this store can take orders now. For /startupz and `doctor`.
  virtual Task<Result<void>> check_writable() = 0;
  /// Operations waiting for the store: what its metric shows.
  virtual std::size_t queued() const = 0;
};

/// How a store is reached; SQLite needs none of it but `metrics`. Times are waited at most, then the
/// operation fails with kUnavailable (kUnknown when its commit was on its way).
struct StoreOptions {
  int committers = 3;  // connections that write: one for each kind of batch (placing, settling, carts)
  int readers = 2;     // connections that read: one may be busy with an audit while the other answers
  Duration connect_timeout = std::chrono::seconds(3);     // of each host of the URL
  Duration statement_timeout = std::chrono::seconds(10);  // of each statement, by the server
  std::string password_file{};             // read at each connect, so that a secret may change; empty: none
  bool prepared = true;                    // false behind a pooler that hands out connections by transaction
  telemetry::Registry* metrics = nullptr;  // outlives the store; null: none
};

/// Opens the store that `url` names: "sqlite:var/shop.db", "sqlite:///abs/shop.db", or a plain path;
/// "postgres://user@host/database" as libpq reads it, with several hosts too. kInvalid for another kind. The
/// schema must be usable (migrate() first): the error says what to do. `clock` outlives the store; PostgreSQL
/// has its own.
Result<std::unique_ptr<Store>> open(const std::string& url, Clock& clock, const StoreOptions& options = {});

/// Brings the store's schema to what this release needs, making a SQLite file when there is none; forward
/// only. Returns the numbers of the migrations that were applied (none: it was up to date).
Result<std::vector<int>> migrate(const std::string& url, const StoreOptions& options = {});

/// The number of the newest migration that this release has for the store that `url` names: the schema that
/// it works with. 0: no such store.
int schema_of(const std::string& url);

/// The path in a SQLite url; kInvalid for another kind. The error does not repeat the URL: it may hold a
/// password.
Result<std::string> sqlite_path(const std::string& url);

}  // namespace ff::storage
