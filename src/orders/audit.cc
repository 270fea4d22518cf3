#include "orders/audit.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <optional>

namespace ff::orders {
namespace {

using inventory::Policy;
using inventory::Quantity;

constexpr std::int32_t kFirstEvents = 64;  // those with a bit of their own

std::string name(VariantId id) { return fmt::format("variant {}", id.value); }
std::string name(const OrderId& id) { return "order " + id.text(); }
std::string text(Money money) { return fmt::format("{} {}", money.decimal(), money.currency.code()); }

std::optional<OrderId> order_of(std::string_view payment_key) {
  if (!payment_key.starts_with(kPaymentKeyPrefix)) return std::nullopt;
  const std::optional<Uuid> id = Uuid::parse(payment_key.substr(kPaymentKeyPrefix.size()));
  return id ? std::optional(OrderId{*id}) : std::nullopt;
}

// The id (UUID version 7) carries its time.
Instant made_at(const OrderId& id) {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i)
    milliseconds = milliseconds * 256 + id.bytes[i];
  return Instant{milliseconds * 1000};
}

}  // namespace

void Auditor::broken(std::string_view invariant, std::string row, std::string what) {
  ++report_.violation_count;
  const auto number = static_cast<std::size_t>(invariant.back() - '1');  // "I1" .. "I5"
  if (number < report_.broken.size()) ++report_.broken[number];
  if (report_.violations.size() < kViolationsMax)
    report_.violations.push_back({std::string(invariant), std::move(row), std::move(what)});
}

Auditor::Known& Auditor::known(const OrderId& id) {
  const auto [entry, fresh] = order_by_id_.emplace(id, orders_.size());
  if (fresh) orders_.emplace_back().id = id;
  return orders_[entry->second];
}

void Auditor::stock(const inventory::Stock& stock, Quantity ledger_sum) {
  ++report_.variants;
  stocks_.emplace_back(stock, ledger_sum);
}

/// Whether a row of an order may be taken in; what is known already always may.
bool Auditor::room_for(const OrderId& id) {
  if (orders_.size() < orders_max_ || order_by_id_.contains(id)) return true;
  report_.truncated = true;
  return false;
}

void Auditor::order(const Order& order) {
  ++report_.orders;
  if (!room_for(order.id)) return;
  if (order.method == PaymentMethod::kCard) ++report_.card_orders;
  Known& row = known(order.id);
  if (row.placed) broken("I3", name(order.id), "is there twice");
  row.placed = true;
  row.state = order.state;
  row.payment = order.payment;
  row.method = order.method;
  row.version = order.version;
  row.total = order.totals.total;
  // A pending order lawfully waits for its hold to run out; the lag counts from there.
  row.since = order.state == State::kPendingPayment ? std::max(order.updated_at, order.hold_expires_at)
                                                    : order.updated_at;
  if (order.holding && order.state != State::kPendingPayment)
    broken("I1", name(order.id), fmt::format("is {}, but still holds stock", to_string(order.state)));

  if (!adds_up(order))
    broken("I4", name(order.id),
           fmt::format("total is {}, but its lines, delivery and tax add up to something else",
                       text(order.totals.total)));

  KeyDigest digest;  // a strong hash: clients choose their keys, and must not be able to raise an alarm
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(order.idempotency_key.data()),
                     order.idempotency_key.size(), order.cart.bytes.data(), order.cart.bytes.size());
  const auto [first, fresh] = order_by_key_.emplace(digest, order.id);
  if (!fresh && first->second != order.id)
    broken("I3", name(order.id),
           fmt::format("has the cart and the idempotency key of order {}", first->second.text()));

  const bool sold = order.state == State::kPaid || order.state == State::kPlaced;
  if (!order.holding && !sold) return;
  for (const Line& line : order.lines) {
    if (!line.counted) continue;
    Counted& entry = counted_[line.variant];
    (order.holding ? entry.held : entry.sold) += line.quantity;
  }
}

void Auditor::event(const OrderId& order, std::int32_t sequence, std::string_view) {
  ++report_.events;
  if (!room_for(order)) return;
  Known& row = known(order);
  ++row.events;
  const bool has_bit = sequence >= 1 && sequence <= kFirstEvents;
  const std::uint64_t bit = has_bit ? std::uint64_t{1} << (sequence - 1) : 0;
  if (!has_bit || (row.first_events & bit) != 0) {
    odd_events_[order].push_back(sequence);
  } else {
    row.first_events |= bit;
  }
}

void Auditor::payment(const LedgerPayment& payment) {
  ++report_.payments;
  if (payment.charges > 1)
    broken("I3", "payment " + payment.key, fmt::format("was charged {} times", payment.charges));
  const std::optional<OrderId> id = order_of(payment.key);
  if (id && !room_for(*id)) return;
  Known* const row = id ? &known(*id) : nullptr;
  const bool again = row ? row->in_ledger : !foreign_.emplace(payment.key, payment).second;
  if (again) broken("I3", "payment " + payment.key, "is in the gateway's ledger twice");
  if (!row) return;
  row->in_ledger = true;
  row->charged = payment.amount;
  row->kept = (payment.authorised || payment.captured) && !payment.returned;
  row->captured = payment.captured;
}

// I1. A counted line of a variant that has no stock row any more (it left the catalogue) is not judged.
void Auditor::judge_variants() {
  for (const auto& [stock, ledger_sum] : stocks_) {
    const std::string row = name(stock.variant);
    if (stock.received != stock.available + stock.held + stock.sold)
      broken("I1", row,
             fmt::format("received is {}, but available {} + held {} + sold {} is {}", stock.received,
                         stock.available, stock.held, stock.sold, stock.available + stock.held + stock.sold));
    if (stock.held < 0) broken("I1", row, fmt::format("held is {}", stock.held));
    if (stock.sold < 0) broken("I1", row, fmt::format("sold is {}", stock.sold));
    if (stock.available < 0 && stock.policy == Policy::kDeny)
      broken("I1", row,
             fmt::format("oversold: available is {} and it may not be backordered", stock.available));
    if (stock.received != ledger_sum)
      broken("I1", row,
             fmt::format("received is {}, but its ledger adds up to {}", stock.received, ledger_sum));
    const auto found = counted_.find(stock.variant);
    const Counted expected = found == counted_.end() ? Counted{} : found->second;
    if (stock.held != expected.held)
      broken("I1", row, fmt::format("held is {}, but pending orders hold {}", stock.held, expected.held));
    if (stock.sold != expected.sold)
      broken("I1", row, fmt::format("sold is {}, but orders sold {}", stock.sold, expected.sold));
  }
}

// I4, both ways.
void Auditor::judge_payments() {
  for (const auto& [key, payment] : foreign_) {
    if ((payment.authorised || payment.captured) && !payment.returned)
      broken("I4", "payment " + key, fmt::format("of {} belongs to no order", text(payment.amount)));
  }
  for (const Known& order : orders_) {
    if (order.placed && order.in_ledger) {
      judge_paid(order);
    } else if (order.in_ledger) {
      // An order that was placed after the orders were read is not missing, only young.
      if (!order.kept) continue;
      if (now_ - made_at(order.id) > lag_) {
        broken("I4", "payment " + payment_key(order.id),
               fmt::format("of {} belongs to no order", text(order.charged)));
      } else {
        ++report_.young_payments;
      }
    } else if (order.placed && order.state == State::kPaid && order.method == PaymentMethod::kCard) {
      broken("I4", name(order.id), "is paid, but the gateway knows no payment of it");
    }
  }
}

void Auditor::judge_paid(const Known& order) {
  const std::string row = name(order.id);
  const auto must_not_last = [&](std::string what) {
    if (now_ - order.since > lag_) {
      broken("I4", row, std::move(what));
    } else {
      ++report_.young_orders;
    }
  };
  if (order.kept && order.charged != order.total)
    broken("I4", row,
           fmt::format("total is {}, but the gateway has {}", text(order.total), text(order.charged)));
  switch (order.state) {
    case State::kPaid:
      if (!order.kept) {
        broken("I4", row, "is paid, but the gateway holds no money for it");
      } else if (!order.captured && order.payment == PaymentState::kCaptured) {
        broken("I4", row, "says captured, but the gateway only has it authorised");
      } else if (!order.captured) {
        must_not_last("is paid, but its payment was not captured in time");
      } else if (order.payment != PaymentState::kCaptured) {
        must_not_last("its payment was captured, but the order does not say so");
      }
      return;
    case State::kPendingPayment:
      // The ledger is read after the orders: what is captured in between looks early, within the lag.
      if (!order.kept) return;
      must_not_last(order.captured
                        ? "its payment was captured before the order was paid"
                        : "its payment is authorised, but the order was neither claimed nor given up "
                          "in time");
      return;
    case State::kPlaced:
      if (order.kept) broken("I4", row, "is to be paid on delivery, but the gateway holds money for it");
      return;
    case State::kDeclined:
    case State::kCancelled:
      if (order.kept)
        must_not_last(
            fmt::format("is {}, but its payment was not given back in time", to_string(order.state)));
      return;
  }
}

std::vector<std::int32_t> Auditor::sequences(const Known& order) const {
  std::vector<std::int32_t> all;
  for (std::int32_t i = 0; i < kFirstEvents; ++i) {
    if (((order.first_events >> i) & 1) != 0) all.push_back(i + 1);
  }
  if (const auto odd = odd_events_.find(order.id); odd != odd_events_.end())
    all.insert(all.end(), odd->second.begin(), odd->second.end());
  std::sort(all.begin(), all.end());
  return all;
}

void Auditor::judge_events() {
  for (const Known& order : orders_) {
    if (!order.placed) {
      if (order.events > 0) broken("I5", name(order.id), "has events, but does not exist");
      continue;
    }
    const bool few = order.version >= 1 && order.version < kFirstEvents;
    if (few && order.events == order.version && order.first_events == (std::uint64_t{1} << order.version) - 1)
      continue;
    const std::vector<std::int32_t> all = sequences(order);
    bool whole = all.size() == static_cast<std::size_t>(order.version);
    for (std::size_t i = 0; whole && i < all.size(); ++i)
      whole = all[i] == static_cast<std::int32_t>(i) + 1;
    if (!whole)
      broken("I5", name(order.id),
             fmt::format("is at version {}, but its events are numbered [{}]", order.version,
                         fmt::join(all, ", ")));
  }
}

AuditReport Auditor::report(Ledger ledger) {
  if (report_.truncated) return std::move(report_);
  judge_variants();
  if (ledger == Ledger::kRead) judge_payments();
  judge_events();
  return std::move(report_);
}

}  // namespace ff::orders
