// What is known of whether anybody is there, from what all requests have met.
//
// Invariant: only what began after the last answer speaks against it. It is away once one call has spent all
// its attempts on nobody, or once `failures_max` attempts in a row, whoever's, have and that for `silence`;
// it is back with the next answer.
//
// The second is for the rush: of a machine that is gone each attempt takes the connect timeout, so one call
// finds out after all its deadline, in which thousands more would be reserved.
#pragma once

#include <mutex>

#include "base/time.h"

namespace ff::payments {

/// Any thread; a lock held for a few comparisons. Each bool: whether this call has turned it.
class Reachability {
 public:
  /// `probe_period`: while it is away.
  Reachability(int failures_max, Duration silence, Duration probe_period)
      : failures_max_(failures_max), silence_(silence), probe_period_(probe_period) {}

  bool answered(Instant now);
  /// An attempt that began then has reached nobody.
  bool attempt_failed(Instant began, Instant now);
  /// All attempts of a call that began then have.
  bool call_failed(Instant began, Instant now);

  bool away() const;
  /// True once each probe_period while it is away: for whoever is to ask whether it is back.
  bool probe_is_due(Instant now);

 private:
  bool leave(Instant now);

  const int failures_max_;
  const Duration silence_, probe_period_;
  mutable std::mutex mutex_;
  Instant last_answer_{};
  int failures_ = 0;        // since then
  Instant first_failed_{};  // when the first of them began
  bool away_ = false;
  Instant next_probe_{};
};

}  // namespace ff::payments
