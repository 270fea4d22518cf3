#include "simulation/promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ff::simulation {
namespace {

constexpr Duration kNoTimeAtAll(1);  // a lease of zero would read as a suspended order

}  // namespace

bool Promises::held(const OrderId& id) const {
  const auto found = promised_.find(id);
  return found != promised_.end() && truth_.now() < found->second.held_until;
}

BatchTask<orders::PlaceOutcome> Promises::place(std::span<const orders::NewOrder> batch) {
  const Instant asked_at = truth_.now();
  std::vector<orders::NewOrder> weakened;
  std::span<const orders::NewOrder> asked = batch;
  if (sabotage_ == Sabotage::kNoUniqueKey || sabotage_ == Sabotage::kNoLease) {
    weakened.assign(batch.begin(), batch.end());
    for (orders::NewOrder& each : weakened) {
      if (sabotage_ == Sabotage::kNoLease) each.lease_for = kNoTimeAtAll;
      if (sabotage_ == Sabotage::kNoUniqueKey) each.order->idempotency_key += " " + each.order->id.text();
    }
    asked = weakened;
  }
  Result<std::vector<orders::PlaceOutcome>> outcomes = co_await store_.place(asked);
  if (!outcomes) co_return outcomes;
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    const auto* placed = std::get_if<orders::Placed>(&(*outcomes)[i]);
    if (placed == nullptr || placed->order->state != orders::State::kPendingPayment) continue;
    const Promised promise{asked_at + batch[i].lease_for, asked_at + batch[i].hold_for};
    promised_.emplace(placed->order->id, promise);
  }
  co_return outcomes;
}

BatchTask<orders::SettleOutcome> Promises::settle(std::span<const orders::Settlement> batch) {
  for (const orders::Settlement& each : batch) {
    const auto found = promised_.find(each.order);
    if (found == promised_.end() || each.kind != orders::Settlement::Kind::kSuspend) continue;
    found->second.leased_until = std::min(found->second.leased_until, truth_.now());
  }
  Result<std::vector<orders::SettleOutcome>> outcomes = co_await store_.settle(batch);
  if (!outcomes) co_return outcomes;
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    const bool settled = std::holds_alternative<orders::Settled>((*outcomes)[i]);
    if (settled && batch[i].if_hold_expired && held(batch[i].order))
      broken_.push_back(
          fmt::format("order {}: given up as expired while it was held", batch[i].order.text()));
  }
  co_return outcomes;
}

Task<Result<orders::Order>> Promises::take_over(OrderId id, std::int32_t attempt, Duration lease_for) {
  const Instant asked_at = truth_.now();
  const Duration lease = sabotage_ == Sabotage::kNoLease ? kNoTimeAtAll : lease_for;
  Result<orders::Order> taken = co_await store_.take_over(id, attempt, lease);
  if (!taken) co_return taken;
  const auto found = promised_.find(id);
  if (found == promised_.end()) co_return taken;
  if (truth_.now() < found->second.leased_until)
    broken_.push_back(fmt::format("order {}: taken over inside its lease", id.text()));
  found->second.leased_until = asked_at + lease_for;
  co_return taken;
}

Task<Result<std::int64_t>> Promises::release_holds(std::span<const OrderId> ids) {
  Result<std::int64_t> released = co_await store_.release_holds(ids);
  if (!released || *released == 0) co_return released;
  Result<std::vector<std::optional<orders::Order>>> orders = co_await store_.read(ids);
  if (!orders) co_return released;
  for (const std::optional<orders::Order>& order : *orders) {
    if (!order || order->holding || order->state != orders::State::kPendingPayment || !held(order->id))
      continue;
    broken_.push_back(fmt::format("order {}: its hold was released before its time", order->id.text()));
  }
  co_return released;
}

}  // namespace ff::simulation
