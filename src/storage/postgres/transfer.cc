#include "storage/postgres/transfer.h"

#include <boost/asio/this_coro.hpp>

#include "storage/postgres/order_codec.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/stock_rows.h"

namespace ff::storage {

namespace {

using pg::query;
using postgres::Connection;
using postgres::Exchange;
using postgres::Params;
using postgres::Rows;

constexpr Duration kStatementMax = std::chrono::minutes(30);  // a count or a maximum over a large table
constexpr int kLast = 6;                                      // kinds of rows, in the order of fill()

template <typename T>
using Answer = Task<Result<T>>;

Answer<std::vector<Rows>> ask(Connection& connection, Exchange exchange) {
  exchange.within(kStatementMax);
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected<Error>(postgres::to_error(rows.error()));
  co_return std::move(*rows);
}

Answer<std::int64_t> count_rows(Connection& connection) {
  Exchange exchange;
  exchange.add(query("transfer_count"));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected<Error>(std::move(rows.error()));
  co_return rows->front().integer(0, 0);
}

class PostgresReading final : public Reading {
 public:
  explicit PostgresReading(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Task<Result<Counters>> counters() override {
    Exchange exchange;
    exchange.add(query("transfer_counters"));
    auto rows = co_await ask(*connection_, std::move(exchange));
    if (!rows) co_return tl::unexpected<Error>(std::move(rows.error()));
    const Rows& row = rows->front();
    co_return Counters{static_cast<std::uint64_t>(row.integer(0, 0)), row.integer(0, 1), row.integer(0, 2),
                       row.integer(0, 3), row.integer(0, 4)};
  }
  Task<Result<std::int64_t>> count() override { return count_rows(*connection_); }

  Task<Result<Chunk>> next() override {
    static constexpr std::array<std::string_view, kLast + 1> kStatements{
        "transfer_products", "transfer_collections", "transfer_stock", "transfer_ledger",
        "transfer_carts",    "transfer_orders",      "transfer_events"};
    Chunk chunk;
    while (kind_ <= kLast) {
      Params params;
      if (kind_ == 4 || kind_ == 5) {
        params.uuid(after_id_);
      } else {
        params.integer(after_);
      }
      params.integer(kChunkRowsMax);
      Exchange exchange;
      exchange.add(query(kStatements[static_cast<std::size_t>(kind_)]), std::move(params));
      auto rows = co_await ask(*connection_, std::move(exchange));
      if (!rows) co_return tl::unexpected<Error>(std::move(rows.error()));
      for (int row = 0; row < rows->front().count(); ++row)
        take(rows->front(), row, chunk);
      if (chunk.rows() > 0) break;
      ++kind_;
      after_ = 0;
      after_id_ = {};
    }
    co_return chunk;
  }

 private:
  void take(const Rows& rows, int row, Chunk& chunk) {
    if (kind_ == 4) {
      const auto id = rows.id<CartId>(row, 0);
      after_id_ = id.bytes;
      chunk.carts.push_back({id, static_cast<std::uint64_t>(rows.integer(row, 1)), rows.instant(row, 2),
                             std::string(rows.text(row, 3))});
      return;
    }
    if (kind_ == 5) {
      chunk.orders.push_back({pg::order_columns(rows, row), std::string(rows.text(row, 16))});
      after_id_ = chunk.orders.back().order.id.bytes;
      return;
    }
    after_ = rows.integer(row, 0);
    switch (kind_) {
      case 0:
        chunk.products.push_back({after_, std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
        break;
      case 1:
        chunk.collections.push_back({after_, std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
        break;
      case 2:
        chunk.stock.push_back(pg::stock_from(rows, row));
        break;
      case 3:
        chunk.ledger.push_back({after_, VariantId{rows.integer(row, 1)}, rows.integer(row, 2),
                                rows.instant(row, 3), std::string(rows.text(row, 4))});
        break;
      default:
        chunk.events.push_back({after_, rows.instant(row, 1), std::string(rows.text(row, 2))});
    }
  }

  std::unique_ptr<Connection> connection_;
  int kind_ = 0;
  std::int64_t after_ = 0;
  std::array<std::uint8_t, 16> after_id_{};
};

void add_documents(Exchange& exchange, std::string_view name, const std::vector<CatalogueDocument>& rows) {
  if (rows.empty()) return;
  Params params;
  params.integers(rows, [](const CatalogueDocument& r) { return r.id; })
      .texts(rows, [](const CatalogueDocument& r) -> std::string_view { return r.handle; })
      .texts(rows, [](const CatalogueDocument& r) -> std::string_view { return r.document; })
      .integer(0);  // that it changed is not known of any version
  exchange.add(query(name), std::move(params));
}

class PostgresWriting final : public Writing {
 public:
  explicit PostgresWriting(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Task<Result<void>> write(Chunk chunk) override {
    Exchange exchange;
    add_documents(exchange, "products_insert", chunk.products);
    add_documents(exchange, "collections_insert", chunk.collections);
    if (!chunk.stock.empty()) exchange.add(query("stock_insert"), pg::stock_parameters(chunk.stock));
    if (!chunk.ledger.empty()) {
      Params params;
      params.integers(chunk.ledger, [](const StockChange& r) { return r.id; })
          .integers(chunk.ledger, [](const StockChange& r) { return r.variant.value; })
          .integers(chunk.ledger, [](const StockChange& r) { return r.delta; })
          .integers(chunk.ledger, [](const StockChange& r) { return r.at.us; })
          .texts(chunk.ledger, [](const StockChange& r) -> std::string_view { return r.reason; });
      exchange.add(query("transfer_ledger_insert"), std::move(params));
    }
    if (!chunk.carts.empty()) {
      Params params;
      params.uuids(chunk.carts, [](const CartRow& r) -> const CartId& { return r.id; })
          .integers(chunk.carts, [](const CartRow& r) { return static_cast<std::int64_t>(r.version); })
          .integers(chunk.carts, [](const CartRow& r) { return r.updated_at.us; })
          .texts(chunk.carts, [](const CartRow& r) -> std::string_view { return r.lines; });
      exchange.add(query("carts_insert"), std::move(params));
    }
    if (!chunk.orders.empty()) {
      pg::OrderList orders;
      for (const OrderRow& row : chunk.orders)
        orders.push_back(&row.order);
      Params params = pg::column_parameters(orders);
      params.texts(chunk.orders, [](const OrderRow& r) -> std::string_view { return r.document; });
      exchange.add(query("orders_insert"), std::move(params));
    }
    if (!chunk.events.empty()) {
      Params params;
      params.integers(chunk.events, [](const EventBatch& r) { return r.id; })
          .integers(chunk.events, [](const EventBatch& r) { return r.at.us; })
          .texts(chunk.events, [](const EventBatch& r) -> std::string_view { return r.events; });
      exchange.add(query("transfer_events_insert"), std::move(params));
    }
    auto written = co_await ask(*connection_, std::move(exchange));
    if (!written) co_return tl::unexpected<Error>(std::move(written.error()));
    co_return Result<void>{};
  }

  Task<Result<void>> finish(Counters counters) override {
    Params catalogue;
    catalogue.integer(static_cast<std::int64_t>(counters.catalogue_version))
        .integer(counters.last_product)
        .integer(counters.last_variant)
        .integer(counters.last_collection);
    Params numbers;
    numbers.integer(counters.last_number);
    Exchange exchange;
    exchange.add(query("transfer_set_counters"), std::move(catalogue))
        .add(query("transfer_set_sequences"), std::move(numbers))
        .add(query("catalogue_notify"))
        .commit();
    auto committed = co_await ask(*connection_, std::move(exchange));
    if (!committed) co_return tl::unexpected<Error>(std::move(committed.error()));
    co_return Result<void>{};
  }

 private:
  std::unique_ptr<Connection> connection_;
};

class PostgresTransfer final : public Transfer {
 public:
  explicit PostgresTransfer(postgres::ConnectOptions options) : options_(std::move(options)) {}

  Task<Result<std::unique_ptr<Reading>>> read() override {
    Exchange start;
    // The locks come before the first look: the snapshot is taken when nobody can write any more.
    start.begin_snapshot().add(query("transfer_lock")).add(query("transfer_settings"));
    auto connection = co_await begin(std::move(start));
    if (!connection) co_return tl::unexpected<Error>(std::move(connection.error()));
    co_return std::make_unique<PostgresReading>(std::move(*connection));
  }

  Task<Result<std::unique_ptr<Writing>>> write() override {
    Exchange start;
    start.begin().add(query("transfer_lock_target")).add(query("transfer_settings"));
    auto connection = co_await begin(std::move(start));
    if (!connection) co_return tl::unexpected<Error>(std::move(connection.error()));
    auto rows = co_await count_rows(**connection);
    if (!rows) co_return tl::unexpected<Error>(std::move(rows.error()));
    if (*rows > 0) {
      co_return fail(ErrorCode::kConflict,
                     "the target database is not empty: it has " + std::to_string(*rows) + " rows");
    }
    co_return std::make_unique<PostgresWriting>(std::move(*connection));
  }

 private:
  Task<Result<std::unique_ptr<Connection>>> begin(Exchange start) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    postgres::ConnectOptions options = options_;
    auto connection = co_await Connection::open(executor, std::move(options));
    if (!connection) co_return tl::unexpected<Error>(postgres::to_error(connection.error()));
    auto started = co_await ask(**connection, std::move(start));
    if (!started) co_return tl::unexpected<Error>(std::move(started.error()));
    co_return std::move(*connection);
  }

  const postgres::ConnectOptions options_;
};

}  // namespace

std::unique_ptr<Transfer> postgres_transfer(postgres::ConnectOptions options) {
  return std::make_unique<PostgresTransfer>(std::move(options));
}

}  // namespace ff::storage
