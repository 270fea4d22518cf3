// Webhooks in PostgreSQL: the transactions of webhooks/webhook_store.h.
//
// Invariants: rows of subscriptions are locked first, by id, then owners, then deliveries. The database's
// clock times the leases.
#pragma once

#include "postgres/connection.h"
#include "storage/postgres/event_horizon.h"
#include "storage/postgres/order_rows.h"
#include "webhooks/leases.h"

namespace ff::storage::pg {

using webhooks::Delivery;
using webhooks::DeliveryId;
using webhooks::Subscription;
using webhooks::SubscriptionId;

Task<postgres::Outcome<Subscription>> add_subscription(postgres::Connection& connection, Subscription wanted,
                                                       Time time);
Task<postgres::Outcome<std::vector<Subscription>>> read_subscriptions(postgres::Connection& connection);
Task<postgres::Outcome<std::vector<webhooks::Listed>>> list_subscriptions(postgres::Connection& connection);
Task<postgres::Outcome<bool>> remove_subscription(postgres::Connection& connection, SubscriptionId id);
Task<postgres::Outcome<bool>> enable_subscription(postgres::Connection& connection, SubscriptionId id);
Task<postgres::Outcome<webhooks::Claimed>> claim_subscriptions(postgres::Connection& connection,
                                                               std::string owner, Duration lease_for,
                                                               Time time);
Task<postgres::Outcome<bool>> release_subscription(postgres::Connection& connection, SubscriptionId id,
                                                   std::int64_t fence);
Task<postgres::Outcome<bool>> leave_subscriptions(postgres::Connection& connection, std::string owner);
/// Seen, perhaps not on the standby yet: not to be told. `horizon` belongs to the store's thread and lives as
/// long as the store.
Task<postgres::Outcome<std::vector<webhooks::EventBatch>>> events_after(postgres::Connection& connection,
                                                                        EventHorizon& horizon,
                                                                        std::int64_t cursor,
                                                                        std::int64_t limit);
/// The same for subscribers, who can't be made to forget: waits until the standby has what is told, too.
Task<postgres::Outcome<std::vector<webhooks::EventBatch>>> confirmed_events_after(
    postgres::Connection& connection, EventHorizon& horizon, std::int64_t cursor, std::int64_t limit);
Task<postgres::Outcome<std::vector<Delivery>>> pending_deliveries(postgres::Connection& connection,
                                                                  SubscriptionId id);
/// `progress` lives until it returns.
Task<postgres::Outcome<bool>> save_progress(postgres::Connection& connection,
                                            const webhooks::Progress& progress);
Task<postgres::Outcome<std::vector<Delivery>>> dead_letters(postgres::Connection& connection,
                                                            std::int64_t limit);
Task<postgres::Outcome<bool>> redeliver(postgres::Connection& connection, DeliveryId id);
Task<postgres::Outcome<std::int64_t>> remove_dead_letters(postgres::Connection& connection, Instant before,
                                                          std::int64_t limit);

}  // namespace ff::storage::pg
