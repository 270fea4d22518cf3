// Serves one subscription while its lease is ours: reads the outbox, sends, retries, saves.
//
// Invariants: each subscriber has its own bound on what is under way and its own loop, so none waits for
// another's server. Nothing is sent once the lease may have passed to somebody else, by a clock that was read
// before the lease was asked for; what is under way at that moment may still arrive (hence: at least once).
// Progress is saved in the order in which it was made, again and again until it is known to be saved.
#pragma once

#include <memory>
#include <string>

#include "http_client/client.h"
#include "orders/order_store.h"
#include "telemetry/metrics.h"
#include "webhooks/delivery_queue.h"
#include "webhooks/webhook_store.h"

namespace ff::webhooks {

struct Settings {
  Duration lease_for = std::chrono::seconds(6);           // then another process takes over
  Duration poll_period = std::chrono::milliseconds(500);  // how often the outbox is looked at
  Duration busy_period = std::chrono::milliseconds(20);   // while there is something to do
  Duration timeout = std::chrono::seconds(15);            // of a delivery
  int concurrency = 8;                                    // deliveries under way to one subscriber
  std::int64_t batches_max = 16;                          // of the outbox, in one read
  Duration dead_letters_for = std::chrono::days(30);      // then they are removed
  Duration stop_grace = std::chrono::seconds(3);          // for what is under way when the process stops
  RetrySchedule schedule{};
  QueueLimits queue{};
};

struct Counters {
  explicit Counters(telemetry::Registry& metrics);
  telemetry::Registry& metrics;
  telemetry::Counter &delivered, &failed, &refused, &gone, &given_up, &store_failures;
  telemetry::Gauge &in_flight, &leases, &pending, &dead, &lag;
  telemetry::Histogram& seconds;
};

/// What all subscribers of a process share; outlives them.
struct Surroundings {
  WebhookStore& store;
  orders::OrderStore& orders;
  http_client::Client& client;
  Clock& clock;
  Random& random;
  const Settings& settings;
  Counters& counters;
};

/// On one executor of one thread.
class Subscriber : public std::enable_shared_from_this<Subscriber> {
 public:
  Subscriber(Surroundings around, Subscription subscription, Instant valid_until);

  /// Ends after stop() or a lost lease, when nothing is under way and what can be saved is.
  Task<void> run();

  void renew(Instant valid_until) { valid_until_ = valid_until; }
  /// `release`: gives the lease back at the end.
  void stop(bool release) {
    stopping_ = true;
    release_ = release_ || release;
  }
  void lose() { lost_ = true; }
  bool ended() const { return ended_; }
  const Subscription& subscription() const { return subscription_; }
  std::int64_t lag_seconds() const;

 private:
  Task<bool> load();
  Task<bool> read_more();
  Task<void> save();
  void pump(const asio::any_io_executor& executor);
  Task<void> deliver(Delivery delivery);
  void judge(const Delivery& delivery, const Result<http_client::Response>& answer, Instant now);
  bool active() const { return !stopping_ && !lost_; }
  void note_store_failure(const Error& error);

  const Surroundings around_;
  const Subscription subscription_;
  Instant valid_until_;
  DeliveryQueue queue_;
  std::optional<Progress> unsaved_;
  std::optional<std::string> disable_;
  telemetry::Gauge& lag_;
  int under_way_ = 0;
  bool stopping_ = false, release_ = false, lost_ = false, ended_ = false;
};

}  // namespace ff::webhooks
