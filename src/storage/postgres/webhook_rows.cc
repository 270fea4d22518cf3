#include "storage/postgres/webhook_rows.h"

#include <map>

#include "storage/documents.h"
#include "storage/postgres/queries.h"
#include "storage/sql_file.h"

namespace ff::storage::pg {
namespace {

using postgres::Connection;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Params;
using postgres::Rows;
using webhooks::Claimed;
using webhooks::EventBatch;
using webhooks::Listed;

postgres::Statement statement(std::string_view name) {
  static const SqlFile file("postgres/webhook_rows.sql");
  const auto& [key, text] = file.statement(name);
  return {key, text};
}

Params number(std::int64_t value) {
  Params params;
  params.integer(value);
  return params;
}

std::vector<Subscription> subscriptions_from(const Rows& rows) {
  std::vector<Subscription> found;
  for (int row = 0; row < rows.count(); ++row) {
    found.push_back({{rows.integer(row, 0)},
                     std::string(rows.text(row, 1)),
                     std::string(rows.text(row, 2)),
                     webhooks::split_events(rows.text(row, 3)),
                     rows.truth(row, 4),
                     std::string(rows.text(row, 5)),
                     rows.instant(row, 6),
                     rows.integer(row, 7),
                     rows.integer(row, 8),
                     std::string(rows.text(row, 9)),
                     rows.integer(row, 10),
                     rows.instant(row, 11)});
  }
  return found;
}

std::vector<Delivery> deliveries_from(const Rows& rows) {
  std::vector<Delivery> found;
  for (int row = 0; row < rows.count(); ++row) {
    found.push_back({{rows.integer(row, 0)},
                     {rows.integer(row, 1)},
                     rows.id<OrderId>(row, 2),
                     static_cast<std::int32_t>(rows.integer(row, 3)),
                     std::string(rows.text(row, 4)),
                     std::string(rows.text(row, 5)),
                     rows.instant(row, 6),
                     static_cast<std::int32_t>(rows.integer(row, 7)),
                     rows.instant(row, 8),
                     rows.truth(row, 9),
                     std::string(rows.text(row, 10))});
  }
  return found;
}

tl::unexpected<postgres::Failure> no_subscription() {
  return postgres::refuse(ErrorCode::kNotFound, "there is no such subscription");
}

/// One exchange for its last statement's rows.
Task<Outcome<Rows>> ask(Connection& connection, Exchange exchange) {
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return std::move(rows->back());
}

Task<Outcome<std::int64_t>> change(Connection& connection, postgres::Statement what, Params params) {
  Exchange exchange;
  exchange.autocommit().add(what, std::move(params));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return rows->affected();
}

}  // namespace

Task<Outcome<Subscription>> add_subscription(Connection& connection, Subscription wanted, Time time) {
  Params params;
  time.add_to(params);
  params.text(wanted.url).text(wanted.secret).text(webhooks::join_events(wanted.events));
  params.integer(static_cast<std::int64_t>(webhooks::kSubscriptionsMax));
  Exchange exchange;
  exchange.begin();
  exchange.add(statement("webhooks_table_lock"));
  exchange.add(statement("webhooks_subscriptions_insert"), std::move(params));
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  const Rows& made = (*rows)[2];
  if (made.count() == 0)
    co_return postgres::refuse(ErrorCode::kConflict, "there are as many subscriptions as there may be");
  wanted.id = {made.integer(0, 0)};
  wanted.created_at = made.instant(0, 1);
  wanted.cursor = made.integer(0, 2);
  co_return wanted;
}

Task<Outcome<std::vector<Subscription>>> read_subscriptions(Connection& connection) {
  Exchange exchange;
  exchange.add(statement("webhooks_subscriptions"));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return subscriptions_from(*rows);
}

Task<Outcome<std::vector<Listed>>> list_subscriptions(Connection& connection) {
  Exchange exchange;
  exchange.begin_snapshot();
  exchange.add(statement("webhooks_subscriptions"));
  exchange.add(statement("webhooks_deliveries_counts"));
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::map<SubscriptionId, std::pair<std::int64_t, std::int64_t>> counts;
  const Rows& counted = (*rows)[2];
  for (int row = 0; row < counted.count(); ++row)
    counts[{counted.integer(row, 0)}] = {counted.integer(row, 1), counted.integer(row, 2)};
  std::vector<Listed> listed;
  for (Subscription& subscription : subscriptions_from((*rows)[1])) {
    const auto [pending, dead] = counts[subscription.id];
    listed.push_back({std::move(subscription), pending, dead});
  }
  co_return listed;
}

Task<Outcome<bool>> remove_subscription(Connection& connection, SubscriptionId id) {
  Exchange exchange;
  exchange.begin();
  exchange.add(statement("webhooks_subscriptions_delete"), number(id.value));
  exchange.add(statement("webhooks_deliveries_delete_all"), number(id.value));
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  if ((*rows)[1].affected() == 0) co_return no_subscription();
  co_return true;
}

Task<Outcome<bool>> enable_subscription(Connection& connection, SubscriptionId id) {
  auto count = co_await change(connection, statement("webhooks_subscriptions_enable"), number(id.value));
  if (!count) co_return tl::unexpected(std::move(count.error()));
  if (*count == 0) co_return no_subscription();
  co_return true;
}

Task<Outcome<Claimed>> claim_subscriptions(Connection& connection, std::string owner, Duration lease_for,
                                           Time time) {
  Exchange first;
  first.begin();
  first.add(statement("webhooks_subscriptions_lock"));
  first.add(statement("webhooks_owners"));
  first.add(statement("webhooks_deliveries_counts"));
  first.add(query("moment"));
  auto rows = co_await connection.run(std::move(first));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::vector<Subscription> subscriptions = subscriptions_from((*rows)[1]);
  std::vector<webhooks::OwnerRow> owners;
  for (int row = 0; row < (*rows)[2].count(); ++row)
    owners.push_back({std::string((*rows)[2].text(row, 0)), (*rows)[2].instant(row, 1)});
  const Instant now = time.now((*rows)[4].instant(0, 0));

  auto outcome = webhooks::claim(subscriptions, owners, owner, lease_for, now);
  std::vector<std::string> gone;
  for (const webhooks::OwnerRow& other : owners) {
    if (other.owner != owner && webhooks::is_gone(other, lease_for, now)) gone.push_back(other.owner);
  }
  Params leases, seen, forgotten;
  leases.integers(outcome.changed, [&](std::size_t i) { return subscriptions[i].id.value; })
      .integers(outcome.changed, [&](std::size_t i) { return subscriptions[i].fence; })
      .integers(outcome.changed, [&](std::size_t i) { return subscriptions[i].lease_expires_at.us; })
      .text(owner);
  seen.text(owner).integer(now.us);
  forgotten.texts(gone, [](const std::string& one) { return std::string_view(one); });
  Exchange second;
  second.add(statement("webhooks_subscriptions_lease"), std::move(leases));
  second.add(statement("webhooks_owners_put"), std::move(seen));
  second.add(statement("webhooks_owners_delete"), std::move(forgotten));
  second.commit();
  auto written = co_await connection.run(std::move(second));
  if (!written) co_return tl::unexpected(std::move(written.error()));

  Claimed claimed;
  claimed.leases = std::move(outcome.leases);
  const Rows& counted = (*rows)[3];
  for (int row = 0; row < counted.count(); ++row) {
    claimed.pending += counted.integer(row, 1);
    claimed.dead += counted.integer(row, 2);
  }
  co_return claimed;
}

Task<Outcome<bool>> release_subscription(Connection& connection, SubscriptionId id, std::int64_t fence) {
  Params params;
  params.integer(id.value).integer(fence);
  auto count = co_await change(connection, statement("webhooks_subscriptions_release"), std::move(params));
  if (!count) co_return tl::unexpected(std::move(count.error()));
  co_return true;
}

Task<Outcome<bool>> leave_subscriptions(Connection& connection, std::string owner) {
  const std::vector<std::string> owners{owner};
  Params leaving, forgotten;
  leaving.text(owner);
  forgotten.texts(owners, [](const std::string& one) { return std::string_view(one); });
  Exchange exchange;
  exchange.begin();
  exchange.add(statement("webhooks_subscriptions_lock"));
  exchange.add(statement("webhooks_subscriptions_leave"), std::move(leaving));
  exchange.add(statement("webhooks_owners_delete"), std::move(forgotten));
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return true;
}

Task<Outcome<std::vector<EventBatch>>> events_after(Connection& connection, EventHorizon& horizon,
                                                    std::int64_t cursor, std::int64_t limit) {
  EventHorizon before = horizon;
  Params params;
  params.integer(cursor).integer(limit);
  Exchange exchange;
  exchange.add(statement("webhooks_events_after"), std::move(params));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::vector<EventBatch> batches;
  if (rows->count() == 0) co_return batches;
  std::vector<std::int64_t> ids;
  for (int row = 0; row < rows->count(); ++row)
    ids.push_back(rows->integer(row, 0));
  const std::int64_t xmin = rows->integer(0, 3);
  const std::size_t safe = before.safe(cursor, ids, xmin);
  horizon.reached(xmin);
  if (safe < ids.size() && horizon.wants_fence()) {
    Exchange fence;
    fence.autocommit().add(statement("webhooks_fence"));
    auto xid = co_await ask(connection, std::move(fence));
    if (!xid) co_return tl::unexpected(std::move(xid.error()));
    horizon.set_fence(ids.back(), xid->integer(0, 0));
  }
  DocumentReader documents;
  for (std::size_t i = 0; i < safe; ++i) {
    const int row = static_cast<int>(i);
    EventBatch batch{ids[i], rows->instant(row, 1), {}};
    const bool read = documents.events(
        rows->text(row, 2), [&](const OrderId& order, std::int32_t sequence, std::string_view type) {
          batch.events.push_back({order, sequence, std::string(type)});
        });
    if (!read) co_return postgres::refuse(ErrorCode::kInternal, "a batch of events can't be read");
    batches.push_back(std::move(batch));
  }
  co_return batches;
}

Task<Outcome<std::vector<EventBatch>>> confirmed_events_after(Connection& connection, EventHorizon& horizon,
                                                              std::int64_t cursor, std::int64_t limit) {
  auto batches = co_await events_after(connection, horizon, cursor, limit);
  if (!batches || batches->empty()) co_return batches;
  // What subscribers hear can't be taken back: it is told when the standby has it, too. See the query.
  Exchange confirm;
  confirm.autocommit().add(query("confirm"));
  auto confirmed = co_await ask(connection, std::move(confirm));
  if (!confirmed) co_return tl::unexpected(std::move(confirmed.error()));
  co_return batches;
}

Task<Outcome<std::vector<Delivery>>> pending_deliveries(Connection& connection, SubscriptionId id) {
  Exchange exchange;
  exchange.add(statement("webhooks_deliveries_pending"), number(id.value));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return deliveries_from(*rows);
}

Task<Outcome<bool>> save_progress(Connection& connection, const webhooks::Progress& progress) {
  Exchange first;
  first.begin().add(statement("webhooks_subscription_lock"), number(progress.subscription.value));
  auto rows = co_await ask(connection, std::move(first));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  if (rows->count() == 0 || rows->integer(0, 0) != progress.fence)
    co_return postgres::refuse(ErrorCode::kConflict, "the subscription has another owner now");
  Exchange second;
  Params advance;
  advance.integer(progress.subscription.value).integer(progress.cursor);
  second.add(statement("webhooks_subscriptions_advance"), std::move(advance));
  if (progress.disable) {
    Params disable;
    disable.integer(progress.subscription.value).text(*progress.disable);
    second.add(statement("webhooks_subscriptions_disable"), std::move(disable));
  }
  if (!progress.kept.empty()) {
    const auto& kept = progress.kept;
    Params put;
    put.integer(progress.subscription.value)
        .uuids(kept, [](const Delivery& d) -> const OrderId& { return d.order; })
        .integers(kept, [](const Delivery& d) { return d.sequence; })
        .texts(kept, [](const Delivery& d) { return std::string_view(d.type); })
        .texts(kept, [](const Delivery& d) { return std::string_view(d.body); })
        .integers(kept, [](const Delivery& d) { return d.event_at.us; })
        .integers(kept, [](const Delivery& d) { return d.attempts; })
        .integers(kept, [](const Delivery& d) { return d.next_attempt_at.us; })
        .integers(kept, [](const Delivery& d) { return d.dead; })
        .texts(kept, [](const Delivery& d) { return std::string_view(d.error); });
    second.add(statement("webhooks_deliveries_put"), std::move(put));
  }
  if (!progress.delivered.empty()) {
    Params remove;
    remove.integer(progress.subscription.value)
        .uuids(progress.delivered, [](const auto& key) -> const OrderId& { return key.order; })
        .integers(progress.delivered, [](const auto& key) { return key.sequence; });
    second.add(statement("webhooks_deliveries_delete"), std::move(remove));
  }
  second.commit();
  auto written = co_await connection.run(std::move(second));
  if (!written) co_return tl::unexpected(std::move(written.error()));
  co_return true;
}

Task<Outcome<std::vector<Delivery>>> dead_letters(Connection& connection, std::int64_t limit) {
  Exchange exchange;
  exchange.add(statement("webhooks_deliveries_dead"), number(limit));
  auto rows = co_await ask(connection, std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return deliveries_from(*rows);
}

Task<Outcome<bool>> redeliver(Connection& connection, DeliveryId id) {
  Exchange look;
  look.add(statement("webhooks_deliveries_owner"), number(id.value));
  auto owner = co_await ask(connection, std::move(look));
  if (!owner) co_return tl::unexpected(std::move(owner.error()));
  if (owner->count() == 0) co_return postgres::refuse(ErrorCode::kNotFound, "there is no such dead letter");
  Exchange exchange;
  exchange.begin();
  exchange.add(statement("webhooks_subscriptions_revise"), number(owner->integer(0, 0)));
  exchange.add(statement("webhooks_deliveries_revive"), number(id.value));
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return true;
}

Task<Outcome<std::int64_t>> remove_dead_letters(Connection& connection, Instant before, std::int64_t limit) {
  Params params;
  params.integer(before.us).integer(limit);
  auto count = co_await change(connection, statement("webhooks_deliveries_delete_dead"), std::move(params));
  co_return count;
}

}  // namespace ff::storage::pg
