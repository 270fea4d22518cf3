#include "webhooks/subscriber.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <unordered_map>

#include "telemetry/log.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace ff::webhooks {
namespace {

constexpr std::string_view kRoom = "webhooks";
constexpr std::size_t kErrorBytesMax = 200;
constexpr const char* kDeliveries = "Deliveries attempted, by outcome";
constexpr const char* kLag = "Age of the oldest event that a subscription was not sent yet; all: the largest";

telemetry::Counter& deliveries(telemetry::Registry& metrics, std::string outcome) {
  return metrics.counter("ff_webhooks_deliveries_total", kDeliveries, {{"outcome", std::move(outcome)}});
}

}  // namespace

Counters::Counters(telemetry::Registry& metrics_in)
    : metrics(metrics_in),
      delivered(deliveries(metrics, "delivered")),
      failed(deliveries(metrics, "failed")),
      refused(deliveries(metrics, "refused")),
      gone(deliveries(metrics, "gone")),
      given_up(deliveries(metrics, "given_up")),
      store_failures(
          metrics.counter("ff_webhooks_store_failures_total", "Times that the store did not answer")),
      in_flight(metrics.gauge("ff_webhooks_in_flight", "Deliveries under way")),
      leases(metrics.gauge("ff_webhooks_leases", "Subscriptions that this process serves")),
      pending(metrics.gauge("ff_webhooks_pending", "Deliveries of the shop that wait for a retry")),
      dead(metrics.gauge("ff_webhooks_dead_letters", "Deliveries of the shop that were given up")),
      lag(metrics.gauge("ff_webhooks_lag_seconds", kLag, {{"subscription", "all"}})),
      seconds(metrics.histogram("ff_webhooks_seconds", "How long a subscriber takes to answer",
                                telemetry::latency_bounds())) {}

Subscriber::Subscriber(Surroundings around, Subscription subscription, Instant valid_until)
    : around_(around),
      subscription_(std::move(subscription)),
      valid_until_(valid_until),
      queue_(subscription_.id, subscription_.fence, subscription_.cursor, around_.settings.schedule,
             around_.random, around_.settings.queue),
      lag_(around_.counters.metrics.gauge("ff_webhooks_lag_seconds", kLag,
                                          {{"subscription", std::to_string(subscription_.id.value)}})) {}

std::int64_t Subscriber::lag_seconds() const {
  const auto oldest = queue_.oldest();
  if (!oldest) return 0;
  return std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(around_.clock.now() - *oldest).count());
}

Task<void> Subscriber::run() {
  const auto self = shared_from_this();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  bool loaded = false;
  while (active() && !loaded) {
    loaded = co_await load();
    if (!loaded) co_await around_.clock.sleep_for(around_.settings.poll_period);
  }
  while (active()) {
    const bool read = co_await read_more();
    pump(executor);
    co_await save();
    lag_.set(lag_seconds());
    const bool busy = read || under_way_ > 0 || !queue_.idle();
    // What waits for a retry is not busy, but it is looked at once a period.
    const bool waits = under_way_ == 0 && !read && queue_.fresh() == 0;
    co_await around_.clock.sleep_for(busy && !waits ? around_.settings.busy_period
                                                    : around_.settings.poll_period);
  }
  while (under_way_ > 0)
    co_await around_.clock.sleep_for(around_.settings.busy_period);
  // What can't be saved within the lease is another's to send again.
  do {
    co_await save();
    if (!unsaved_ || lost_ || around_.clock.now() >= valid_until_) break;
    co_await around_.clock.sleep_for(around_.settings.busy_period);
  } while (true);
  if (release_ && !lost_) (void)co_await around_.store.release(subscription_.id, subscription_.fence);
  lag_.set(0);  // another process tells it now
  ended_ = true;
}

Task<bool> Subscriber::load() {
  auto pending = co_await around_.store.pending(subscription_.id);
  if (!pending) {
    note_store_failure(pending.error());
    co_return false;
  }
  queue_.load(std::move(*pending));
  co_return true;
}

Task<bool> Subscriber::read_more() {
  if (!queue_.wants_more()) co_return false;
  auto batches = co_await around_.store.events_after(queue_.read_up_to(), around_.settings.batches_max);
  if (!batches) {
    note_store_failure(batches.error());
    co_return false;
  }
  if (batches->empty()) co_return false;
  std::vector<OrderId> ids;
  for (const EventBatch& batch : *batches) {
    for (const Event& event : batch.events) {
      if (wants(subscription_, type_of(event))) ids.push_back(event.order);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  auto read = co_await around_.orders.read(ids);
  if (!read) {
    note_store_failure(read.error());
    co_return false;
  }
  std::unordered_map<OrderId, const orders::Order*> by_id;
  for (const auto& order : *read) {
    if (order) by_id.emplace(order->id, &*order);
  }
  for (const EventBatch& batch : *batches) {
    std::vector<Delivery> wanted;
    for (const Event& event : batch.events) {
      std::string type = type_of(event);
      const auto order = by_id.find(event.order);
      if (!wants(subscription_, type) || order == by_id.end()) continue;
      Delivery delivery;
      delivery.order = event.order;
      delivery.sequence = event.sequence;
      delivery.type = std::move(type);
      delivery.event_at = batch.at;
      delivery.body = body_of(event, batch.at, *order->second);
      wanted.push_back(std::move(delivery));
    }
    queue_.add(batch.id, std::move(wanted), around_.clock.now());
  }
  co_return true;
}

void Subscriber::pump(const asio::any_io_executor& executor) {
  while (active() && !disable_ && under_way_ < around_.settings.concurrency) {
    const Instant now = around_.clock.now();
    if (now >= valid_until_) return;
    auto next = queue_.next(now);
    if (!next) return;
    ++under_way_;
    around_.counters.in_flight.add(1);
    asio::co_spawn(executor, deliver(std::move(*next)),
                   [self = shared_from_this(), executor](const std::exception_ptr& broken) {
                     if (broken) std::rethrow_exception(broken);  // our own mistake ends the program
                     --self->under_way_;
                     self->around_.counters.in_flight.add(-1);
                     self->pump(executor);
                   });
  }
}

Task<void> Subscriber::deliver(Delivery delivery) {
  const Instant began = around_.clock.now();
  const std::string id = message_id(delivery.order, delivery.sequence);
  const std::int64_t timestamp = began.us / 1'000'000;
  const auto signature = sign(subscription_.secret, id, timestamp, delivery.body);
  http_client::Request request;
  request.url = subscription_.url;
  request.timeout = around_.settings.timeout;
  request.body = delivery.body;
  request.headers = {"Content-Type: application/json", "webhook-id: " + id,
                     "webhook-timestamp: " + std::to_string(timestamp),
                     "webhook-signature: " + signature.value_or("")};
  const auto answer = co_await around_.client.send(std::move(request));
  const Instant now = around_.clock.now();
  around_.counters.seconds.observe(static_cast<double>((now - began).count()) * 1e-6);
  judge(delivery, answer, now);
}

void Subscriber::judge(const Delivery& delivery, const Result<http_client::Response>& answer, Instant now) {
  const DeliveryKey key{delivery.order, delivery.sequence};
  if (answer && answer->status >= 200 && answer->status < 300) {
    around_.counters.delivered.add();
    queue_.delivered(key, now);
    return;
  }
  // Cut short by our own stopping, not by the subscriber: it is simply not done.
  if (!answer && !active()) return queue_.interrupted(key, now);
  if (answer && answer->status == 410) {
    around_.counters.gone.add();
    queue_.interrupted(key, now);
    if (!disable_) {
      disable_ = "the subscriber answered 410 Gone";
      log::warning(kRoom, "subscription disabled: its server answered 410 Gone",
                   {{"subscription", subscription_.id.value}});
    }
    return;
  }
  std::string error = answer ? fmt::format("HTTP {}", answer->status) : answer.error().detail;
  if (error.size() > kErrorBytesMax) error.resize(kErrorBytesMax);
  const bool is_refused = !answer && answer.error().code == ErrorCode::kInvalid;
  (is_refused ? around_.counters.refused : around_.counters.failed).add();
  Duration at_least{0};
  if (answer && answer->retry_after) at_least = *answer->retry_after;
  if (queue_.failed(key, now, error, at_least)) {
    around_.counters.given_up.add();
    log::warning(kRoom, "a delivery was given up: see fashionforward webhooks dead-letters",
                 {{"subscription", subscription_.id.value},
                  {"message", message_id(key.order, key.sequence)},
                  {"error", error}});
  } else {
    log::warning(kRoom, "a delivery failed and will be tried again",
                 {{"subscription", subscription_.id.value}, {"error", error}});
  }
}

Task<void> Subscriber::save() {
  if (lost_) co_return;
  if (!unsaved_) {
    unsaved_ = queue_.take_progress();
    if (disable_ && !unsaved_)
      unsaved_ = Progress{subscription_.id, subscription_.fence, queue_.cursor(), {}, {}, {}};
    if (unsaved_) unsaved_->disable = disable_;
  }
  if (!unsaved_) co_return;
  Progress copy = *unsaved_;
  auto saved = co_await around_.store.save(std::move(copy));
  if (!saved && saved.error().code == ErrorCode::kConflict) {
    lost_ = true;
    co_return;
  }
  if (!saved) {
    note_store_failure(saved.error());
    co_return;
  }
  // Its lease went with it.
  if (unsaved_->disable) lost_ = true;
  unsaved_.reset();
}

void Subscriber::note_store_failure(const Error& error) {
  around_.counters.store_failures.add();
  log::debug(kRoom, "the store did not answer", {{"error", error.detail}});
}

}  // namespace ff::webhooks
