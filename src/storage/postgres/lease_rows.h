// Leases in PostgreSQL: each function is a transaction of its own.
#pragma once

#include <string>

#include "leadership/lease_store.h"
#include "storage/postgres/order_rows.h"

namespace ff::storage::pg {

/// Whoever holds the lease after it was asked for: see leadership/lease_store.h.
Task<postgres::Outcome<leadership::Lease>> acquire_lease(postgres::Connection& connection, std::string name,
                                                         std::string owner, Duration lease_for, Time time);
Task<postgres::Outcome<bool>> release_lease(postgres::Connection& connection, std::string name,
                                            std::string owner, Time time);

}  // namespace ff::storage::pg
