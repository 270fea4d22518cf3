#include "storage/memory/webhook_rows.h"

#include <algorithm>

#include "storage/memory/state.h"

namespace ff::storage::memory {
namespace {

using webhooks::Delivery;
using webhooks::Subscription;

template <typename Rows, typename Key>
auto* find_by_id(Rows& rows, Key id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

tl::unexpected<Error> no_subscription() {
  return fail(ErrorCode::kNotFound, "there is no such subscription");
}

bool is_of(const Delivery& row, webhooks::SubscriptionId subscription, const OrderId& order,
           std::int32_t sequence) {
  return row.subscription == subscription && row.order == order && row.sequence == sequence;
}

void let_go(Subscription& subscription) {
  subscription.owner.clear();
  subscription.lease_expires_at = {};
}

}  // namespace

Result<Subscription> add(State& state, Subscription wanted, Instant now) {
  WebhookState& rows = state.webhooks;
  if (rows.subscriptions.size() >= webhooks::kSubscriptionsMax)
    return fail(ErrorCode::kConflict, "there are as many subscriptions as there may be");
  wanted.id = {++rows.last_subscription};
  wanted.created_at = now;
  wanted.cursor = static_cast<std::int64_t>(state.events.size());
  rows.subscriptions.push_back(wanted);
  return wanted;
}

std::vector<webhooks::Listed> list(const State& state) {
  std::vector<webhooks::Listed> listed;
  for (const Subscription& subscription : state.webhooks.subscriptions) {
    webhooks::Listed one{subscription, 0, 0};
    for (const Delivery& row : state.webhooks.deliveries) {
      if (row.subscription == subscription.id) ++(row.dead ? one.dead : one.pending);
    }
    listed.push_back(std::move(one));
  }
  return listed;
}

Result<void> remove(State& state, webhooks::SubscriptionId id) {
  WebhookState& rows = state.webhooks;
  if (std::erase_if(rows.subscriptions, [&](const Subscription& row) { return row.id == id; }) == 0)
    return no_subscription();
  std::erase_if(rows.deliveries, [&](const Delivery& row) { return row.subscription == id; });
  return {};
}

Result<void> enable(State& state, webhooks::SubscriptionId id) {
  Subscription* const row = find_by_id(state.webhooks.subscriptions, id);
  if (!row) return no_subscription();
  row->enabled = true;
  row->disabled_reason.clear();
  return {};
}

webhooks::Claimed claim(State& state, const std::string& owner, Duration lease_for, Instant now) {
  WebhookState& rows = state.webhooks;
  webhooks::Claimed claimed;
  if (rows.subscriptions.empty()) return claimed;
  claimed.leases = webhooks::claim(rows.subscriptions, rows.owners, owner, lease_for, now).leases;
  std::erase_if(rows.owners,
                [&](const auto& row) { return row.owner == owner || is_gone(row, lease_for, now); });
  rows.owners.push_back({owner, now});
  for (const Delivery& row : rows.deliveries)
    ++(row.dead ? claimed.dead : claimed.pending);
  return claimed;
}

void release(State& state, webhooks::SubscriptionId id, std::int64_t fence) {
  Subscription* const row = find_by_id(state.webhooks.subscriptions, id);
  if (row && row->fence == fence) let_go(*row);
}

void leave(State& state, const std::string& owner) {
  for (Subscription& row : state.webhooks.subscriptions) {
    if (row.owner == owner) let_go(row);
  }
  std::erase_if(state.webhooks.owners, [&](const auto& row) { return row.owner == owner; });
}

std::vector<webhooks::EventBatch> events_after(const State& state, std::int64_t cursor, std::int64_t limit) {
  std::vector<webhooks::EventBatch> batches;
  const auto count = static_cast<std::int64_t>(state.events.size());
  for (std::int64_t id = cursor + 1; id <= count && id <= cursor + limit; ++id) {
    const Event& event = state.events[static_cast<std::size_t>(id - 1)];
    batches.push_back({id, event.at, {{event.order, event.sequence, event.type}}});
  }
  return batches;
}

std::vector<Delivery> pending(const State& state, webhooks::SubscriptionId id) {
  std::vector<Delivery> found;
  for (const Delivery& row : state.webhooks.deliveries) {
    if (row.subscription == id && !row.dead) found.push_back(row);
  }
  std::sort(found.begin(), found.end(), [](const Delivery& a, const Delivery& b) {
    return std::pair(a.order, a.sequence) < std::pair(b.order, b.sequence);
  });
  return found;
}

Result<void> save(State& state, const webhooks::Progress& progress) {
  WebhookState& rows = state.webhooks;
  Subscription* const subscription = find_by_id(rows.subscriptions, progress.subscription);
  if (!subscription || subscription->fence != progress.fence)
    return fail(ErrorCode::kConflict, "the subscription has another owner now");
  subscription->cursor = progress.cursor;
  if (progress.disable) {
    subscription->enabled = false;
    subscription->disabled_reason = *progress.disable;
    let_go(*subscription);
  }
  for (const Delivery& kept : progress.kept) {
    const auto row = std::find_if(rows.deliveries.begin(), rows.deliveries.end(), [&](const Delivery& d) {
      return is_of(d, progress.subscription, kept.order, kept.sequence);
    });
    Delivery written = kept;
    written.subscription = progress.subscription;
    written.id = row == rows.deliveries.end() ? webhooks::DeliveryId{++rows.last_delivery} : row->id;
    if (row == rows.deliveries.end()) {
      rows.deliveries.push_back(std::move(written));
    } else {
      *row = std::move(written);
    }
  }
  for (const auto& key : progress.delivered) {
    std::erase_if(rows.deliveries, [&](const Delivery& d) {
      return is_of(d, progress.subscription, key.order, key.sequence);
    });
  }
  return {};
}

std::vector<Delivery> dead_letters(const State& state, std::int64_t limit) {
  std::vector<Delivery> found;
  for (const Delivery& row : state.webhooks.deliveries) {
    if (row.dead && static_cast<std::int64_t>(found.size()) < limit) found.push_back(row);
  }
  return found;
}

Result<void> redeliver(State& state, webhooks::DeliveryId id) {
  Delivery* const row = find_by_id(state.webhooks.deliveries, id);
  if (!row || !row->dead) return fail(ErrorCode::kNotFound, "there is no such dead letter");
  row->dead = false;
  row->attempts = 0;
  row->next_attempt_at = {};
  if (auto* owner = find_by_id(state.webhooks.subscriptions, row->subscription)) ++owner->revision;
  return {};
}

std::int64_t remove_dead_letters(State& state, Instant before, std::int64_t limit) {
  std::int64_t removed = 0;
  std::erase_if(state.webhooks.deliveries, [&](const Delivery& row) {
    return row.dead && row.next_attempt_at < before && removed < limit && ++removed > 0;
  });
  return removed;
}

}  // namespace ff::storage::memory
