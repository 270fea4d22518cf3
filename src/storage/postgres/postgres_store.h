// The ports on PostgreSQL: many processes may share one database.
//
// Invariants: what was answered is committed there, durably by the server's own setting. The store opens only
// on a schema that this release can use, and never changes it: migrate() does. All connections live on one
// thread, within a budget (postgres/pool.h); while the database is away every operation fails at once with
// kUnavailable, and it heals by itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "postgres/pool.h"
#include "storage/migration.h"
#include "storage/store.h"

namespace ff::storage {

struct PostgresOptions {
  postgres::ConnectOptions connect{};  // but for its url
  postgres::PoolLimits pool{};
  telemetry::Registry* metrics = nullptr;  // outlives the store; null: none
  Clock* clock = nullptr;                  // for tests: what time it is, instead of the database's clock
  std::string release = FF_VERSION;        // what the schema must serve
};

/// Whether `url` names a PostgreSQL database: "postgres://...", "postgresql://...".
bool is_postgres_url(std::string_view url);

class PostgresStore final : public Store {
 public:
  /// Errors are one line that says what to do.
  static Result<std::unique_ptr<PostgresStore>> open(const std::string& url,
                                                     const PostgresOptions& options = {});
  /// Returns the numbers of the migrations applied. The database itself must be there.
  static Result<std::vector<int>> migrate(const std::string& url, const PostgresOptions& options = {});
  static Result<std::vector<int>> migrate(const std::string& url, const PostgresOptions& options,
                                          std::vector<Migration> migrations);
  ~PostgresStore() override;

  catalog::CatalogStore& catalog() override;
  cart::CartStore& carts() override;
  inventory::StockStore& stock() override;
  orders::OrderStore& orders() override;
  webhooks::WebhookStore& webhooks() override;
  sales::SaleStore& sales() override;
  leadership::LeaseStore& leases() override;
  Transfer& transfer() override;
  Task<Result<void>> check_writable() override;
  std::size_t queued() const override;

 private:
  struct Session;
  struct Catalog;
  struct Carts;
  struct Stocks;
  struct Orders;
  struct Webhooks;
  struct Sales;
  struct Leases;
  explicit PostgresStore(std::unique_ptr<Session> session);

  std::unique_ptr<Session> session_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Carts> carts_;
  std::unique_ptr<Stocks> stocks_;
  std::unique_ptr<Orders> orders_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<Sales> sales_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace ff::storage
