#include "storage/sqlite/schema.h"

#include <fmt/format.h>

namespace ff::storage {

namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  number INTEGER PRIMARY KEY, name TEXT NOT NULL, serves TEXT NOT NULL, applied_at INTEGER NOT NULL) "
    "STRICT";

bool has_migrations(sqlite::Database& database) {
  auto table = database.statement("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'");
  return table.step();
}

int highest(sqlite::Database& database) {
  auto row = database.statement("SELECT coalesce(max(number), 0) FROM schema_migrations");
  return row.step() ? static_cast<int>(row.integer(0)) : 0;
}

}  // namespace

std::vector<Migration> sqlite_migrations() { return migrations_of("sqlite"); }

Result<std::vector<int>> migrate(sqlite::Database& database, const std::vector<Migration>& migrations,
                                 Instant now) {
  std::vector<int> applied;
  if (auto ok = database.execute(kCreateTable); !ok) {
    database.rollback();
    return tl::unexpected(std::move(ok.error()));
  }
  for (const Migration& migration : migrations) {
    database.begin();  // another process may be migrating too: only who has the lock looks and acts
    if (migration.number <= highest(database)) {
      database.rollback();
      continue;
    }
    (void)database.execute(migration.sql);
    database.statement("INSERT INTO schema_migrations VALUES (?1, ?2, ?3, ?4)")
        .run(migration.number, migration.name, migration.serves, now);
    if (auto ok = database.commit(); !ok) {
      ok.error().detail =
          fmt::format("migration {} ({}): {}", migration.number, migration.name, ok.error().detail);
      return tl::unexpected(std::move(ok.error()));
    }
    applied.push_back(migration.number);
  }
  return applied;
}

Result<void> check_schema(sqlite::Database& database, const std::vector<Migration>& migrations,
                          std::string_view release) {
  std::vector<AppliedMigration> applied;
  if (has_migrations(database)) {
    auto row = database.statement("SELECT number, serves FROM schema_migrations ORDER BY number");
    while (row.step())
      applied.push_back({static_cast<int>(row.integer(0)), std::string(row.text(1))});
  }
  if (auto ok = database.take_failure(); !ok) return ok;
  return check_schema("database " + std::string(database.path()), applied, migrations, release);
}

}  // namespace ff::storage
