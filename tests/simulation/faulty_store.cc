#include "simulation/faulty_store.h"

#include <utility>

namespace ff::simulation {
namespace {

// What a call needs when it is done after its caller has gone: its own copy of the batch.
template <typename Item, typename Call>
std::function<Task<void>()> late(std::span<const Item> batch, Call call) {
  auto copy = std::make_shared<const std::vector<Item>>(batch.begin(), batch.end());
  return [copy = std::move(copy), call]() -> Task<void> { return call(copy); };
}

template <typename Item>
using Batch = std::shared_ptr<const std::vector<Item>>;

Task<void> place_late(orders::OrderStore& orders, Batch<orders::NewOrder> batch) {
  co_await orders.place(*batch);
}
Task<void> settle_late(orders::OrderStore& orders, Batch<orders::Settlement> batch) {
  co_await orders.settle(*batch);
}
Task<void> release_late(orders::OrderStore& orders, Batch<OrderId> batch) {
  co_await orders.release_holds(*batch);
}
Task<void> change_late(cart::CartStore& carts, Batch<cart::Change> batch) { co_await carts.apply(*batch); }
Task<void> take_over_late(orders::OrderStore& orders, OrderId id, std::int32_t attempt, Duration lease_for) {
  co_await orders.take_over(id, attempt, lease_for);
}

}  // namespace

FaultyStore::FaultyStore(orders::OrderStore& orders, cart::CartStore& carts, Clock& clock, Weather& weather,
                         Later later, Teller teller)
    : orders_(orders),
      carts_(carts),
      clock_(clock),
      weather_(weather),
      later_(std::move(later)),
      teller_(std::move(teller)) {}

ErrorCode FaultyStore::lost() const {
  return weather_.sabotage == Sabotage::kUnknownCommitIsFailure ? ErrorCode::kUnavailable
                                                                : ErrorCode::kUnknown;
}

template <typename Outcome>
Task<Result<Outcome>> FaultyStore::call(const char* what, std::function<Task<Result<Outcome>>()> act,
                                        std::function<Task<void>()> act_on_a_copy) {
  co_await clock_.sleep_for(weather_.delay());
  if (weather_.trouble()) {
    switch (weather_.below(4)) {
      case 0:
        teller_.story.line(teller_.name, "{}: refused", what);
        co_return fail(ErrorCode::kUnavailable, "refused");
      case 1:
        teller_.story.line(teller_.name, "{}: lost on its way there", what);
        co_return fail(lost(), "lost on its way there");
      case 2:
        if (act_on_a_copy) {
          const Duration delay =
              std::chrono::milliseconds(1 + weather_.below(weather_.chance(50) ? 100 : 60'000));
          teller_.story.line(teller_.name, "{}: connection lost, done in {} ms", what, delay.count() / 1000);
          later_(delay, std::move(act_on_a_copy));
          co_return fail(lost(), "still at work over there");
        }
        break;
      default:
        break;
    }
    Result<Outcome> outcome = co_await act();
    if (!outcome) co_return outcome;
    co_await clock_.sleep_for(weather_.delay());
    teller_.story.line(teller_.name, "{}: done, lost on its way back", what);
    co_return fail(lost(), "lost on its way back");
  }
  Result<Outcome> outcome = co_await act();
  co_await clock_.sleep_for(weather_.delay());
  if (teller_.story.told() && !weather_.calm())
    teller_.story.line(teller_.name, "{}: {}", what,
                       outcome ? std::string("done") : std::string(to_string(outcome.error().code)));
  co_return outcome;
}

BatchTask<orders::PlaceOutcome> FaultyStore::place(std::span<const orders::NewOrder> batch) {
  using Outcomes = std::vector<orders::PlaceOutcome>;
  Result<Outcomes> outcomes = co_await place_through(batch);
  const bool unknown = !outcomes && outcomes.error().code == ErrorCode::kUnknown;
  if (!unknown || weather_.sabotage != Sabotage::kAbsenceIsProof) co_return outcomes;
  std::vector<OrderId> ids;
  for (const orders::NewOrder& each : batch)
    ids.push_back(each.order->id);
  Result<std::vector<std::optional<orders::Order>>> found = co_await orders_.read(ids);
  if (!found) co_return outcomes;
  Outcomes stand;
  for (std::optional<orders::Order>& order : *found) {
    if (!order) co_return fail(ErrorCode::kUnavailable, "it is not there, so it was not written");
    stand.emplace_back(orders::Existing{std::move(*order), true, false});
  }
  co_return stand;
}

BatchTask<orders::PlaceOutcome> FaultyStore::place_through(std::span<const orders::NewOrder> batch) {
  using Outcomes = std::vector<orders::PlaceOutcome>;
  const bool forgets = weather_.sabotage == Sabotage::kAnswerBeforeCommit && weather_.trouble();
  if (forgets) {
    Outcomes outcomes;
    for (const orders::NewOrder& each : batch)
      outcomes.emplace_back(orders::Placed{each.order});
    co_return outcomes;
  }
  std::function<Task<Result<Outcomes>>()> act = [this, batch] { return orders_.place(batch); };
  auto again = late(batch, [&orders = orders_](auto copy) { return place_late(orders, copy); });
  co_return co_await call<Outcomes>("place", std::move(act), std::move(again));
}

BatchTask<orders::SettleOutcome> FaultyStore::settle(std::span<const orders::Settlement> batch) {
  using Outcomes = std::vector<orders::SettleOutcome>;
  auto copy = std::make_shared<std::vector<orders::Settlement>>(batch.begin(), batch.end());
  if (weather_.sabotage == Sabotage::kGiveUpWithoutRecord) {
    for (orders::Settlement& each : *copy) {
      if (each.kind == orders::Settlement::Kind::kSuspend) each.reason.clear();
    }
  }
  std::function<Task<Result<Outcomes>>()> act = [this, copy] { return orders_.settle(*copy); };
  std::function<Task<void>()> again = [&orders = orders_, copy] { return settle_late(orders, copy); };
  Result<Outcomes> outcomes = co_await call<Outcomes>("settle", std::move(act), std::move(again));
  if (!outcomes) co_return outcomes;
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    orders::SettleOutcome& outcome = (*outcomes)[i];
    if (weather_.sabotage == Sabotage::kGiveUpWithoutRecord) {
      auto* settled = std::get_if<orders::Settled>(&outcome);
      if (settled != nullptr && batch[i].kind == orders::Settlement::Kind::kSuspend)
        settled->order->reason = batch[i].reason;
    }
    if (weather_.sabotage == Sabotage::kClaimWithoutCompareAndSet) {
      auto* refused = std::get_if<orders::NotApplied>(&outcome);
      if (refused == nullptr || batch[i].kind != orders::Settlement::Kind::kClaim) continue;
      Box<orders::Order> order = std::move(refused->order);
      order->state = orders::State::kPaid;
      outcome = orders::Settled{std::move(order)};
    }
  }
  co_return outcomes;
}

BatchTask<std::optional<orders::Order>> FaultyStore::read(std::span<const OrderId> ids) {
  using Outcomes = std::vector<std::optional<orders::Order>>;
  std::function<Task<Result<Outcomes>>()> act = [this, ids] { return orders_.read(ids); };
  return call<Outcomes>("read orders", std::move(act));
}

BatchTask<std::optional<orders::Order>> FaultyStore::find(std::span<const orders::OrderKey> keys) {
  using Outcomes = std::vector<std::optional<orders::Order>>;
  std::function<Task<Result<Outcomes>>()> act = [this, keys] { return orders_.find(keys); };
  return call<Outcomes>("find", std::move(act));
}

Task<Result<orders::Order>> FaultyStore::take_over(OrderId id, std::int32_t attempt, Duration lease_for) {
  std::function<Task<Result<orders::Order>>()> act = [this, id, attempt, lease_for] {
    return orders_.take_over(id, attempt, lease_for);
  };
  std::function<Task<void>()> again = [&orders = orders_, id, attempt, lease_for] {
    return take_over_late(orders, id, attempt, lease_for);
  };
  return call<orders::Order>("take over", std::move(act), std::move(again));
}

Task<Result<std::vector<orders::Order>>> FaultyStore::overdue(std::int64_t limit) {
  using Outcomes = std::vector<orders::Order>;
  std::function<Task<Result<Outcomes>>()> act = [this, limit] { return orders_.overdue(limit); };
  return call<Outcomes>("overdue", std::move(act));
}

Task<Result<std::int64_t>> FaultyStore::release_holds(std::span<const OrderId> ids) {
  std::function<Task<Result<std::int64_t>>()> act = [this, ids] { return orders_.release_holds(ids); };
  auto again = late(ids, [&orders = orders_](auto copy) { return release_late(orders, copy); });
  return call<std::int64_t>("release holds", std::move(act), std::move(again));
}

Task<Result<std::vector<orders::Order>>> FaultyStore::captures_due(std::int64_t limit) {
  using Outcomes = std::vector<orders::Order>;
  std::function<Task<Result<Outcomes>>()> act = [this, limit] { return orders_.captures_due(limit); };
  return call<Outcomes>("captures due", std::move(act));
}

Task<Result<void>> FaultyStore::audit(orders::Auditor& auditor) { return orders_.audit(auditor); }

BatchTask<cart::Cart> FaultyStore::read(std::span<const CartId> carts) {
  using Outcomes = std::vector<cart::Cart>;
  std::function<Task<Result<Outcomes>>()> act = [this, carts] { return carts_.read(carts); };
  return call<Outcomes>("read carts", std::move(act));
}

BatchTask<Result<cart::Cart>> FaultyStore::apply(std::span<const cart::Change> changes) {
  using Outcomes = std::vector<Result<cart::Cart>>;
  std::function<Task<Result<Outcomes>>()> act = [this, changes] { return carts_.apply(changes); };
  auto again = late(changes, [&carts = carts_](auto copy) { return change_late(carts, copy); });
  return call<Outcomes>("change carts", std::move(act), std::move(again));
}

Task<Result<std::int64_t>> FaultyStore::remove_idle(Instant before, std::int64_t limit) {
  std::function<Task<Result<std::int64_t>>()> act = [this, before, limit] {
    return carts_.remove_idle(before, limit);
  };
  return call<std::int64_t>("remove idle carts", std::move(act));
}

}  // namespace ff::simulation
