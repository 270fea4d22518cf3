#include "storage/order_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace ff::storage {

namespace {

using inventory::Policy;
using inventory::Quantity;
using inventory::Stock;
using orders::Line;
using orders::Order;
using orders::PaymentState;
using orders::Settlement;
using orders::Shortage;
using orders::State;

/// What the lines want and the stock lacks; one entry per variant, in line order. Quadratic in the lines of
/// one order (at most cart::kLinesMax), because nearly every order has one to three.
std::vector<Shortage> shortages(const std::vector<Line>& lines, const StockTable& stocks) {
  std::vector<Shortage> lacking;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const VariantId variant = lines[i].variant;
    const auto same = [&](const Line& line) { return line.variant == variant; };
    const auto begin = lines.begin();
    if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(i), same)) continue;
    Quantity wanted = 0;
    for (const Line& line : lines)
      wanted += same(line) ? line.quantity : 0;
    const auto stock = stocks.find(variant);
    if (stock == stocks.end()) {
      lacking.push_back({variant, wanted, 0});
    } else if (stock->second.policy == Policy::kDeny && stock->second.available < wanted) {
      lacking.push_back({variant, wanted, std::max<Quantity>(stock->second.available, 0)});
    }
  }
  return lacking;
}

/// A counted line whose variant has no row, if there is one: its stock can't be moved.
const Line* without_stock(const Order& order, const StockTable& stocks) {
  const auto lacks = [&](const Line& line) { return line.counted && !stocks.contains(line.variant); };
  const auto found = std::find_if(order.lines.begin(), order.lines.end(), lacks);
  return found == order.lines.end() ? nullptr : &*found;
}

/// Takes what shortages() found to be there: so every row is.
void take(Order& order, StockTable& stocks, bool sell) {
  for (Line& line : order.lines) {
    Stock& stock = stocks.at(line.variant);
    line.counted = stock.policy != Policy::kUntracked;
    const bool taken = sell ? inventory::sell(stock, line.quantity) : inventory::hold(stock, line.quantity);
    assert(taken);
    (void)taken;
  }
}

/// After without_stock() found none.
template <typename Move>
void move_counted(const Order& order, StockTable& stocks, Move move) {
  for (const Line& line : order.lines) {
    if (line.counted) move(stocks.at(line.variant), line.quantity);
  }
}

void become(Order& order, State state, PaymentState payment, Instant now) {
  order.state = state;
  order.payment = payment;
  order.holding = false;
  ++order.version;
  order.updated_at = now;
}

orders::SettleOutcome claim(Order& order, const Settlement& move, StockTable& stocks, Instant now) {
  // Given up: its payment may have been closed already, so money and goods would part.
  if (!order.reason.empty()) return orders::NotApplied{order};
  if (order.holding) {
    move_counted(order, stocks, inventory::sell_held);
  } else {
    if (auto lacking = shortages(order.lines, stocks); !lacking.empty()) {
      return orders::HoldLost{order, std::move(lacking)};
    }
    take(order, stocks, true);
  }
  order.payment_reference = move.payment_reference;
  if (!move.card_hint.empty()) order.card_hint = move.card_hint;
  become(order, State::kPaid, move.payment, now);
  return orders::Settled{order};
}

orders::SettleOutcome give_up(Order& order, const Settlement& move, State state, StockTable& stocks,
                              Instant now) {
  if (order.holding) move_counted(order, stocks, inventory::release);
  order.reason = move.reason;
  if (!move.payment_reference.empty()) order.payment_reference = move.payment_reference;
  if (!move.card_hint.empty()) order.card_hint = move.card_hint;
  become(order, state, move.payment, now);
  return orders::Settled{order};
}

orders::SettleOutcome capture(Order& order, Instant now) {
  if (order.state != State::kPaid || order.payment != PaymentState::kAuthorised)
    return orders::NotApplied{order};
  become(order, order.state, PaymentState::kCaptured, now);
  return orders::Settled{order};
}

orders::SettleOutcome suspend(Order& order, const Settlement& move, Instant now) {
  if (order.state != State::kPendingPayment) return orders::NotApplied{order};
  if (move.if_hold_expired && now < order.hold_expires_at) return orders::NotApplied{order};
  order.lease_expires_at = std::min(order.lease_expires_at, now);
  if (!move.reason.empty()) order.reason = move.reason;
  order.updated_at = now;
  return orders::Settled{order};
}

State target(Settlement::Kind kind) {
  switch (kind) {
    case Settlement::Kind::kClaim:
      return State::kPaid;
    case Settlement::Kind::kDecline:
      return State::kDeclined;
    case Settlement::Kind::kCancel:
      return State::kCancelled;
    case Settlement::Kind::kCapture:
    case Settlement::Kind::kSuspend:
      break;
  }
  return State::kPaid;
}

}  // namespace

bool may_be_placed(const Order& order) {
  return order.state == State::kPendingPayment || order.state == State::kPlaced ||
         order.state == State::kPaid;
}

std::variant<Box<Order>, orders::SoldOut> grant(const orders::NewOrder& wanted, StockTable& stocks,
                                                Instant now) {
  if (auto lacking = shortages(wanted.order->lines, stocks); !lacking.empty()) {
    return orders::SoldOut{std::move(lacking)};
  }
  Box<Order> box = wanted.order;
  Order& order = *box;
  const bool pending = order.state == State::kPendingPayment;
  take(order, stocks, !pending);
  order.holding = pending;
  order.version = 1;
  order.attempt = 1;
  order.created_at = now;
  order.updated_at = now;
  order.hold_expires_at = pending ? now + wanted.hold_for : Instant{};
  order.lease_expires_at = pending ? now + wanted.lease_for : Instant{};
  return box;
}

void ungrant(const Order& granted, StockTable& stocks) {
  if (granted.holding) {
    move_counted(granted, stocks, inventory::release);
  } else {
    move_counted(granted, stocks, inventory::unsell);
  }
}

Result<orders::SettleOutcome> settle(Order& order, const Settlement& move, StockTable& stocks, Instant now) {
  if (move.attempt != 0 && move.attempt != order.attempt) return orders::NotApplied{order};
  if (move.kind == Settlement::Kind::kCapture) return capture(order, now);
  if (move.kind == Settlement::Kind::kSuspend) return suspend(order, move, now);
  const State to = target(move.kind);
  if (!orders::may_become(order.state, to)) return orders::NotApplied{order};
  if (const Line* line = order.holding ? without_stock(order, stocks) : nullptr) {
    return fail(ErrorCode::kInternal, fmt::format("order {} holds variant {}, which has no stock row",
                                                  order.id.text(), line->variant.value));
  }
  if (move.kind == Settlement::Kind::kClaim) return claim(order, move, stocks, now);
  return give_up(order, move, to, stocks, now);
}

Result<void> take_over(Order& order, std::int32_t attempt, Duration lease_for, Instant now) {
  if (order.state != State::kPendingPayment) {
    return fail(ErrorCode::kConflict, fmt::format("order {} is {}", order.id.text(), to_string(order.state)));
  }
  if (attempt != order.attempt) {
    return fail(ErrorCode::kConflict,
                fmt::format("order {} is at attempt {}", order.id.text(), order.attempt));
  }
  if (now < order.lease_expires_at) {
    return fail(ErrorCode::kConflict, fmt::format("order {} is being worked on", order.id.text()));
  }
  ++order.attempt;
  order.lease_expires_at = now + lease_for;
  order.updated_at = now;
  return {};
}

bool overdue(const Order& order, Instant now) {
  return order.state == State::kPendingPayment && order.lease_expires_at <= now;
}

bool release_hold(Order& order, StockTable& stocks, Instant now) {
  if (!order.holding || order.state != State::kPendingPayment || now < order.hold_expires_at) return false;
  if (without_stock(order, stocks)) return false;
  move_counted(order, stocks, inventory::release);
  order.holding = false;
  return true;
}

bool key_is_free(const Order& order, const OrderId& asked_for, Instant now) {
  // Each request that works on an order has its lease; one that is answered in one commit has none.
  const Instant worked_on = std::max(order.created_at, order.lease_expires_at);
  return order.state != State::kPendingPayment && order.id != asked_for &&
         worked_on + orders::kKeyKeptFor <= now;
}

std::string retired_key(const Order& order) { return "retired " + order.id.text(); }

orders::Existing existing(const Order& order, const OrderId& asked_for, Instant now) {
  return {order, order.id == asked_for, order.lease_expires_at <= now};
}

std::string_view event_of_placing(const Order& placed) { return to_string(placed.state); }

std::string_view event_of(const Settlement& move) {
  switch (move.kind) {
    case Settlement::Kind::kCapture:
      return "captured";
    case Settlement::Kind::kSuspend:
      return {};
    default:
      return to_string(target(move.kind));
  }
}

std::vector<std::pair<VariantId, Quantity>> ordered(const Order& order) {
  std::vector<std::pair<VariantId, Quantity>> quantities;
  quantities.reserve(order.lines.size());
  for (const Line& line : order.lines)
    quantities.emplace_back(line.variant, line.quantity);
  return quantities;
}

}  // namespace ff::storage
