// What only the SQLite store promises: files, schemas, survival.
#include "storage/sqlite/sqlite_store.h"

#include <fstream>

#include "storage/contract_fixture.h"
#include "storage/sqlite/schema.h"

namespace ff::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SqliteStoreTest : public testing::Test {
 protected:
  StandingClock clock;
  TemporaryFolder folder;
  const std::string path = folder.file("shop.db");
};

TEST_F(SqliteStoreTest, WhatWasAnsweredIsThereAfterAReopen) {
  ASSERT_THAT(SqliteStore::migrate(path, clock).value(), testing::Contains(1));
  orders::Order order;
  cart::Cart cart;
  {
    Shop shop(SqliteStore::open(path, clock).value(), clock);
    const VariantId shirt = shop.stocked("shirt", 5);
    const orders::NewOrder wanted = shop.order({{shirt, 2}});
    shop.add_to_cart(wanted.order->cart, shirt, 4);
    order = shop.placed(wanted);
    cart = shop.cart(wanted.order->cart);
  }
  Shop shop(SqliteStore::open(path, clock).value(), clock);
  EXPECT_EQ(shop.read(order.id), order);
  EXPECT_EQ(shop.cart(cart.id), cart);
  EXPECT_EQ(shop.load().products.size(), 1u);
  EXPECT_THAT(shop.violations(), IsEmpty());
}

TEST_F(SqliteStoreTest, AfterAReleaseThatDoesNotSayWhatItChangedTheWholeIsAskedFor) {
  ASSERT_TRUE(SqliteStore::migrate(path, clock).has_value());
  Shop shop(SqliteStore::open(path, clock).value(), clock);
  shop.stocked("shirt", 5);
  const auto changes_since = [&](std::uint64_t version) {
    return run(shop.store().catalog().changes_since(version)).value();
  };
  auto older = sqlite::Database::open(path);
  ASSERT_TRUE(older.has_value());
  ASSERT_TRUE(older
                  ->execute("UPDATE products SET document = replace(document, 'A shirt', 'Other');"
                            "UPDATE catalogue SET version = version + 1")
                  .has_value());
  EXPECT_TRUE(changes_since(1).all);
  EXPECT_FALSE(changes_since(2).all);
  shop.stocked("hat", 1);
  EXPECT_TRUE(changes_since(1).all);  // not forgotten when a release that says it goes on
  EXPECT_EQ(changes_since(2).products.size(), 1u);
}

TEST_F(SqliteStoreTest, AStoreThatWasNeverMadeOrMigratedSaysWhatToRun) {
  const auto missing = SqliteStore::open(path, clock);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().detail, AllOf(HasSubstr(path), HasSubstr("fashionforward migrate")));
  EXPECT_FALSE(std::filesystem::exists(path));

  { auto made = sqlite::Database::open(path); }
  const auto empty = SqliteStore::open(path, clock);
  ASSERT_FALSE(empty.has_value());
  EXPECT_THAT(empty.error().detail, AllOf(HasSubstr("schema is at 0"), HasSubstr("fashionforward migrate")));
}

TEST_F(SqliteStoreTest, MigratingAgainDoesNothing) {
  EXPECT_EQ(SqliteStore::migrate(path, clock).value().size(), sqlite_migrations().size());
  EXPECT_THAT(SqliteStore::migrate(path, clock).value(), IsEmpty());
}

TEST_F(SqliteStoreTest, AFailedMigrationLeavesTheSchemaAsItWas) {
  auto database = sqlite::Database::open(path);
  std::vector<Migration> migrations = sqlite_migrations();
  const int newest = migrations.back().number;
  migrations.push_back(
      {newest + 1, "broken", "0.1.0", "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);"});
  const auto failed = migrate(*database, migrations, clock.now());
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail, HasSubstr("broken"));
  EXPECT_FALSE(database->statement("SELECT 1 FROM sqlite_schema WHERE name = 'half'").step());
  EXPECT_TRUE(check_schema(*database, sqlite_migrations(), FF_VERSION).has_value());
}

TEST_F(SqliteStoreTest, AnOldReleaseWorksOnASchemaThatStillServesItAndRefusesAnother) {
  auto database = sqlite::Database::open(path);
  const std::vector<Migration> ours = sqlite_migrations();
  std::vector<Migration> later = ours;
  const int newest = ours.back().number;
  later.push_back({newest + 1, "expand", "0.1.0", "CREATE TABLE more (a) STRICT"});
  later.back().sql = "CREATE TABLE more (a INTEGER) STRICT";
  ASSERT_TRUE(migrate(*database, later, clock.now()).has_value());
  EXPECT_TRUE(check_schema(*database, ours, "0.1.0").has_value());

  later.push_back({newest + 2, "contract", "0.10.0", "DROP TABLE more"});
  ASSERT_TRUE(migrate(*database, later, clock.now()).has_value());
  const auto refused = check_schema(*database, ours, "0.9.1");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail, AllOf(HasSubstr("needs release 0.10.0"), HasSubstr("this is 0.9.1")));
  EXPECT_TRUE(check_schema(*database, ours, "0.10.0").has_value());
}

TEST_F(SqliteStoreTest, EveryMigrationIsNumberedWithoutGapsAndSaysWhomItServes) {
  int expected = 1;
  for (const Migration& migration : sqlite_migrations()) {
    EXPECT_EQ(migration.number, expected++);
    EXPECT_FALSE(migration.serves.empty());
    EXPECT_FALSE(migration.name.empty());
  }
  EXPECT_GT(expected, 1);
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefusedInOneLine) {
  std::ofstream(path) << std::string(4096, 'x');
  for (const std::string& detail :
       {SqliteStore::open(path, clock).error().detail, SqliteStore::migrate(path, clock).error().detail}) {
    EXPECT_THAT(detail, AllOf(HasSubstr(path), HasSubstr("not a database"), Not(HasSubstr("\n"))));
  }
}

TEST_F(SqliteStoreTest, OrdersOfTwoProcessesOnOneFileNeverOversell) {
  ASSERT_TRUE(SqliteStore::migrate(path, clock).has_value());
  Shop one(SqliteStore::open(path, clock).value(), clock);
  Shop two(SqliteStore::open(path, clock).value(), clock);
  const VariantId shirt = one.stocked("shirt", 10);
  int granted = 0;
  asio::io_context context;
  const auto buy = [&](Shop& shop, orders::NewOrder wanted) -> Task<void> {
    const std::vector batch{std::move(wanted)};
    auto outcome = co_await shop.store().orders().place(batch);
    EXPECT_TRUE(outcome.has_value());
    if (outcome && std::holds_alternative<orders::Placed>(outcome->at(0))) ++granted;
  };
  SeededRandom random(5);
  for (int i = 0; i < 30; ++i) {
    Shop& shop = i % 2 == 0 ? one : two;
    orders::NewOrder wanted = shop.order({{shirt, 1}});
    wanted.order->id = OrderId{Uuid::v7(clock.now(), random)};
    wanted.order->cart = CartId{Token::make(random)};
    asio::co_spawn(context, buy(shop, std::move(wanted)),
                   [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  }
  context.run();
  EXPECT_EQ(granted, 10);
  EXPECT_EQ(two.stock(shirt).available, 0);
  EXPECT_THAT(one.violations(), IsEmpty());
}

TEST_F(SqliteStoreTest, WhoKeepsUpWithStockIsToldWhatOrdersChangedAndNothingElse) {
  ASSERT_TRUE(SqliteStore::migrate(path, clock).has_value());
  Shop one(SqliteStore::open(path, clock).value(), clock);
  const VariantId shirt = one.stocked("shirt", 9), socks = one.stocked("socks", 9);
  std::int64_t position = inventory::StockStore::kFromScratch;
  const auto ask = [&] {
    auto changes = run(one.store().stock().changed_since(position)).value();
    position = changes.position;
    return changes;
  };
  const auto told = [&] {
    const inventory::StockChanges changes = ask();
    EXPECT_FALSE(changes.all);
    std::vector<std::pair<VariantId, inventory::Quantity>> available;
    for (const inventory::Stock& stock : changes.stocks)
      available.emplace_back(stock.variant, stock.available);
    return available;
  };
  EXPECT_TRUE(ask().all);
  EXPECT_THAT(told(), IsEmpty());

  one.add_to_cart(CartId{}, shirt, 1);
  EXPECT_THAT(told(), IsEmpty()) << "a cart takes nothing";
  one.placed(one.order({{shirt, 2}}, orders::State::kPlaced));
  EXPECT_THAT(told(), testing::ElementsAre(std::pair(shirt, 7)));
  const orders::Order held = one.placed(one.order({{socks, 3}}));
  EXPECT_THAT(told(), testing::ElementsAre(std::pair(socks, 6)));
  clock.advance(std::chrono::minutes(10));
  one.release_holds({held.id});  // no event tells of it
  EXPECT_THAT(told(), testing::ElementsAre(std::pair(socks, 9)));

  // What another process sold is in nobody's memory here: everything is read.
  Shop two(SqliteStore::open(path, clock).value(), clock);
  orders::NewOrder elsewhere = two.order({{shirt, 7}}, orders::State::kPlaced);
  SeededRandom random(6);
  elsewhere.order->id = OrderId{Uuid::v7(clock.now(), random)};
  elsewhere.order->cart = CartId{Token::make(random)};
  two.placed(elsewhere);
  const inventory::StockChanges changes = ask();
  EXPECT_TRUE(changes.all);
  EXPECT_THAT(changes.stocks, testing::Contains(testing::Field(&inventory::Stock::available, 0)));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SqliteStoreTest, AUrlNamesAFile) {
  EXPECT_EQ(sqlite_path("sqlite:var/shop.db").value(), "var/shop.db");
  EXPECT_EQ(sqlite_path("sqlite:///srv/shop.db").value(), "/srv/shop.db");
  EXPECT_EQ(sqlite_path("/srv/shop.db").value(), "/srv/shop.db");
  EXPECT_EQ(sqlite_path("postgres://db/shop").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(sqlite_path("sqlite:").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(sqlite_path("").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace ff::storage
