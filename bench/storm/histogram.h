// Durations counted in buckets that grow with them: 64 to each power of two, so that a quantile is right to
// within 1.6 % and no value has to be kept. The idea of HdrHistogram (Tene).
//
// Invariant: a quantile is never below the true one (a bucket answers with its upper edge). One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace ff::storm {

namespace buckets {

inline constexpr int kBits = 6;  // log2 of the buckets to a power of two
inline constexpr std::uint64_t kEach = 1U << kBits;

constexpr std::size_t bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kBits - 1);
  return static_cast<std::size_t>(static_cast<std::uint64_t>(shift) * kEach + (value >> shift));
}
constexpr std::int64_t upper_edge(std::size_t bucket) {
  if (bucket < 2 * kEach) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / kEach - 1;
  return static_cast<std::int64_t>(((bucket - shift * kEach + 1) << shift) - 1);
}
static_assert(bucket_of(127) == 127 && bucket_of(128) == 128 && bucket_of(129) == 128 &&
              bucket_of(130) == 129);
static_assert(upper_edge(127) == 127 && upper_edge(128) == 129 &&
              upper_edge(bucket_of(1'000'000)) >= 1'000'000);

}  // namespace buckets

class Histogram {
 public:
  static constexpr std::int64_t kMost = 3'600'000'000;  // us: an hour

  /// Negative counts as 0, more than kMost as kMost.
  void add(std::int64_t us) {
    const auto value = static_cast<std::uint64_t>(std::clamp<std::int64_t>(us, 0, kMost));
    ++counts_[buckets::bucket_of(value)];
    ++count_;
    largest_ = std::max(largest_, static_cast<std::int64_t>(value));
  }

  std::uint64_t count() const { return count_; }

  /// In microseconds; `share` in (0, 1]. 0 when nothing was counted.
  std::int64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.999999);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen >= wanted && seen > 0) return std::min(largest_, buckets::upper_edge(bucket));
    }
    return largest_;
  }

 private:
  std::array<std::uint64_t, buckets::bucket_of(kMost) + 1> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t largest_ = 0;
};

}  // namespace ff::storm
