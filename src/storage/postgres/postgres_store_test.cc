// What only the PostgreSQL store promises: many processes on one database, a network that breaks, its schema.
#include "storage/postgres/postgres_store.h"

#include <fmt/format.h>

#include <boost/asio/detached.hpp>
#include <set>
#include <thread>

#include "postgres/testing/proxy.h"
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using orders::Existing;
using orders::Placed;
using orders::PlaceOutcome;
using postgres::Proxy;
using postgres::TestServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = orders::Settlement::Kind;

class PostgresStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<PostgresStore>> open(int port = 0, std::string release = FF_VERSION) {
    PostgresOptions options;
    options.clock = &clock;
    options.release = std::move(release);
    return PostgresStore::open(server.url(database, port), options);
  }
  std::unique_ptr<Shop> shop(int port = 0) {
    auto store = open(port);
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return std::make_unique<Shop>(std::move(*store), clock);
  }
  void migrate() {
    const auto applied = PostgresStore::migrate(server.url(database));
    ASSERT_TRUE(applied.has_value()) << applied.error().detail;
  }
  orders::NewOrder order_of(Shop& shop, SeededRandom& random,
                            const std::vector<std::pair<VariantId, inventory::Quantity>>& lines) {
    orders::NewOrder wanted = shop.order(lines);
    wanted.order->id = OrderId{Uuid::v7(clock.now(), random)};
    wanted.order->cart = CartId{Token::make(random)};
    return wanted;
  }

  StandingClock clock;
  TestServer& server = TestServer::shared();
  const std::string database = server.make_database();
};

// The catalogue.

TEST_F(PostgresStoreTest, AfterAReleaseThatDoesNotSayWhatItChangedTheWholeIsAskedFor) {
  migrate();
  const auto mine = shop();
  mine->stocked("shirt", 5);
  const auto changes_since = [&](std::uint64_t version) {
    return run(mine->store().catalog().changes_since(version)).value();
  };
  server.run(database, "UPDATE products SET document = replace(document, 'A shirt', 'Other')");
  server.run(database, "UPDATE catalogue SET version = version + 1");
  EXPECT_TRUE(changes_since(1).all);
  EXPECT_FALSE(changes_since(2).all);
  mine->stocked("hat", 1);
  EXPECT_TRUE(changes_since(1).all);  // not forgotten when a release that says it goes on
  EXPECT_EQ(changes_since(2).products.size(), 1u);
}

TEST_F(PostgresStoreTest, WhereTheWholeIsAskedForNoDocumentIsRead) {
  migrate();
  const auto mine = shop();
  mine->stocked("shirt", 5);
  server.run(database, fmt::format("INSERT INTO products (id, handle, document, changed_at) "
                                   "SELECT n, 'hat ' || n, '', 2 FROM generate_series(100, 99 + {}) AS n",
                                   catalog::kChangedProductsMax));
  server.run(database, "UPDATE catalogue SET version = 2, changes_to = 2");
  // Whoever asks for documents is refused from here on.
  server.run(database, "ALTER TABLE products RENAME COLUMN document TO elsewhere");
  const auto changes_since = [&](std::uint64_t version) {
    return run(mine->store().catalog().changes_since(version));
  };
  ASSERT_TRUE(changes_since(0).has_value());  // one more than are told
  EXPECT_TRUE(changes_since(0)->all);
  ASSERT_TRUE(changes_since(9).has_value());  // of another catalogue
  EXPECT_TRUE(changes_since(9)->all);
  EXPECT_FALSE(changes_since(1).has_value());  // so many are told
}

TEST_F(PostgresStoreTest, WhoFollowsTheCatalogueMissesNothingThatOtherProcessesCommitAtOnce) {
  migrate();
  constexpr int kChanges = 40;
  const auto reader = shop(), one = shop(), other = shop();
  const auto write = [](Shop& writer, const std::string& name) {
    for (int n = 0; n < kChanges; ++n) {
      catalog::CatalogueChange change;
      // Large and small in turn: who began first does not end first.
      for (int i = n % 2 == 0 ? 60 : 1; i > 0; --i)
        change.upserts.push_back(product(name + std::to_string(n) + "-" + std::to_string(i), {variant("M")}));
      ASSERT_TRUE(writer.apply(std::move(change)).has_value());
    }
  };
  std::thread first([&] { write(*one, "a"); }), second([&] { write(*other, "b"); });
  std::set<std::string> seen;
  for (std::uint64_t version = 0; version < 2 * kChanges;) {
    const auto changes = run(reader->store().catalog().changes_since(version)).value();
    ASSERT_FALSE(changes.all);
    version = changes.version;
    for (const catalog::Product& one_seen : changes.products)
      seen.insert(one_seen.handle);
  }
  first.join();
  second.join();
  EXPECT_EQ(seen.size(), reader->load().products.size());
  EXPECT_EQ(seen.size(), 2u * (kChanges / 2 * 60 + kChanges / 2));
}

// The schema.

TEST_F(PostgresStoreTest, ASchemaThatIsMissingOrTooNewIsRefusedInOneLine) {
  const auto missing = open();
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().detail,
              AllOf(HasSubstr("schema is at 0"), HasSubstr("fashionforward migrate")));

  std::vector<Migration> later = migrations_of("postgres");
  const int newest = later.back().number;
  later.push_back({newest + 1, "expand", "0.1.0", "CREATE TABLE more (a integer)"});
  EXPECT_TRUE(PostgresStore::migrate(server.url(database), {}, later).has_value());
  EXPECT_TRUE(open().has_value());
  later.push_back({newest + 2, "contract", "0.10.0", "DROP TABLE more"});
  EXPECT_THAT(PostgresStore::migrate(server.url(database), {}, later).value(), ElementsAre(newest + 2));
  const auto refused = open(0, "0.9.1");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().detail,
              AllOf(HasSubstr("needs release 0.10.0"), HasSubstr("this is 0.9.1"), Not(HasSubstr("\n"))));
  EXPECT_TRUE(open(0, "0.10.0").has_value());
}

TEST_F(PostgresStoreTest, AFailedMigrationLeavesTheSchemaAsItWas) {
  std::vector<Migration> migrations = migrations_of("postgres");
  migrations.push_back({migrations.back().number + 1, "broken", "0.1.0",
                        "CREATE TABLE half (a integer); INSERT INTO nowhere VALUES (1)"});
  const auto failed = PostgresStore::migrate(server.url(database), {}, migrations);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail, HasSubstr("broken"));
  EXPECT_EQ(server.run(database, "SELECT to_regclass('half')"), "");
  EXPECT_TRUE(open().has_value());
}

TEST_F(PostgresStoreTest, OfProcessesThatMigrateTogetherOneDoesTheWork) {
  std::vector<std::thread> processes;
  std::atomic<std::size_t> applied{0};
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      const auto numbers = PostgresStore::migrate(server.url(database));
      EXPECT_TRUE(numbers.has_value()) << numbers.error().detail;
      if (numbers) applied += numbers->size();
    });
  }
  for (std::thread& process : processes)
    process.join();
  EXPECT_EQ(applied, migrations_of("postgres").size());
  EXPECT_TRUE(open().has_value());
}

TEST_F(PostgresStoreTest, AMigrationThatFindsItsTableInUseLetsTheOthersPassAndTriesAgain) {
  migrate();
  std::vector<Migration> later = migrations_of("postgres");
  later.push_back({later.back().number + 1, "expand", "0.1.0", "ALTER TABLE stock ADD COLUMN more bigint"});
  const std::unique_ptr<PGconn, decltype(&PQfinish)> reader(PQconnectdb(server.url(database).c_str()),
                                                            PQfinish);
  PQclear(PQexec(reader.get(), "BEGIN; SELECT count(*) FROM stock"));  // as an audit would, for minutes
  Result<std::vector<int>> applied;
  std::thread process([&] { applied = PostgresStore::migrate(server.url(database), {}, later); });
  const auto wait_until_waiters = [&](const std::string& are) {
    while (server.run(
               database,
               "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'stock'::regclass") != are)
      std::this_thread::yield();
  };
  wait_until_waiters("t");
  wait_until_waiters("f");  // it has let go by itself
  PQclear(PQexec(reader.get(), "COMMIT"));
  process.join();
  ASSERT_TRUE(applied.has_value()) << applied.error().detail;
  EXPECT_THAT(*applied, ElementsAre(later.back().number));
}

TEST_F(PostgresStoreTest, EveryMigrationIsNumberedWithoutGapsAndSaysWhomItServes) {
  int expected = 1;
  for (const Migration& migration : migrations_of("postgres")) {
    EXPECT_EQ(migration.number, expected++);
    EXPECT_FALSE(migration.serves.empty());
    EXPECT_FALSE(migration.name.empty());
  }
  EXPECT_GT(expected, 1);
}

TEST_F(PostgresStoreTest, ADatabaseThatCanNotBeReachedIsSaidInOneLine) {
  const auto away = PostgresStore::open(server.url(database, postgres::free_port()));
  ASSERT_FALSE(away.has_value());
  EXPECT_EQ(away.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(away.error().detail, AllOf(HasSubstr("refused"), Not(HasSubstr("\n"))));
}

// Several processes.

TEST_F(PostgresStoreTest, ProcessesThatBuyTheSameThingsInAnyOrderNeitherOversellNorDeadlock) {
  migrate();
  constexpr int kProcesses = 3, kBatches = 25, kBatch = 4, kStock = 150;
  std::vector<std::unique_ptr<Shop>> shops;
  for (int i = 0; i < kProcesses; ++i)
    shops.push_back(shop());
  const VariantId shirt = shops[0]->stocked("shirt", kStock), socks = shops[0]->stocked("socks", kStock);
  asio::io_context context;
  int granted = 0, refused = 0;
  const auto buy = [&](int process) -> Task<void> {
    SeededRandom random(static_cast<std::uint64_t>(process) + 1);
    Shop& mine = *shops[static_cast<std::size_t>(process)];
    for (int batch = 0; batch < kBatches; ++batch) {
      std::vector<orders::NewOrder> wanted;
      for (int i = 0; i < kBatch; ++i) {
        const bool forwards = random.below(2) == 0;
        wanted.push_back(
            order_of(mine, random, {{forwards ? shirt : socks, 1}, {forwards ? socks : shirt, 1}}));
      }
      auto outcomes = co_await mine.store().orders().place(wanted);
      EXPECT_TRUE(outcomes.has_value()) << outcomes.error().detail;
      if (!outcomes) co_return;
      for (const PlaceOutcome& outcome : *outcomes)
        ++(std::holds_alternative<Placed>(outcome) ? granted : refused);
    }
  };
  for (int i = 0; i < kProcesses; ++i)
    asio::co_spawn(context, buy(i), asio::detached);
  context.run();
  EXPECT_EQ(granted, kStock);
  EXPECT_EQ(refused, kProcesses * kBatches * kBatch - kStock);
  EXPECT_EQ(shops[0]->stock(shirt).available, 0);
  EXPECT_THAT(shops[1]->violations(), IsEmpty());
  shops.clear();  // their servers' processes report what they counted when they end
  EXPECT_EQ(server.run(database, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
            "0");
}

TEST_F(PostgresStoreTest, AKeyThatComesToTwoProcessesAtOnceIsOneOrder) {
  migrate();
  auto one = shop(), two = shop();
  const VariantId shirt = one->stocked("shirt", 1000);
  SeededRandom random(5);
  asio::io_context context;
  int placed = 0, existing = 0;
  const auto place = [&](Shop* mine, std::vector<orders::NewOrder> wanted) -> Task<void> {
    auto outcomes = co_await mine->store().orders().place(wanted);
    EXPECT_TRUE(outcomes.has_value()) << outcomes.error().detail;
    if (!outcomes) co_return;
    for (const PlaceOutcome& outcome : *outcomes)
      ++(std::holds_alternative<Placed>(outcome) ? placed : existing);
  };
  constexpr int kRounds = 20, kKeys = 8;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<orders::NewOrder> ours, theirs;
    for (int i = 0; i < kKeys; ++i) {
      ours.push_back(order_of(*one, random, {{shirt, 1}}));
      theirs.push_back(ours.back());
      theirs.back().order->id = OrderId{Uuid::v7(clock.now(), random)};
    }
    std::reverse(theirs.begin(), theirs.end());
    asio::co_spawn(context, place(one.get(), std::move(ours)), asio::detached);
    asio::co_spawn(context, place(two.get(), std::move(theirs)), asio::detached);
    context.restart();
    context.run();
  }
  EXPECT_EQ(placed, kRounds * kKeys);
  EXPECT_EQ(existing, kRounds * kKeys);
  EXPECT_EQ(one->stock(shirt).held, kRounds * kKeys);
  EXPECT_THAT(one->violations(), IsEmpty());
}

TEST_F(PostgresStoreTest, AShopperWhoBuysAtTwoProcessesAtOnceGetsNoMoreThanTheSaleAllows) {
  constexpr int kRounds = 60;
  migrate();
  const auto here = shop(), there = shop();
  const VariantId shirt = here->stocked("shirt", 1000);
  SeededRandom random(11);
  int placed = 0, refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    asio::io_context context;
    for (Shop* const process : {here.get(), there.get()}) {
      std::vector<orders::NewOrder> batch{order_of(*process, random, {{shirt, 1}})};
      batch[0].limits = {{"friday", "shopper " + std::to_string(round), 1, 1}};
      const auto buy = [](Shop& at, std::vector<orders::NewOrder> wanted) -> Task<PlaceOutcome> {
        auto outcomes = co_await at.store().orders().place(wanted);
        co_return std::move(outcomes.value().at(0));
      };
      asio::co_spawn(context, buy(*process, std::move(batch)),
                     [&](std::exception_ptr thrown, const PlaceOutcome& outcome) {
                       ASSERT_FALSE(thrown);
                       placed += std::holds_alternative<Placed>(outcome);
                       refused += std::holds_alternative<orders::OverLimit>(outcome);
                     });
    }
    context.run();
  }
  EXPECT_EQ(placed, kRounds);
  EXPECT_EQ(refused, kRounds);
}

TEST_F(PostgresStoreTest, CartsThatTwoProcessesMakeAtOnceHaveBothChanges) {
  migrate();
  auto one = shop(), two = shop();
  SeededRandom random(6);
  asio::io_context context;
  const auto add = [&](Shop* mine, std::vector<cart::Change> changes) -> Task<void> {
    auto outcomes = co_await mine->store().carts().apply(changes);
    EXPECT_TRUE(outcomes.has_value()) << outcomes.error().detail;
  };
  for (int round = 0; round < 20; ++round) {
    const CartId a{Token::make(random)}, b{Token::make(random)};
    const auto change = [](const CartId& id, std::int64_t variant) {
      return cart::Change{id, cart::Change::Kind::kAdd, VariantId{variant}, 1, euros(100)};
    };
    asio::co_spawn(context, add(one.get(), {change(a, 1), change(b, 1)}), asio::detached);
    asio::co_spawn(context, add(two.get(), {change(b, 2), change(a, 2)}), asio::detached);
    context.restart();
    context.run();
    EXPECT_EQ(one->cart(a).lines.size(), 2u);
    EXPECT_EQ(one->cart(b).version, 2u);
  }
}

// A network that breaks.

TEST_F(PostgresStoreTest, AfterALostCommitTheReplayFindsWhatStands) {
  migrate();
  Proxy network(server.port());
  auto far = shop(network.port());
  const VariantId shirt = far->stocked("shirt", 9);
  SeededRandom random(7);
  for (const bool happens : {true, false}) {
    const std::vector wanted{order_of(*far, random, {{shirt, 1}}), order_of(*far, random, {{shirt, 1}})};
    const auto held_before = far->stock(shirt).held;
    happens ? network.lose_answer_to("commit") : network.lose_request("commit");
    const auto unknown = run(far->store().orders().place(wanted));
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().code, ErrorCode::kUnknown);
    const auto replay = far->place(wanted);
    ASSERT_EQ(replay.size(), 2u);
    for (const PlaceOutcome& outcome : replay) {
      EXPECT_EQ(std::holds_alternative<Existing>(outcome), happens);
      if (const auto* stands = std::get_if<Existing>(&outcome)) {
        EXPECT_TRUE(stands->fresh);
      }
    }
    EXPECT_EQ(far->stock(shirt).held, held_before + 2);
  }
  EXPECT_THAT(far->violations(), IsEmpty());
}

TEST_F(PostgresStoreTest, AfterALostCommitASettlementIsMadeOnce) {
  migrate();
  Proxy network(server.port());
  auto far = shop(network.port());
  const VariantId shirt = far->stocked("shirt", 9);
  SeededRandom random(8);
  const orders::Order order = far->placed(order_of(*far, random, {{shirt, 2}}));
  orders::Settlement claim;
  claim.order = order.id;
  claim.payment = orders::PaymentState::kAuthorised;
  const std::vector moves{claim};
  network.lose_answer_to("commit");
  const auto unknown = run(far->store().orders().settle(moves));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnknown);
  const auto replay = far->settle(claim);
  ASSERT_TRUE(std::holds_alternative<orders::NotApplied>(replay));
  EXPECT_EQ(std::get<orders::NotApplied>(replay).order->state, orders::State::kPaid);
  EXPECT_EQ(far->stock(shirt).sold, 2);
  EXPECT_THAT(far->violations(), IsEmpty());
}

TEST_F(PostgresStoreTest, WhatIsLostBeforeTheCommitIsDoneAgainUnnoticed) {
  migrate();
  Proxy network(server.port());
  auto far = shop(network.port());
  const VariantId shirt = far->stocked("shirt", 9);
  SeededRandom random(9);
  far->placed(order_of(*far, random, {{shirt, 1}}));
  network.lose_answer_to("stock_lock");
  far->placed(order_of(*far, random, {{shirt, 1}}));
  EXPECT_EQ(far->stock(shirt).held, 2);
}

TEST_F(PostgresStoreTest, AClientThatFallsSilentInATransactionKeepsItsLocksForSecondsOnly) {
  migrate();
  Proxy network(server.port());
  auto near = shop();
  const VariantId shirt = near->stocked("shirt", 9);
  asio::io_context context;
  postgres::ConnectOptions options;
  options.url = server.url(database, network.port());
  options.idle_in_transaction_timeout = std::chrono::milliseconds(300);
  const auto lock_and_fall_silent = [&]() -> Task<std::unique_ptr<postgres::Connection>> {
    const asio::any_io_executor executor = context.get_executor();
    auto connection = co_await postgres::Connection::open(executor, options);
    EXPECT_TRUE(connection.has_value());
    postgres::Exchange exchange;
    exchange.begin().add({"lock_all", "SELECT * FROM stock FOR UPDATE"});
    auto locked = co_await (*connection)->run(std::move(exchange));
    EXPECT_TRUE(locked.has_value());
    co_return std::move(*connection);
  };
  std::unique_ptr<postgres::Connection> silent;
  asio::co_spawn(context, lock_and_fall_silent(),
                 [&](std::exception_ptr, std::unique_ptr<postgres::Connection> c) { silent = std::move(c); });
  context.run();
  network.swallow(true);
  SeededRandom random(10);
  near->placed(order_of(*near, random, {{shirt, 1}}));
}

/// A standby that never comes: each commit waits for it until somebody ends the wait.
TEST(PostgresStandby, ACommitWhoseWaitForItWasEndedIsUnknownAndNobodyIsToldOfItsEvents) {
  StandingClock clock;
  TestServer server;
  const std::string database = server.make_database();
  ASSERT_TRUE(PostgresStore::migrate(server.url(database)).has_value());
  PostgresOptions options;
  options.clock = &clock;
  Shop mine(PostgresStore::open(server.url(database), options).value(), clock);
  const VariantId shirt = mine.stocked("shirt", 9);
  auto& orders = mine.store().orders();
  const auto want_standby = [&](const std::string& name) {
    server.run(database, "ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    server.run(database, "SELECT pg_reload_conf()");
    while (server.run(database, "SHOW synchronous_standby_names") != name)
      std::this_thread::yield();
  };
  const auto wait_for_waiter = [&] {
    while (server.run(database, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != "1")
      std::this_thread::yield();
  };
  want_standby("nobody");
  const std::vector wanted{mine.order({{shirt, 1}})};
  std::thread shopper([&] {
    const auto outcome = run(orders.place(wanted));
    ASSERT_FALSE(outcome.has_value()) << "the standby does not have it";
    EXPECT_EQ(outcome.error().code, ErrorCode::kUnknown);
  });
  wait_for_waiter();
  server.run(database, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  shopper.join();
  EXPECT_EQ(server.run(database, "SELECT count(*) FROM orders"), "1") << "everybody can see it";

  std::atomic<bool> told{false};
  std::thread deliverer([&] {
    const auto events = run(mine.store().webhooks().events_after(0, 10));
    told = true;
    ASSERT_TRUE(events.has_value()) << events.error().detail;
    EXPECT_EQ(events->size(), 1u);
  });
  wait_for_waiter();
  EXPECT_FALSE(told);
  want_standby("");
  deliverer.join();
  const auto replay = mine.place(wanted);
  EXPECT_TRUE(std::holds_alternative<Existing>(replay.at(0)));
  EXPECT_THAT(mine.violations(), IsEmpty());
}

// The rows.

TEST_F(PostgresStoreTest, StockAndCartsAreUpdatedInPlace) {
  migrate();
  {
    auto mine = shop();
    const VariantId shirt = mine->stocked("shirt", 1000);
    SeededRandom random(11);
    const CartId cart{Token::make(random)};
    for (int i = 0; i < 50; ++i) {
      mine->placed(order_of(*mine, random, {{shirt, 1}}));
      mine->add_to_cart(cart, shirt, 1);
    }
  }
  const std::string hot =
      "SELECT string_agg(relname || ' ' || (n_tup_upd > 40 AND n_tup_hot_upd = n_tup_upd), ', ' ORDER BY "
      "relname) "
      "FROM pg_stat_user_tables WHERE relname IN ('stock', 'carts')";
  EXPECT_EQ(server.run(database, hot), "carts true, stock true");
}

TEST_F(PostgresStoreTest, WhoKeepsUpWithStockIsToldWhatOrdersChangedAndNothingElse) {
  migrate();
  auto mine = shop();
  const VariantId shirt = mine->stocked("shirt", 9), socks = mine->stocked("socks", 9);
  const auto told = [&](std::int64_t& position) {
    const auto changes = run(mine->store().stock().changed_since(position)).value();
    position = changes.position;
    std::vector<std::pair<std::int64_t, inventory::Quantity>> available;
    for (const inventory::Stock& stock : changes.stocks)
      available.emplace_back(stock.variant.value, stock.available);
    return available;
  };
  std::int64_t position = inventory::StockStore::kFromScratch;
  EXPECT_THAT(told(position), ElementsAre(std::pair(shirt.value, 9), std::pair(socks.value, 9)));
  EXPECT_THAT(told(position), IsEmpty());

  SeededRandom random(13);
  const orders::Order order = mine->placed(order_of(*mine, random, {{shirt, 2}}));
  EXPECT_THAT(told(position), ElementsAre(std::pair(shirt.value, 7)));
  orders::Settlement claim;
  claim.order = order.id;
  claim.payment = orders::PaymentState::kAuthorised;
  mine->settle(claim);
  EXPECT_THAT(told(position), IsEmpty()) << "what was held is sold: as much is left as before";

  // No event tells of a hold that ends.
  const orders::Order held = mine->placed(order_of(*mine, random, {{socks, 3}}));
  EXPECT_THAT(told(position), ElementsAre(std::pair(socks.value, 6)));
  clock.advance(std::chrono::minutes(10));
  mine->release_holds({held.id});
  EXPECT_THAT(told(position), ElementsAre(std::pair(socks.value, 9)));
  EXPECT_THAT(told(position), IsEmpty());
}

TEST_F(PostgresStoreTest, AChangeOfStockThatCommitsAfterLaterOnesIsNotMissed) {
  migrate();
  PostgresOptions options;  // by the database's clock
  Shop mine(PostgresStore::open(server.url(database), options).value(), clock);
  const VariantId shirt = mine.stocked("shirt", 9), socks = mine.stocked("socks", 9);
  auto& stock = mine.store().stock();
  std::int64_t position = run(stock.changed_since(inventory::StockStore::kFromScratch)).value().position;
  const std::unique_ptr<PGconn, decltype(&PQfinish)> slow(PQconnectdb(server.url(database).c_str()),
                                                          PQfinish);
  const auto say = [&](const std::string& sql) { PQclear(PQexec(slow.get(), sql.c_str())); };
  say("BEGIN; UPDATE stock SET received = 1, available = 1 WHERE variant = " + std::to_string(shirt.value));
  say("INSERT INTO event_batches (at, events, variants) VALUES ((extract(epoch FROM now()) * "
      "1000000)::bigint, "
      "'[]', ARRAY[" +
      std::to_string(shirt.value) + "])");
  SeededRandom random(14);
  mine.placed(order_of(mine, random, {{socks, 1}}));
  // A commit may wait for the standby for any time.
  server.run(database, "UPDATE event_batches SET at = at - 3600000000");
  for (int i = 0; i < 2; ++i) {
    const auto changes = run(stock.changed_since(position)).value();
    ASSERT_EQ(changes.stocks.size(), 1u);
    EXPECT_EQ(changes.stocks[0].variant, socks);
    position = changes.position;
  }
  say("COMMIT");
  const auto changes = run(stock.changed_since(position)).value();
  EXPECT_EQ(changes.stocks.size(), 2u) << "the slow transaction's change was passed over";
  EXPECT_THAT(run(stock.changed_since(changes.position)).value().stocks, IsEmpty());
}

TEST_F(PostgresStoreTest, ACatalogueOfMoreRowsThanOneFetchIsLoadedWhole) {
  migrate();
  auto mine = shop();
  catalog::CatalogueChange change;
  for (int i = 0; i < 2500; ++i)
    change.upserts.push_back(product("product-" + std::to_string(i), {variant("S"), variant("M")}));
  const auto counts = mine->apply(change);
  ASSERT_TRUE(counts.has_value()) << counts.error().detail;
  EXPECT_EQ(counts->variants_created, 5000);
  const catalog::Catalogue stored = mine->load();
  ASSERT_EQ(stored.products.size(), 2500u);
  EXPECT_EQ(stored.products[2499].handle, "product-2499");
  EXPECT_EQ(run(mine->store().stock().read_all())->size(), 5000u);
}

TEST_F(PostgresStoreTest, AChangeOfTheCatalogueIsHeardByOtherProcesses) {
  migrate();
  auto one = shop(), two = shop();
  const auto wait = [&](Duration at_most) {
    run([&]() -> Task<int> {
      co_await two->store().catalog().wait_for_change(clock, at_most);
      co_return 0;
    }());
  };
  wait(std::chrono::minutes(5));  // it listens from here on: what was said before may have been missed
  one->stocked("shirt", 1);
  wait(std::chrono::minutes(5));  // or the test runs into its time limit
  EXPECT_EQ(run(two->store().catalog().version()).value(), 1u);
}

TEST_F(PostgresStoreTest, ExpiryIsTheDatabasesOwnClocks) {
  migrate();
  PostgresOptions options;  // no clock of ours
  Shop mine(PostgresStore::open(server.url(database), options).value(), clock);
  const VariantId shirt = mine.stocked("shirt", 5);
  SeededRandom random(12);
  orders::NewOrder wanted = order_of(mine, random, {{shirt, 1}});
  wanted.hold_for = wanted.lease_for = Duration(0);
  const orders::Order order = mine.placed(wanted);
  EXPECT_GT(order.created_at, clock.now());  // which stands in 2023
  EXPECT_THAT(mine.overdue(), ElementsAre(order));
  EXPECT_TRUE(mine.take_over(order.id, 1).has_value());
  mine.release_holds({order.id});
  EXPECT_EQ(mine.stock(shirt).held, 0);
}

}  // namespace
}  // namespace ff::storage
