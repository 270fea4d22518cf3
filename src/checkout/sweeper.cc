#include "checkout/sweeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "telemetry/log.h"

namespace ff::checkout {
namespace {

using orders::Order;
using orders::State;
using payments::Payment;
using payments::Status;

constexpr std::string_view kRoom = "checkout";
constexpr const char* kNeverCame = "The payment did not arrive in time. You were not charged.";

// Several coroutines on one thread, and who waits for them.
struct Join {
  explicit Join(const asio::any_io_executor& executor)
      : timer(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;  // never expires: its cancellation is the signal
  std::size_t running = 0;
  std::size_t next = 0;
};

void spawn(const std::shared_ptr<Join>& join, Task<void> task) {
  ++join->running;
  asio::co_spawn(join->timer.get_executor(), std::move(task), [join](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);
    if (--join->running == 0) join->timer.cancel();
  });
}

Task<void> all_of(std::shared_ptr<Join> join) {
  while (join->running > 0) {
    auto signal = join->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await std::move(signal);
  }
}

Task<void> work_through(std::shared_ptr<Join> join, const std::vector<Order>& list,
                        const std::function<Task<void>(const Order&)>& work,
                        std::function<bool()> may_go_on) {
  while (join->next < list.size() && may_go_on()) {
    const Order& order = list[join->next++];
    co_await work(order);
  }
}

}  // namespace

bool RetrySchedule::due(const OrderId& id, Instant now) const {
  const auto found = entries_.find(id);
  return found == entries_.end() || found->second.next <= now;
}

void RetrySchedule::failed(const OrderId& id, Instant now) {
  // Full: the order is simply tried in every round.
  if (entries_.size() >= entries_max_ && !entries_.contains(id)) return;
  Entry& entry = entries_[id];
  const int doublings = std::min(entry.failures++, 20);
  entry.next = now + std::min(first_ * (std::int64_t{1} << doublings), max_);
}

void RetrySchedule::not_before(const OrderId& id, Instant at) {
  if (entries_.size() >= entries_max_ && !entries_.contains(id)) return;
  entries_[id].next = at;
}

void RetrySchedule::forget_older_than(Instant now) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.next + max_ < now; });
}

Sweeper::Counters::Counters(telemetry::Registry& metrics)
    : claimed(metrics.counter("ff_sweeper_orders_total",
                              "Pending orders that the sweeper looked at, by what became "
                              "of them",
                              {{"outcome", "claimed"}})),
      declined(metrics.counter("ff_sweeper_orders_total",
                               "Pending orders that the sweeper looked at, by what became "
                               "of them",
                               {{"outcome", "declined"}})),
      cancelled(metrics.counter("ff_sweeper_orders_total",
                                "Pending orders that the sweeper looked at, by what became "
                                "of them",
                                {{"outcome", "cancelled"}})),
      unknown(metrics.counter("ff_sweeper_orders_total",
                              "Pending orders that the sweeper looked at, by what became "
                              "of them",
                              {{"outcome", "unknown"}})),
      captured(
          metrics.counter("ff_sweeper_captures_total", "Captures by outcome", {{"outcome", "captured"}})),
      captures_failed(
          metrics.counter("ff_sweeper_captures_total", "Captures by outcome", {{"outcome", "failed"}})),
      holds_released(metrics.counter("ff_sweeper_holds_released_total",
                                     "Expired holds released while the payment stays unknown")),
      carts_removed(metrics.counter("ff_sweeper_carts_removed_total", "Idle carts removed")),
      store_failures(
          metrics.counter("ff_sweeper_store_failures_total", "Rounds cut short because the store failed")),
      overdue(metrics.gauge("ff_sweeper_overdue", "Pending orders that no request is at work on")),
      lag(metrics.gauge("ff_sweeper_lag_seconds",
                        "For how long the oldest pending order has had no request at work on it")),
      capture_lag(metrics.gauge("ff_sweeper_capture_lag_seconds",
                                "For how long the oldest authorised payment has waited for its capture")),
      last_round(metrics.gauge("ff_sweeper_last_round_timestamp_seconds",
                               "When the store last told this process what is overdue; 0: never")) {}

Sweeper::Sweeper(orders::OrderStore& orders, cart::CartStore& carts, Committer& committer,
                 payments::Gateway& gateway, Clock& clock, SweeperSettings settings,
                 telemetry::Registry& metrics)
    : orders_(orders),
      carts_(carts),
      clock_(clock),
      settings_(settings),
      order_counters_(metrics, settings.currency),
      settler_(committer, gateway, clock, settings.payment_timeout, order_counters_, metrics),
      counters_(metrics),
      overdue_(settings.retry_delay_first, settings.retry_delay_max, settings.retries_max),
      captures_(settings.retry_delay_first, settings.retry_delay_max, settings.retries_max) {}

Task<void> Sweeper::run(std::function<bool()> leads) {
  leads_ = std::move(leads);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto join = std::make_shared<Join>(executor);
  spawn(join, sweep_captures());
  spawn(join, sweep_pending());
  co_await all_of(join);
}

Task<void> Sweeper::sweep_pending() {
  Instant carts_due = clock_.now() + settings_.cart_period;
  while (!stopping_.load(std::memory_order_relaxed)) {
    const bool ours = leads();
    if (ours) co_await settle_overdue();
    if (!ours) {  // whoever leads shows them
      counters_.overdue.set(0);
      counters_.lag.set(0);
      counters_.capture_lag.set(0);
    }
    if (ours && clock_.now() >= carts_due) {
      co_await remove_idle_carts();
      carts_due = clock_.now() + settings_.cart_period;
    }
    co_await clock_.sleep_for(settings_.period);
  }
}

Task<void> Sweeper::sweep_captures() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    more_captures_ = false;
    if (leads()) co_await capture_due();
    // In a spike captures queue up by the thousand: then one round follows the other.
    if (!more_captures_) co_await clock_.sleep_for(settings_.period);
  }
}

void Sweeper::note_failure(Away& away, const Error& error) {
  counters_.store_failures.add();
  if (away.rounds++ > 0) return;
  log::warning(kRoom, "the sweeper gets no answer of the store",
               {{"about", away.what}, {"detail", error.detail}});
}

/// How long ago, by our clock, where the store set the time by its own.
std::int64_t Sweeper::age_s(Instant since) const {
  return std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - since).count());
}

void Sweeper::note_answer(Away& away) {
  if (away.rounds == 0) return;
  log::info(kRoom, "the sweeper is answered again",
            {{"about", away.what}, {"rounds", std::exchange(away.rounds, 0)}});
}

Task<bool> Sweeper::settle_overdue() {
  // Those that wait for their next try are found again and again: they must not keep the others out.
  const std::int64_t limit = settings_.orders_max + static_cast<std::int64_t>(overdue_.size());
  Result<std::vector<Order>> found = co_await orders_.overdue(limit);
  if (!found) {
    note_failure(pending_away_, found.error());
    co_return false;
  }
  note_answer(pending_away_);
  counters_.overdue.set(static_cast<std::int64_t>(found->size()));
  counters_.lag.set(found->empty() ? 0 : age_s(found->front().lease_expires_at));
  counters_.last_round.set(clock_.now().us / 1'000'000);
  const bool nothing_left = found->empty();
  const std::vector<Order> due = due_of(std::move(*found), overdue_);
  co_await each(due, [this](const Order& order) { return settle(order); });

  const std::vector<OrderId> holding = std::exchange(still_holding_, {});
  if (!holding.empty()) {
    Result<std::int64_t> released = co_await orders_.release_holds(holding);
    if (released) counters_.holds_released.add(static_cast<std::uint64_t>(*released));
    if (!released)
      log::warning(kRoom, "expired holds could not be released", {{"detail", released.error().detail}});
  }
  overdue_.forget_older_than(clock_.now());
  co_return nothing_left;
}

Task<void> Sweeper::settle(Order order) {
  if (!order.reason.empty()) {
    std::string reason = order.reason;
    Result<Box<Order>> ended = co_await settler_.give_up(order, std::move(reason));
    note(order, ended);
    co_return;
  }
  Result<Payment> payment = co_await settler_.look_up(order);
  if (!payment) {
    note_unknown(order, payment.error());
    co_return;
  }
  if (payment->status != Status::kNone) {
    // Whether the order came from the cart is not kept; nearly all do, and a line that stays after it was
    // bought invites to buy it twice.
    Result<Box<Order>> ended = co_await settler_.conclude(order, std::move(*payment), true);
    note(order, ended);
    co_return;
  }
  Result<Box<Order>> ended = co_await settler_.give_up(order, kNeverCame, Settler::Unless::kTakenOverOrHeld);
  const bool left = ended && (*ended)->state == State::kPendingPayment && (*ended)->reason.empty();
  if (!left || (*ended)->attempt != order.attempt) {
    note(order, ended);
    co_return;
  }
  // A retry may still pay. When to ask again is our clock's guess; whether it is time, the store's answer.
  const Instant now = clock_.now();
  overdue_.not_before(order.id, std::clamp(order.hold_expires_at, now + settings_.retry_delay_first,
                                           now + settings_.retry_delay_max));
}

void Sweeper::note(const Order& before, const Result<Box<Order>>& after) {
  if (!after) {
    note_unknown(before, after.error());
    return;
  }
  switch ((*after)->state) {
    case State::kPaid:
      counters_.claimed.add();
      break;
    case State::kDeclined:
      counters_.declined.add();
      break;
    case State::kCancelled:
      counters_.cancelled.add();
      break;
    case State::kPlaced:
      break;
    case State::kPendingPayment:
      // The gateway did not answer, or a retry has taken the order over: look again later.
      note_unknown(before, Error{ErrorCode::kUnknown, "it is still pending", {}});
      return;
  }
  overdue_.done(before.id);
  log::info(kRoom, "a pending order was settled",
            {{"order", before.number},
             {"order_id", before.id.text()},
             {"state", to_string((*after)->state)},
             {"reason", (*after)->reason}});
}

void Sweeper::note_unknown(const Order& order, const Error& error) {
  const Instant now = clock_.now();
  counters_.unknown.add();
  overdue_.failed(order.id, now);
  if (order.holding) still_holding_.push_back(order.id);
  log::warning(kRoom, "the outcome of a payment is still unknown",
               {{"order", order.number},
                {"order_id", order.id.text()},
                {"code", to_string(error.code)},
                {"detail", error.detail}});
}

Task<bool> Sweeper::capture_due() {
  const std::int64_t limit = settings_.orders_max + static_cast<std::int64_t>(captures_.size());
  Result<std::vector<Order>> found = co_await orders_.captures_due(limit);
  more_captures_ = false;
  if (!found) {
    note_failure(captures_away_, found.error());
    co_return false;
  }
  note_answer(captures_away_);
  counters_.capture_lag.set(found->empty() ? 0 : age_s(found->front().updated_at));
  const bool nothing_left = found->empty();
  const std::vector<Order> due = due_of(std::move(*found), captures_);
  const std::uint64_t captured_before = counters_.captured.value();
  co_await each(due, [this](const Order& order) { return capture(order); });
  // Only while it gets somewhere: a gateway that fails must not be asked in a tight loop.
  more_captures_ = static_cast<std::int64_t>(due.size()) >= settings_.orders_max &&
                   counters_.captured.value() > captured_before;
  captures_.forget_older_than(clock_.now());
  co_return nothing_left;
}

Task<void> Sweeper::capture(Order order) {
  Result<Payment> payment = co_await settler_.capture(order);
  const bool captured = payment && payment->status == Status::kCaptured;
  if (captured) {
    Result<Box<Order>> recorded = co_await settler_.record_capture(order);
    if (recorded) {
      counters_.captured.add();
      captures_.done(order.id);
      co_return;
    }
    payment = tl::unexpected<Error>(std::move(recorded.error()));
  }
  counters_.captures_failed.add();
  captures_.failed(order.id, clock_.now());
  const std::string why = payment ? std::string(to_string(payment->status)) : payment.error().detail;
  log::warning(kRoom, "a payment could not be captured",
               {{"order", order.number}, {"order_id", order.id.text()}, {"detail", why}});
}

Task<void> Sweeper::remove_idle_carts() {
  const Instant before = clock_.now() - settings_.cart_idle_max;
  for (;;) {
    Result<std::int64_t> removed = co_await carts_.remove_idle(before, settings_.carts_max);
    if (!removed) {
      note_failure(carts_away_, removed.error());
      co_return;
    }
    note_answer(carts_away_);
    counters_.carts_removed.add(static_cast<std::uint64_t>(*removed));
    if (*removed < settings_.carts_max || stopping_.load(std::memory_order_relaxed)) co_return;
  }
}

std::vector<Order> Sweeper::due_of(std::vector<Order> found, const RetrySchedule& schedule) const {
  const Instant now = clock_.now();
  std::erase_if(found, [&](const Order& order) { return !schedule.due(order.id, now); });
  return found;
}

Task<void> Sweeper::each(const std::vector<Order>& list, std::function<Task<void>(const Order&)> work) {
  if (list.empty()) co_return;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto join = std::make_shared<Join>(executor);
  const std::size_t workers = std::min(settings_.calls_max, list.size());
  for (std::size_t i = 0; i < workers; ++i)
    spawn(join, work_through(join, list, work, [this] { return leads(); }));
  co_await all_of(join);
}

}  // namespace ff::checkout
