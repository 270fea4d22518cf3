// Finishes what requests began and could not end: orders whose payment is unknown or whose owner died,
// captures that are due, carts that nobody touches any more.
//
// Invariant: nothing stays pending for ever while the gateway answers, and nothing is decided by time alone:
// an order is claimed, declined or cancelled only as the gateway says. Any number of processes may sweep at
// once; the compare-and-set of each move lets one of them through.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/async.h"
#include "cart/cart_store.h"
#include "checkout/committer.h"
#include "checkout/settler.h"
#include "orders/order_store.h"
#include "payments/gateway.h"
#include "telemetry/metrics.h"

namespace ff::checkout {

struct SweeperSettings {
  Duration period = std::chrono::seconds(1);  // between two rounds, unless more is due than one takes
  Duration payment_timeout = std::chrono::seconds(10);   // of each call of the gateway
  std::int64_t orders_max = 512;                         // looked at in one round, of each kind
  std::size_t calls_max = 64;                            // of the gateway at once, of each kind
  Duration retry_delay_first = std::chrono::seconds(2);  // after a problem with an order; doubles
  Duration retry_delay_max = std::chrono::minutes(5);
  std::size_t retries_max = 10'000;                      // orders whose next try is remembered
  Duration cart_idle_max = std::chrono::hours(24 * 30);  // then it is removed
  Duration cart_period = std::chrono::minutes(10);
  std::int64_t carts_max = 1000;  // removed in one transaction
  Currency currency{};            // of the shop: what its revenue is counted in
};

/// When each troublesome order is tried again: later and later, but within a bound. One thread.
class RetrySchedule {
 public:
  RetrySchedule(Duration first, Duration max, std::size_t entries_max)
      : first_(first), max_(max), entries_max_(entries_max) {}
  bool due(const OrderId& id, Instant now) const;
  void failed(const OrderId& id, Instant now);     // doubles the delay
  void not_before(const OrderId& id, Instant at);  // nothing went wrong, it is only too early
  void done(const OrderId& id) { entries_.erase(id); }
  void forget_older_than(Instant now);  // entries of orders that another process has finished
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Instant next;
    int failures = 0;
  };
  const Duration first_, max_;
  const std::size_t entries_max_;
  std::unordered_map<OrderId, Entry> entries_;
};

/// Runs on one executor of one thread; outlives the task of run(). stop(): any thread.
class Sweeper {
 public:
  Sweeper(orders::OrderStore& orders, cart::CartStore& carts, Committer& committer,
          payments::Gateway& gateway, Clock& clock, SweeperSettings settings, telemetry::Registry& metrics);

  /// Rounds until stop(); ends within one period and one round after it. Captures have rounds of their own: a
  /// gateway that is slow to tell what became of a payment holds no money back.
  /// `leads` (any thread) says whether rounds are this process's to do now; without one they always are.
  Task<void> run(std::function<bool()> leads = {});
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

  /// The parts of a round, each once. True when none of what is due is left undone.
  Task<bool> settle_overdue();
  Task<bool> capture_due();
  Task<void> remove_idle_carts();

 private:
  struct Counters {
    explicit Counters(telemetry::Registry& metrics);
    telemetry::Counter &claimed, &declined, &cancelled, &unknown, &captured, &captures_failed,
        &holds_released, &carts_removed, &store_failures;
    telemetry::Gauge &overdue, &lag, &capture_lag, &last_round;
  };
  bool leads() const { return !leads_ || leads_(); }
  /// Rounds that the store didn't answer: one line when they begin, one when they are over, however many.
  struct Away {
    std::string_view what;
    std::uint64_t rounds = 0;
  };
  void note_failure(Away& away, const Error& error);
  void note_answer(Away& away);
  std::int64_t age_s(Instant since) const;
  Task<void> sweep_pending();
  Task<void> sweep_captures();
  Task<void> settle(orders::Order order);
  Task<void> capture(orders::Order order);
  void note(const orders::Order& before, const Result<Box<orders::Order>>& after);
  void note_unknown(const orders::Order& order, const Error& error);
  Task<void> each(const std::vector<orders::Order>& list,
                  std::function<Task<void>(const orders::Order&)> work);
  std::vector<orders::Order> due_of(std::vector<orders::Order> found, const RetrySchedule& schedule) const;

  orders::OrderStore& orders_;
  cart::CartStore& carts_;
  Clock& clock_;
  const SweeperSettings settings_;
  const OrderCounters order_counters_;
  Settler settler_;
  Counters counters_;
  RetrySchedule overdue_, captures_;
  Away pending_away_{"pending orders"}, captures_away_{"due captures"}, carts_away_{"idle carts"};
  std::vector<OrderId> still_holding_;  // with an unknown payment; the store knows whose hold has expired
  bool more_captures_ = false;          // than one round takes
  std::function<bool()> leads_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ff::checkout
