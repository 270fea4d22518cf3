#include "checkout/committer.h"

#include "checkout/lane.h"

namespace ff::checkout {
namespace {

template <typename T>
bool always(const T&) {
  return true;
}

// An earlier try that is still under way may find the stock, or the room within a limit, that the replay did
// not: somebody's hold expired in between. Only an order that stands settles it.
bool order_stands(const orders::PlaceOutcome& outcome) {
  return std::holds_alternative<orders::Placed>(outcome) || std::holds_alternative<orders::Existing>(outcome);
}

// Adding twice adds twice, unless the cart knows the addition by its key; the other changes lead to the same
// cart however often they are made.
bool repeatable(const cart::Change& change) {
  return change.kind != cart::Change::Kind::kAdd || change.key != 0;
}

/// What shoppers did to their carts. A price that they were shown is not a change of theirs.
class CartCounters {
 public:
  explicit CartCounters(telemetry::Registry& metrics)
      : created_(counter(metrics, "created")),
        added_(counter(metrics, "added")),
        changed_(counter(metrics, "changed")),
        removed_(counter(metrics, "removed")) {}
  void note(cart::Change::Kind kind, bool none_left, const cart::Cart& after) const {
    if (after.version == 1) created_.add();
    switch (kind) {
      case cart::Change::Kind::kAdd:
        return added_.add();
      case cart::Change::Kind::kSet:
        return (none_left ? removed_ : changed_).add();
      case cart::Change::Kind::kEmpty:
        return removed_.add();
      case cart::Change::Kind::kSeen:
        return;
    }
  }

 private:
  static telemetry::Counter& counter(telemetry::Registry& metrics, const char* change) {
    return metrics.counter("ff_cart_changes_total", "Changes of carts by what was done",
                           {{"change", change}});
  }
  telemetry::Counter &created_, &added_, &changed_, &removed_;
};

}  // namespace

struct Committer::Lanes {
  explicit Lanes(telemetry::Registry& metrics) : cart_counters(metrics) {}

  using Place = Lane<orders::NewOrder, orders::PlaceOutcome>;
  using Settle = Lane<orders::Settlement, orders::SettleOutcome>;
  using Carts = Lane<cart::Change, Result<cart::Cart>>;

  std::shared_ptr<Place> place;
  std::shared_ptr<Settle> settle;
  std::shared_ptr<Carts> carts;
  const CartCounters cart_counters;
};

Committer::Committer(orders::OrderStore& orders, cart::CartStore& carts, Clock& clock, CommitterLimits limits,
                     telemetry::Registry& metrics)
    : lanes_(std::make_unique<Lanes>(metrics)) {
  // The store decides by order id and idempotency key, or by compare-and-set on the order's state, so a
  // placement or settlement may be repeated.
  lanes_->place = std::make_shared<Lanes::Place>(
      "place", [&orders](std::span<const orders::NewOrder> batch) { return orders.place(batch); },
      always<orders::NewOrder>, order_stands, clock, limits, true, metrics);
  lanes_->settle = std::make_shared<Lanes::Settle>(
      "settle", [&orders](std::span<const orders::Settlement> batch) { return orders.settle(batch); },
      always<orders::Settlement>, always<orders::SettleOutcome>, clock, limits, false, metrics);
  lanes_->carts = std::make_shared<Lanes::Carts>(
      "cart", [&carts](std::span<const cart::Change> batch) { return carts.apply(batch); }, repeatable,
      always<Result<cart::Cart>>, clock, limits, true, metrics);
}

Committer::~Committer() = default;

Task<Result<orders::PlaceOutcome>> Committer::place(orders::NewOrder order, telemetry::Trace trace) {
  return lanes_->place->submit(std::move(order), trace);
}

Task<Result<orders::SettleOutcome>> Committer::settle(orders::Settlement settlement, telemetry::Trace trace) {
  return lanes_->settle->submit(std::move(settlement), trace);
}

Task<Result<cart::Cart>> Committer::change_cart(cart::Change change, telemetry::Trace trace) {
  const cart::Change::Kind kind = change.kind;
  const bool none_left = change.quantity == 0;
  Result<Result<cart::Cart>> outcome = co_await lanes_->carts->submit(std::move(change), trace);
  if (!outcome) co_return tl::unexpected<Error>(std::move(outcome.error()));
  if (*outcome) lanes_->cart_counters.note(kind, none_left, **outcome);
  co_return std::move(*outcome);
}

bool Committer::orders_full() const { return lanes_->place->full(); }

bool Committer::carts_full() const { return lanes_->carts->full(); }

double Committer::orders_per_second() const { return lanes_->place->per_second(); }

std::size_t Committer::pending() const {
  return lanes_->place->pending() + lanes_->settle->pending() + lanes_->carts->pending();
}

}  // namespace ff::checkout
