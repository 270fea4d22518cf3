#include "sales/ticket_counts.h"

namespace ff::sales {

void TicketCounts::add(const SaleId& sale, std::uint32_t epoch, std::uint32_t bucket) {
  const std::lock_guard lock(mutex_);
  ++counts_[{sale, epoch, bucket}];
}

std::vector<Issued> TicketCounts::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Issued> found;
  found.reserve(counts_.size());
  for (const auto& [key, tickets] : counts_)
    found.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), tickets});
  return found;
}

void TicketCounts::settle(const Issued& stored) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find({stored.sale, stored.epoch, stored.bucket});
  if (found != counts_.end() && found->second == stored.tickets) counts_.erase(found);
}

}  // namespace ff::sales
