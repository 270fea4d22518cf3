// The wall clock of one machine: the true time and an error that may jump at any moment.
//
// Invariant: a jump neither cuts short nor draws out what already waits, like a steady timer's; only now()
// shows it. The clock and the error outlive it.
#pragma once

#include "base/time.h"

namespace ff::simulation {

class SkewedClock final : public Clock {
 public:
  SkewedClock(Clock& truth, const Duration& error) : truth_(truth), error_(error) {}
  Instant now() const override { return truth_.now() + error_; }
  Task<void> sleep_until(Instant at) override { return truth_.sleep_until(at - error_); }

 private:
  Clock& truth_;
  const Duration& error_;
};

}  // namespace ff::simulation
