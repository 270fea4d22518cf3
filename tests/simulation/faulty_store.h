// One process's connection to the shared store, over a network that fails.
//
// Each call may be delayed on its way there or back, refused (nothing was written), lost before or after it
// was done (kUnknown), or done long after it was reported unknown: the old backend that still commits.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cart/cart_store.h"
#include "orders/order_store.h"
#include "simulation/story.h"
#include "simulation/weather.h"

namespace ff::simulation {

class FaultyStore final : public orders::OrderStore, public cart::CartStore {
 public:
  /// Runs what it is given after that time, whatever becomes of this process.
  using Later = std::function<void(Duration, std::function<Task<void>()>)>;

  /// Who tells what happened here, and under which name.
  struct Teller {
    const Story& story;
    std::string name;
  };

  FaultyStore(orders::OrderStore& orders, cart::CartStore& carts, Clock& clock, Weather& weather, Later later,
              Teller teller);

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> batch) override;
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> batch) override;
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override;
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override;
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) override;
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override;
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override;
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override;
  Task<Result<void>> audit(orders::Auditor& auditor) override;

  BatchTask<cart::Cart> read(std::span<const CartId> carts) override;
  BatchTask<Result<cart::Cart>> apply(std::span<const cart::Change> changes) override;
  Task<Result<std::int64_t>> remove_idle(Instant before, std::int64_t limit) override;

 private:
  template <typename Outcome>
  Task<Result<Outcome>> call(const char* what, std::function<Task<Result<Outcome>>()> act,
                             std::function<Task<void>()> act_on_a_copy = nullptr);
  BatchTask<orders::PlaceOutcome> place_through(std::span<const orders::NewOrder> batch);
  ErrorCode lost() const;

  orders::OrderStore& orders_;
  cart::CartStore& carts_;
  Clock& clock_;
  Weather& weather_;
  const Later later_;
  const Teller teller_;
};

}  // namespace ff::simulation
