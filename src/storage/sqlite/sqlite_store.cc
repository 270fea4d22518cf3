#include "storage/sqlite/sqlite_store.h"

#include "storage/sqlite/cart_rows.h"
#include "storage/sqlite/catalogue_rows.h"
#include "storage/sqlite/lease_rows.h"
#include "storage/sqlite/order_rows.h"
#include "storage/sqlite/queries.h"
#include "storage/sqlite/sale_port.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/stock_rows.h"
#include "storage/sqlite/transfer.h"
#include "storage/sqlite/webhook_port.h"

namespace ff::storage {

using sqlite::Database;

namespace {

// Moves of stock that are remembered for those who keep up with it, 8 bytes each: a second of 50,000 orders.
constexpr std::size_t kStockMovesMax = 50'000;

}  // namespace

struct SqliteStore::Threads {
  Threads(Clock& clock_in, Database writing, std::vector<Database> reading, sqlite::WriterLimits limits)
      : clock(clock_in),
        writer(std::move(writing), "ff-shop-write", limits),
        reader(std::move(reading), "ff-shop-read", limits.queued_max) {}
  Clock& clock;  // read on the writer's thread, inside the transaction that it times
  sqlite::Writer writer;
  sqlite::Reader reader;
};

struct SqliteStore::Catalog final : catalog::CatalogStore {
  explicit Catalog(Threads& threads_in) : threads(threads_in) {}
  Threads& threads;

  Task<Result<catalog::Catalogue>> load() override {
    auto work = [](Database& database) -> Result<catalog::Catalogue> { return load_catalogue(database); };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<std::uint64_t>> version() override {
    auto work = [](Database& database) -> Result<std::uint64_t> { return catalogue_version(database); };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<std::vector<std::string>>> unknown_handles(std::vector<std::string> handles) override {
    auto work = [&handles](Database& database) -> Result<std::vector<std::string>> {
      return storage::unknown_handles(database, handles);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<catalog::CatalogueChanges>> changes_since(std::uint64_t version) override {
    auto work = [version](Database& database) -> Result<catalog::CatalogueChanges> {
      return catalogue_changes(database, version);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<catalog::ChangeCounts>> apply(catalog::CatalogueChange change, bool dry_run) override {
    // Run again after a rollback, it starts from scratch: ids that it gave are given anew.
    auto work = [this, &change, dry_run](Database& database) {
      return storage::apply(database, change, dry_run, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
};

struct SqliteStore::Carts final : cart::CartStore {
  explicit Carts(Threads& threads_in) : threads(threads_in) {}
  Threads& threads;

  BatchTask<cart::Cart> read(std::span<const CartId> carts) override {
    auto work = [carts](Database& database) -> Result<std::vector<cart::Cart>> {
      return read_carts(database, carts);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  BatchTask<Result<cart::Cart>> apply(std::span<const cart::Change> changes) override {
    auto work = [this, changes](Database& database) -> Result<std::vector<Result<cart::Cart>>> {
      CartRows rows(database);
      const Instant now = threads.clock.now();
      std::vector<Result<cart::Cart>> outcomes;
      outcomes.reserve(changes.size());
      for (const cart::Change& change : changes)
        outcomes.push_back(rows.apply(change, now));
      rows.write_back();
      return outcomes;
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::int64_t>> remove_idle(Instant before, std::int64_t limit) override {
    // There is no index for this: the reader looks through the carts, the writer only takes those it found.
    auto look = [before, limit](Database& database) -> Result<std::vector<CartId>> {
      return idle_carts(database, before, limit);
    };
    auto found = co_await threads.reader.read(look);
    if (!found) co_return tl::unexpected(std::move(found.error()));
    auto work = [before, &found](Database& database) -> Result<std::int64_t> {
      return remove_idle_carts(database, *found, before);
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
};

struct SqliteStore::Stocks final : inventory::StockStore {
  explicit Stocks(Threads& threads_in) : threads(threads_in) {}
  Threads& threads;

  BatchTask<inventory::Stock> read(std::span<const VariantId> variants) override {
    auto work = [variants](Database& database) -> Result<std::vector<inventory::Stock>> {
      return read_stock(database, variants);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<std::vector<inventory::Stock>>> read_all() override {
    auto work = [](Database& database) -> Result<std::vector<inventory::Stock>> {
      return read_tracked_stock(database);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  // The writer's connection knows what it wrote, and whether another process did. Its answer comes after the
  // commit of what it tells, so the reader sees that.
  Task<Result<inventory::StockChanges>> changed_since(std::int64_t position) override {
    auto ask = [position](Database& database) -> Result<sqlite::ChangedRows> {
      return database.rows_changed_since(position);
    };
    auto changed = co_await threads.writer.write(ask);
    if (!changed && changed.error().code == ErrorCode::kOverloaded)
      co_return inventory::StockChanges{
          {}, false, position};  // orders first: asked again, it tells all of it
    if (!changed) co_return tl::unexpected(std::move(changed.error()));
    inventory::StockChanges changes;
    changes.all = !changed->rows;
    changes.position = changed->position;
    std::vector<VariantId> variants;
    if (changed->rows) {
      for (const std::int64_t row : *changed->rows)
        variants.push_back(VariantId{row});
    }
    if (!changes.all && variants.empty()) co_return changes;
    auto work = [&](Database& database) -> Result<std::vector<inventory::Stock>> {
      return changes.all ? read_tracked_stock(database) : read_stock(database, variants);
    };
    auto stocks = co_await threads.reader.read(work);
    if (!stocks) co_return tl::unexpected(std::move(stocks.error()));
    changes.stocks = std::move(*stocks);
    co_return changes;
  }
};

struct SqliteStore::Orders final : orders::OrderStore {
  explicit Orders(Threads& threads_in) : threads(threads_in) {}
  Threads& threads;

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> wanted) override {
    auto work = [this, wanted](Database& database) {
      return storage::place(database, wanted, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> moves) override {
    auto work = [this, moves](Database& database) {
      return storage::settle(database, moves, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override {
    auto work = [ids](Database& database) -> Result<std::vector<std::optional<orders::Order>>> {
      return read_orders(database, ids);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override {
    auto work = [this, keys](Database& database) -> Result<std::vector<std::optional<orders::Order>>> {
      return find_orders(database, keys, threads.clock.now());
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) override {
    auto work = [=, this](Database& database) {
      return storage::take_over(database, id, attempt, lease_for, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override {
    auto work = [this, limit](Database& database) -> Result<std::vector<orders::Order>> {
      return overdue_orders(database, limit, threads.clock.now());
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override {
    auto work = [this, ids](Database& database) -> Result<std::int64_t> {
      return storage::release_holds(database, ids, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override {
    auto work = [limit](Database& database) -> Result<std::vector<orders::Order>> {
      return storage::captures_due(database, limit);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> audit(orders::Auditor& auditor) override {
    auto work = [&auditor](Database& database) -> Result<void> {
      audit_stock(database, auditor);
      audit_orders(database, auditor);
      return {};
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
};

struct SqliteStore::Leases final : leadership::LeaseStore {
  explicit Leases(Threads& threads_in) : threads(threads_in) {}
  Threads& threads;

  Task<Result<leadership::Lease>> acquire(std::string name, std::string owner, Duration lease_for) override {
    auto look = [&](Database& database) -> Result<std::optional<leadership::Lease>> {
      return read_lease(database, name);
    };
    auto found = co_await threads.reader.read(look);
    if (!found) co_return tl::unexpected(std::move(found.error()));
    // Nothing to write while another holds it.
    if (*found && (*found)->owner != owner && (*found)->expires_at > threads.clock.now()) co_return **found;
    auto work = [&](Database& database) -> Result<leadership::Lease> {
      return acquire_lease(database, name, owner, lease_for, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<void>> release(std::string name, std::string owner) override {
    auto work = [&](Database& database) -> Result<void> {
      release_lease(database, name, owner, threads.clock.now());
      return {};
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
};

struct SqliteStore::Sales final : SqliteSalePort<Threads> {
  using SqliteSalePort::SqliteSalePort;
};

struct SqliteStore::Webhooks final : SqliteWebhookPort<Threads> {
  using SqliteWebhookPort::SqliteWebhookPort;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Clock& clock,
                                                       const SqliteOptions& options) {
  sqlite::OpenOptions file;
  file.mode = sqlite::OpenOptions::Mode::kReadWriteExists;
  file.synchronous = options.synchronous;
  file.vfs = options.vfs;
  file.checkpoint_pages = options.checkpoint_pages;
  auto transfer = sqlite_transfer(path, file);
  auto writing = Database::open(path, file);
  if (!writing) {
    if (writing.error().code == ErrorCode::kNotFound)
      writing.error().detail += "; run: fashionforward migrate";
    return tl::unexpected(std::move(writing.error()));
  }
  if (auto ok = check_schema(*writing, sqlite_migrations(), options.release); !ok) {
    return tl::unexpected(std::move(ok.error()));
  }
  writing->watch_rows("stock", kStockMovesMax);
  std::vector<Database> reading;
  file.mode = sqlite::OpenOptions::Mode::kReadOnly;
  file.cache_kib_max = 8 * 1024;
  for (int i = 0; i < options.readers; ++i) {
    auto connection = Database::open(path, file);
    if (!connection) return tl::unexpected(std::move(connection.error()));
    reading.push_back(std::move(*connection));
  }
  auto threads = std::make_unique<Threads>(clock, std::move(*writing), std::move(reading), options.writer);
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(threads)));
  store->transfer_ = std::move(transfer);
  return store;
}

Result<std::vector<int>> SqliteStore::migrate(const std::string& path, Clock& clock,
                                              const SqliteOptions& options) {
  sqlite::OpenOptions file;
  file.vfs = options.vfs;
  file.synchronous = options.synchronous;
  auto database = Database::open(path, file);
  if (!database) return tl::unexpected(std::move(database.error()));
  return storage::migrate(*database, sqlite_migrations(), clock.now());
}

SqliteStore::SqliteStore(std::unique_ptr<Threads> threads)
    : threads_(std::move(threads)),
      catalog_(std::make_unique<Catalog>(*threads_)),
      carts_(std::make_unique<Carts>(*threads_)),
      stocks_(std::make_unique<Stocks>(*threads_)),
      orders_(std::make_unique<Orders>(*threads_)),
      webhooks_(std::make_unique<Webhooks>(*threads_)),
      sales_(std::make_unique<Sales>(*threads_)),
      leases_(std::make_unique<Leases>(*threads_)) {}
SqliteStore::~SqliteStore() = default;

catalog::CatalogStore& SqliteStore::catalog() { return *catalog_; }
cart::CartStore& SqliteStore::carts() { return *carts_; }
inventory::StockStore& SqliteStore::stock() { return *stocks_; }
orders::OrderStore& SqliteStore::orders() { return *orders_; }
webhooks::WebhookStore& SqliteStore::webhooks() { return *webhooks_; }
sales::SaleStore& SqliteStore::sales() { return *sales_; }
leadership::LeaseStore& SqliteStore::leases() { return *leases_; }
Transfer& SqliteStore::transfer() { return *transfer_; }

Task<Result<void>> SqliteStore::check_writable() {
  auto work = [this](Database& database) -> Result<void> {
    database.statement(query("write_check")).run(threads_->clock.now());
    return {};
  };
  auto outcome = co_await threads_->writer.write(work);
  co_return outcome;
}

std::size_t SqliteStore::queued() const { return threads_->writer.queued() + threads_->reader.queued(); }
std::uint64_t SqliteStore::commits() const { return threads_->writer.commits(); }

}  // namespace ff::storage
