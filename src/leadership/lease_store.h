// The port through which processes agree who does what only one may do at a time. Adapters:
// storage/postgres, storage/sqlite, storage/memory.
//
// Invariants: a lease has one holder until it expires, and only the store's clock says when that is. Each
// change of hands raises its token, so that what an old holder still sends can be told from what the present
// one does. It is a row and no lock of a session: it outlives a connection, and ends by itself when its
// holder dies.
#pragma once

#include <cstdint>
#include <string>

#include "base/async.h"
#include "base/time.h"

namespace ff::leadership {

/// Who holds a lease, after a look at it.
struct Lease {
  std::string owner;
  std::int64_t token = 0;
  Instant expires_at;  // by the store's clock
  bool operator==(const Lease&) const = default;
};

/// Any thread; nothing blocks the caller's.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;
  /// Takes the lease when it is free or over, renews it (with its token) when `owner` has it, and for
  /// `lease_for` from now; else changes nothing. Answers who holds it then. Costs no write while another
  /// holds it.
  virtual Task<Result<Lease>> acquire(std::string name, std::string owner, Duration lease_for) = 0;
  /// Lets go of it, if `owner` holds it: the next who asks has it at once.
  virtual Task<Result<void>> release(std::string name, std::string owner) = 0;
};

}  // namespace ff::leadership
