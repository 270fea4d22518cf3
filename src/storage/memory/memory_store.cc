#include "storage/memory/memory_store.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "storage/memory/sale_port.h"
#include "storage/memory/transfer.h"

#include "storage/memory/webhook_port.h"

namespace ff::storage {

struct MemoryStore::Rows {
  explicit Rows(Clock& clock_in) : clock(clock_in) {}
  Clock& clock;
  mutable std::mutex mutex;
  memory::State state;

  /// Runs `work(state, now)` as one transaction, between two trips through the caller's executor.
  template <typename Work>
  Task<std::invoke_result_t<Work&, memory::State&, Instant>> transact(Work work) {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    auto outcome = [&] {
      const std::lock_guard lock(mutex);
      return work(state, clock.now());
    }();
    co_await asio::post(executor, asio::use_awaitable);
    co_return outcome;
  }
};

struct MemoryStore::Catalog final : catalog::CatalogStore {
  explicit Catalog(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  Task<Result<catalog::Catalogue>> load() override {
    auto work = [](memory::State& state, Instant) -> Result<catalog::Catalogue> {
      return memory::load_catalogue(state);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::uint64_t>> version() override {
    auto work = [](memory::State& state, Instant) -> Result<std::uint64_t> {
      return state.catalogue_version;
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<std::string>>> unknown_handles(std::vector<std::string> handles) override {
    auto work = [&handles](memory::State& state, Instant) -> Result<std::vector<std::string>> {
      std::erase_if(handles, [&state](const std::string& handle) { return state.products.contains(handle); });
      return std::move(handles);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<catalog::CatalogueChanges>> changes_since(std::uint64_t version) override {
    auto work = [version](memory::State& state, Instant) -> Result<catalog::CatalogueChanges> {
      return memory::catalogue_changes(state, version);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<catalog::ChangeCounts>> apply(catalog::CatalogueChange change, bool dry_run) override {
    auto work = [&change, dry_run](memory::State& state, Instant now) {
      if (!dry_run) return memory::apply(state, std::move(change), now);
      memory::State copy = state;
      return memory::apply(copy, std::move(change), now);
    };
    co_return co_await rows.transact(work);
  }
};

struct MemoryStore::Carts final : cart::CartStore {
  explicit Carts(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  BatchTask<cart::Cart> read(std::span<const CartId> carts) override {
    auto work = [carts](memory::State& state, Instant) -> Result<std::vector<cart::Cart>> {
      return memory::read(state, carts);
    };
    co_return co_await rows.transact(work);
  }
  BatchTask<Result<cart::Cart>> apply(std::span<const cart::Change> changes) override {
    auto work = [changes](memory::State& state, Instant now) -> Result<std::vector<Result<cart::Cart>>> {
      return memory::apply(state, changes, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::int64_t>> remove_idle(Instant before, std::int64_t limit) override {
    auto work = [before, limit](memory::State& state, Instant) -> Result<std::int64_t> {
      return memory::remove_idle(state, before, limit);
    };
    co_return co_await rows.transact(work);
  }
};

struct MemoryStore::Stocks final : inventory::StockStore {
  explicit Stocks(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  BatchTask<inventory::Stock> read(std::span<const VariantId> variants) override {
    auto work = [variants](memory::State& state, Instant) -> Result<std::vector<inventory::Stock>> {
      return memory::read(state, variants);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<inventory::Stock>>> read_all() override {
    auto work = [](memory::State& state, Instant) -> Result<std::vector<inventory::Stock>> {
      return memory::read_tracked(state);
    };
    co_return co_await rows.transact(work);
  }
};

struct MemoryStore::Orders final : orders::OrderStore {
  explicit Orders(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> wanted) override {
    auto work = [wanted](memory::State& state, Instant now) { return memory::place(state, wanted, now); };
    co_return co_await rows.transact(work);
  }
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> moves) override {
    auto work = [moves](memory::State& state, Instant now) -> Result<std::vector<orders::SettleOutcome>> {
      return memory::settle(state, moves, now);
    };
    co_return co_await rows.transact(work);
  }
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override {
    auto work = [ids](memory::State& state, Instant) -> Result<std::vector<std::optional<orders::Order>>> {
      return memory::read(state, ids);
    };
    co_return co_await rows.transact(work);
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override {
    auto work = [keys](memory::State& state,
                       Instant now) -> Result<std::vector<std::optional<orders::Order>>> {
      return memory::find(state, keys, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) override {
    auto work = [=](memory::State& state, Instant now) {
      return memory::take_over(state, id, attempt, lease_for, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override {
    auto work = [limit](memory::State& state, Instant now) -> Result<std::vector<orders::Order>> {
      return memory::overdue(state, limit, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override {
    auto work = [ids](memory::State& state, Instant now) -> Result<std::int64_t> {
      return memory::release_holds(state, ids, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override {
    auto work = [limit](memory::State& state, Instant) -> Result<std::vector<orders::Order>> {
      return memory::captures_due(state, limit);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> audit(orders::Auditor& auditor) override {
    auto work = [&auditor](memory::State& state, Instant) -> Result<void> {
      memory::audit(state, auditor);
      return {};
    };
    co_return co_await rows.transact(work);
  }
};

struct MemoryStore::Leases final : leadership::LeaseStore {
  explicit Leases(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  Task<Result<leadership::Lease>> acquire(std::string name, std::string owner, Duration lease_for) override {
    auto work = [&](memory::State& state, Instant now) -> Result<leadership::Lease> {
      return memory::acquire(state, name, owner, lease_for, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> release(std::string name, std::string owner) override {
    auto work = [&](memory::State& state, Instant now) -> Result<void> {
      memory::release(state, name, owner, now);
      return {};
    };
    co_return co_await rows.transact(work);
  }
};

struct MemoryStore::Sales final : memory::SalePort<Rows> {
  using SalePort::SalePort;
};

struct MemoryStore::Webhooks final : memory::WebhookPort<Rows> {
  using WebhookPort::WebhookPort;
};

namespace {

class MemoryReading final : public Reading {
 public:
  explicit MemoryReading(const memory::State& state)
      : counters_(memory::counters(state)), rows_(memory::rows(state)) {}
  Task<Result<Counters>> counters() override { co_return counters_; }
  Task<Result<std::int64_t>> count() override { co_return static_cast<std::int64_t>(rows_.rows()); }
  Task<Result<Chunk>> next() override { co_return std::exchange(rows_, {}); }

 private:
  Counters counters_;
  Chunk rows_;
};

}  // namespace

/// For tests: a Reading is a copy, so that nobody need wait.
struct MemoryStore::Moves final : Transfer {
  explicit Moves(Rows& rows_in) : rows(rows_in) {}
  Rows& rows;

  struct Arrival final : Writing {
    explicit Arrival(Rows& rows_in) : rows(rows_in) {}
    Rows& rows;
    memory::State state;
    Task<Result<void>> write(Chunk chunk) override {
      if (!memory::add(state, chunk)) co_return fail(ErrorCode::kInternal, "a document can't be read");
      co_return Result<void>{};
    }
    Task<Result<void>> finish(Counters counters) override {
      memory::set(state, counters);
      const std::lock_guard lock(rows.mutex);
      if (!memory::is_empty(rows.state)) co_return fail(ErrorCode::kConflict, "the target is not empty");
      rows.state = std::move(state);
      co_return Result<void>{};
    }
  };

  Task<Result<std::unique_ptr<Reading>>> read() override {
    const std::lock_guard lock(rows.mutex);
    co_return std::make_unique<MemoryReading>(rows.state);
  }
  Task<Result<std::unique_ptr<Writing>>> write() override {
    const std::lock_guard lock(rows.mutex);
    if (!memory::is_empty(rows.state)) co_return fail(ErrorCode::kConflict, "the target is not empty");
    co_return std::make_unique<Arrival>(rows);
  }
};

MemoryStore::MemoryStore(Clock& clock)
    : rows_(std::make_unique<Rows>(clock)),
      catalog_(std::make_unique<Catalog>(*rows_)),
      carts_(std::make_unique<Carts>(*rows_)),
      stocks_(std::make_unique<Stocks>(*rows_)),
      orders_(std::make_unique<Orders>(*rows_)),
      webhooks_(std::make_unique<Webhooks>(*rows_)),
      sales_(std::make_unique<Sales>(*rows_)),
      leases_(std::make_unique<Leases>(*rows_)),
      transfer_(std::make_unique<Moves>(*rows_)) {}
MemoryStore::~MemoryStore() = default;

catalog::CatalogStore& MemoryStore::catalog() { return *catalog_; }
cart::CartStore& MemoryStore::carts() { return *carts_; }
inventory::StockStore& MemoryStore::stock() { return *stocks_; }
orders::OrderStore& MemoryStore::orders() { return *orders_; }
webhooks::WebhookStore& MemoryStore::webhooks() { return *webhooks_; }
sales::SaleStore& MemoryStore::sales() { return *sales_; }
leadership::LeaseStore& MemoryStore::leases() { return *leases_; }
Transfer& MemoryStore::transfer() { return *transfer_; }
Task<Result<void>> MemoryStore::check_writable() { co_return Result<void>{}; }

memory::State MemoryStore::state() const {
  const std::lock_guard lock(rows_->mutex);
  return rows_->state;
}

}  // namespace ff::storage
