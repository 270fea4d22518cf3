#include "storage/sqlite/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "embedded/storage_sql.h"

namespace ff::storage {

namespace {

constexpr std::string_view kPrefix = "migrations/sqlite-";
constexpr std::string_view kServes = "-- serves: ";

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  number INTEGER PRIMARY KEY, name TEXT NOT NULL, serves TEXT NOT NULL, applied_at INTEGER NOT NULL) "
    "STRICT";

/// "migrations/sqlite-0001-shop.sql" -> 1, "shop".
Migration parse(const EmbeddedFile& file) {
  std::string_view name = file.path.substr(kPrefix.size());
  name.remove_suffix(std::string_view(".sql").size());
  const std::size_t dash = name.find('-');
  Migration migration;
  migration.number = static_cast<int>(parse_int(name.substr(0, dash)).value_or(0));
  migration.name = name.substr(dash + 1);
  migration.sql = file.bytes;
  if (file.bytes.starts_with(kServes)) {
    migration.serves = trim(file.bytes.substr(kServes.size(), file.bytes.find('\n') - kServes.size()));
  }
  return migration;
}

bool has_migrations(sqlite::Database& database) {
  auto table = database.statement("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'");
  return table.step();
}

int highest(sqlite::Database& database) {
  auto row = database.statement("SELECT coalesce(max(number), 0) FROM schema_migrations");
  return row.step() ? static_cast<int>(row.integer(0)) : 0;
}

}  // namespace

std::vector<Migration> sqlite_migrations() {
  std::vector<Migration> migrations;
  for (const EmbeddedFile& file : embedded::storage_sql()) {
    if (file.path.starts_with(kPrefix)) migrations.push_back(parse(file));
  }
  std::sort(migrations.begin(), migrations.end(),
            [](const Migration& a, const Migration& b) { return a.number < b.number; });
  return migrations;
}

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
  const int newest = migrations.empty() ? 0 : migrations.back().number;
  const int current = has_migrations(database) ? highest(database) : 0;
  if (auto ok = database.take_failure(); !ok) return ok;
  if (current < newest) {
    return fail(
        ErrorCode::kUnavailable,
        fmt::format("database {}: its schema is at {}, release {} needs {}; run: fashionforward migrate",
                    database.path(), current, release, newest));
  }
  auto newer =
      database.statement("SELECT number, serves FROM schema_migrations WHERE number > ?1 ORDER BY number");
  newer.query(newest);
  while (newer.step()) {
    if (is_older(release, newer.text(1))) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("database {}: its schema is at {}, which needs release {} or later; this is {}",
                              database.path(), current, newer.text(1), release));
    }
  }
  return database.take_failure();
}

bool is_older(std::string_view release, std::string_view than) {
  const auto numbers = [](std::string_view text) {
    std::array<std::int64_t, 3> parts{};
    for (std::int64_t& part : parts) {
      const std::size_t dot = std::min(text.find('.'), text.size());
      part = parse_int(text.substr(0, dot)).value_or(0);
      text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return parts;
  };
  return numbers(release) < numbers(than);
}

}  // namespace ff::storage
