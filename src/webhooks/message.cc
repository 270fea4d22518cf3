#include "webhooks/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"

namespace ff::webhooks {

const std::vector<std::string>& event_types() {
  static const std::vector<std::string> types{"order.pending_payment", "order.placed",   "order.paid",
                                              "order.captured",        "order.declined", "order.cancelled"};
  return types;
}

Result<void> check_events(const std::vector<std::string>& events) {
  const auto& types = event_types();
  for (const std::string& event : events) {
    if (std::find(types.begin(), types.end(), event) == types.end())
      return invalid("events", fmt::format("'{}' is none of {}", event, fmt::join(types, ", ")));
    if (std::count(events.begin(), events.end(), event) > 1)
      return invalid("events", fmt::format("'{}' is there twice", event));
  }
  return {};
}

std::string type_of(const Event& event) { return "order." + event.type; }

bool wants(const Subscription& subscription, std::string_view type) {
  const auto& events = subscription.events;
  return events.empty() || std::find(events.begin(), events.end(), type) != events.end();
}

std::string message_id(const OrderId& order, std::int32_t sequence) {
  return fmt::format("msg_{}_{}", order.text(), sequence);
}

std::string body_of(const Event& event, Instant at, const orders::Order& order) {
  std::string body;
  JsonWriter json(body);
  json.object([&] {
    json.key("type").value(type_of(event));
    json.key("timestamp").value(rfc3339(at));
    json.key("data").object([&] {
      json.key("order_id").value(event.order.text());
      json.key("number").value(order.number);
      json.key("sequence").value(static_cast<std::int64_t>(event.sequence));
      // The state that this event led to, whatever came after it. A capture moves money, not the order.
      json.key("state").value(event.type == "captured" ? to_string(orders::State::kPaid)
                                                       : std::string_view(event.type));
      json.key("total").value(order.totals.total);
    });
  });
  return body;
}

}  // namespace ff::webhooks
