#include "webhooks/delivery_queue.h"

#include <algorithm>

namespace ff::webhooks {
namespace {

DeliveryKey key_of(const Delivery& delivery) { return {delivery.order, delivery.sequence}; }

}  // namespace

DeliveryQueue::DeliveryQueue(SubscriptionId id, std::int64_t fence, std::int64_t cursor,
                             const RetrySchedule& schedule, Random& random, QueueLimits limits)
    : id_(id),
      fence_(fence),
      schedule_(schedule),
      random_(random),
      limits_(limits),
      read_up_to_(cursor),
      cursor_(cursor),
      cursor_saved_(cursor) {}

void DeliveryQueue::load(std::vector<Delivery> pending) {
  for (Delivery& delivery : pending) {
    ++kept_;
    ages_.insert(delivery.event_at);
    const OrderId order = delivery.order;
    Lane& lane = lanes_[order];
    lane.items.push_back({std::move(delivery), 0, true, false});
    if (lane.items.size() == 1) make_ready(order, lane, lane.items.front().delivery.next_attempt_at);
  }
}

void DeliveryQueue::add(std::int64_t batch, std::vector<Delivery> events, Instant now) {
  read_up_to_ = batch;
  batches_.emplace_back(batch, events.size());
  fresh_ += events.size();
  for (Delivery& event : events) {
    event.subscription = id_;
    ages_.insert(event.event_at);
    const OrderId order = event.order;
    Lane& lane = lanes_[order];
    // Behind one that is kept it is kept too, so that it holds nothing back but its own order.
    const bool behind_kept = !lane.items.empty() && lane.items.back().kept;
    lane.items.push_back({std::move(event), batch, false, false});
    if (behind_kept) keep(lane.items.back());
    if (lane.items.size() == 1 && !lane.under_way) make_ready(order, lane, now);
  }
  done_with(-1);
}

std::optional<Delivery> DeliveryQueue::next(Instant now) {
  if (ready_.empty()) return std::nullopt;
  bool probe = false;
  if (ready_.begin()->first > now) {
    if (kept_ < limits_.kept_max || now < last_probe_ + limits_.probe_period) return std::nullopt;
    last_probe_ = now;
    probe = true;
  }
  const OrderId order = ready_.begin()->second;
  ready_.erase(ready_.begin());
  Lane& lane = lanes_.at(order);
  lane.under_way = true;
  lane.items.front().probe = probe;
  return lane.items.front().delivery;
}

void DeliveryQueue::delivered(const DeliveryKey& key, Instant now) {
  const auto lane = lanes_.find(key.order);
  Item& item = lane->second.items.front();
  if (item.kept) {
    --kept_;
    to_remove_.push_back(key);
  } else {
    --fresh_;
    done_with(item.batch);
  }
  const bool was_out = failures_in_a_row_ >= limits_.outage_failures_min;
  failures_in_a_row_ = 0;
  pop(lane, now);
  if (was_out) bring_forward(now);
}

bool DeliveryQueue::failed(const DeliveryKey& key, Instant now, std::string error, Duration at_least) {
  const auto lane = lanes_.find(key.order);
  Item& item = lane->second.items.front();
  ++failures_in_a_row_;
  if (item.probe) {
    make_ready(key.order, lane->second, item.delivery.next_attempt_at);
    lane->second.under_way = false;
    return false;
  }
  Delivery& delivery = item.delivery;
  ++delivery.attempts;
  delivery.error = std::move(error);
  const auto delay = schedule_.delay_after(delivery.attempts, random_);
  delivery.dead = !delay.has_value();
  // What is given up is tried no more, whatever its server asked for: its age counts from now.
  delivery.next_attempt_at = delay ? now + std::max(*delay, at_least) : now;
  keep(item);
  if (delivery.dead) {
    --kept_;
    pop(lane, now);
    return true;
  }
  for (Item& behind : lane->second.items) {
    if (!behind.kept) keep(behind);
  }
  lane->second.under_way = false;
  make_ready(key.order, lane->second, delivery.next_attempt_at);
  return false;
}

void DeliveryQueue::interrupted(const DeliveryKey& key, Instant now) {
  Lane& lane = lanes_.at(key.order);
  lane.under_way = false;
  make_ready(key.order, lane, now);
}

std::optional<Progress> DeliveryQueue::take_progress() {
  if (cursor_ == cursor_saved_ && to_keep_.empty() && to_remove_.empty()) return std::nullopt;
  Progress progress{id_, fence_, cursor_, {}, std::move(to_remove_), std::nullopt};
  for (auto& [key, delivery] : to_keep_)
    progress.kept.push_back(std::move(delivery));
  to_keep_.clear();
  to_remove_.clear();
  cursor_saved_ = cursor_;
  return progress;
}

std::optional<Instant> DeliveryQueue::oldest() const {
  if (ages_.empty()) return std::nullopt;
  return *ages_.begin();
}

void DeliveryQueue::make_ready(const OrderId& order, Lane& lane, Instant due) {
  lane.due = due;
  ready_.emplace(due, order);
}

void DeliveryQueue::pop(Lanes::iterator lane, Instant now) {
  const OrderId order = lane->first;
  ages_.erase(ages_.find(lane->second.items.front().delivery.event_at));
  lane->second.items.pop_front();
  lane->second.under_way = false;
  if (lane->second.items.empty()) {
    lanes_.erase(lane);
    return;
  }
  const Item& head = lane->second.items.front();
  make_ready(order, lane->second, head.delivery.attempts > 0 ? head.delivery.next_attempt_at : now);
}

void DeliveryQueue::keep(Item& item) {
  if (!item.kept) {
    item.kept = true;
    --fresh_;
    ++kept_;
    done_with(item.batch);
  }
  to_keep_.insert_or_assign(key_of(item.delivery), item.delivery);
}

void DeliveryQueue::done_with(std::int64_t batch) {
  // Batches are few and this one is near the front: they are read in order and finish nearly so.
  for (auto& [id, left] : batches_) {
    if (id != batch) continue;
    --left;
    break;
  }
  while (!batches_.empty() && batches_.front().second == 0) {
    cursor_ = batches_.front().first;
    batches_.pop_front();
  }
}

void DeliveryQueue::bring_forward(Instant now) {
  std::vector<OrderId> early;
  for (const auto& [due, order] : ready_) {
    if (due > now) early.push_back(order);
  }
  for (const OrderId& order : early) {
    Lane& lane = lanes_.at(order);
    ready_.erase({lane.due, order});
    make_ready(order, lane, now);
  }
}

}  // namespace ff::webhooks
