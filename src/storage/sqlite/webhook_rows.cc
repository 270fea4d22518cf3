#include "storage/sqlite/webhook_rows.h"

#include <map>

#include "storage/documents.h"
#include "storage/sql_file.h"

namespace ff::storage {
namespace {

using sqlite::Database;
using sqlite::Statement;
using webhooks::Delivery;
using webhooks::Subscription;
using webhooks::SubscriptionId;

Statement prepare(Database& database, std::string_view name) {
  static const SqlFile file("sqlite/webhook_rows.sql");
  return database.statement(file.statement(name).second);
}

Subscription subscription_from(const Statement& row) {
  return {row.id<SubscriptionId>(0),
          std::string(row.text(1)),
          std::string(row.text(2)),
          webhooks::split_events(row.text(3)),
          row.truth(4),
          std::string(row.text(5)),
          row.instant(6),
          row.integer(7),
          row.integer(8),
          std::string(row.text(9)),
          row.integer(10),
          row.instant(11)};
}

std::vector<Delivery> deliveries_from(Statement& row) {
  std::vector<Delivery> found;
  while (row.step()) {
    found.push_back({row.id<webhooks::DeliveryId>(0), row.id<SubscriptionId>(1), row.id<OrderId>(2),
                     static_cast<std::int32_t>(row.integer(3)), std::string(row.text(4)),
                     std::string(row.text(5)), row.instant(6), static_cast<std::int32_t>(row.integer(7)),
                     row.instant(8), row.truth(9), std::string(row.text(10))});
  }
  return found;
}

tl::unexpected<Error> no_subscription() {
  return fail(ErrorCode::kNotFound, "there is no such subscription");
}

std::int64_t number(Statement row) { return row.query().step() ? row.integer(0) : 0; }

}  // namespace

Result<Subscription> add_subscription(Database& database, Subscription wanted, Instant now) {
  if (number(prepare(database, "subscriptions_count")) >=
      static_cast<std::int64_t>(webhooks::kSubscriptionsMax))
    return fail(ErrorCode::kConflict, "there are as many subscriptions as there may be");
  wanted.created_at = now;
  wanted.cursor = number(prepare(database, "events_last"));
  prepare(database, "subscriptions_insert")
      .run(wanted.url, wanted.secret, webhooks::join_events(wanted.events), now, wanted.cursor);
  wanted.id = {database.last_insert_id()};
  return wanted;
}

std::vector<Subscription> read_subscriptions(Database& database) {
  std::vector<Subscription> found;
  auto row = prepare(database, "subscriptions");
  row.query();
  while (row.step())
    found.push_back(subscription_from(row));
  return found;
}

std::vector<webhooks::Listed> list_subscriptions(Database& database) {
  std::map<SubscriptionId, std::pair<std::int64_t, std::int64_t>> counts;
  auto row = prepare(database, "deliveries_counts");
  row.query();
  while (row.step())
    counts[row.id<SubscriptionId>(0)] = {row.integer(1), row.integer(2)};
  std::vector<webhooks::Listed> listed;
  for (Subscription& subscription : read_subscriptions(database)) {
    const auto [pending, dead] = counts[subscription.id];
    listed.push_back({std::move(subscription), pending, dead});
  }
  return listed;
}

Result<void> remove_subscription(Database& database, SubscriptionId id) {
  prepare(database, "subscriptions_delete").run(id);
  if (database.changes() == 0) return no_subscription();
  prepare(database, "deliveries_delete_all").run(id);
  return {};
}

Result<void> enable_subscription(Database& database, SubscriptionId id) {
  prepare(database, "subscriptions_enable").run(id);
  if (database.changes() == 0) return no_subscription();
  return {};
}

webhooks::Claimed claim_subscriptions(Database& database, const std::string& owner, Duration lease_for,
                                      Instant now) {
  std::vector<Subscription> subscriptions = read_subscriptions(database);
  std::vector<webhooks::OwnerRow> owners;
  auto row = prepare(database, "owners");
  row.query();
  while (row.step())
    owners.push_back({std::string(row.text(0)), row.instant(1)});
  auto outcome = webhooks::claim(subscriptions, owners, owner, lease_for, now);
  auto lease = prepare(database, "subscriptions_lease");
  for (const std::size_t i : outcome.changed) {
    const Subscription& changed = subscriptions[i];
    lease.run(changed.id, changed.owner, changed.fence, changed.lease_expires_at);
  }
  prepare(database, "owners_put").run(owner, now);
  for (const webhooks::OwnerRow& other : owners) {
    if (other.owner != owner && webhooks::is_gone(other, lease_for, now))
      prepare(database, "owners_delete").run(other.owner);
  }
  webhooks::Claimed claimed{std::move(outcome.leases), 0, 0};
  auto count = prepare(database, "deliveries_counts");
  count.query();
  while (count.step()) {
    claimed.pending += count.integer(1);
    claimed.dead += count.integer(2);
  }
  return claimed;
}

void release_subscription(Database& database, SubscriptionId id, std::int64_t fence) {
  prepare(database, "subscriptions_release").run(id, fence);
}

void leave_subscriptions(Database& database, const std::string& owner) {
  prepare(database, "subscriptions_leave").run(owner);
  prepare(database, "owners_delete").run(owner);
}

std::vector<webhooks::EventBatch> events_after(Database& database, std::int64_t cursor, std::int64_t limit) {
  std::vector<webhooks::EventBatch> batches;
  DocumentReader documents;
  auto row = prepare(database, "events_after");
  row.query(cursor, limit);
  while (row.step()) {
    webhooks::EventBatch batch{row.integer(0), row.instant(1), {}};
    const bool read = documents.events(
        row.text(2), [&](const OrderId& order, std::int32_t sequence, std::string_view type) {
          batch.events.push_back({order, sequence, std::string(type)});
        });
    if (!read)
      database.fail(Error{ErrorCode::kInternal, database.path() + ": a batch of events can't be read", {}});
    batches.push_back(std::move(batch));
  }
  return batches;
}

std::vector<Delivery> pending_deliveries(Database& database, SubscriptionId id) {
  auto row = prepare(database, "deliveries_pending");
  row.query(id);
  return deliveries_from(row);
}

Result<void> save_progress(Database& database, const webhooks::Progress& progress) {
  prepare(database, "subscriptions_advance").run(progress.subscription, progress.fence, progress.cursor);
  if (database.changes() == 0) return fail(ErrorCode::kConflict, "the subscription has another owner now");
  if (progress.disable)
    prepare(database, "subscriptions_disable").run(progress.subscription, *progress.disable);
  auto put = prepare(database, "deliveries_put");
  for (const Delivery& kept : progress.kept) {
    put.run(progress.subscription, kept.order, kept.sequence, kept.type, kept.body, kept.event_at,
            kept.attempts, kept.next_attempt_at, kept.dead, kept.error);
  }
  auto remove = prepare(database, "deliveries_delete");
  for (const auto& key : progress.delivered)
    remove.run(progress.subscription, key.order, key.sequence);
  return {};
}

std::vector<Delivery> dead_letters(Database& database, std::int64_t limit) {
  auto row = prepare(database, "deliveries_dead");
  row.query(limit);
  return deliveries_from(row);
}

Result<void> redeliver(Database& database, webhooks::DeliveryId id) {
  SubscriptionId subscription;
  {
    auto row = prepare(database, "deliveries_revive");
    row.query(id);
    if (!row.step()) return fail(ErrorCode::kNotFound, "there is no such dead letter");
    subscription = row.id<SubscriptionId>(0);
    while (row.step()) {
    }
  }
  prepare(database, "subscriptions_revise").run(subscription);
  return {};
}

std::int64_t remove_dead_letters(Database& database, Instant before, std::int64_t limit) {
  prepare(database, "deliveries_delete_dead").run(before, limit);
  return database.changes();
}

}  // namespace ff::storage
