#include "webhooks/deliverer.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <set>

#include "telemetry/log.h"

namespace ff::webhooks {

namespace {

constexpr Duration kForgetPeriod = std::chrono::hours(1);
constexpr std::int64_t kForgottenMax = 10'000;  // in one transaction

}  // namespace

Deliverer::Deliverer(WebhookStore& store, orders::OrderStore& orders, http_client::Client& client,
                     Clock& clock, Random& random, Settings settings, std::string owner,
                     telemetry::Registry& metrics)
    : settings_(std::move(settings)),
      owner_(std::move(owner)),
      counters_(metrics),
      around_{store, orders, client, clock, random, settings_, counters_} {}

Task<void> Deliverer::run() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const Duration renew_period = settings_.lease_for / 3;
  Instant next_claim{};
  bool ever_claimed = false;
  while (!stopping_.load(std::memory_order_relaxed)) {
    if (around_.clock.now() >= next_claim) {
      next_claim = around_.clock.now() + renew_period;
      co_await claim(executor);
      ever_claimed = ever_claimed || !subscribers_.empty();
    }
    show_lag();
    co_await around_.clock.sleep_for(std::min(settings_.poll_period, renew_period));
  }
  for (auto& [id, subscriber] : subscribers_)
    subscriber->stop(true);
  const Instant close_at = around_.clock.now() + settings_.stop_grace;
  while (!all_ended() && around_.clock.now() < close_at)
    co_await around_.clock.sleep_for(settings_.busy_period);
  around_.client.close();
  while (!all_ended())
    co_await around_.clock.sleep_for(settings_.busy_period);
  if (ever_claimed) (void)co_await around_.store.leave(owner_);
}

Task<void> Deliverer::claim(asio::any_io_executor executor) {
  const Instant asked_at = around_.clock.now();  // before the store read its own clock
  auto claimed = co_await around_.store.claim(owner_, settings_.lease_for);
  if (!claimed) {
    counters_.store_failures.add();
    log::debug("webhooks", "no lease could be claimed", {{"error", claimed.error().detail}});
    co_return;
  }
  const bool any_dead = claimed->dead > 0;
  adopt(executor, std::move(*claimed), asked_at);
  if (any_dead) co_await forget_dead_letters();
}

/// Every process may: what another one removes meanwhile is left to it.
Task<void> Deliverer::forget_dead_letters() {
  const Instant now = around_.clock.now();
  if (now < next_forget_) co_return;
  next_forget_ = now + kForgetPeriod;
  const auto removed =
      co_await around_.store.remove_dead_letters(now - settings_.dead_letters_for, kForgottenMax);
  if (!removed) {
    counters_.store_failures.add();
  } else if (*removed > 0) {
    log::info("webhooks", "dead letters were removed: nobody redelivered them in time",
              {{"count", std::to_string(*removed)}});
  }
}

void Deliverer::adopt(const asio::any_io_executor& executor, Claimed claimed, Instant asked_at) {
  counters_.pending.set(claimed.pending);
  counters_.dead.set(claimed.dead);
  counters_.leases.set(static_cast<std::int64_t>(claimed.leases.size()));
  const Instant valid_until = asked_at + settings_.lease_for;
  std::set<SubscriptionId> ours;
  std::erase_if(subscribers_, [](const auto& entry) { return entry.second->ended(); });
  for (Lease& lease : claimed.leases) {
    const SubscriptionId id = lease.subscription.id;
    ours.insert(id);
    const auto found = subscribers_.find(id);
    if (found != subscribers_.end()) {
      Subscriber& subscriber = *found->second;
      const bool same_lease = subscriber.subscription().fence == lease.subscription.fence;
      if (!same_lease) subscriber.lose();
      if (same_lease) subscriber.renew(valid_until);
      if (lease.surplus) subscriber.stop(true);
      // Somebody changed what is to be sent: it begins anew from what is saved, at the next claim.
      if (subscriber.subscription().revision != lease.subscription.revision) subscriber.stop(false);
      continue;
    }
    if (lease.surplus) {
      let_go(executor, lease.subscription);
      continue;
    }
    auto subscriber = std::make_shared<Subscriber>(around_, std::move(lease.subscription), valid_until);
    subscribers_.emplace(id, subscriber);
    asio::co_spawn(executor, subscriber->run(), [subscriber](const std::exception_ptr& broken) {
      if (broken) std::rethrow_exception(broken);
    });
  }
  for (auto& [id, subscriber] : subscribers_) {
    if (!ours.contains(id)) subscriber->lose();
  }
}

void Deliverer::let_go(const asio::any_io_executor& executor, const Subscription& subscription) {
  asio::co_spawn(executor, around_.store.release(subscription.id, subscription.fence),
                 [](const std::exception_ptr& broken, const Result<void>&) {
                   if (broken) std::rethrow_exception(broken);  // a failure: the next claim tries again
                 });
}

bool Deliverer::all_ended() {
  std::erase_if(subscribers_, [](const auto& entry) { return entry.second->ended(); });
  return subscribers_.empty();
}

void Deliverer::show_lag() {
  std::int64_t largest = 0;
  for (const auto& [id, subscriber] : subscribers_)
    largest = std::max(largest, subscriber->lag_seconds());
  counters_.lag.set(largest);
}

}  // namespace ff::webhooks
