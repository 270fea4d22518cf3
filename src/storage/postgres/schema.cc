#include "storage/postgres/schema.h"

#include <fmt/format.h>

namespace ff::storage::pg {

namespace {

using postgres::Exchange;
using postgres::Outcome;
using postgres::Params;
using postgres::Statement;

// A migration may rewrite a large table, and may wait for the one that another process runs.
constexpr Duration kMigrationMax = std::chrono::hours(6);

// "FFsc": no other user of this database locks this number.
constexpr std::string_view kLock =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0;"
    "SELECT pg_advisory_lock(1179014979);"
    "SET lock_timeout = '10s';"  // of tables: a waiting ALTER blocks every query behind it
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  number integer PRIMARY KEY, name text NOT NULL, serves text NOT NULL,"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
constexpr std::string_view kUnlock = "SELECT pg_advisory_unlock(1179014979)";

constexpr Statement kIsMigrated{"schema_is_migrated", "SELECT to_regclass('schema_migrations') IS NOT NULL"};
constexpr Statement kApplied{"schema_applied",
                             "SELECT number, serves FROM schema_migrations ORDER BY number"};

Task<Outcome<void>> apply(postgres::Connection& connection, Migration migration) {
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
