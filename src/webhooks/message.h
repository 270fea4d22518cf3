// What a subscriber is sent: the types of events, the body, its id. docs/webhooks.md has the schema.
//
// Invariant: the body of an event is the same bytes whenever and by whomever it is made, and says nothing of
// the person who bought: whoever needs that asks the API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orders/order.h"
#include "webhooks/webhook_store.h"

namespace ff::webhooks {

/// All that can be subscribed to: "order.placed", ...
const std::vector<std::string>& event_types();
/// kInvalid, naming the first that is none.
Result<void> check_events(const std::vector<std::string>& events);

/// "paid" -> "order.paid".
std::string type_of(const Event& event);
bool wants(const Subscription& subscription, std::string_view type);

/// The webhook-id: of the event, so the same in every attempt and for every subscriber.
std::string message_id(const OrderId& order, std::int32_t sequence);

/// `order` is the event's order, as it stands now: only what never changes is taken from it.
std::string body_of(const Event& event, Instant at, const orders::Order& order);

}  // namespace ff::webhooks
