// How the leader moves one queue, once a second: a pure function, so that a simulation can hold it to its
// rules.
//
// Rules: a queue admits what its share of checkout can take (or the merchant's rate_max, if that is less). It
// begins with what the ablest process alone can take, since processes on one database may each have measured
// the same bottleneck. In each second in which a process refused checkouts the rate is halved, else it grows
// by a tenth, up to the share of all. The frontier never passes the end of the line nor moves before the
// queue's first moment, and never goes back. An automatic queue opens when a process has been refusing for
// auto_after, as a new epoch, and closes when nobody waits and nobody was refused for kQuietFor.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "sales/sale.h"

namespace ff::sales {

inline constexpr double kCapacityPart = 0.8;  // of what checkout can take; the rest is for who is inside
inline constexpr double kUnknownCapacity = 50 / kCapacityPart;  // orders a second, while no process knows
inline constexpr double kRecovery = 1.1;                        // per step
inline constexpr double kRateMin = 1;  // admissions a second, or the target if that is less
inline constexpr Duration kStepMax = std::chrono::seconds(1);  // what a late step makes up for
inline constexpr Duration kQuietFor = std::chrono::seconds(60);

/// What the leader knows at a step.
struct Moment {
  Instant now;
  Duration elapsed{0};             // since its last step; 0 at its first
  double capacity_per_second = 0;  // this queue's share of what all checkouts take; 0: not known
  double capacity_of_one = 0;      // likewise, of what the ablest takes
  Duration refusing_for{0};        // of the process that has been refusing longest; 0: none refuses
  Duration quiet_for{0};           // since any process refused, as far as this leader knows
  std::uint64_t line_length = 0;
  std::int64_t token = 0;  // of its lease
};

/// The queue after this step; nothing: it stays as it is.
std::optional<QueueState> step(const SaleSettings& settings, const QueueState& queue, const Moment& moment);

}  // namespace ff::sales
