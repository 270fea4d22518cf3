#include "webhooks/leases.h"

#include <algorithm>

#include "base/text.h"

namespace ff::webhooks {

bool is_gone(const OwnerRow& owner, Duration lease_for, Instant now) {
  return owner.seen_at + lease_for <= now;
}

ClaimOutcome claim(std::vector<Subscription>& subscriptions, const std::vector<OwnerRow>& owners,
                   const std::string& owner, Duration lease_for, Instant now) {
  std::size_t alive = 1;  // ourselves
  for (const OwnerRow& row : owners)
    alive += row.owner != owner && !is_gone(row, lease_for, now) ? 1 : 0;
  const auto enabled = static_cast<std::size_t>(
      std::count_if(subscriptions.begin(), subscriptions.end(), [](const auto& s) { return s.enabled; }));
  const std::size_t share = (enabled + alive - 1) / alive;

  ClaimOutcome outcome;
  const auto lease = [&](std::size_t i, bool surplus) {
    subscriptions[i].lease_expires_at = now + lease_for;
    outcome.leases.push_back({subscriptions[i], surplus});
    outcome.changed.push_back(i);
  };
  std::size_t held = 0;
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    // Expired, but nobody took it: the fence is as it was, so nobody else has done anything with it.
    if (subscriptions[i].enabled && subscriptions[i].owner == owner) lease(i, ++held > share);
  }
  for (std::size_t i = 0; i < subscriptions.size() && held < share; ++i) {
    Subscription& subscription = subscriptions[i];
    if (!subscription.enabled || subscription.owner == owner) continue;
    if (!subscription.owner.empty() && subscription.lease_expires_at > now) continue;
    subscription.owner = owner;
    ++subscription.fence;
    lease(i, ++held > share);
  }
  return outcome;
}

std::string join_events(const std::vector<std::string>& events) {
  std::string joined;
  for (const std::string& event : events) {
    if (!joined.empty()) joined += ',';
    joined += event;
  }
  return joined;
}

std::vector<std::string> split_events(std::string_view text) {
  std::vector<std::string> events;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const std::string_view event = trim(text.substr(0, comma)); !event.empty())
      events.emplace_back(event);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return events;
}

}  // namespace ff::webhooks
