#include "storage/sqlite/transfer.h"

#include "storage/sqlite/order_rows.h"
#include "storage/sqlite/queries.h"

namespace ff::storage {

namespace {

using sqlite::Database;

class SqliteReading final : public Reading {
 public:
  explicit SqliteReading(Database database) : database_(std::move(database)) {}

  Task<Result<Counters>> counters() override {
    Counters counters;
    {
      auto row = database_.statement(query("transfer_counters"));
      if (row.query().step()) {
        counters = {static_cast<std::uint64_t>(row.integer(0)), row.integer(1), row.integer(2),
                    row.integer(3), row.integer(4)};
      }
    }
    co_return outcome(counters);
  }

  Task<Result<std::int64_t>> count() override {
    std::int64_t rows = 0;
    {
      auto row = database_.statement(query("transfer_count"));
      if (row.query().step()) rows = row.integer(0);
    }
    co_return outcome(rows);
  }

  Task<Result<Chunk>> next() override {
    Chunk chunk;
    while (chunk.rows() == 0 && kind_ <= kLast && !database_.failure()) {
      fill(chunk);
      if (chunk.rows() > 0) break;
      ++kind_;
      after_ = 0;
    }
    co_return outcome(std::move(chunk));
  }

 private:
  static constexpr int kLast = 6;

  template <typename T>
  Result<T> outcome(T value) {
    if (database_.failure()) return tl::unexpected(*database_.failure());
    return value;
  }

  void fill(Chunk& chunk) {
    switch (kind_) {
      case 0:
        return documents("transfer_products", chunk.products);
      case 1:
        return documents("transfer_collections", chunk.collections);
      case 2:
        return each("transfer_stock", [&](const sqlite::Statement& row) {
          chunk.stock.push_back({row.id<VariantId>(0), static_cast<inventory::Policy>(row.integer(1)),
                                 row.integer(2), row.integer(3), row.integer(4), row.integer(5)});
        });
      case 3:
        return each("transfer_ledger", [&](const sqlite::Statement& row) {
          chunk.ledger.push_back({row.integer(0), row.id<VariantId>(1), row.integer(2), row.instant(3),
                                  std::string(row.text(4))});
        });
      case 4:
        return carts(chunk.carts);
      case 5:
        return each("transfer_orders",
                    [&](const sqlite::Statement& row) { chunk.orders.push_back(order_from(row)); });
      default:
        return each("transfer_events", [&](const sqlite::Statement& row) {
          chunk.events.push_back({row.integer(0), row.instant(1), std::string(row.text(2))});
        });
    }
  }

  /// The first column is the key.
  template <typename Take>
  void each(std::string_view name, Take take) {
    auto row = database_.statement(query(name));
    row.query(after_, kChunkRowsMax);
    while (row.step()) {
      after_ = row.integer(0);
      take(row);
    }
  }

  void documents(std::string_view name, std::vector<CatalogueDocument>& rows) {
    each(name, [&](const sqlite::Statement& row) {
      rows.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
    });
  }

  void carts(std::vector<CartRow>& rows) {
    auto row = database_.statement(query("transfer_carts"));
    row.query(after_cart_, kChunkRowsMax);
    while (row.step()) {
      after_cart_ = row.id<CartId>(0);
      rows.push_back({after_cart_, static_cast<std::uint64_t>(row.integer(1)), row.instant(2),
                      std::string(row.text(3))});
    }
  }

  static OrderRow order_from(const sqlite::Statement& row) {
    OrderRow read;
    read.order = order_columns(row);
    read.document = row.text(16);
    return read;
  }

  Database database_;
  int kind_ = 0;
  std::int64_t after_ = 0;
  CartId after_cart_;
};

class SqliteWriting final : public Writing {
 public:
  explicit SqliteWriting(Database database) : database_(std::move(database)) {}

  Task<Result<void>> write(Chunk chunk) override {
    for (const CatalogueDocument& row : chunk.products)
      run("transfer_products_insert", row.id, row.handle, row.document);
    for (const CatalogueDocument& row : chunk.collections)
      run("transfer_collections_insert", row.id, row.handle, row.document);
    for (const inventory::Stock& row : chunk.stock)
      run("transfer_stock_insert", row.variant, row.policy, row.received, row.available, row.held, row.sold);
    for (const StockChange& row : chunk.ledger)
      run("transfer_ledger_insert", row.id, row.variant, row.delta, row.at, row.reason);
    for (const CartRow& row : chunk.carts)
      run("carts_put", row.id, row.version, row.updated_at, row.lines);
    for (const OrderRow& row : chunk.orders) {
      const orders::Order& o = row.order;
      run("transfer_orders_insert", o.number, o.id, o.cart, o.idempotency_key, o.state, o.payment, o.version,
          o.attempt, o.holding, o.created_at, o.updated_at, o.hold_expires_at, o.lease_expires_at,
          o.payment_reference, o.card_hint, o.reason, row.document);
    }
    for (const EventBatch& row : chunk.events)
      run("transfer_events_insert", row.id, row.at, row.events);
    co_return outcome();
  }

  Task<Result<void>> finish(Counters counters) override {
    run("transfer_set_version", counters.catalogue_version);
    set_sequence("products", counters.last_product);
    set_sequence("collections", counters.last_collection);
    // Variants and orders are counted from their highest number, which never goes.
    auto committed = database_.commit();
    co_return committed;
  }

 private:
  template <typename... Args>
  void run(std::string_view name, const Args&... args) {
    database_.statement(query(name)).run(args...);
  }
  void set_sequence(std::string_view table, std::int64_t last) {
    run("transfer_forget_sequence", table);
    if (last > 0) run("transfer_set_sequence", table, last);
  }
  Result<void> outcome() const {
    if (database_.failure()) return tl::unexpected(*database_.failure());
    return {};
  }

  Database database_;
};

class SqliteTransfer final : public Transfer {
 public:
  SqliteTransfer(std::string path, sqlite::OpenOptions options)
      : path_(std::move(path)), options_(std::move(options)) {}

  Task<Result<std::unique_ptr<Reading>>> read() override {
    auto database = locked();
    if (!database) co_return tl::unexpected<Error>(std::move(database.error()));
    co_return std::make_unique<SqliteReading>(std::move(*database));
  }

  Task<Result<std::unique_ptr<Writing>>> write() override {
    auto database = locked();
    if (!database) co_return tl::unexpected<Error>(std::move(database.error()));
    std::int64_t rows = 0;
    {
      auto row = database->statement(query("transfer_count"));
      if (row.query().step()) rows = row.integer(0);
    }
    if (database->failure()) co_return tl::unexpected<Error>(*database->failure());
    if (rows > 0) {
      co_return fail(ErrorCode::kConflict,
                     "the target " + path_ + " is not empty: it has " + std::to_string(rows) + " rows");
    }
    co_return std::make_unique<SqliteWriting>(std::move(*database));
  }

 private:
  Result<Database> locked() const {
    auto database = Database::open(path_, options_);
    if (!database) return database;
    database->begin();  // the write lock, and a snapshot
    if (database->failure()) return tl::unexpected(*database->failure());
    return database;
  }

  const std::string path_;
  const sqlite::OpenOptions options_;
};

}  // namespace

std::unique_ptr<Transfer> sqlite_transfer(std::string path, sqlite::OpenOptions options) {
  return std::make_unique<SqliteTransfer>(std::move(path), std::move(options));
}

}  // namespace ff::storage
