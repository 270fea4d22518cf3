#include "orders/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace ff::orders {
namespace {

using inventory::Policy;
using inventory::Quantity;

struct Judgement {
  AuditReport& report;
  void operator()(std::string_view invariant, std::string row, std::string what) const {
    ++report.violation_count;
    if (report.violations.size() < Auditor::kViolationsMax)
      report.violations.push_back({std::string(invariant), std::move(row), std::move(what)});
  }
};

std::string name(VariantId id) { return fmt::format("variant {}", id.value); }
std::string name(const Order& order) { return "order " + order.id.text(); }
std::string text(Money money) { return fmt::format("{} {}", money.decimal(), money.currency.code()); }
bool is_sold(const Order& order) { return order.state == State::kPaid || order.state == State::kPlaced; }

struct Counted {
  Quantity held = 0;
  Quantity sold = 0;
};

// What the orders say that each variant's stock should say.
std::unordered_map<VariantId, Counted> count_lines(const std::vector<Order>& orders) {
  std::unordered_map<VariantId, Counted> counted;
  for (const Order& order : orders) {
    if (!order.holding && !is_sold(order)) continue;
    for (const Line& line : order.lines) {
      if (!line.counted) continue;
      Counted& entry = counted[line.variant];
      (order.holding ? entry.held : entry.sold) += line.quantity;
    }
  }
  return counted;
}

void judge_conservation(const inventory::Stock& stock, const Judgement& broken) {
  if (stock.received != stock.available + stock.held + stock.sold)
    broken("I1", name(stock.variant),
           fmt::format("received is {}, but available {} + held {} + sold {} is {}", stock.received,
                       stock.available, stock.held, stock.sold, stock.available + stock.held + stock.sold));
  if (stock.held < 0) broken("I1", name(stock.variant), fmt::format("held is {}", stock.held));
  if (stock.sold < 0) broken("I1", name(stock.variant), fmt::format("sold is {}", stock.sold));
  if (stock.available < 0 && stock.policy == Policy::kDeny)
    broken("I1", name(stock.variant),
           fmt::format("oversold: available is {} and it may not be backordered", stock.available));
}

// When the order of a payment key was made: the key carries its id, and the id (UUID version 7) its time.
std::optional<Instant> made_at(std::string_view key) {
  if (!key.starts_with(kPaymentKeyPrefix)) return std::nullopt;
  const std::optional<Uuid> id = Uuid::parse(key.substr(kPaymentKeyPrefix.size()));
  if (!id) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i)
    milliseconds = milliseconds * 256 + id->bytes[i];
  return Instant{milliseconds * 1000};
}

// A payment and its order, where both exist.
void judge_pair(const Order& order, const LedgerPayment& payment, bool lag_over, const Judgement& broken) {
  const bool kept = (payment.authorised || payment.captured) && !payment.returned;
  if (kept && payment.amount != order.totals.total)
    broken(
        "I4", name(order),
        fmt::format("total is {}, but the gateway has {}", text(order.totals.total), text(payment.amount)));
  switch (order.state) {
    case State::kPaid:
      if (!kept) {
        broken("I4", name(order), "is paid, but the gateway holds no money for it");
      } else if (!payment.captured && order.payment == PaymentState::kCaptured) {
        broken("I4", name(order), "says captured, but the gateway only has it authorised");
      } else if (!payment.captured && lag_over) {
        broken("I4", name(order), "is paid, but its payment was not captured in time");
      } else if (payment.captured && order.payment != PaymentState::kCaptured && lag_over) {
        broken("I4", name(order), "its payment was captured, but the order does not say so");
      }
      return;
    case State::kPendingPayment:
      // The ledger is read after the orders: what is captured in between looks early, within the lag.
      if (payment.captured && kept && lag_over)
        broken("I4", name(order), "its payment was captured before the order was paid");
      else if (kept && lag_over)
        broken("I4", name(order),
               "its payment is authorised, but the order was neither claimed nor given up in time");
      return;
    case State::kPlaced:
      if (kept) broken("I4", name(order), "is to be paid on delivery, but the gateway holds money for it");
      return;
    case State::kDeclined:
    case State::kCancelled:
      if (kept && lag_over)
        broken("I4", name(order),
               fmt::format("is {}, but its payment was not given back in time", to_string(order.state)));
      return;
  }
}

}  // namespace

void Auditor::stock(const inventory::Stock& stock, Quantity ledger_sum) {
  stocks_.push_back(stock);
  ledger_sums_.emplace_back(stock.variant, ledger_sum);
}

void Auditor::order(const Order& order) { orders_.push_back(order); }

void Auditor::event(const OrderId& order, std::int32_t sequence, std::string_view) {
  events_[order].push_back(sequence);
}

void Auditor::payment(const LedgerPayment& payment) { payments_.push_back(payment); }

AuditReport Auditor::report() {
  AuditReport report;
  report.variants = static_cast<std::int64_t>(stocks_.size());
  report.orders = static_cast<std::int64_t>(orders_.size());
  report.payments = static_cast<std::int64_t>(payments_.size());
  const Judgement broken{report};

  // I1. A counted line of a variant that has no stock row any more (it left the catalogue) is not judged.
  const auto counted = count_lines(orders_);
  for (std::size_t i = 0; i < stocks_.size(); ++i) {
    const inventory::Stock& stock = stocks_[i];
    judge_conservation(stock, broken);
    if (stock.received != ledger_sums_[i].second)
      broken("I1", name(stock.variant),
             fmt::format("received is {}, but its ledger adds up to {}", stock.received,
                         ledger_sums_[i].second));
    const auto found = counted.find(stock.variant);
    const Counted expected = found == counted.end() ? Counted{} : found->second;
    if (stock.held != expected.held)
      broken("I1", name(stock.variant),
             fmt::format("held is {}, but pending orders hold {}", stock.held, expected.held));
    if (stock.sold != expected.sold)
      broken("I1", name(stock.variant),
             fmt::format("sold is {}, but orders sold {}", stock.sold, expected.sold));
  }

  // I3, the store's half; and the index that I4 and I5 look orders up in.
  std::unordered_map<std::string, const Order*> by_key;
  std::unordered_map<OrderId, const Order*> by_id;
  std::unordered_map<std::string, const Order*> by_payment;
  by_key.reserve(orders_.size());
  by_id.reserve(orders_.size());
  by_payment.reserve(orders_.size());
  for (const Order& order : orders_) {
    if (!by_id.emplace(order.id, &order).second) broken("I3", name(order), "is there twice");
    by_payment.emplace(payment_key(order.id), &order);
    const auto [first, fresh] = by_key.emplace(order.cart.text() + '/' + order.idempotency_key, &order);
    if (!fresh && first->second->id != order.id)
      broken("I3", name(order),
             fmt::format("has the cart and the idempotency key of order {}", first->second->id.text()));
    if (order.holding && order.state != State::kPendingPayment)
      broken("I1", name(order), fmt::format("is {}, but still holds stock", to_string(order.state)));
  }

  // I3, the gateway's half, and I4 from the gateway to the orders.
  std::unordered_map<std::string_view, const LedgerPayment*> ledger;
  ledger.reserve(payments_.size());
  for (const LedgerPayment& payment : payments_) {
    if (!ledger.emplace(payment.key, &payment).second)
      broken("I3", "payment " + payment.key, "is in the gateway's ledger twice");
    if (payment.charges > 1)
      broken("I3", "payment " + payment.key, fmt::format("was charged {} times", payment.charges));
    const auto found = by_payment.find(payment.key);
    if (found == by_payment.end()) {
      // An order that was placed after the orders were read is not missing, only young.
      const std::optional<Instant> made = made_at(payment.key);
      const bool young = made && now_ - *made <= lag_;
      if ((payment.authorised || payment.captured) && !payment.returned && !young)
        broken("I4", "payment " + payment.key,
               fmt::format("of {} belongs to no order", text(payment.amount)));
      continue;
    }
    const Order& order = *found->second;
    // A pending order lawfully waits for its hold to run out; the lag counts from there.
    const Instant since = order.state == State::kPendingPayment
                              ? std::max(order.updated_at, order.hold_expires_at)
                              : order.updated_at;
    judge_pair(order, payment, now_ - since > lag_, broken);
  }

  // I4 from the orders to the gateway.
  for (const Order& order : orders_) {
    if (order.state == State::kPaid && order.method == PaymentMethod::kCard &&
        !ledger.contains(payment_key(order.id)))
      broken("I4", name(order), "is paid, but the gateway knows no payment of it");
  }

  // I5.
  for (auto& [id, sequences] : events_) {
    report.events += static_cast<std::int64_t>(sequences.size());
    if (!by_id.contains(id)) broken("I5", "order " + id.text(), "has events, but does not exist");
  }
  for (const Order& order : orders_) {
    const auto found = events_.find(order.id);
    std::vector<std::int32_t> sequences =
        found == events_.end() ? std::vector<std::int32_t>{} : found->second;
    std::sort(sequences.begin(), sequences.end());
    bool whole = sequences.size() == static_cast<std::size_t>(order.version);
    for (std::size_t i = 0; whole && i < sequences.size(); ++i)
      whole = sequences[i] == static_cast<std::int32_t>(i) + 1;
    if (!whole)
      broken("I5", name(order),
             fmt::format("is at version {}, but its events are numbered [{}]", order.version,
                         fmt::join(sequences, ", ")));
  }
  return report;
}

}  // namespace ff::orders
