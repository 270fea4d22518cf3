#include "storage/postgres/postgres_store.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <unordered_map>

#include "postgres/thread.h"
#include "postgres/transact.h"
#include "storage/postgres/cart_rows.h"
#include "storage/postgres/catalogue_rows.h"
#include "storage/postgres/event_horizon.h"
#include "storage/postgres/lease_rows.h"
#include "storage/postgres/order_rows.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/sale_port.h"
#include "storage/postgres/schema.h"
#include "storage/postgres/stock_rows.h"
#include "storage/postgres/transfer.h"
#include "storage/postgres/webhook_port.h"

namespace ff::storage {

using postgres::Connection;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Use;

namespace {

// Plans that don't depend on what the tables held when they were made: one made while a table was nearly
// empty would read all of it for ever after. Statements are few, keyed and planned once.
constexpr std::string_view kPlans =
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off";

constexpr Duration kListenMax = std::chrono::minutes(1);           // of silence, then it is asked anew
constexpr Duration kListenAgain = std::chrono::milliseconds(500);  // after the connection was lost

}  // namespace

struct PostgresStore::Session {
  Session(const std::string& url, const PostgresOptions& options)
      : time{options.clock},
        thread("ff-postgres"),
        pool(thread.context(), connect_options(url, options), options.pool, options.metrics),
        listens(options.connect.prepared) {}
  ~Session() {
    asio::post(thread.context(), [this] {
      closing = true;
      pool.close();
      heard.cancel();
      retry.cancel();
    });
    thread.finish();
  }

  static postgres::ConnectOptions connect_options(const std::string& url, const PostgresOptions& options) {
    postgres::ConnectOptions connect = options.connect;
    connect.url = url;
    connect.settings += kPlans;
    return connect;
  }

  /// Runs `work(Connection&)` on the store's thread in as many attempts as that needs.
  template <typename T, typename Work>
  Task<Result<T>> run(Use use, Work work) {
    asio::any_io_executor executor = thread.context().get_executor();
    Task<Result<T>> there = postgres::transact<T>(pool, executor, use, work);
    auto outcome = co_await thread.run(std::move(there));
    co_return outcome;
  }

  /// On the store's thread. Until the catalogue is said to have changed since the last call, at most
  /// `at_most`.
  Task<bool> wait_for_change(Duration at_most) {
    // A pooler that hands out connections by transaction can't LISTEN: there the periodic check remains.
    if (!listening && listens) {
      listening = true;
      asio::co_spawn(thread.context(), listen(), [](const std::exception_ptr& broken) {
        if (broken) std::rethrow_exception(broken);  // our own mistake ends the program
      });
    }
    if (changes == changes_seen && !closing) {
      heard.expires_after(at_most);
      boost::system::error_code ignored;
      co_await heard.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return std::exchange(changes_seen, changes) != changes;
  }

  void tell_of_change() {
    ++changes;
    heard.cancel();
  }

  Task<void> listen() {
    while (!closing) {
      co_await listen_while_connected();
      if (closing) break;
      retry.expires_after(kListenAgain);
      boost::system::error_code ignored;
      co_await retry.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  Task<void> listen_while_connected() {
    auto lease = co_await pool.acquire(Use::kListen);
    if (!lease) co_return;
    Exchange exchange;
    exchange.add(pg::query("catalogue_listen"));
    auto listening_now = co_await (*lease)->run(std::move(exchange));
    if (!listening_now) co_return;
    tell_of_change();  // what was said meanwhile was not heard
    while (!closing) {
      auto said = co_await (*lease)->notified(kListenMax);
      if (!said) co_return;
      if (*said) tell_of_change();
    }
  }

  pg::Time time;
  postgres::Thread thread;  // outlives the pool's use of its context, and ends before the pool does
  postgres::Pool pool;
  // All below belongs to the store's thread.
  const bool listens;
  asio::steady_timer heard{thread.context()}, retry{thread.context()};
  std::uint64_t changes = 0, changes_seen = 0;
  bool listening = false;
  bool closing = false;
};

namespace {

Task<Outcome<std::vector<cart::Cart>>> read_carts(Connection& connection, std::span<const CartId> ids) {
  std::vector<cart::Cart> carts;
  if (ids.empty()) co_return carts;
  Exchange exchange;
  exchange.add(pg::query("carts_by_ids"), pg::carts_parameter(ids));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  DocumentReader documents;
  std::unordered_map<CartId, cart::Cart> found;
  for (int row = 0; row < rows->front().count(); ++row) {
    auto cart = pg::cart_from(rows->front(), row, documents);
    if (!cart) co_return tl::unexpected(std::move(cart.error()));
    found.insert_or_assign(cart->id, std::move(*cart));
  }
  carts.reserve(ids.size());
  for (const CartId& id : ids) {
    const auto stored = found.find(id);
    carts.push_back(stored == found.end() ? cart::Cart{id, 0, {}, {}, {}} : stored->second);
  }
  co_return carts;
}

using CartOutcomes = std::vector<Result<cart::Cart>>;

Task<Outcome<CartOutcomes>> change_carts(Connection& connection, std::span<const cart::Change> changes,
                                         pg::Time time) {
  CartOutcomes outcomes;
  if (changes.empty()) co_return outcomes;
  pg::CartRows rows;
  for (const cart::Change& change : changes)
    rows.want(change.cart);
  Exchange first;
  first.begin();
  rows.add_lock(first);
  first.add(pg::query("moment"));
  auto read = co_await connection.run(std::move(first));
  if (!read) co_return tl::unexpected(std::move(read.error()));
  auto carts = rows.read((*read)[1]);
  if (!carts) co_return tl::unexpected(std::move(carts.error()));
  const Instant now = time.now((*read)[2].instant(0, 0));
  outcomes.reserve(changes.size());
  for (const cart::Change& change : changes)
    outcomes.push_back(rows.apply(change, now));
  Exchange second;
  if (!rows.add_writes(second)) co_return outcomes;
  second.commit();
  auto written = co_await connection.run(std::move(second));
  if (!written) {
    // Somebody else made one of these carts between our look and our write: the next attempt finds it.
    if (postgres::is_unique_violation(written.error())) written.error().sqlstate = "40001";
    co_return tl::unexpected(std::move(written.error()));
  }
  co_return outcomes;
}

Task<Outcome<std::int64_t>> remove_idle_carts(Connection& connection, Instant before, std::int64_t limit) {
  Exchange exchange;
  postgres::Params params;
  params.integer(before.us).integer(limit);
  exchange.autocommit().add(pg::query("carts_delete_idle"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return rows->front().affected();
}

Task<Outcome<std::vector<inventory::Stock>>> read_stock(Connection& connection,
                                                        std::span<const VariantId> variants) {
  std::vector<inventory::Stock> stocks;
  if (variants.empty()) co_return stocks;
  Exchange exchange;
  exchange.add(pg::query("stock_by_variants"), pg::variants_parameter(variants));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  StockTable found;
  for (int row = 0; row < rows->front().count(); ++row) {
    const inventory::Stock stock = pg::stock_from(rows->front(), row);
    found.emplace(stock.variant, stock);
  }
  stocks.reserve(variants.size());
  for (const VariantId id : variants) {
    const auto stored = found.find(id);
    stocks.push_back(stored == found.end() ? inventory::Stock{id, inventory::Policy::kUntracked, 0, 0, 0, 0}
                                           : stored->second);
  }
  co_return stocks;
}

std::vector<inventory::Stock> stocks_from(const postgres::Rows& rows) {
  std::vector<inventory::Stock> stocks;
  stocks.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row)
    stocks.push_back(pg::stock_from(rows, row));
  return stocks;
}

Task<Outcome<std::vector<inventory::Stock>>> read_tracked_stock(Connection& connection) {
  Exchange exchange;
  exchange.add(pg::query("stock_tracked"));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return stocks_from(rows->front());
}

constexpr std::int64_t kEventBatchesMax = 10'000;  // in one read: more than are written in a second

Task<Outcome<inventory::StockChanges>> read_all_stock(Connection& connection) {
  inventory::StockChanges changes;
  Exchange exchange;
  exchange.add(pg::query("stock_position")).add(pg::query("stock_tracked"));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  changes.position = rows->front().integer(0, 0);
  changes.stocks = stocks_from((*rows)[1]);
  changes.all = true;
  co_return changes;
}

// The position passes a gap only when nothing can appear in it any more. No age says so: the statements of a
// transaction are cut short by their timeouts, but its COMMIT waits for the synchronous standby without a
// limit (ADR 7), and until then nobody sees what it did, whoever reads everything neither.
Task<Outcome<inventory::StockChanges>> read_stock_changes(Connection& connection, pg::EventHorizon& horizon,
                                                          std::int64_t position) {
  inventory::StockChanges changes;
  changes.position = position;
  pg::EventHorizon before = horizon;
  postgres::Params params;
  params.integer(position).integer(kEventBatchesMax);
  Exchange exchange;
  exchange.add(pg::query("stock_changed_since"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  const std::vector<std::int64_t> ids = rows->front().integers(0, 0);
  if (ids.empty()) co_return changes;
  const std::int64_t xmin = rows->front().integer(0, 2);
  const std::size_t safe = before.safe(position, ids, xmin);
  horizon.reached(xmin);
  if (safe < ids.size() && horizon.wants_fence()) {
    Exchange fence;
    fence.autocommit().add(pg::query("stock_fence"));
    auto xid = co_await connection.run(std::move(fence));
    if (!xid) co_return tl::unexpected(std::move(xid.error()));
    horizon.set_fence(ids.back(), xid->front().integer(0, 0));
  }
  if (safe < ids.size() && ids.size() >= static_cast<std::size_t>(kEventBatchesMax)) {
    // Held for so long that the newest are out of sight from here.
    auto all = co_await read_all_stock(connection);
    co_return all;
  }
  if (safe > 0) changes.position = ids[safe - 1];
  std::vector<VariantId> changed;
  const std::vector<std::int64_t> variants = rows->front().integers(0, 1);
  for (const std::int64_t id : variants)
    changed.push_back({id});
  if (changed.empty()) co_return changes;
  Exchange look;
  look.add(pg::query("stock_by_variants"), pg::variants_parameter(changed));
  auto stocks = co_await connection.run(std::move(look));
  if (!stocks) co_return tl::unexpected(std::move(stocks.error()));
  changes.stocks = stocks_from(stocks->front());
  co_return changes;
}

Task<Outcome<bool>> write_check(Connection& connection, pg::Time time) {
  postgres::Params params;
  time.add_to(params);
  Exchange exchange;
  exchange.autocommit().add(pg::query("write_check"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return true;
}

Result<void> without_value(const Result<bool>& outcome) {
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

}  // namespace

struct PostgresStore::Catalog final : catalog::CatalogStore {
  explicit Catalog(Session& session_in) : session(session_in) {}
  Session& session;

  Task<Result<catalog::Catalogue>> load() override {
    auto work = [](Connection& connection) { return pg::read_catalogue(connection); };
    auto stored = co_await session.run<pg::StoredCatalogue>(Use::kRead, work);
    if (!stored) co_return tl::unexpected<Error>(std::move(stored.error()));
    co_return pg::decode(*stored);
  }
  Task<Result<std::uint64_t>> version() override {
    auto work = [](Connection& connection) { return pg::catalogue_version(connection); };
    auto outcome = co_await session.run<std::uint64_t>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<std::vector<std::string>>> unknown_handles(std::vector<std::string> handles) override {
    auto work = [&handles](Connection& connection) { return pg::unknown_handles(connection, handles); };
    auto outcome = co_await session.run<std::vector<std::string>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<catalog::CatalogueChanges>> changes_since(std::uint64_t version) override {
    auto work = [version](Connection& connection) { return pg::read_changes(connection, version); };
    auto stored = co_await session.run<pg::StoredCatalogue>(Use::kRead, work);
    if (!stored) co_return tl::unexpected<Error>(std::move(stored.error()));
    co_return pg::decode_changes(std::move(*stored));
  }
  Task<void> wait_for_change(Clock&, Duration at_most) override {
    Task<bool> there = session.wait_for_change(at_most);
    (void)co_await session.thread.run(std::move(there));
  }
  Task<Result<catalog::ChangeCounts>> apply(catalog::CatalogueChange change, bool dry_run) override {
    auto work = [this, &change, dry_run](Connection& connection) {
      return pg::apply(connection, change, dry_run, session.time);
    };
    auto outcome = co_await session.run<catalog::ChangeCounts>(Use::kCommit, work);
    co_return outcome;
  }
};

struct PostgresStore::Carts final : cart::CartStore {
  explicit Carts(Session& session_in) : session(session_in) {}
  Session& session;

  BatchTask<cart::Cart> read(std::span<const CartId> carts) override {
    auto work = [carts](Connection& connection) { return read_carts(connection, carts); };
    auto outcome = co_await session.run<std::vector<cart::Cart>>(Use::kRead, work);
    co_return outcome;
  }
  BatchTask<Result<cart::Cart>> apply(std::span<const cart::Change> changes) override {
    auto work = [this, changes](Connection& connection) {
      return change_carts(connection, changes, session.time);
    };
    auto outcome = co_await session.run<CartOutcomes>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::int64_t>> remove_idle(Instant before, std::int64_t limit) override {
    auto work = [before, limit](Connection& connection) {
      return remove_idle_carts(connection, before, limit);
    };
    auto outcome = co_await session.run<std::int64_t>(Use::kCommit, work);
    co_return outcome;
  }
};

struct PostgresStore::Stocks final : inventory::StockStore {
  explicit Stocks(Session& session_in) : session(session_in) {}
  Session& session;
  pg::EventHorizon horizon;  // on the store's thread

  BatchTask<inventory::Stock> read(std::span<const VariantId> variants) override {
    auto work = [variants](Connection& connection) { return read_stock(connection, variants); };
    auto outcome = co_await session.run<std::vector<inventory::Stock>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<std::vector<inventory::Stock>>> read_all() override {
    auto work = [](Connection& connection) { return read_tracked_stock(connection); };
    auto outcome = co_await session.run<std::vector<inventory::Stock>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<inventory::StockChanges>> changed_since(std::int64_t position) override {
    auto work = [this, position](Connection& connection) {
      return position < 0 ? read_all_stock(connection) : read_stock_changes(connection, horizon, position);
    };
    auto outcome = co_await session.run<inventory::StockChanges>(Use::kRead, work);
    co_return outcome;
  }
};

struct PostgresStore::Orders final : orders::OrderStore {
  explicit Orders(Session& session_in) : session(session_in) {}
  Session& session;

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> wanted) override {
    auto work = [this, wanted](Connection& connection) {
      return pg::place(connection, wanted, session.time);
    };
    auto outcome = co_await session.run<std::vector<orders::PlaceOutcome>>(Use::kCommit, work);
    co_return outcome;
  }
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> moves) override {
    auto work = [this, moves](Connection& connection) { return pg::settle(connection, moves, session.time); };
    auto outcome = co_await session.run<std::vector<orders::SettleOutcome>>(Use::kCommit, work);
    co_return outcome;
  }
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override {
    auto work = [ids](Connection& connection) { return pg::read_orders(connection, ids); };
    auto outcome = co_await session.run<pg::Found>(Use::kRead, work);
    co_return outcome;
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override {
    auto work = [this, keys](Connection& connection) {
      return pg::find_orders(connection, keys, session.time);
    };
    auto outcome = co_await session.run<pg::Found>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) override {
    auto work = [=, this](Connection& connection) {
      return pg::take_over(connection, id, attempt, lease_for, session.time);
    };
    auto outcome = co_await session.run<orders::Order>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override {
    auto work = [this, limit](Connection& connection) {
      return pg::overdue_orders(connection, limit, session.time);
    };
    auto outcome = co_await session.run<std::vector<orders::Order>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override {
    auto work = [this, ids](Connection& connection) {
      return pg::release_holds(connection, ids, session.time);
    };
    auto outcome = co_await session.run<std::int64_t>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override {
    auto work = [limit](Connection& connection) { return pg::captures_due(connection, limit); };
    auto outcome = co_await session.run<std::vector<orders::Order>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> audit(orders::Auditor& auditor) override {
    // The auditor counts what it is fed: a second attempt would count it again, so there is none.
    bool fed = false;
    auto work = [&auditor, &fed](Connection& connection) -> Task<Outcome<bool>> {
      return audit_once(connection, auditor, fed);
    };
    auto outcome = co_await session.run<bool>(Use::kRead, work);
    co_return without_value(outcome);
  }

  static Task<Outcome<bool>> audit_once(Connection& connection, orders::Auditor& auditor, bool& fed) {
    if (fed) co_return postgres::refuse(ErrorCode::kUnavailable, "the database went away during the audit");
    auto ready = co_await pg::catalogue_version(connection);  // an idle connection may have died
    if (!ready) co_return tl::unexpected(std::move(ready.error()));
    fed = true;
    auto outcome = co_await pg::audit(connection, auditor);
    co_return outcome;
  }
};

struct PostgresStore::Leases final : leadership::LeaseStore {
  explicit Leases(Session& session_in) : session(session_in) {}
  Session& session;

  Task<Result<leadership::Lease>> acquire(std::string name, std::string owner, Duration lease_for) override {
    auto work = [&, this](Connection& connection) {
      return pg::acquire_lease(connection, name, owner, lease_for, session.time);
    };
    auto outcome = co_await session.run<leadership::Lease>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<void>> release(std::string name, std::string owner) override {
    auto work = [&, this](Connection& connection) {
      return pg::release_lease(connection, name, owner, session.time);
    };
    auto outcome = co_await session.run<bool>(Use::kCommit, work);
    co_return without_value(outcome);
  }
};

struct PostgresStore::Sales final : pg::SalePort<Session> {
  using SalePort::SalePort;
};

struct PostgresStore::Webhooks final : pg::WebhookPort<Session> {
  using WebhookPort::WebhookPort;
};

namespace {

/// Runs `task` on a thread of its own and waits for it: opening and migrating, before anything is served.
template <typename T>
T run_to_end(Task<T> task) {
  asio::io_context context(1);
  std::optional<T> outcome;
  asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& broken, T value) {
    if (broken) std::rethrow_exception(broken);
    outcome.emplace(std::move(value));
  });
  context.run();
  return std::move(*outcome);
}

Task<Result<void>> check(postgres::ConnectOptions connect, std::string release) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto connection = co_await Connection::open(executor, connect);
  if (!connection) co_return tl::unexpected<Error>(postgres::to_error(connection.error()));
  auto applied = co_await pg::applied_migrations(**connection);
  if (!applied) co_return tl::unexpected<Error>(postgres::to_error(applied.error()));
  co_return check_schema("the PostgreSQL database", *applied, migrations_of("postgres"), release);
}

Task<Result<std::vector<int>>> migrate_there(postgres::ConnectOptions connect,
                                             std::vector<Migration> migrations) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto connection = co_await Connection::open(executor, connect);
  if (!connection) co_return tl::unexpected<Error>(postgres::to_error(connection.error()));
  auto applied = co_await pg::migrate(**connection, std::move(migrations));
  if (!applied) co_return tl::unexpected<Error>(postgres::to_error(applied.error()));
  co_return std::move(*applied);
}

}  // namespace

bool is_postgres_url(std::string_view url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& url,
                                                           const PostgresOptions& options) {
  auto usable = run_to_end(check(Session::connect_options(url, options), options.release));
  if (!usable) return tl::unexpected(std::move(usable.error()));
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::make_unique<Session>(url, options)));
  store->transfer_ = postgres_transfer(Session::connect_options(url, options));
  return store;
}

Result<std::vector<int>> PostgresStore::migrate(const std::string& url, const PostgresOptions& options) {
  return migrate(url, options, migrations_of("postgres"));
}

Result<std::vector<int>> PostgresStore::migrate(const std::string& url, const PostgresOptions& options,
                                                std::vector<Migration> migrations) {
  postgres::ConnectOptions connect = options.connect;
  connect.url = url;
  return run_to_end(migrate_there(connect, std::move(migrations)));
}

PostgresStore::PostgresStore(std::unique_ptr<Session> session)
    : session_(std::move(session)),
      catalog_(std::make_unique<Catalog>(*session_)),
      carts_(std::make_unique<Carts>(*session_)),
      stocks_(std::make_unique<Stocks>(*session_)),
      orders_(std::make_unique<Orders>(*session_)),
      webhooks_(std::make_unique<Webhooks>(*session_)),
      sales_(std::make_unique<Sales>(*session_)),
      leases_(std::make_unique<Leases>(*session_)) {}
PostgresStore::~PostgresStore() = default;

catalog::CatalogStore& PostgresStore::catalog() { return *catalog_; }
cart::CartStore& PostgresStore::carts() { return *carts_; }
inventory::StockStore& PostgresStore::stock() { return *stocks_; }
orders::OrderStore& PostgresStore::orders() { return *orders_; }
webhooks::WebhookStore& PostgresStore::webhooks() { return *webhooks_; }
sales::SaleStore& PostgresStore::sales() { return *sales_; }
leadership::LeaseStore& PostgresStore::leases() { return *leases_; }
Transfer& PostgresStore::transfer() { return *transfer_; }

Task<Result<void>> PostgresStore::check_writable() {
  auto work = [this](Connection& connection) { return write_check(connection, session_->time); };
  auto outcome = co_await session_->run<bool>(Use::kCommit, work);
  co_return without_value(outcome);
}

std::size_t PostgresStore::queued() const { return session_->thread.under_way(); }

}  // namespace ff::storage
