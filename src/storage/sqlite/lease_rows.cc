#include "storage/sqlite/lease_rows.h"

#include "storage/sqlite/queries.h"

namespace ff::storage {

std::optional<leadership::Lease> read_lease(sqlite::Database& database, const std::string& name) {
  auto row = database.statement(query("leases_by_name"));
  if (!row.query(name).step()) return std::nullopt;
  return leadership::Lease{std::string(row.text(0)), row.integer(1), row.instant(2)};
}

leadership::Lease acquire_lease(sqlite::Database& database, const std::string& name, const std::string& owner,
                                Duration lease_for, Instant now) {
  leadership::Lease lease = read_lease(database, name).value_or(leadership::Lease{});
  const bool over = lease.expires_at <= now;
  if (!over && lease.owner != owner) return lease;
  if (over) ++lease.token;
  lease.owner = owner;
  lease.expires_at = now + lease_for;
  database.statement(query("leases_put")).run(name, lease.owner, lease.token, lease.expires_at);
  return lease;
}

void release_lease(sqlite::Database& database, const std::string& name, const std::string& owner,
                   Instant now) {
  database.statement(query("leases_release")).run(name, owner, now);
}

}  // namespace ff::storage
