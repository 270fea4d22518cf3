#include "storage/postgres/lease_rows.h"

#include "storage/postgres/queries.h"

namespace ff::storage::pg {

namespace {

using leadership::Lease;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Params;

Lease lease_from(const postgres::Rows& rows) {
  return {std::string(rows.text(0, 0)), rows.integer(0, 1), rows.instant(0, 2)};
}

}  // namespace

Task<Outcome<Lease>> acquire_lease(postgres::Connection& connection, std::string name, std::string owner,
                                   Duration lease_for, Time time) {
  Params known;
  known.text(name);
  time.add_to(known);
  Exchange look;
  look.add(query("leases_by_name"), std::move(known));
  auto found = co_await connection.run(std::move(look));
  if (!found) co_return tl::unexpected(std::move(found.error()));
  const postgres::Rows& row = found->front();
  // Nothing to write while another holds it.
  if (row.count() > 0 && row.text(0, 0) != owner && !row.truth(0, 3)) co_return lease_from(row);

  Params wanted;
  wanted.text(name).text(owner).integer(lease_for.count());
  time.add_to(wanted);
  Exchange take;
  take.autocommit().add(query("leases_acquire"), std::move(wanted));
  auto taken = co_await connection.run(std::move(take));
  if (!taken) co_return tl::unexpected(std::move(taken.error()));
  if (taken->front().count() > 0) co_return lease_from(taken->front());
  // Somebody was quicker; by now it may be over again, then the next round has it.
  Params theirs;
  theirs.text(name);
  time.add_to(theirs);
  Exchange again;
  again.add(query("leases_by_name"), std::move(theirs));
  auto holder = co_await connection.run(std::move(again));
  if (!holder) co_return tl::unexpected(std::move(holder.error()));
  if (holder->front().count() == 0) {
    co_return postgres::refuse(ErrorCode::kUnavailable, "the lease " + name + " is gone");
  }
  co_return lease_from(holder->front());
}

Task<Outcome<bool>> release_lease(postgres::Connection& connection, std::string name, std::string owner,
                                  Time time) {
  Params params;
  params.text(name).text(owner);
  time.add_to(params);
  Exchange exchange;
  exchange.autocommit().add(query("leases_release"), std::move(params));
  auto done = co_await connection.run(std::move(exchange));
  if (!done) co_return tl::unexpected(std::move(done.error()));
  co_return true;
}

}  // namespace ff::storage::pg
