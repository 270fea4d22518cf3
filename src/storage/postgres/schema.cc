#include "storage/postgres/schema.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace ff::storage::pg {

namespace {

using postgres::Exchange;
using postgres::Outcome;
using postgres::Statement;

// A migration may rewrite a large table, and may wait for the one that another process runs.
constexpr Duration kMigrationMax = std::chrono::hours(6);

// "FFsc": no other user of this database locks this number.
constexpr std::string_view kLock =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0;"
    "SELECT pg_advisory_lock(1179014979);"
    // Of tables: behind an ALTER that waits for a long transaction (an audit, a backup) every query waits as
    // well. So it waits for less than a server's own lock_timeout, lets them pass, and tries again.
    "SET lock_timeout = '1s';"
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  number integer PRIMARY KEY, name text NOT NULL, serves text NOT NULL,"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
constexpr std::string_view kUnlock = "SELECT pg_advisory_unlock(1179014979)";

constexpr int kTriesMax = 120;
constexpr Duration kPause = std::chrono::seconds(1);  // between two tries: what queued gets through

constexpr Statement kIsMigrated{"schema_is_migrated", "SELECT to_regclass('schema_migrations') IS NOT NULL"};
constexpr Statement kApplied{"schema_applied",
                             "SELECT number, serves FROM schema_migrations ORDER BY number"};

bool found_tables_in_use(const postgres::Failure& failure) {
  return failure.sqlstate == "55P03" || failure.sqlstate == "40P01";  // not in time; in a circle
}

Task<Outcome<void>> apply_once(postgres::Connection& connection, Migration migration) {
  // In one text, so in one transaction. The names and versions are ours: no quotes in them.
  const std::string script = fmt::format(
      "BEGIN; {} ; INSERT INTO schema_migrations (number, name, serves) VALUES ({}, '{}', '{}'); COMMIT",
      migration.sql, migration.number, migration.name, migration.serves);
  auto done = co_await connection.script(script, kMigrationMax);
  if (done) co_return done;
  done.error().message =
      fmt::format("migration {} ({}): {}", migration.number, migration.name, done.error().message);
  if (connection.usable()) {
    const std::string rollback("ROLLBACK");
    auto rolled_back = co_await connection.script(rollback, kMigrationMax);
    if (!rolled_back) connection.close();
  }
  co_return done;
}

Task<Outcome<void>> apply(postgres::Connection& connection, Migration migration) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (int left = kTriesMax;; --left) {
    auto done = co_await apply_once(connection, migration);
    if (done || left == 1 || !connection.usable() || !found_tables_in_use(done.error())) co_return done;
    pause.expires_after(kPause);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace

Task<Outcome<std::vector<AppliedMigration>>> applied_migrations(postgres::Connection& connection) {
  std::vector<AppliedMigration> applied;
  Exchange look;
  look.add(kIsMigrated);
  auto found = co_await connection.run(std::move(look));
  if (!found) co_return tl::unexpected(std::move(found.error()));
  if (!found->front().truth(0, 0)) co_return applied;
  Exchange read;
  read.add(kApplied);
  auto rows = co_await connection.run(std::move(read));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  for (int row = 0; row < rows->front().count(); ++row) {
    applied.push_back(
        {static_cast<int>(rows->front().integer(row, 0)), std::string(rows->front().text(row, 1))});
  }
  co_return applied;
}

Task<Outcome<std::vector<int>>> migrate(postgres::Connection& connection, std::vector<Migration> migrations) {
  const std::string lock(kLock), unlock(kUnlock);
  auto locked = co_await connection.script(lock, kMigrationMax);
  if (!locked) co_return tl::unexpected(std::move(locked.error()));
  auto before = co_await applied_migrations(connection);
  if (!before) co_return tl::unexpected(std::move(before.error()));
  const int newest = before->empty() ? 0 : before->back().number;
  std::vector<int> applied;
  for (const Migration& migration : migrations) {
    if (migration.number <= newest) continue;
    auto done = co_await apply(connection, migration);
    if (!done) co_return tl::unexpected(std::move(done.error()));  // closing releases the lock
    applied.push_back(migration.number);
  }
  auto unlocked = co_await connection.script(unlock, kMigrationMax);
  if (!unlocked) co_return tl::unexpected(std::move(unlocked.error()));
  co_return applied;
}

}  // namespace ff::storage::pg
