// How many tickets this process gave out, by sale, epoch and bucket, until the store has been told.
//
// Invariant: a count only grows, and is dropped only after the store has it and its bucket is final; so a
// report that is lost is made good by the next. Any thread; one short lock.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "sales/sale_store.h"

namespace ff::sales {

class TicketCounts {
 public:
  void add(const SaleId& sale, std::uint32_t epoch, std::uint32_t bucket);
  /// All that are kept.
  std::vector<Issued> all() const;
  /// The store has this count, and nobody will add to its bucket: drops it, unless somebody did.
  void settle(const Issued& stored);

 private:
  using Key = std::tuple<SaleId, std::uint32_t, std::uint32_t>;
  mutable std::mutex mutex_;
  std::map<Key, std::uint64_t> counts_;
};

}  // namespace ff::sales
