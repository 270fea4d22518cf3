// Who serves which subscription: the rule that every store applies inside one transaction, with all rows of
// subscriptions and owners locked.
//
// Invariant: a lease that has not expired stays with its owner; every change of owner raises the fence. An
// owner takes up to ceil(enabled / owners alive), so that processes share evenly within two claims, and what
// a dead one had is free once its leases have expired.
#pragma once

#include <string>
#include <vector>

#include "webhooks/webhook_store.h"

namespace ff::webhooks {

struct OwnerRow {
  std::string owner;
  Instant seen_at;
};

struct ClaimOutcome {
  std::vector<Lease> leases;
  std::vector<std::size_t> changed;  // which of `subscriptions` are to be written back
};

/// Changes `subscriptions` (all of the shop's, by id). `owners`: all that ever claimed; `owner` may be
/// missing.
ClaimOutcome claim(std::vector<Subscription>& subscriptions, const std::vector<OwnerRow>& owners,
                   const std::string& owner, Duration lease_for, Instant now);

/// An owner that has not claimed for so long is forgotten.
bool is_gone(const OwnerRow& owner, Duration lease_for, Instant now);

}  // namespace ff::webhooks
