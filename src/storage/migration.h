// The numbered migrations of a store's schema (storage/migrations/STORE-NNNN-name.sql) as the build put them
// into the program, and the rule by which a server accepts a schema.
//
// Invariant: forward only. Each migration says the oldest release that the schema still serves after it, so
// that an old process may start again in the middle of a rollout, and one that can't is refused with a
// reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ff::storage {

struct Migration {
  int number = 0;
  std::string_view name;    // "shop"
  std::string_view serves;  // the oldest release that works with the schema after it: "0.1.0"
  std::string_view sql;
};

/// This release's migrations of `store` ("sqlite", "postgres") by number. They start at 1 without gaps.
std::vector<Migration> migrations_of(std::string_view store);

/// What the database says of a migration that it has.
struct AppliedMigration {
  int number = 0;
  std::string serves;
};
/// Whether `release`, which has `ours`, can work with a schema that has `applied` (by number); if not, the
/// error is one line that names `database` and says what to do.
Result<void> check_schema(std::string_view database, const std::vector<AppliedMigration>& applied,
                          const std::vector<Migration>& ours, std::string_view release);

/// Compares "0.9.0" with "0.10.0" number by number.
bool is_older(std::string_view release, std::string_view than);

}  // namespace ff::storage
