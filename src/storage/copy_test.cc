// A shop's way from any store to any other.
#include "storage/copy.h"

#include <set>

#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using Kind = orders::Settlement::Kind;

template <typename Adapter>
class CopyContract : public StoreContract<Adapter> {
 protected:
  /// Everything that a store may hold, in several states.
  void fill() {
    this->shop.stocked("gone", 2);
    catalog::CatalogueChange change;
    change.removed_handles = {"gone"};
    change.collections = {{{}, "summer", "Summer", "Light", "", {"shirt"}, {}, {}}};
    ASSERT_TRUE(this->shop.apply(change).has_value());
    shirt = this->shop.stocked("shirt", 50);
    this->shop.add_to_cart(CartId{Token::make(random)}, shirt, 3);
    const orders::Order bought = this->shop.placed(this->shop.order({{shirt, 2}}, orders::State::kPlaced));
    const orders::Order paid = this->shop.placed(this->shop.order({{shirt, 1}}));
    orders::Settlement claim = this->move(paid, Kind::kClaim);
    this->settled(claim);
    pending = this->shop.placed(this->shop.order({{shirt, 4}}));
    newest = pending.number;
    EXPECT_LT(bought.number, newest);
  }
  static Result<Tallies> moved(Store& from, Store& to) { return run(storage::copy(from, to, {})); }

  /// To a store of kind `Target` and on to a second; each must hold the same, and go on from there.
  template <typename Target>
  void copied_to() {
    Target first_target;
    Shop first(first_target.open(this->clock), this->clock);
    const auto there = moved(this->shop.store(), first.store());
    ASSERT_TRUE(there.has_value()) << there.error().detail;
    EXPECT_EQ(there->all()[5].count, 3);
    Adapter second_target;
    Shop second(second_target.open(this->clock), this->clock);
    const auto back = moved(first.store(), second.store());
    ASSERT_TRUE(back.has_value()) << back.error().detail;
    EXPECT_EQ(there->all(), back->all());
    for (Shop* other : {&first, &second}) {
      EXPECT_THAT(other->violations(), testing::IsEmpty());
      EXPECT_EQ(other->load().version, this->shop.load().version);
      EXPECT_EQ(other->load().products, this->shop.load().products);
      EXPECT_EQ(other->read(pending.id), pending);
      EXPECT_EQ(other->stock(shirt), this->shop.stock(shirt));
      orders::NewOrder next = this->shop.order({{shirt, 1}}, orders::State::kPlaced);
      EXPECT_EQ(other->placed(next).number, newest + 1);
      EXPECT_GT(other->stocked("hat", 1).value, shirt.value);
      EXPECT_THAT(other->violations(), testing::IsEmpty());
    }
  }

  SeededRandom random{9};
  VariantId shirt;
  orders::Order pending;
  std::int64_t newest = 0;
};
TYPED_TEST_SUITE(CopyContract, Adapters);

TYPED_TEST(CopyContract, AShopMovesToMemoryAndBackWhole) {
  this->fill();
  this->template copied_to<MemoryAdapter>();
}
TYPED_TEST(CopyContract, AShopMovesToSqliteAndBackWhole) {
  this->fill();
  this->template copied_to<SqliteAdapter>();
}
TYPED_TEST(CopyContract, AShopMovesToPostgresAndBackWhole) {
  this->fill();
  this->template copied_to<PostgresAdapter>();
}

TYPED_TEST(CopyContract, ATargetThatHoldsAnythingIsRefusedAndStaysAsItIs) {
  this->fill();
  TypeParam target;
  Shop other(target.open(this->clock), this->clock);
  const VariantId hat = other.stocked("hat", 7);
  const auto refused = this->moved(this->shop.store(), other.store());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(other.load().products.size(), 1u);
  EXPECT_EQ(other.stock(hat).available, 7);
}

TEST(Tallies, OtherContentsOrATwiceTakenRowShow) {
  Chunk one, other, twice;
  one.carts = {{CartId{}, 1, Instant{5}, "[]"}};
  other.carts = {{CartId{}, 1, Instant{6}, "[]"}};
  twice.carts = {one.carts[0], one.carts[0]};
  Tallies a, b, c;
  ASSERT_TRUE(a.add(one).has_value() && b.add(other).has_value() && c.add(twice).has_value());
  EXPECT_NE(a.all(), b.all());
  EXPECT_NE(a.all(), c.all());
}

/// A table that a migration adds has to be moved, or said here not to be.
TEST(Transfer, EveryTableIsMovedOrLeftOnPurpose) {
  const std::set<std::string> known{"catalogue",
                                    "products",
                                    "collections",
                                    "stock",
                                    "stock_ledger",
                                    "carts",
                                    "orders",
                                    "event_batches",
                                    "write_check",
                                    "leases",  // of running processes
                                    "webhook_subscriptions",
                                    "webhook_owners",
                                    "webhook_deliveries",  // receivers are told anew
                                    "removed_products",    // for servers that run; a copy's begin anew
                                    "sales",
                                    "sale_arrivals",  // both by `copy`, through their port
                                    "sale_processes",
                                    "sale_passes",
                                    "purchases"};  // `copy` refuses while they matter
  for (const char* store : {"sqlite", "postgres"}) {
    for (const Migration& migration : migrations_of(store)) {
      std::string_view sql = migration.sql;
      for (std::size_t at = sql.find("CREATE TABLE "); at != std::string_view::npos;
           at = sql.find("CREATE TABLE ", at + 1)) {
        const std::string_view rest = sql.substr(at + 13);
        EXPECT_TRUE(known.contains(std::string(rest.substr(0, rest.find(' '))))) << rest.substr(0, 40);
      }
    }
  }
}

}  // namespace
}  // namespace ff::storage
