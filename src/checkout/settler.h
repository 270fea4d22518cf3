// Brings a pending order to where its payment's outcome leads: claimed, declined or cancelled. The request
// that placed an order, a retry of it and the sweeper all do it through here.
//
// Invariants (I4): an order is claimed only when the gateway says that its money is ours; it is cancelled
// only after its payment was closed; and a payment is closed only after the store has durably recorded, by
// compare-and-set on the attempt, that the order is given up. From then on nobody can claim it, so a close()
// that arrives late, from a process long thought dead, can't take the money of a paid order.
#pragma once

#include <cstdint>
#include <string>

#include "base/async.h"
#include "base/box.h"
#include "checkout/committer.h"
#include "checkout/order_counters.h"
#include "orders/order.h"
#include "payments/gateway.h"
#include "telemetry/metrics.h"

namespace ff::checkout {

/// Any io thread. Orders are passed as their last reader saw them: `attempt` is the caller's fencing token.
/// `trace`: of the request that it is done for, if any.
class Settler {
 public:
  /// `counters` outlives it, as the others do.
  Settler(Committer& committer, payments::Gateway& gateway, Clock& clock, Duration payment_timeout,
          const OrderCounters& counters, telemetry::Registry& metrics);

  /// Calls of the gateway, within the payment timeout. Any error means that the outcome is not known.
  Task<Result<payments::Payment>> authorise(Box<orders::Order> order, payments::Card card,
                                            telemetry::Trace trace = {});
  Task<Result<payments::Payment>> look_up(Box<orders::Order> order, telemetry::Trace trace = {});
  Task<Result<payments::Payment>> capture(Box<orders::Order> order);

  /// What follows from `payment`, whose status is known and not kNone. Returns the order as it stands then:
  /// still pending when somebody else has taken it over or when the gateway did not answer. An error of
  /// kUnknown or kUnavailable: the order may or may not have moved; it is found again by the sweeper.
  Task<Result<Box<orders::Order>>> conclude(Box<orders::Order> order, payments::Payment payment,
                                            bool empty_cart, telemetry::Trace trace = {});
  /// Records that the order is given up, closes its payment, then cancels it. Returns the same as conclude().
  /// Unless somebody has taken it over or, if so asked, the store says that its hold still runs: the order
  /// that is returned then is pending and has no reason.
  enum class Unless : std::uint8_t { kTakenOver, kTakenOverOrHeld };
  Task<Result<Box<orders::Order>>> give_up(Box<orders::Order> order, std::string reason,
                                           Unless unless = Unless::kTakenOver);
  /// The payment's outcome is unknown and nobody waits for it any more: ends the lease.
  Task<Result<Box<orders::Order>>> suspend(Box<orders::Order> order);
  /// The payment was captured.
  Task<Result<Box<orders::Order>>> record_capture(Box<orders::Order> order);

 private:
  struct Operation {
    Operation(telemetry::Registry& metrics, const char* name);
    Result<payments::Payment> note(Duration took, Result<payments::Payment> outcome);
    telemetry::Histogram& seconds;
    telemetry::Counter& unknown;
  };
  struct Move {
    Box<orders::Order> order;
    bool applied = false;    // by us; otherwise `order` is how it stands
    bool hold_lost = false;  // a claim that found its stock gone
  };
  Task<Result<Move>> move(orders::Settlement settlement, telemetry::Trace trace = {});

  Committer& committer_;
  payments::Gateway& gateway_;
  Clock& clock_;
  const Duration payment_timeout_;
  const OrderCounters& counters_;
  Operation authorise_, look_up_, close_, capture_;
  telemetry::Counter& holds_lost_;
};

}  // namespace ff::checkout
