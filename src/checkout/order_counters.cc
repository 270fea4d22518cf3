#include "checkout/order_counters.h"

#include <string>

namespace ff::checkout {
namespace {

telemetry::Counter& orders_in(telemetry::Registry& metrics, orders::State state) {
  return metrics.counter("ff_orders_total", "Orders by the state that they came to in this process",
                         {{"status", std::string(to_string(state))}});
}

}  // namespace

OrderCounters::OrderCounters(telemetry::Registry& metrics, Currency currency)
    : currency_(currency),
      pending_(orders_in(metrics, orders::State::kPendingPayment)),
      paid_(orders_in(metrics, orders::State::kPaid)),
      placed_(orders_in(metrics, orders::State::kPlaced)),
      declined_(orders_in(metrics, orders::State::kDeclined)),
      cancelled_(orders_in(metrics, orders::State::kCancelled)),
      revenue_(metrics.counter("ff_revenue_minor_units_total",
                               "Totals of paid and placed orders, in the currency's smallest unit",
                               {{"currency", std::string(currency.code())}})),
      mismatches_(metrics.counter("ff_checkout_totals_mismatch_total",
                                  "Orders whose total is not what their lines, delivery and tax add up to")) {
}

void OrderCounters::placed(const orders::Order& order) const {
  if (!orders::adds_up(order)) mismatches_.add();
  moved(order);
}

void OrderCounters::moved(const orders::Order& order) const {
  switch (order.state) {
    case orders::State::kPendingPayment:
      return pending_.add();
    case orders::State::kPaid:
      paid_.add();
      return sold(order);
    case orders::State::kPlaced:
      placed_.add();
      return sold(order);
    case orders::State::kDeclined:
      return declined_.add();
    case orders::State::kCancelled:
      return cancelled_.add();
  }
}

void OrderCounters::sold(const orders::Order& order) const {
  const Money total = order.totals.total;
  if (total.currency == currency_ && total.minor > 0) revenue_.add(static_cast<std::uint64_t>(total.minor));
}

}  // namespace ff::checkout
