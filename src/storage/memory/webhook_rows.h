// Webhooks in memory: the reference for webhooks/webhook_store.h.
//
// Invariant: as for memory::State: each function is one transaction.
#pragma once

#include "webhooks/leases.h"

namespace ff::storage::memory {

struct State;

struct WebhookState {
  std::vector<webhooks::Subscription> subscriptions;  // by id
  std::vector<webhooks::OwnerRow> owners;
  std::vector<webhooks::Delivery> deliveries;
  std::int64_t last_subscription = 0, last_delivery = 0;
};

Result<webhooks::Subscription> add(State& state, webhooks::Subscription wanted, Instant now);
std::vector<webhooks::Listed> list(const State& state);
Result<void> remove(State& state, webhooks::SubscriptionId id);
Result<void> enable(State& state, webhooks::SubscriptionId id);
webhooks::Claimed claim(State& state, const std::string& owner, Duration lease_for, Instant now);
void release(State& state, webhooks::SubscriptionId id, std::int64_t fence);
void leave(State& state, const std::string& owner);
std::vector<webhooks::EventBatch> events_after(const State& state, std::int64_t cursor, std::int64_t limit);
std::vector<webhooks::Delivery> pending(const State& state, webhooks::SubscriptionId id);
Result<void> save(State& state, const webhooks::Progress& progress);
std::vector<webhooks::Delivery> dead_letters(const State& state, std::int64_t limit);
Result<void> redeliver(State& state, webhooks::DeliveryId id);
std::int64_t remove_dead_letters(State& state, Instant before, std::int64_t limit);

}  // namespace ff::storage::memory
