// Counts orders by the state that this process brought them to, and what they were worth: where a commit's
// outcome is known, and only there.
//
// Not the books: an order whose commit had to be replayed may be missed, one whose process died before it
// could count is. The database knows all of them.
#pragma once

#include "orders/order.h"
#include "telemetry/metrics.h"

namespace ff::checkout {

class OrderCounters {
 public:
  /// `currency`: the shop's. Orders of another, from before it was changed, are counted without what they are
  /// worth.
  OrderCounters(telemetry::Registry& metrics, Currency currency);

  /// A new order stands. Any thread.
  void placed(const orders::Order& order) const;
  /// An order that stood came to its present state. Any thread.
  void moved(const orders::Order& order) const;

 private:
  void sold(const orders::Order& order) const;

  const Currency currency_;
  telemetry::Counter &pending_, &paid_, &placed_, &declined_, &cancelled_, &revenue_, &mismatches_;
};

}  // namespace ff::checkout
