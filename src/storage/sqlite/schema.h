// The schema of a SQLite shop and its numbered migrations (storage/migrations/sqlite-NNNN-name.sql).
//
// Invariant: forward only, each migration in one transaction together with its row in schema_migrations, so a
// schema is never between two numbers. Each row says the oldest release that the schema still serves, so that
// an old process may start again in the middle of a rollout, and one that can't is refused with a reason.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "sqlite/database.h"
#include "storage/migration.h"

namespace ff::storage {

/// This release's migrations by number. They start at 1 without gaps.
std::vector<Migration> sqlite_migrations();

/// Applies those of `migrations` that are missing; returns their numbers. Safe to run beside other processes.
Result<std::vector<int>> migrate(sqlite::Database& database, const std::vector<Migration>& migrations,
                                 Instant now);

/// Whether release `release` can work with the schema as it is; if not, the error is one line that says what
/// to do.
Result<void> check_schema(sqlite::Database& database, const std::vector<Migration>& migrations,
                          std::string_view release);

}  // namespace ff::storage
