// The ports on one SQLite file: one writer thread that commits what has queued together, a few that read.
//
// Invariant: what was answered is on disk (Synchronous::kFull). A store opens only on a schema that this
// release can use, and never changes the schema: migrate() does.
#pragma once

#include <memory>
#include <string>

#include "sqlite/reader.h"
#include "sqlite/writer.h"
#include "storage/store.h"

namespace ff::storage {

struct SqliteOptions {
  sqlite::Synchronous synchronous = sqlite::Synchronous::kFull;
  std::string vfs{};  // for tests; empty: the system's own
  int readers = 2;    // one may be busy with an audit while the other answers
  sqlite::WriterLimits writer{};
  std::int64_t checkpoint_pages = sqlite::OpenOptions{}.checkpoint_pages;
  std::string release = FF_VERSION;  // what the schema must serve
};

class SqliteStore final : public Store {
 public:
  /// `clock` outlives the store. Errors are one line that says what to do.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Clock& clock,
                                                   const SqliteOptions& options = {});
  /// Makes the file when there is none. Returns the numbers of the migrations applied.
  static Result<std::vector<int>> migrate(const std::string& path, Clock& clock,
                                          const SqliteOptions& options = {});
  ~SqliteStore() override;

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
  std::uint64_t commits() const;

 private:
  struct Threads;
  struct Catalog;
  struct Carts;
  struct Stocks;
  struct Orders;
  struct Webhooks;
  struct Sales;
  struct Leases;
  explicit SqliteStore(std::unique_ptr<Threads> threads);

  std::unique_ptr<Threads> threads_;
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
