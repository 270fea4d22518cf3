// The schema of a PostgreSQL shop and its numbered migrations (storage/migrations/postgres-NNNN-name.sql).
//
// Invariant: as for SQLite (storage/migration.h); an advisory lock lets one process migrate at a time, so two
// that start together do the work once.
#pragma once

#include <vector>

#include "postgres/connection.h"
#include "storage/migration.h"

namespace ff::storage::pg {

/// Applies those of `migrations` that are missing, each in a transaction of its own; returns their numbers.
/// One that finds its tables in use lets those who use them pass and tries again, for minutes.
Task<postgres::Outcome<std::vector<int>>> migrate(postgres::Connection& connection,
                                                  std::vector<Migration> migrations);

/// What the database has, by number; none when it was never migrated.
Task<postgres::Outcome<std::vector<AppliedMigration>>> applied_migrations(postgres::Connection& connection);

}  // namespace ff::storage::pg
