// The line before a sale: how many tickets were taken in each bucket of time, and so which place a ticket
// has.
//
// Bucket 0 is everybody who came before the queue's first moment; bucket k the k-th five seconds after it.
// Inside a bucket the draw decides: place = tickets of earlier buckets + drawn part * tickets of its bucket.
//
// Invariant: a Line never changes. A place is below length() while the ticket was counted; two tickets of
// different buckets never change order. Counts arrive late, so a place in a bucket that is still being
// filled moves; once the bucket is final (kFinalAfter past its end) it stands.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "sales/ticket.h"

namespace ff::sales {

inline constexpr Duration kBucketWidth = std::chrono::seconds(5);
inline constexpr Duration kFinalAfter = std::chrono::seconds(10);  // after a bucket's end, for late reports
inline constexpr std::uint32_t kBucketMax = 1'000'000;             // tickets after it share it

/// The bucket of somebody who comes at `at` to a queue whose first moment is `opened_at`.
std::uint32_t bucket_at(Instant opened_at, Instant at);
/// The first bucket that may still change at `now`.
std::uint32_t first_open_bucket(Instant opened_at, Instant now);

struct BucketCount {
  std::uint32_t bucket = 0;
  std::uint64_t tickets = 0;
  bool operator==(const BucketCount&) const = default;
};

class Line {
 public:
  Line() = default;
  /// `counts` ascending by bucket, each bucket once.
  explicit Line(std::span<const BucketCount> counts);

  /// From 0; logarithmic. `part` of drawn_part().
  double place(std::uint32_t bucket, double part) const;
  std::uint64_t length() const { return buckets_.empty() ? 0 : buckets_.back().through; }

 private:
  struct Through {
    std::uint32_t bucket;
    std::uint64_t through;  // tickets up to the end of this bucket
  };
  std::vector<Through> buckets_;
};

}  // namespace ff::sales
