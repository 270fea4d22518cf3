// The transport, against a real server and a network that breaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "postgres/connect_parameters.h"
#include "postgres/testing/proxy.h"
#include "postgres/thread.h"
#include "postgres/transact.h"

namespace ff::postgres {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr Statement kMake{"make", "CREATE TABLE things (id bigint PRIMARY KEY)"};
constexpr Statement kInsert{"insert", "INSERT INTO things VALUES ($1::bigint)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM things"};
constexpr Statement kDivide{"divide", "SELECT 1 / $1::bigint"};

Params number(std::int64_t value) {
  Params params;
  params.integer(value);
  return params;
}

class PostgresTest : public testing::Test {
 protected:
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> outcome;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      outcome.emplace(std::move(value));
    });
    context.restart();
    while (!outcome && context.run_one() > 0) {
    }
    return std::move(*outcome);
  }

  ConnectOptions to(std::string url) {
    ConnectOptions options;
    options.url = std::move(url);
    return options;
  }
  std::unique_ptr<Connection> connected(ConnectOptions options) {
    const asio::any_io_executor executor = context.get_executor();
    auto opened = run(Connection::open(executor, std::move(options)));
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return std::move(*opened);
  }
  std::unique_ptr<Connection> connected() { return connected(to(server.url(database))); }
  std::int64_t count(Connection& connection) {
    Exchange exchange;
    exchange.add(kCount);
    return run(connection.run(std::move(exchange))).value()[0].integer(0, 0);
  }
  void make(Connection& connection) {
    Exchange exchange;
    exchange.autocommit().add(kMake);
    ASSERT_TRUE(run(connection.run(std::move(exchange))).has_value());
  }
  Outcome<std::vector<Rows>> insert_and_commit(Connection& connection, std::int64_t id) {
    Exchange exchange;
    exchange.begin().add(kInsert, number(id)).commit();
    return run(connection.run(std::move(exchange)));
  }

  asio::io_context context{1};
  TestServer& server = TestServer::shared();
  const std::string database = server.make_database();
};

TEST_F(PostgresTest, ValuesAndArraysComeBackAsTheyWereSent) {
  auto connection = connected();
  SeededRandom random(1);
  const std::vector<std::int64_t> integers{0, -1, INT64_MAX, INT64_MIN};
  const std::vector<std::string> texts{"", "Été \"quoted\" {,} \\", "NULL"};
  const std::vector<Token> tokens{Token::make(random), Token::make(random)};
  Params one, two, three, none, empty;
  one.integers(integers, [](std::int64_t v) { return v; });
  two.texts(texts, [](const std::string& t) { return std::string_view(t); });
  three.uuids(tokens, [](const Token& t) -> const Token& { return t; });
  none.null();
  empty.texts(std::vector<std::string>{}, [](const std::string& t) { return std::string_view(t); });
  Exchange exchange;
  exchange.add({"integers", "SELECT * FROM unnest($1::bigint[])"}, std::move(one))
      .add({"texts", "SELECT * FROM unnest($1::text[])"}, std::move(two))
      .add({"uuids", "SELECT * FROM unnest($1::uuid[])"}, std::move(three))
      .add({"none", "SELECT $1::bigint, true, 7::smallint, -7::integer, ARRAY[3, -4]::bigint[]"},
           std::move(none))
      .add({"empty", "SELECT cardinality($1::text[])"}, std::move(empty));
  const auto rows = run(connection->run(std::move(exchange)));
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ((*rows)[0].integer(i, 0), integers[static_cast<std::size_t>(i)]);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ((*rows)[1].text(i, 0), texts[static_cast<std::size_t>(i)]);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ((*rows)[2].id<Token>(i, 0), tokens[static_cast<std::size_t>(i)]);
  EXPECT_TRUE((*rows)[3].is_null(0, 0));
  EXPECT_TRUE((*rows)[3].truth(0, 1));
  EXPECT_EQ((*rows)[3].integer(0, 2), 7);
  EXPECT_EQ((*rows)[3].integer(0, 3), -7);
  EXPECT_THAT((*rows)[3].integers(0, 4), ElementsAre(3, -4));
  EXPECT_EQ((*rows)[4].integer(0, 0), 0);
}

TEST_F(PostgresTest, WhatFailsKeepsTheCommitBehindItFromHappening) {
  auto connection = connected();
  make(*connection);
  Exchange exchange;
  exchange.begin().add(kInsert, number(1)).add(kDivide, number(0)).commit();
  const auto failed = run(connection->run(std::move(exchange)));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().sqlstate, "22012");
  EXPECT_FALSE(failed.error().lost);
  EXPECT_EQ(to_error(failed.error()).code, ErrorCode::kInternal);
  EXPECT_TRUE(connection->in_transaction());
  run([&]() -> Task<int> {
    co_await tidy(*connection);
    co_return 0;
  }());
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(count(*connection), 0);
}

TEST_F(PostgresTest, AStatementWhosePreparationWasSkippedIsPreparedTheNextTime) {
  auto connection = connected();
  make(*connection);
  Exchange skipped;
  skipped.add(kDivide, number(0)).add(kInsert, number(1));
  EXPECT_FALSE(run(connection->run(std::move(skipped))).has_value());
  EXPECT_TRUE(insert_and_commit(*connection, 1).has_value());
  EXPECT_TRUE(insert_and_commit(*connection, 2).has_value());
  EXPECT_EQ(count(*connection), 2);
}

TEST_F(PostgresTest, NothingIsLeftPreparedWhereAPoolerWouldLoseIt) {
  ConnectOptions options = to(server.url(database));
  options.prepared = false;
  auto connection = connected(options);
  make(*connection);
  EXPECT_TRUE(insert_and_commit(*connection, 1).has_value());
  Exchange look;
  look.add({"prepared", "SELECT count(*) FROM pg_prepared_statements"});
  EXPECT_EQ(run(connection->run(std::move(look))).value()[0].integer(0, 0), 0);
}

TEST_F(PostgresTest, ARequestLargerThanEverySocketBufferGetsThrough) {
  auto connection = connected();
  const std::vector<std::string> texts(200, std::string(100'000, 'x'));
  Params params;
  params.texts(texts, [](const std::string& t) { return std::string_view(t); });
  Exchange exchange;
  exchange.add({"echo", "SELECT * FROM unnest($1::text[])"}, std::move(params));
  const auto rows = run(connection->run(std::move(exchange)));
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  EXPECT_EQ(rows->front().count(), 200);
  EXPECT_EQ(rows->front().text(199, 0), texts[0]);
}

TEST_F(PostgresTest, ACommitWhoseAnswerIsLostIsInDoubtWhetherItHappenedOrNot) {
  Proxy network(server.port());
  for (const bool happens : {true, false}) {
    auto direct = connected();
    Exchange again;
    again.autocommit().add({"drop", "DROP TABLE IF EXISTS things"});
    ASSERT_TRUE(run(direct->run(std::move(again))).has_value());
    make(*direct);
    auto connection = connected(to(server.url(database, network.port())));
    happens ? network.lose_answer_to("commit") : network.lose_request("commit");
    const auto lost = insert_and_commit(*connection, 1);
    ASSERT_FALSE(lost.has_value());
    EXPECT_TRUE(lost.error().lost);
    EXPECT_EQ(to_error(lost.error()).code, ErrorCode::kUnknown);
    EXPECT_FALSE(connection->usable());
    EXPECT_EQ(count(*direct), happens ? 1 : 0);
  }
}

TEST_F(PostgresTest, AStatementWhoseAnswerIsLostBeforeTheCommitWasSentHasNotHappened) {
  Proxy network(server.port());
  auto connection = connected(to(server.url(database, network.port())));
  make(*connection);
  network.lose_answer_to("insert");
  Exchange exchange;
  exchange.begin().add(kInsert, number(1));
  const auto lost = run(connection->run(std::move(exchange)));
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(to_error(lost.error()).code, ErrorCode::kUnavailable);
  auto direct = connected();
  EXPECT_EQ(count(*direct), 0);
}

TEST_F(PostgresTest, AServerThatFallsSilentIsGivenUp) {
  Proxy network(server.port());
  ConnectOptions options = to(server.url(database, network.port()));
  options.statement_timeout = options.network_timeout = milliseconds(50);
  options.connect_timeout = milliseconds(200);
  auto connection = connected(options);
  network.swallow(true);
  Exchange exchange;
  exchange.add({"one", "SELECT 1"});
  const auto silent = run(connection->run(std::move(exchange)));
  ASSERT_FALSE(silent.has_value());
  EXPECT_THAT(silent.error().message, HasSubstr("in time"));
  EXPECT_FALSE(connection->usable());
  const asio::any_io_executor executor = context.get_executor();
  const auto refused = run(Connection::open(executor, options));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("no answer"));
}

TEST_F(PostgresTest, ASlowStatementIsCutShortByTheServerAndTheConnectionStays) {
  ConnectOptions options = to(server.url(database));
  options.statement_timeout = milliseconds(50);
  auto connection = connected(options);
  Exchange exchange;
  exchange.add({"sleep", "SELECT pg_sleep(60)"});
  const auto slow = run(connection->run(std::move(exchange)));
  ASSERT_FALSE(slow.has_value());
  EXPECT_EQ(slow.error().sqlstate, "57014");
  EXPECT_EQ(to_error(slow.error()).code, ErrorCode::kUnavailable);
  EXPECT_TRUE(connection->usable());
}

TEST_F(PostgresTest, TheNextHostIsTriedAndAReadOnlyOneIsNotTaken) {
  const std::string hosts = "postgres://ff@127.0.0.1:" + std::to_string(free_port()) +
                            ",127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_TRUE(connected(to(hosts + database))->usable());
  server.run("postgres", "ALTER DATABASE " + database + " SET default_transaction_read_only = on");
  const asio::any_io_executor executor = context.get_executor();
  const auto refused = run(Connection::open(executor, to(hosts + database)));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("read-only"), Not(HasSubstr("\n"))));
  EXPECT_EQ(to_error(refused.error()).code, ErrorCode::kUnavailable);
}

// As the runbook of failover writes the URL. libpq would ask for two ports for the one host of an attempt.
TEST_F(PostgresTest, SeveralHostsWithoutPortsAreAskedAtTheUsualOne) {
  const auto hosts = hosts_of("postgres://ff@db1,db2:6000,db3/shop");
  ASSERT_TRUE(hosts.has_value());
  EXPECT_THAT(*hosts, ElementsAre(Field(&Host::port, "5432"), Field(&Host::port, "6000"),
                                  Field(&Host::port, "5432")));
  const asio::any_io_executor executor = context.get_executor();
  const auto refused = run(Connection::open(executor, to("postgres://ff@127.0.0.2,127.0.0.3/shop")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, Not(HasSubstr("port numbers")));
}

TEST_F(PostgresTest, AHostThatIsANameIsLookedUpAndOneThatIsNotFoundIsPassedOver) {
  const asio::any_io_executor executor = context.get_executor();
  const std::string port = std::to_string(server.port());
  for (const std::string& hosts :
       {"localhost:" + port, "no-such-host.invalid:" + port + ",localhost:" + port}) {
    ConnectOptions options;
    options.url = "postgres://ff@" + hosts + "/postgres";
    EXPECT_TRUE(run(Connection::open(executor, options)).has_value()) << hosts;
  }
  ConnectOptions nowhere;
  nowhere.url = "postgres://ff@no-such-host.invalid/postgres";
  const auto failed = run(Connection::open(executor, nowhere));
  ASSERT_FALSE(failed.has_value());
  EXPECT_TRUE(failed.error().lost);
  EXPECT_THAT(failed.error().message, HasSubstr("no-such-host.invalid"));
}

TEST_F(PostgresTest, AUrlOrPasswordFileThatCanNotBeReadIsSaidWithoutRepeatingSecrets) {
  const asio::any_io_executor executor = context.get_executor();
  const auto bad = run(Connection::open(executor, to("postgres://ff:secret@h/db?colour=red")));
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(to_error(bad.error()).code, ErrorCode::kInvalid);
  EXPECT_THAT(to_error(bad.error()).detail, AllOf(HasSubstr("colour"), Not(HasSubstr("secret"))));
  ConnectOptions options = to(server.url(database));
  options.password_file = "/nowhere/password";
  const auto missing = run(Connection::open(executor, options));
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(to_error(missing.error()).detail, HasSubstr("/nowhere/password"));
}

TEST_F(PostgresTest, AServerIsTrustedByItsCertificateOnly) {
  TestServer own;
  const std::string certificate = own.enable_tls();
  const auto url = [&](const std::string& host, const std::string& authority) {
    return "postgres://ff@" + host + ":" + std::to_string(own.port()) +
           "/postgres?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=" + authority;
  };
  auto connection = connected(to(url("localhost", certificate)));
  Exchange look;
  look.add({"tls", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"});
  EXPECT_TRUE(run(connection->run(std::move(look))).value()[0].truth(0, 0));

  const asio::any_io_executor executor = context.get_executor();
  const auto other_name = run(Connection::open(executor, to(url("elsewhere", certificate))));
  ASSERT_FALSE(other_name.has_value());
  EXPECT_THAT(other_name.error().message, HasSubstr("elsewhere"));
  TestServer stranger;
  const auto other_authority = run(Connection::open(executor, to(url("localhost", stranger.enable_tls()))));
  ASSERT_FALSE(other_authority.has_value());
  EXPECT_THAT(other_authority.error().message, HasSubstr("certificate verify failed"));
}

TEST_F(PostgresTest, ANotificationIsHeard) {
  auto listener = connected();
  Exchange listen;
  listen.add({"listen", "LISTEN changes"});
  ASSERT_TRUE(run(listener->run(std::move(listen))).has_value());
  EXPECT_FALSE(run(listener->notified(milliseconds(1))).value());
  server.run(database, "NOTIFY changes");
  EXPECT_TRUE(run(listener->notified(std::chrono::seconds(30))).value());
}

// The pool.

class PoolTest : public PostgresTest {
 protected:
  Result<std::int64_t> select_one(Pool& pool, Use use = Use::kRead) {
    auto work = [](Connection& connection) { return one(connection); };
    const asio::any_io_executor executor = context.get_executor();
    return run(transact<std::int64_t>(pool, executor, use, work));
  }
  static Task<Outcome<std::int64_t>> one(Connection& connection) {
    Exchange exchange;
    exchange.add({"process", "SELECT pg_backend_pid()"});
    auto rows = co_await connection.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    co_return rows->front().integer(0, 0);
  }
  std::int64_t gauge(const std::string& name, const telemetry::Labels& labels = {}) {
    return metrics.gauge(name, metrics_help.at(name), labels).value();
  }

  telemetry::Registry metrics;
  const std::unordered_map<std::string, std::string> metrics_help{
      {"ff_postgres_available", "1 while the database answers, 0 while it is away"},
      {"ff_postgres_connections", "Connections to the database"},
      {"ff_postgres_connections_max", "Connections that this process may have"}};
};

TEST_F(PoolTest, AConnectionIsUsedAgainAndOneThatTheServerEndedIsReplacedUnnoticed) {
  Pool pool(context, to(server.url(database)), {}, nullptr);
  const std::int64_t process = select_one(pool).value();
  EXPECT_EQ(select_one(pool).value(), process);
  server.run("postgres", "SELECT pg_terminate_backend(" + std::to_string(process) + ", 10000)");
  const auto other = select_one(pool);
  ASSERT_TRUE(other.has_value()) << other.error().detail;
  EXPECT_NE(*other, process);
  EXPECT_TRUE(pool.available());
  pool.close();
}

TEST_F(PoolTest, NoMoreConnectionsThanTheBudgetAndThoseWhoWaitAreServedInTurn) {
  PoolLimits limits;
  limits.readers = 1;
  Pool pool(context, to(server.url(database)), limits, &metrics);
  EXPECT_EQ(gauge("ff_postgres_connections_max", {{"use", "read"}}), 1);
  std::vector<int> served;
  const auto use_one = [&](int name) -> Task<void> {
    auto lease = co_await pool.acquire(Use::kRead);
    EXPECT_TRUE(lease.has_value());
    auto process = co_await one(**lease);
    EXPECT_TRUE(process.has_value());
    served.push_back(name);
  };
  for (int i = 0; i < 5; ++i)
    asio::co_spawn(context, use_one(i), asio::detached);
  context.restart();
  context.run();
  EXPECT_THAT(served, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(gauge("ff_postgres_connections", {{"use", "read"}}), 1);
  EXPECT_EQ(gauge("ff_postgres_connections", {{"use", "commit"}}), 0);
  pool.close();
}

TEST_F(PoolTest, WhileTheDatabaseIsAwayEverybodyIsRefusedAtOnceAndItHealsByItself) {
  TestServer own;
  Pool pool(context, to(own.url("postgres")), {}, &metrics);
  ASSERT_TRUE(select_one(pool).has_value());
  EXPECT_EQ(gauge("ff_postgres_available"), 1);
  own.stop(SIGQUIT);
  for (int i = 0; i < 3; ++i) {
    const auto refused = select_one(pool, Use::kCommit);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_FALSE(pool.available());
  EXPECT_EQ(gauge("ff_postgres_available"), 0);
  own.start();
  context.restart();
  while (!pool.available() && context.run_one() > 0) {
  }
  EXPECT_TRUE(select_one(pool).has_value());
  EXPECT_EQ(gauge("ff_postgres_available"), 1);
  pool.close();
}

TEST_F(PoolTest, WorkIsRunAgainAfterADeadlockButNotWhenItsCommitIsInDoubt) {
  Pool pool(context, to(server.url(database)), {}, nullptr);
  int runs = 0;
  Failure failure;
  failure.sqlstate = "40P01";
  auto work = [&](Connection&) -> Task<Outcome<int>> {
    ++runs;
    if (runs < 3) co_return tl::unexpected(failure);
    co_return runs;
  };
  const asio::any_io_executor executor = context.get_executor();
  EXPECT_EQ(run(transact<int>(pool, executor, Use::kCommit, work)).value(), 3);
  runs = 0;
  failure = {};
  failure.lost = failure.doubtful = true;
  const auto unknown = run(transact<int>(pool, executor, Use::kCommit, work));
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnknown);
  EXPECT_EQ(runs, 1);
  pool.close();
}

TEST(PostgresThread, AnswersComeBackToWhereTheyAreAwaited) {
  Thread thread("ff-test");
  asio::io_context here(1);
  std::optional<int> answer;
  const auto there = [&]() -> Task<int> {
    EXPECT_FALSE(here.get_executor().running_in_this_thread());
    co_return 7;
  };
  const auto ask = [&]() -> Task<void> {
    Task<int> task = there();
    answer = co_await thread.run(std::move(task));
    EXPECT_TRUE(here.get_executor().running_in_this_thread());
  };
  asio::co_spawn(here, ask(), asio::detached);
  here.run();
  EXPECT_EQ(answer, 7);
  EXPECT_EQ(thread.under_way(), 0u);
}

}  // namespace
}  // namespace ff::postgres
