#include "checkout/settler.h"

#include <utility>

namespace ff::checkout {
namespace {

using orders::Order;
using orders::Settlement;
using payments::Payment;
using payments::Status;

constexpr const char* kSoldOutMeanwhile =
    "Something in your order sold out while the payment was under way. You were not charged.";
constexpr const char* kPaymentGivenBack = "The payment was given back. You were not charged.";

orders::PaymentState state_of(Status status) {
  switch (status) {
    case Status::kAuthorised:
      return orders::PaymentState::kAuthorised;
    case Status::kCaptured:
      return orders::PaymentState::kCaptured;
    case Status::kVoided:
      return orders::PaymentState::kVoided;
    case Status::kRefunded:
      return orders::PaymentState::kRefunded;
    case Status::kNone:
    case Status::kDeclined:
      break;
  }
  return orders::PaymentState::kNone;
}

Settlement settlement(const Order& order, Settlement::Kind kind) {
  Settlement made;
  made.order = order.id;
  made.kind = kind;
  made.attempt = order.attempt;
  return made;
}

/// Whether it brings the order to another state.
bool changes_state(Settlement::Kind kind) {
  return kind != Settlement::Kind::kCapture && kind != Settlement::Kind::kSuspend;
}

std::string name_of(Settlement::Kind kind) {
  switch (kind) {
    case Settlement::Kind::kClaim:
      return "checkout.claim";
    case Settlement::Kind::kDecline:
      return "checkout.decline";
    case Settlement::Kind::kCancel:
      return "checkout.cancel";
    case Settlement::Kind::kCapture:
      return "checkout.capture";
    case Settlement::Kind::kSuspend:
      break;
  }
  return "checkout.suspend";
}

/// A call of the gateway is over. A card that was declined is an answer and no failure.
void end_call(const telemetry::Trace& span, const char* name, Instant began, Instant ended,
              const Result<Payment>& outcome) {
  const std::string_view status = outcome ? to_string(outcome->status) : std::string_view("unknown");
  span.end(telemetry::SpanKind::kClient, name, began, ended, {{"ff.payment.status", std::string(status)}},
           !outcome);
}

}  // namespace

Settler::Operation::Operation(telemetry::Registry& metrics, const char* name)
    : seconds(metrics.histogram("ff_payment_seconds", "Duration of a call to the payment gateway",
                                telemetry::latency_bounds(), {{"operation", name}})),
      unknown(metrics.counter("ff_payment_unknown_total",
                              "Calls to the payment gateway whose outcome is unknown",
                              {{"operation", name}})) {}

Result<Payment> Settler::Operation::note(Duration took, Result<Payment> outcome) {
  seconds.observe(std::chrono::duration<double>(took).count());
  if (!outcome) unknown.add();
  return outcome;
}

Settler::Settler(Committer& committer, payments::Gateway& gateway, Clock& clock, Duration payment_timeout,
                 const OrderCounters& counters, telemetry::Registry& metrics)
    : committer_(committer),
      gateway_(gateway),
      clock_(clock),
      payment_timeout_(payment_timeout),
      counters_(counters),
      authorise_(metrics, "authorise"),
      look_up_(metrics, "lookup"),
      close_(metrics, "close"),
      capture_(metrics, "capture"),
      holds_lost_(metrics.counter("ff_checkout_holds_lost_total",
                                  "Orders whose hold expired and whose stock was gone when they were paid")) {
}

Task<Result<Payment>> Settler::authorise(Box<Order> order, payments::Card card, telemetry::Trace trace) {
  const Instant started = clock_.now();
  payments::AuthoriseRequest request;
  request.key = orders::payment_key(order->id);
  request.amount = order->totals.total;
  request.card = std::move(card);
  request.deadline = started + payment_timeout_;
  const telemetry::Trace span = trace.child();
  request.trace = span.context();
  Result<Payment> outcome = co_await gateway_.authorise(std::move(request));
  const Instant ended = clock_.now();
  if (span) end_call(span, "payment.authorise", started, ended, outcome);
  co_return authorise_.note(ended - started, std::move(outcome));
}

Task<Result<Payment>> Settler::look_up(Box<Order> order, telemetry::Trace trace) {
  const Instant started = clock_.now();
  Result<Payment> outcome =
      co_await gateway_.lookup(orders::payment_key(order->id), started + payment_timeout_);
  const Instant ended = clock_.now();
  if (trace) end_call(trace.child(), "payment.lookup", started, ended, outcome);
  co_return look_up_.note(ended - started, std::move(outcome));
}

Task<Result<Payment>> Settler::capture(Box<Order> order) {
  const Instant started = clock_.now();
  Result<Payment> outcome =
      co_await gateway_.capture(orders::payment_key(order->id), started + payment_timeout_);
  co_return capture_.note(clock_.now() - started, std::move(outcome));
}

Task<Result<Settler::Move>> Settler::move(Settlement asked, telemetry::Trace trace) {
  const std::string name = asked.order.text();
  const Settlement::Kind kind = asked.kind;
  const telemetry::Trace span = trace.child();
  const Instant started = span ? clock_.now() : Instant{};
  Result<orders::SettleOutcome> outcome = co_await committer_.settle(std::move(asked), span);
  if (span) span.end(telemetry::SpanKind::kInternal, name_of(kind), started, clock_.now(), {}, !outcome);
  if (!outcome) co_return tl::unexpected<Error>(std::move(outcome.error()));
  if (auto* settled = std::get_if<orders::Settled>(&*outcome)) {
    if (changes_state(kind)) counters_.moved(settled->order);
    co_return Move{std::move(settled->order), true, false};
  }
  if (auto* stands = std::get_if<orders::NotApplied>(&*outcome))
    co_return Move{std::move(stands->order), false, false};
  if (auto* lost = std::get_if<orders::HoldLost>(&*outcome))
    co_return Move{std::move(lost->order), false, true};
  co_return fail(ErrorCode::kInternal, "the store does not have order " + name + " any more");
}

Task<Result<Box<Order>>> Settler::conclude(Box<Order> order, Payment payment, bool empty_cart,
                                           telemetry::Trace trace) {
  // Decided already, perhaps by a process that died on the way: only the end of it is left to do.
  if (!order->reason.empty()) {
    std::string reason = order->reason;
    co_return co_await give_up(std::move(order), std::move(reason));
  }
  Settlement asked = settlement(order, Settlement::Kind::kClaim);
  asked.payment = state_of(payment.status);
  switch (payment.status) {
    case Status::kAuthorised:
    case Status::kCaptured:
      asked.payment_reference = payment.reference;
      asked.card_hint = payment.card_hint;
      asked.empty_cart = empty_cart;
      break;
    case Status::kDeclined:
      asked.kind = Settlement::Kind::kDecline;
      asked.card_hint = payment.card_hint;
      asked.reason = payment.decline_reason;
      break;
    case Status::kVoided:
    case Status::kRefunded:
      asked.kind = Settlement::Kind::kCancel;
      asked.reason = kPaymentGivenBack;
      break;
    case Status::kNone:
      co_return fail(ErrorCode::kInternal, "a payment that never came decides nothing");
  }
  Result<Move> moved = co_await move(std::move(asked), trace);
  if (!moved) co_return tl::unexpected<Error>(std::move(moved.error()));
  if (!moved->hold_lost) co_return std::move(moved->order);
  holds_lost_.add();
  co_return co_await give_up(std::move(moved->order), kSoldOutMeanwhile);
}

Task<Result<Box<Order>>> Settler::give_up(Box<Order> order, std::string reason, Unless unless) {
  if (order->reason.empty()) {
    Settlement decision = settlement(order, Settlement::Kind::kSuspend);
    decision.reason = reason;
    decision.if_hold_expired = unless == Unless::kTakenOverOrHeld;
    Result<Move> decided = co_await move(std::move(decision));
    if (!decided) co_return tl::unexpected<Error>(std::move(decided.error()));
    order = std::move(decided->order);
    // Somebody else moved it meanwhile, or it is too early; but our own decision, replayed, also reads as
    // "not applied".
    if (!decided->applied && (order->state != orders::State::kPendingPayment || order->reason.empty()))
      co_return order;
  }

  const Instant started = clock_.now();
  Result<Payment> closed =
      co_await gateway_.close(orders::payment_key(order->id), started + payment_timeout_);
  closed = close_.note(clock_.now() - started, std::move(closed));
  if (!closed || closed->status == Status::kAuthorised || closed->status == Status::kCaptured)
    co_return order;

  Settlement cancel = settlement(order, Settlement::Kind::kCancel);
  cancel.payment = state_of(closed->status);
  cancel.reason = std::move(reason);
  Result<Move> cancelled = co_await move(std::move(cancel));
  if (!cancelled) co_return tl::unexpected<Error>(std::move(cancelled.error()));
  co_return std::move(cancelled->order);
}

Task<Result<Box<Order>>> Settler::suspend(Box<Order> order) {
  Result<Move> moved = co_await move(settlement(order, Settlement::Kind::kSuspend));
  if (!moved) co_return tl::unexpected<Error>(std::move(moved.error()));
  co_return std::move(moved->order);
}

Task<Result<Box<Order>>> Settler::record_capture(Box<Order> order) {
  Settlement asked = settlement(order, Settlement::Kind::kCapture);
  asked.attempt = 0;  // a paid order is nobody's attempt any more
  asked.payment = orders::PaymentState::kCaptured;
  Result<Move> moved = co_await move(std::move(asked));
  if (!moved) co_return tl::unexpected<Error>(std::move(moved.error()));
  co_return std::move(moved->order);
}

}  // namespace ff::checkout
