// What one subscription is still to be sent, in memory: which event may go now, what became of it, and what
// is to be saved of that. No clock, no network, no store: the Subscriber brings those.
//
// Invariants: of an order at most one event is under way, and no event while an earlier one of the same order
// is waiting or failing; orders don't wait for each other. The cursor passes a batch only together with (or
// after) what keeps its undelivered events: take_progress() is one consistent step. What is held is bounded:
// beyond the limits wants_more() is false, and the rest stays in the outbox.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "webhooks/retry_schedule.h"
#include "webhooks/webhook_store.h"

namespace ff::webhooks {

struct QueueLimits {
  std::size_t fresh_max = 512;  // events read and neither delivered nor kept yet
  std::size_t kept_max = 1000;  // pending deliveries; a subscriber that is down holds its cursor back then
  int outage_failures_min = 5;  // in a row: then a success brings all that wait for a retry forward
  Duration probe_period =
      std::chrono::minutes(1);  // with kept_max reached, one is tried although it is early
};

/// One thread.
class DeliveryQueue {
 public:
  /// `schedule` and `random` outlive the queue.
  DeliveryQueue(SubscriptionId id, std::int64_t fence, std::int64_t cursor, const RetrySchedule& schedule,
                Random& random, QueueLimits limits = {});

  /// What the store has kept, by order and sequence; before anything else.
  void load(std::vector<Delivery> pending);
  /// The next batch of the outbox: those of its events that are wanted. Without any it still moves the
  /// cursor.
  void add(std::int64_t batch, std::vector<Delivery> events, Instant now);
  bool wants_more() const { return fresh_ < limits_.fresh_max && kept_ < limits_.kept_max; }
  std::int64_t read_up_to() const { return read_up_to_; }

  /// The event to send now, if there is one. It is under way until one of the three below.
  std::optional<Delivery> next(Instant now);
  void delivered(const DeliveryKey& key, Instant now);
  /// True when it was given up. `at_least`: the subscriber asked not to be bothered before.
  bool failed(const DeliveryKey& key, Instant now, std::string error, Duration at_least = {});
  /// It was not decided: it may go again at once.
  void interrupted(const DeliveryKey& key, Instant now);

  /// What changed since the last one; nothing when nothing did.
  std::optional<Progress> take_progress();

  std::int64_t cursor() const { return cursor_saved_; }
  std::size_t fresh() const { return fresh_; }
  std::size_t kept() const { return kept_; }
  bool idle() const { return fresh_ == 0 && ready_.empty(); }
  /// Of the oldest event that is neither delivered nor dead.
  std::optional<Instant> oldest() const;

 private:
  struct Item {
    Delivery delivery;
    std::int64_t batch = 0;  // of a fresh one
    bool kept = false;
    bool probe = false;  // sent before its time: a failure tells nothing new
  };
  struct Lane {  // of one order
    std::deque<Item> items;
    bool under_way = false;
    Instant due;
  };
  using Lanes = std::unordered_map<OrderId, Lane>;

  void make_ready(const OrderId& order, Lane& lane, Instant due);
  void pop(Lanes::iterator lane, Instant now);
  void keep(Item& item);
  void done_with(std::int64_t batch);
  void bring_forward(Instant now);

  const SubscriptionId id_;
  const std::int64_t fence_;
  const RetrySchedule& schedule_;
  Random& random_;
  const QueueLimits limits_;

  Lanes lanes_;
  std::set<std::pair<Instant, OrderId>> ready_;  // lanes that are not under way, by when they may go
  std::deque<std::pair<std::int64_t, std::size_t>> batches_;  // read, with how many fresh events are left
  std::multiset<Instant> ages_;
  std::size_t fresh_ = 0, kept_ = 0;
  int failures_in_a_row_ = 0;
  Instant last_probe_;

  std::int64_t read_up_to_, cursor_, cursor_saved_;
  std::map<DeliveryKey, Delivery> to_keep_;
  std::vector<DeliveryKey> to_remove_;
};

}  // namespace ff::webhooks
