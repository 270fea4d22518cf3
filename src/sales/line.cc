#include "sales/line.h"

#include <algorithm>

namespace ff::sales {

std::uint32_t bucket_at(Instant opened_at, Instant at) {
  if (at < opened_at) return 0;
  const std::int64_t bucket = 1 + (at - opened_at) / kBucketWidth;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(bucket, kBucketMax));
}

std::uint32_t first_open_bucket(Instant opened_at, Instant now) {
  const Instant settled = now - kFinalAfter;  // what came before it was told
  if (settled < opened_at) return 0;
  return bucket_at(opened_at, settled);
}

Line::Line(std::span<const BucketCount> counts) {
  buckets_.reserve(counts.size());
  std::uint64_t through = 0;
  for (const auto& [bucket, tickets] : counts) {
    through += tickets;
    buckets_.push_back({bucket, through});
  }
}

double Line::place(std::uint32_t bucket, double part) const {
  const auto own = std::lower_bound(buckets_.begin(), buckets_.end(), bucket,
                                    [](const Through& b, std::uint32_t wanted) { return b.bucket < wanted; });
  const std::uint64_t before = own == buckets_.begin() ? 0 : std::prev(own)->through;
  const std::uint64_t inside = own != buckets_.end() && own->bucket == bucket ? own->through - before : 0;
  return static_cast<double>(before) + part * static_cast<double>(inside);
}

}  // namespace ff::sales
