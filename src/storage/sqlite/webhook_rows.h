// Webhooks in SQLite: the transactions of webhooks/webhook_store.h, each on a Database that is inside one.
//
// Invariant: one writer at a time gives ids to event_batches in the order of commits, so whoever sees a batch
// sees all before it.
#pragma once

#include "sqlite/database.h"
#include "webhooks/leases.h"

namespace ff::storage {

Result<webhooks::Subscription> add_subscription(sqlite::Database& database, webhooks::Subscription wanted,
                                                Instant now);
std::vector<webhooks::Subscription> read_subscriptions(sqlite::Database& database);
std::vector<webhooks::Listed> list_subscriptions(sqlite::Database& database);
Result<void> remove_subscription(sqlite::Database& database, webhooks::SubscriptionId id);
Result<void> enable_subscription(sqlite::Database& database, webhooks::SubscriptionId id);
webhooks::Claimed claim_subscriptions(sqlite::Database& database, const std::string& owner,
                                      Duration lease_for, Instant now);
void release_subscription(sqlite::Database& database, webhooks::SubscriptionId id, std::int64_t fence);
void leave_subscriptions(sqlite::Database& database, const std::string& owner);
std::vector<webhooks::EventBatch> events_after(sqlite::Database& database, std::int64_t cursor,
                                               std::int64_t limit);
std::vector<webhooks::Delivery> pending_deliveries(sqlite::Database& database, webhooks::SubscriptionId id);
Result<void> save_progress(sqlite::Database& database, const webhooks::Progress& progress);
std::vector<webhooks::Delivery> dead_letters(sqlite::Database& database, std::int64_t limit);
Result<void> redeliver(sqlite::Database& database, webhooks::DeliveryId id);
std::int64_t remove_dead_letters(sqlite::Database& database, Instant before, std::int64_t limit);

}  // namespace ff::storage
