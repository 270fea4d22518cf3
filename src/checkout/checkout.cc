#include "checkout/checkout.h"

#include <fmt/format.h>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "catalog/options.h"
#include "checkout/request.h"

namespace ff::checkout {
namespace {

using orders::Order;
using orders::PaymentMethod;
using orders::State;
using payments::Payment;

// Where each refusal is reported: at the cart when its lines are ordered, else at the line that was sent.
std::string line_field(const Request& request, std::size_t index, std::string_view member) {
  if (request.lines.empty()) return "cart";
  return fmt::format("lines[{}].{}", index, member);
}

std::string picture_url(const catalog::VariantRef& ref) {
  const auto& pictures = ref.product->pictures;
  const std::int32_t chosen = ref.variant->picture;
  if (chosen >= 0 && static_cast<std::size_t>(chosen) < pictures.size())
    return pictures[static_cast<std::size_t>(chosen)].url;
  return pictures.empty() ? std::string() : pictures.front().url;
}

orders::Line order_line(const catalog::VariantRef& ref, inventory::Quantity quantity) {
  orders::Line line;
  line.variant = ref.variant->id;
  line.quantity = quantity;
  line.unit_price = ref.variant->price;
  line.taxable = ref.variant->taxable;
  line.handle = ref.product->handle;
  line.title = ref.product->title;
  line.variant_title = catalog::options_text(*ref.variant);
  line.sku = ref.variant->sku;
  line.picture_url = picture_url(ref);
  return line;
}

Result<std::vector<orders::Line>> order_lines(const Request& request, const std::vector<cart::Line>& wanted,
                                              const catalog::Snapshot& snapshot, Currency currency) {
  if (wanted.empty()) return invalid("cart", "is empty");
  if (wanted.size() > cart::kLinesMax)
    return invalid(request.lines.empty() ? "cart" : "lines",
                   fmt::format("has more than {} lines", cart::kLinesMax));
  Error refused{ErrorCode::kInvalid, "lines can't be ordered", {}};
  std::vector<orders::Line> lines;
  lines.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const cart::Line& line = wanted[i];
    const catalog::VariantRef ref = snapshot.variant(line.variant);
    if (!ref) {
      refused.fields.push_back(
          {line_field(request, i, "variant"), "has something that is not sold any more"});
      continue;
    }
    if (line.quantity < 1 || line.quantity > inventory::kQuantityMax) {
      refused.fields.push_back({line_field(request, i, "quantity"),
                                fmt::format("must be between 1 and {}", inventory::kQuantityMax)});
      continue;
    }
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (wanted[earlier].variant == line.variant)
        refused.fields.push_back({line_field(request, i, "variant"), "is there twice"});
    }
    if (ref.variant->price.currency != currency)
      return fail(ErrorCode::kInternal,
                  fmt::format("variant {} is priced in {}, the shop sells in {}", line.variant.value,
                              ref.variant->price.currency.code(), currency.code()));
    lines.push_back(order_line(ref, line.quantity));
  }
  if (!refused.fields.empty()) return tl::unexpected<Error>(std::move(refused));
  return lines;
}

Result<PaymentMethod> payment_method(const Request& request, Money total) {
  if (total.minor == 0) return PaymentMethod::kFree;
  if (request.method == PaymentMethod::kFree) return invalid("payment_method", "choose how to pay");
  if (request.method == PaymentMethod::kCard && !request.card)
    return invalid("card_number", "enter the card's number");
  return request.method;
}

Answer answer_of(Box<Order> order) {
  switch (order->state) {
    case State::kPaid:
    case State::kPlaced:
      return Paid{std::move(order)};
    case State::kDeclined:
    case State::kCancelled:
      return Declined{std::move(order)};
    case State::kPendingPayment:
      break;
  }
  return Pending{std::move(order)};
}

// With the names that the order was priced by.
Answer sold_out(const orders::SoldOut& outcome, const catalog::Snapshot& snapshot) {
  SoldOut answer;
  for (const orders::Shortage& shortage : outcome.shortages) {
    SoldOutLine line{shortage.variant, {}, shortage.wanted, shortage.available};
    if (const catalog::VariantRef ref = snapshot.variant(shortage.variant))
      line.title = catalog::full_title(*ref.product, *ref.variant);
    answer.lines.push_back(std::move(line));
  }
  return answer;
}

// For an order that stands: this request, or an earlier one with its key, has made it. kUnavailable would say
// that nothing was changed.
tl::unexpected<Error> not_told(Error error) {
  if (error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kOverloaded)
    error.code = ErrorCode::kUnknown;
  return tl::unexpected<Error>(std::move(error));
}

// 202 was the answer: the request at work on the order has ended its lease itself. An order whose owner died
// still has the lease that it was given, which lies after its last change.
bool was_suspended(const Order& order) { return order.lease_expires_at <= order.updated_at; }

}  // namespace

struct Service::Answers {
  explicit Answers(telemetry::Registry& metrics)
      : paid(counter(metrics, "paid")),
        pending(counter(metrics, "pending")),
        declined(counter(metrics, "declined")),
        sold_out(counter(metrics, "sold_out")),
        invalid(counter(metrics, "invalid")),
        in_progress(counter(metrics, "in_progress")),
        overloaded(counter(metrics, "overloaded")),
        failed(counter(metrics, "failed")),
        abandoned(counter(metrics, "abandoned")),
        seconds(metrics.histogram("ff_checkout_seconds", "From a validated request to its answer",
                                  telemetry::latency_bounds())) {}
  static telemetry::Counter& counter(telemetry::Registry& metrics, const char* answer) {
    return metrics.counter("ff_checkout_answers_total", "Checkouts by their answer", {{"answer", answer}});
  }
  void note(const Result<Answer>& answer, Duration took) const {
    seconds.observe(std::chrono::duration<double>(took).count());
    if (answer) {
      telemetry::Counter* const by_kind[] = {&paid, &pending, &declined, &sold_out};
      by_kind[answer->index()]->add();
      return;
    }
    switch (answer.error().code) {
      case ErrorCode::kInvalid:
      case ErrorCode::kKeyReused:
        invalid.add();
        return;
      case ErrorCode::kInProgress:
        in_progress.add();
        return;
      case ErrorCode::kOverloaded:
        overloaded.add();
        return;
      default:
        failed.add();
    }
  }
  telemetry::Counter &paid, &pending, &declined, &sold_out, &invalid, &in_progress, &overloaded, &failed,
      &abandoned;  // the client left before its order was queued: nobody was answered, no promise broken
  telemetry::Histogram& seconds;
};

Service::Service(const catalog::SnapshotHolder& catalogue, cart::CartStore& carts, orders::OrderStore& orders,
                 Committer& committer, payments::Gateway& gateway, const pricing::Rules& rules, Clock& clock,
                 Random& random, const Settings& settings, telemetry::Registry& metrics)
    : catalogue_(catalogue),
      carts_(carts),
      orders_(orders),
      committer_(committer),
      rules_(rules),
      clock_(clock),
      random_(random),
      settings_(settings),
      counters_(metrics, rules.currency),
      settler_(committer, gateway, clock, settings.payment_timeout, counters_, metrics),
      answers_(std::make_unique<const Answers>(metrics)) {}

Service::~Service() = default;

Task<Result<Answer>> Service::place(Request request) {
  const Instant started = clock_.now();
  // No cancellation reaches what follows: a shopper who goes away in the middle still gets exactly one order
  // and one charge.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  bool abandoned = false;
  Result<Answer> answer = co_await run(request, abandoned);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  if (abandoned)
    answers_->abandoned.add();
  else
    answers_->note(answer, clock_.now() - started);
  co_return answer;
}

Task<Result<Answer>> Service::run(Request& request, bool& abandoned) {
  if (request.fingerprint.empty()) request.fingerprint = fingerprint_of(request);
  std::shared_ptr<const catalog::Snapshot> snapshot = catalogue_.load();
  if (snapshot == nullptr) co_return fail(ErrorCode::kUnavailable, "there is no catalogue yet");
  Result<orders::NewOrder> priced = co_await price(request, *snapshot);
  if (!priced) {
    // Perhaps only because the order itself has emptied the cart, and its answer got lost on the way.
    if (priced.error().code != ErrorCode::kInvalid)
      co_return tl::unexpected<Error>(std::move(priced.error()));
    std::string key = request.idempotency_key;
    co_return co_await recorded_or(request, std::move(key), std::move(priced.error()));
  }

  if (request.deadline.us != 0 && clock_.now() >= request.deadline)
    co_return fail(ErrorCode::kOverloaded, "the request waited past its deadline");
  if (request.abandoned && request.abandoned()) {
    abandoned = true;
    co_return fail(ErrorCode::kOverloaded, "its client has left");
  }
  if (settings_.gateway_reachable && (*priced).order->state == State::kPendingPayment) {
    Result<void> reachable = co_await settings_.gateway_reachable();
    // It could only wait for its hold to end: better no order than one that can't be paid.
    if (!reachable) {
      std::string key = (*priced).order->idempotency_key;
      co_return co_await recorded_or(request, std::move(key), std::move(reachable.error()));
    }
  }
  const telemetry::Trace reserving = request.trace.child();
  const Instant reserving_since = reserving ? clock_.now() : Instant{};
  Result<orders::PlaceOutcome> outcome = co_await committer_.place(std::move(*priced), reserving);
  if (reserving)
    reserving.end(telemetry::SpanKind::kInternal, "checkout.reserve", reserving_since, clock_.now(), {},
                  !outcome);
  if (!outcome) co_return tl::unexpected<Error>(std::move(outcome.error()));
  if (const auto* shortage = std::get_if<orders::SoldOut>(&*outcome))
    co_return sold_out(*shortage, *snapshot);
  if (const auto* over = std::get_if<orders::OverLimit>(&*outcome))
    // Not how many were bought: the address that was typed may be somebody else's.
    co_return invalid("limit",
                      fmt::format("is exceeded: the sale allows one shopper {} in all, earlier orders "
                                  "counted",
                                  over->units_max));
  snapshot.reset();  // not kept alive while a gateway is asked
  if (auto* existing = std::get_if<orders::Existing>(&*outcome)) {
    // Our own placement, replayed after a lost reply, is as good as placed: unless somebody took it over.
    const bool ours = existing->fresh && existing->order->attempt == 1;
    if (ours) counters_.placed(existing->order);
    if (!ours || existing->order->state != State::kPendingPayment)
      co_return co_await retry(request, std::move(existing->order));
    co_return co_await authorise(request, std::move(existing->order));
  }
  Box<Order> order = std::move(std::get<orders::Placed>(*outcome).order);
  counters_.placed(order);
  if (order->state != State::kPendingPayment) co_return answer_of(std::move(order));
  co_return co_await authorise(request, std::move(order));
}

Task<Result<orders::NewOrder>> Service::price(Request& request, const catalog::Snapshot& snapshot) {
  std::vector<cart::Line> wanted = request.lines;
  if (wanted.empty() && request.cart_lines) wanted = *request.cart_lines;
  if (wanted.empty() && !request.cart_lines) {
    Result<std::vector<cart::Cart>> carts = co_await carts_.read(std::span<const CartId>(&request.cart, 1));
    if (!carts) co_return tl::unexpected<Error>(std::move(carts.error()));
    if (!carts->empty()) wanted = std::move(carts->front().lines);
  }
  Result<std::vector<orders::Line>> lines = order_lines(request, wanted, snapshot, rules_.currency);
  if (!lines) co_return tl::unexpected<Error>(std::move(lines.error()));

  std::vector<pricing::PricedLine> priced;
  priced.reserve(lines->size());
  for (const orders::Line& line : *lines)
    priced.push_back({line.unit_price, line.quantity, line.taxable});
  Result<orders::Totals> totals =
      pricing::totals(rules_, priced, request.address.country, request.delivery_method);
  if (!totals) co_return tl::unexpected<Error>(std::move(totals.error()));
  if (request.expected_total && *request.expected_total != totals->total)
    co_return invalid("expected_total", fmt::format("the total has changed: it is {} {} now",
                                                    totals->total.decimal(), totals->total.currency.code()));
  Result<PaymentMethod> method = payment_method(request, totals->total);
  if (!method) co_return tl::unexpected<Error>(std::move(method.error()));

  const Instant now = clock_.now();
  orders::NewOrder placing;
  Order& order = *placing.order;
  order.id = OrderId{Uuid::v7(now, random_)};
  order.access_key = Token::make(random_);
  order.cart = request.cart;
  order.idempotency_key = std::move(request.idempotency_key);
  order.request_fingerprint = request.fingerprint;
  order.created_at = now;
  order.updated_at = now;
  order.lines = std::move(*lines);
  order.totals = *totals;
  order.email = std::move(request.email);
  order.address = std::move(request.address);
  order.delivery_method = pricing::find_delivery_method(rules_, request.delivery_method)->title;
  order.method = *method;
  // Where there is nothing to wait for, reserve and claim are one commit.
  if (*method == PaymentMethod::kOnDelivery) order.state = State::kPlaced;
  if (*method == PaymentMethod::kFree) order.state = State::kPaid;
  placing.hold_for = settings_.hold_for;
  placing.lease_for = settings_.lease_for;
  // A pending order leaves the cart alone: it is emptied when the order is claimed.
  placing.empty_cart = request.lines.empty() && order.state != State::kPendingPayment;
  if (settings_.limits) placing.limits = settings_.limits(order);
  co_return placing;
}

Task<Result<Answer>> Service::recorded_or(const Request& request, std::string idempotency_key, Error error) {
  const orders::OrderKey key{request.cart, std::move(idempotency_key)};
  Result<std::vector<std::optional<Order>>> found =
      co_await orders_.find(std::span<const orders::OrderKey>(&key, 1));
  if (!found) co_return tl::unexpected<Error>(std::move(found.error()));
  if (found->empty() || !found->front()) co_return tl::unexpected<Error>(std::move(error));
  co_return co_await retry(request, std::move(*found->front()));
}

Task<Result<Answer>> Service::authorise(const Request& request, Box<Order> order) {
  Result<Payment> payment = co_await settler_.authorise(order, *request.card, request.trace);
  if (!payment || payment->status == payments::Status::kNone) co_return co_await suspend(std::move(order));
  co_return co_await follow(request, std::move(order), std::move(*payment));
}

Task<Result<Answer>> Service::follow(const Request& request, Box<Order> order, Payment payment) {
  const bool empty_cart = request.lines.empty();
  Result<Box<Order>> concluded =
      co_await settler_.conclude(order, std::move(payment), empty_cart, request.trace);
  // The order stands and so does its payment; the sweeper brings them together.
  if (!concluded) co_return Pending{std::move(order)};
  co_return answer_of(std::move(*concluded));
}

Task<Result<Answer>> Service::suspend(Box<Order> order) {
  Result<Box<Order>> suspended = co_await settler_.suspend(order);
  if (!suspended) co_return Pending{std::move(order)};
  co_return answer_of(std::move(*suspended));
}

Task<Result<Answer>> Service::retry(const Request& request, Box<Order> order) {
  if (order->request_fingerprint != request.fingerprint)
    co_return fail(ErrorCode::kKeyReused, "the key belongs to order " + order->id.text());
  if (order->state != State::kPendingPayment || was_suspended(order)) co_return answer_of(std::move(order));
  co_return co_await take_over(request, std::move(order));
}

Task<Result<Answer>> Service::take_over(const Request& request, Box<Order> order) {
  const OrderId id = order->id;
  Result<Order> taken = co_await orders_.take_over(id, order->attempt, settings_.lease_for);
  if (!taken && taken.error().code == ErrorCode::kConflict) {
    Result<std::vector<std::optional<Order>>> read = co_await orders_.read(std::span<const OrderId>(&id, 1));
    if (!read) co_return not_told(std::move(read.error()));
    std::optional<Order> stands;
    if (!read->empty()) stands = std::move(read->front());
    if (stands && (stands->state != State::kPendingPayment || was_suspended(*stands)))
      co_return answer_of(std::move(*stands));
    co_return fail(ErrorCode::kInProgress, "order " + id.text() + " is at work");
  }
  if (!taken) co_return not_told(std::move(taken.error()));

  // The payment that the dead request asked for decides, if it ever arrived.
  Result<Payment> payment = co_await settler_.look_up(*taken, request.trace);
  if (!payment) co_return co_await suspend(std::move(*taken));
  const bool never_came = payment->status == payments::Status::kNone && taken->reason.empty();
  if (never_came && request.card) co_return co_await authorise(request, std::move(*taken));
  if (never_came) co_return co_await suspend(std::move(*taken));
  co_return co_await follow(request, std::move(*taken), std::move(*payment));
}

}  // namespace ff::checkout
