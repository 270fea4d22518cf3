// When a delivery that failed is tried again: the schedule that Standard Webhooks proposes, about three days
// in all, each delay varied by a fifth either way so that what failed together does not come back together.
#pragma once

#include <optional>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace ff::webhooks {

struct RetrySchedule {
  /// After the first failure, the second, ... After the last of them fails too, it is given up.
  std::vector<Duration> delays{std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
                               std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
                               std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};

  /// `failures`: attempts that failed, at least 1. Nothing: give up.
  std::optional<Duration> delay_after(std::int32_t failures, Random& random) const {
    if (failures < 1 || static_cast<std::size_t>(failures) > delays.size()) return std::nullopt;
    const Duration delay = delays[static_cast<std::size_t>(failures - 1)];
    const auto fifth = static_cast<std::uint64_t>(delay.count() / 5);
    const auto varied = static_cast<std::int64_t>(random.below(2 * fifth + 1));
    return delay - Duration(static_cast<std::int64_t>(fifth)) + Duration(varied);
  }
};

}  // namespace ff::webhooks
