// What the tests of every adapter share: a shop to open, small makers of rows.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/testing/run.h"
#include "postgres/testing/server.h"
#include "storage/memory/memory_store.h"
#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"

namespace ff::storage {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char pattern[] = "/tmp/ff-store-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct MemoryAdapter {
  std::unique_ptr<Store> open(Clock& clock) { return std::make_unique<MemoryStore>(clock); }
};

/// On a disk that forgets nothing while the machine stays up, so the contract need not wait for it.
struct SqliteAdapter {
  TemporaryFolder folder;
  std::unique_ptr<Store> open(Clock& clock) {
    SqliteOptions options;
    options.synchronous = sqlite::Synchronous::kOff;
    const auto migrated = SqliteStore::migrate(folder.file("shop.db"), clock, options);
    EXPECT_TRUE(migrated.has_value()) << migrated.error().detail;
    auto store = SqliteStore::open(folder.file("shop.db"), clock, options);
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return std::move(*store);
  }
};

/// A database of its own, a copy of one that was migrated, on a server that the tests start.
struct PostgresAdapter {
  std::unique_ptr<Store> open(Clock& clock) {
    postgres::TestServer& server = postgres::TestServer::shared();
    static const std::string migrated = [&] {
      std::string name = server.make_database();
      const auto applied = PostgresStore::migrate(server.url(name));
      EXPECT_TRUE(applied.has_value()) << applied.error().detail;
      return name;
    }();
    PostgresOptions options;
    options.clock = &clock;
    auto store = PostgresStore::open(server.url(server.make_database(migrated)), options);
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return std::move(*store);
  }
};

inline Money euros(std::int64_t cents) { return {cents, Currency{}}; }

inline catalog::Variant variant(std::string size, catalog::StockPolicy policy = catalog::StockPolicy::kDeny) {
  catalog::Variant made;
  made.options[0] = std::move(size);
  made.price = euros(1999);
  made.policy = policy;
  return made;
}

inline catalog::Product product(std::string handle, std::vector<catalog::Variant> variants) {
  catalog::Product made;
  made.handle = std::move(handle);
  made.title = "A " + made.handle;
  made.options = {"Size"};
  made.variants = std::move(variants);
  return made;
}

/// One shop with one store, and its ports called as if they were plain functions.
class Shop {
 public:
  explicit Shop(std::unique_ptr<Store> opened, StandingClock& clock)
      : clock_(clock), store_(std::move(opened)) {}

  Store& store() { return *store_; }

  Result<catalog::ChangeCounts> apply(catalog::CatalogueChange change, bool dry_run = false) {
    return run(store_->catalog().apply(std::move(change), dry_run));
  }
  catalog::Catalogue load() { return run(store_->catalog().load()).value(); }
  catalog::Product load(std::string_view handle) {
    for (catalog::Product& product : load().products) {
      if (product.handle == handle) return product;
    }
    ADD_FAILURE() << "no product " << handle;
    return {};
  }
  /// A product with one variant and so many of it; its id.
  VariantId stocked(const std::string& handle, inventory::Quantity available,
                    catalog::StockPolicy policy = catalog::StockPolicy::kDeny) {
    catalog::CatalogueChange change;
    change.upserts.push_back(product(handle, {variant("M", policy)}));
    change.stock.push_back({handle, 0, available});
    EXPECT_TRUE(apply(std::move(change)).has_value());
    return load(handle).variants[0].id;
  }
  inventory::Stock stock(VariantId id) {
    const VariantId ids[] = {id};
    return run(store_->stock().read(ids)).value().at(0);
  }

  cart::Cart cart(const CartId& id) {
    const CartId ids[] = {id};
    return run(store_->carts().read(ids)).value().at(0);
  }
  Result<std::vector<Result<cart::Cart>>> change(std::vector<cart::Change> changes) {
    return run(store_->carts().apply(changes));
  }
  void add_to_cart(const CartId& id, VariantId variant, inventory::Quantity quantity) {
    ASSERT_TRUE(
        change({{id, cart::Change::Kind::kAdd, variant, quantity, euros(1999)}}).value().at(0).has_value());
  }

  /// A new order of another cart each time; change what the test is about.
  orders::NewOrder order(const std::vector<std::pair<VariantId, inventory::Quantity>>& lines,
                         orders::State state = orders::State::kPendingPayment) {
    orders::NewOrder made;
    orders::Order& order = *made.order;
    order.id = OrderId{Uuid::v7(clock_.now(), random_)};
    order.access_key = Token::make(random_);
    order.cart = CartId{Token::make(random_)};
    order.idempotency_key = "key-1";
    order.request_fingerprint = "abc123";
    order.state = state;
    if (state == orders::State::kPlaced) order.method = orders::PaymentMethod::kOnDelivery;
    for (const auto& [variant, quantity] : lines) {
      orders::Line line;
      line.variant = variant;
      line.quantity = quantity;
      line.unit_price = euros(1999);
      line.handle = "shirt";
      line.title = "Shirt \"Été\" <b>";
      line.variant_title = "Navy / M";
      line.sku = "S-1";
      line.picture_url = "/pictures/shirt.svg";
      order.lines.push_back(std::move(line));
    }
    order.totals = {euros(0), euros(500), euros(399), true, {1900}, euros(500)};
    for (const orders::Line& line : order.lines) {
      order.totals.subtotal = order.totals.subtotal + line.unit_price * line.quantity;
      order.totals.total = order.totals.total + line.unit_price * line.quantity;
    }
    order.email = "ada@example.org";
    order.address = {"Ada", "1 Rue Été", "", "Paris", "", "75001", "FR", "+33 1"};
    order.delivery_method = "Standard";
    made.hold_for = std::chrono::seconds(90);
    made.lease_for = std::chrono::seconds(20);
    return made;
  }
  std::vector<orders::PlaceOutcome> place(std::vector<orders::NewOrder> wanted) {
    return run(store_->orders().place(wanted)).value();
  }
  orders::Order placed(const orders::NewOrder& wanted) {
    auto outcomes = place({wanted});
    auto* granted = std::get_if<orders::Placed>(&outcomes.at(0));
    EXPECT_TRUE(granted != nullptr) << "outcome " << outcomes.at(0).index();
    return granted ? *granted->order : orders::Order{};
  }
  orders::SettleOutcome settle(orders::Settlement move) {
    const orders::Settlement moves[] = {std::move(move)};
    return run(store_->orders().settle(moves)).value().at(0);
  }
  std::optional<orders::Order> read(const OrderId& id) {
    const OrderId ids[] = {id};
    return run(store_->orders().read(ids)).value().at(0);
  }
  std::vector<orders::Order> overdue(std::int64_t limit = 100) {
    return run(store_->orders().overdue(limit)).value();
  }
  std::vector<orders::Order> captures_due(std::int64_t limit = 100) {
    return run(store_->orders().captures_due(limit)).value();
  }
  void release_holds(std::vector<OrderId> ids) {
    ASSERT_TRUE(run(store_->orders().release_holds(ids)).has_value());
  }
  Result<orders::Order> take_over(const OrderId& id, std::int32_t attempt) {
    return run(store_->orders().take_over(id, attempt, std::chrono::seconds(20)));
  }

  /// What `audit` would print of the store's own invariants. The gateway's ledger is left out (no card orders
  /// are judged by it here): I4 is checkout's.
  std::vector<orders::Violation> violations() {
    orders::Auditor auditor(clock_.now(), std::chrono::hours(1));
    EXPECT_TRUE(run(store_->orders().audit(auditor)).has_value());
    std::vector<orders::Violation> found = auditor.report().violations;
    std::erase_if(found, [](const orders::Violation& violation) { return violation.invariant == "I4"; });
    return found;
  }

 private:
  StandingClock& clock_;
  SeededRandom random_{42};
  std::unique_ptr<Store> store_;
};

/// A test of this fixture runs on every adapter, and ends with an audit.
template <typename Adapter>
class StoreContract : public testing::Test {
 protected:
  ~StoreContract() override { EXPECT_THAT(shop.violations(), testing::IsEmpty()); }

  orders::Settlement move(const orders::Order& order, orders::Settlement::Kind kind) {
    orders::Settlement made;
    made.order = order.id;
    made.kind = kind;
    if (kind == orders::Settlement::Kind::kClaim) {
      made.payment = orders::PaymentState::kAuthorised;
      made.payment_reference = "pay_1";
      made.card_hint = "Visa ending 4242";
    }
    if (kind == orders::Settlement::Kind::kCapture) made.payment = orders::PaymentState::kCaptured;
    if (kind == orders::Settlement::Kind::kDecline || kind == orders::Settlement::Kind::kCancel)
      made.reason = "because";
    return made;
  }
  orders::Order settled(orders::Settlement asked) {
    auto outcome = shop.settle(std::move(asked));
    EXPECT_TRUE(std::holds_alternative<orders::Settled>(outcome)) << "outcome " << outcome.index();
    return std::holds_alternative<orders::Settled>(outcome) ? *std::get<orders::Settled>(outcome).order
                                                            : orders::Order{};
  }

  StandingClock clock;
  Adapter adapter;
  Shop shop{adapter.open(clock), clock};
};

using Adapters = testing::Types<MemoryAdapter, SqliteAdapter, PostgresAdapter>;

inline void PrintTo(const orders::Violation& violation, std::ostream* out) {
  *out << violation.invariant << " " << violation.row << ": " << violation.what;
}

}  // namespace ff::storage
