// Copies a whole shop from one store to another and proves that both hold the same.
//
// Invariants: the source can't be written meanwhile; the target was empty, and is whole or empty afterwards.
// Memory does not grow with the shop.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "storage/store.h"
#include "storage/transfer.h"

namespace ff::storage {

/// How many there are of a kind, and a digest of them that does not depend on their order.
struct Tally {
  std::string_view kind;
  std::int64_t count = 0;
  std::array<std::uint64_t, 4> sum{};  // of each one's BLAKE2b
  bool operator==(const Tally&) const = default;
};

/// Products, collections, stock, stock ledger, carts, orders, events.
class Tallies {
 public:
  Tallies();
  /// kInternal: a batch of events can't be read.
  Result<void> add(const Chunk& chunk);
  const std::array<Tally, 7>& all() const { return tallies_; }

 private:
  std::array<Tally, 7> tallies_;
};

using CopyProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Refuses (kConflict) a target that holds anything. The error of a target that turned out different says
/// which kind. Runs on one executor to its end.
Task<Result<Tallies>> copy(Store& from, Store& to, CopyProgress progress);

}  // namespace ff::storage
