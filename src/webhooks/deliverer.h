// Delivers the shop's events to those who subscribed: claims its share of the subscriptions and serves each.
//
// Invariant: any number of processes may deliver; each subscription is served by the one that has its lease,
// and within a lease's length by another when that one dies (webhooks/leases.h).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "webhooks/subscriber.h"

namespace ff::webhooks {

/// Runs on one executor of one thread; outlives the task of run(). stop(): any thread.
class Deliverer {
 public:
  /// Everything passed in outlives it. `owner`: of the leases; unique among all processes.
  Deliverer(WebhookStore& store, orders::OrderStore& orders, http_client::Client& client, Clock& clock,
            Random& random, Settings settings, std::string owner, telemetry::Registry& metrics);

  /// Until stop(); then what is under way gets settings.stop_grace, the client is closed, and the leases are
  /// given back.
  Task<void> run();
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  Task<void> claim(asio::any_io_executor executor);
  void adopt(const asio::any_io_executor& executor, Claimed claimed, Instant asked_at);
  Task<void> forget_dead_letters();
  void let_go(const asio::any_io_executor& executor, const Subscription& subscription);
  bool all_ended();
  void show_lag();

  const Settings settings_;
  const std::string owner_;
  Counters counters_;
  const Surroundings around_;
  std::map<SubscriptionId, std::shared_ptr<Subscriber>> subscribers_;
  Instant next_forget_{};
  std::atomic<bool> stopping_{false};
};

}  // namespace ff::webhooks
