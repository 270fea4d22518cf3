// The shared store as every process reaches it, and a witness of what it promised each of them: nobody takes
// an order over inside its lease, and no hold ends before its time, unless its owner ends it.
//
// Invariant: it judges by the true time, from bounds on the safe side: a lease or hold is counted from when
// it was asked for, and ends for the witness as soon as anybody asks to end it. So what it reports did
// happen; what dies with a process on its way is not seen. It is also where the store's own safeguards are
// taken out.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "orders/order_store.h"
#include "simulation/sabotage.h"

namespace ff::simulation {

class Promises final : public orders::OrderStore {
 public:
  /// Store and clock outlive it. One thread.
  Promises(orders::OrderStore& store, const Clock& truth, Sabotage sabotage)
      : store_(store), truth_(truth), sabotage_(sabotage) {}

  /// What was promised and not kept, in words.
  const std::vector<std::string>& broken() const { return broken_; }

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> batch) override;
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> batch) override;
  Task<Result<orders::Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) override;
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) override;

  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId> ids) override {
    return store_.read(ids);
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey> keys) override {
    return store_.find(keys);
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t limit) override {
    return store_.overdue(limit);
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t limit) override {
    return store_.captures_due(limit);
  }
  Task<Result<void>> audit(orders::Auditor& auditor) override { return store_.audit(auditor); }

 private:
  struct Promised {
    Instant leased_until, held_until;
  };
  bool held(const OrderId& id) const;

  orders::OrderStore& store_;
  const Clock& truth_;
  const Sabotage sabotage_;
  std::unordered_map<OrderId, Promised> promised_;
  std::vector<std::string> broken_;
};

}  // namespace ff::simulation
