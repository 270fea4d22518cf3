// Whether this process is the one that does a task which only one may do at a time, and the loop that keeps
// it so.
//
// Invariants: leading() is true only while the lease that the store gave can't have run out, counted from
// before it was asked for; a store that does not answer ends it. That holds as well as the clocks run evenly:
// a process that is stopped in the middle of its work wakes up in it, so what a leader does stays safe when
// two do it (compare-and-set), and the lease saves the work of the second.
#pragma once

#include <atomic>
#include <string>

#include "base/random.h"
#include "leadership/lease_store.h"
#include "telemetry/metrics.h"

namespace ff::leadership {

struct LeaderSettings {
  Duration lease_for = std::chrono::seconds(6);    // how long a task rests when its leader dies
  Duration renew_every = std::chrono::seconds(2);  // two answers may fail before a lease runs out
};

/// "host/pid/random": tells every process that ever ran from every other.
std::string process_name(Random& random);

/// run() on one executor; the rest from any thread. Outlives the task of run().
class Leader {
 public:
  /// `task` names the lease. Store, clock and metrics outlive it.
  Leader(LeaseStore& leases, Clock& clock, std::string task, std::string owner, LeaderSettings settings,
         telemetry::Registry& metrics);

  /// Asks for the lease again and again, until stop(); ends within one period after it.
  Task<void> run();
  void stop() { stopping_.store(true, std::memory_order_relaxed); }
  /// One round of run().
  Task<void> ask();
  /// Lets go of the lease, so that another need not wait until it is over. After run() has ended. A failure
  /// means that the lease ends by itself.
  Task<Result<void>> resign();

  bool leading() const { return clock_.now().us < until_us_.load(std::memory_order_relaxed); }
  /// Of the lease, while leading(): what is written with it can be told from what an earlier leader writes.
  std::int64_t token() const { return token_.load(std::memory_order_relaxed); }

 private:
  void note(bool leads, const std::string& holder);

  LeaseStore& leases_;
  Clock& clock_;
  const std::string task_, owner_;
  const LeaderSettings settings_;
  telemetry::Gauge& gauge_;
  telemetry::Counter& changes_;
  std::atomic<std::int64_t> until_us_{0}, token_{0};
  std::atomic<bool> stopping_{false};
  bool led_ = false;          // what the log said last
  std::string known_holder_;  // of another process
};

}  // namespace ff::leadership
