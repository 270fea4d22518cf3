// Leases in SQLite: each function inside a transaction.
#pragma once

#include <optional>
#include <string>

#include "leadership/lease_store.h"
#include "sqlite/database.h"

namespace ff::storage {

std::optional<leadership::Lease> read_lease(sqlite::Database& database, const std::string& name);
/// Whoever holds the lease after it was asked for: see leadership/lease_store.h.
leadership::Lease acquire_lease(sqlite::Database& database, const std::string& name, const std::string& owner,
                                Duration lease_for, Instant now);
void release_lease(sqlite::Database& database, const std::string& name, const std::string& owner,
                   Instant now);

}  // namespace ff::storage
