// Time as the shop keeps it: microseconds since 1970, UTC. Durations have their unit in the type.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/async.h"

namespace ff {

using Duration = std::chrono::microseconds;

/// A point in time, UTC. Orders and compares like a number; `us` is what stores keep.
struct Instant {
  std::int64_t us = 0;
  auto operator<=>(const Instant&) const = default;
  Instant operator+(Duration d) const { return {us + d.count()}; }
  Instant operator-(Duration d) const { return {us - d.count()}; }
  Duration operator-(Instant other) const { return Duration(us - other.us); }
};

/// "2026-11-27T09:00:00.123456Z" (RFC 3339).
std::string rfc3339(Instant at);

/// Where time comes from. Passed in, so that a whole shop runs under a simulated clock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  /// Completes at or after `at`; at once if it has passed. Resumes on the awaiting coroutine's executor.
  virtual Task<void> sleep_until(Instant at) = 0;
  Task<void> sleep_for(Duration d) { return sleep_until(now() + d); }
};

/// The machine's clock. Any thread.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  Task<void> sleep_until(Instant at) override;
};

}  // namespace ff
