// The desk of the waiting room, one in each process: keeps the board fresh, tells the store how many tickets
// this process gave out and whether its checkout refuses, and, in the one process that leads, moves the
// frontiers and opens and closes the queues that are automatic.
//
// Invariants: the board is at most a few polls old, or the last one that could be read. What a leader writes
// is compare-and-set with its lease's token (pacing.h says what): a second leader, or one that wakes up late,
// changes nothing. One coroutine on one thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/time.h"
#include "leadership/leader.h"
#include "sales/board.h"
#include "sales/sale_store.h"
#include "sales/ticket_counts.h"
#include "telemetry/metrics.h"

namespace ff::sales {

/// This process's checkout, at this moment.
struct CheckoutLoad {
  double capacity_per_second = 0;  // orders that it can take; 0: not known
  std::optional<Instant>
      refusing_since;  // when the spell of refusals began that still lasts, for want of capacity
  Instant refused_at;  // the last of them
};
using LoadProbe = std::function<CheckoutLoad()>;
/// Whether nothing is left of these products (handles; none: of the whole shop). Called on the desk's thread
/// at each poll while a queue is open.
using SoldOutProbe = std::function<bool(std::span<const std::string> handles)>;

struct DeskSettings {
  Duration poll_every = std::chrono::milliseconds(500);
  Duration step_every = std::chrono::seconds(1);  // of the leader
  Duration ask_lease_every = std::chrono::seconds(2);
  Duration reread_every = std::chrono::seconds(60);  // what is final by now, for reports that came very late
  Duration reread_back = std::chrono::minutes(10);   // by so much; the whole line only when it is new
  Duration forget_every = std::chrono::hours(1);
  Duration keep_for = std::chrono::hours(24 * 7);         // lines and passes, after a sale's end
  Duration process_lives_for = std::chrono::seconds(10);  // without a report
};

class Desk {
 public:
  /// Everything passed in outlives it. `process` tells it from every other that ever ran.
  Desk(SaleStore& store, leadership::Leader& leader, BoardHolder& boards, TicketCounts& counts, Clock& clock,
       DeskSettings settings, std::string process, LoadProbe load, SoldOutProbe sold_out,
       telemetry::Registry& metrics);
  ~Desk();

  /// One round: what run() does each poll_every. The first is worth waiting for before requests are taken.
  /// An error is the store's; the board stays.
  Task<Result<void>> poll();
  Task<void> run();
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ff::sales
