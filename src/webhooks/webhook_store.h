// The port through which events leave the shop: subscriptions, the outbox behind each one's cursor, what is
// still to be retried, what was given up. Adapters: storage/sqlite, storage/postgres, storage/memory.
//
// Invariants (I5): every event that a subscription asks for is, at every commit, either behind its cursor and
// delivered, behind its cursor and kept as a Delivery (pending or dead), or ahead of the cursor. The cursor
// and the deliveries change in one transaction (save()). A subscription has one owner at a time: its lease,
// by the store's clock; each change of owner raises the fence, and save() with an older fence is refused, so
// a process that was taken for dead can change nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/ids.h"
#include "base/time.h"

namespace ff::webhooks {

struct SubscriptionTag;
struct DeliveryTag;
using SubscriptionId = Id<SubscriptionTag>;
using DeliveryId = Id<DeliveryTag>;

inline constexpr std::size_t kSubscriptionsMax = 64;  // of a shop; each costs a label in the metrics

struct Subscription {
  SubscriptionId id;
  std::string url;
  std::string secret;               // "whsec_...": see signature.h
  std::vector<std::string> events;  // "order.paid"; empty: all
  bool enabled = true;
  std::string disabled_reason;
  Instant created_at;
  std::int64_t cursor = 0;    // the last batch of the outbox that it is done with
  std::int64_t revision = 0;  // raised when somebody but the owner changed what is to be delivered
  std::string owner;          // of the lease; empty: nobody
  std::int64_t fence = 0;
  Instant lease_expires_at;
  bool operator==(const Subscription&) const = default;
};

struct Listed {
  Subscription subscription;
  std::int64_t pending = 0;
  std::int64_t dead = 0;
};

struct Event {
  OrderId order;
  std::int32_t sequence = 0;
  std::string type;  // as the outbox has it: "paid"
  bool operator==(const Event&) const = default;
};
/// What one transaction appended.
struct EventBatch {
  std::int64_t id = 0;
  Instant at;
  std::vector<Event> events;
  bool operator==(const EventBatch&) const = default;
};

/// One event for one subscription that was not delivered at once.
struct Delivery {
  DeliveryId id;  // given by the store
  SubscriptionId subscription;
  OrderId order;
  std::int32_t sequence = 0;
  std::string type;  // "order.paid"
  std::string body;  // as it is sent
  Instant event_at;
  std::int32_t attempts = 0;  // that failed
  Instant next_attempt_at;
  bool dead = false;  // given up; only a person brings it back
  std::string error;  // of the last attempt
  bool operator==(const Delivery&) const = default;
};
struct DeliveryKey {
  OrderId order;
  std::int32_t sequence = 0;
  auto operator<=>(const DeliveryKey&) const = default;
};

/// What an owner has achieved. Saving it again changes nothing more.
struct Progress {
  SubscriptionId subscription;
  std::int64_t fence = 0;
  std::int64_t cursor = 0;
  std::vector<Delivery> kept;          // pending or dead; replaces what is there under order and sequence
  std::vector<DeliveryKey> delivered;  // removed, after `kept` was written
  std::optional<std::string> disable;  // why the subscription is not to be served any more
};

struct Lease {
  Subscription subscription;
  bool surplus = false;  // more than the owner's share: let it go when nothing of it is under way
};
struct Claimed {
  std::vector<Lease> leases;  // all that the owner has now
  std::int64_t pending = 0;   // deliveries of the whole shop
  std::int64_t dead = 0;
};

/// Any thread; nothing blocks the caller's.
class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  /// `wanted`'s url, secret and events; the store fills the rest. It hears of what happens from now on.
  /// kConflict when there are kSubscriptionsMax already.
  virtual Task<Result<Subscription>> add(Subscription wanted) = 0;
  virtual Task<Result<std::vector<Listed>>> list() = 0;  // by id
  /// With its deliveries. kNotFound.
  virtual Task<Result<void>> remove(SubscriptionId id) = 0;
  /// Serves it again from where it stood. kNotFound.
  virtual Task<Result<void>> enable(SubscriptionId id) = 0;

  /// Renews the leases that `owner` has and takes free ones, up to its share among the owners that claimed
  /// within `lease_for`. Writes nothing while there are no subscriptions.
  virtual Task<Result<Claimed>> claim(std::string owner, Duration lease_for) = 0;
  /// Gives a lease back, if `fence` still is its fence.
  virtual Task<Result<void>> release(SubscriptionId id, std::int64_t fence) = 0;
  /// Gives all of the owner's leases back, and its share: it stops.
  virtual Task<Result<void>> leave(std::string owner) = 0;

  /// What follows batch `cursor` in the outbox, in order, at most `batches_max`. Never a batch while an
  /// earlier one may still come.
  virtual Task<Result<std::vector<EventBatch>>> events_after(std::int64_t cursor,
                                                             std::int64_t batches_max) = 0;
  /// Not the dead ones; by order and sequence.
  virtual Task<Result<std::vector<Delivery>>> pending(SubscriptionId id) = 0;
  /// kConflict: the fence is old (or the subscription is gone), and nothing was written.
  virtual Task<Result<void>> save(Progress progress) = 0;

  virtual Task<Result<std::vector<Delivery>>> dead_letters(std::int64_t limit) = 0;  // oldest first
  /// Makes a dead letter pending, due at once. kNotFound.
  virtual Task<Result<void>> redeliver(DeliveryId id) = 0;
  /// Those that were given up before `before`, at most `limit`; how many went.
  virtual Task<Result<std::int64_t>> remove_dead_letters(Instant before, std::int64_t limit) = 0;
};

/// "order.paid,order.captured", and back: how stores keep Subscription::events.
std::string join_events(const std::vector<std::string>& events);
std::vector<std::string> split_events(std::string_view text);

}  // namespace ff::webhooks
