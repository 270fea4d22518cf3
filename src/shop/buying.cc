#include "shop/buying.h"

#include "shop/waiting.h"
#include "telemetry/log.h"
#include "telemetry/trace.h"

namespace ff::shop {
namespace {

/// While somebody tests cards thousands are refused; as global as the log that it spares.
log::Sparing too_many;

void tell(const http::Request& http, std::string_view outcome, log::Level level, const orders::Order& order) {
  if (!log::enabled(level)) return;
  const std::string id = order.id.text();
  const std::string trace = telemetry::hex(http.trace().context().trace_id);
  log::write(level, "checkout", "checkout ended",
             {{"outcome", outcome},
              {"order", order.number},
              {"order_id", id},
              {"request_id", http.request_id()},
              {"trace_id", trace}});
}

/// What went wrong, or hangs, is told at info: support looks for it. A purchase that went well is told at
/// debug: it is in the store, and a line for each would be a system call for each on the hot path. Sold out
/// and refused are counted, not told: no order was made, and in a sale they come by ten thousands. `again`:
/// it was told before.
void tell(const http::Request& http, const Outcome& outcome, bool again) {
  const log::Level wrong = again ? log::Level::kDebug : log::Level::kInfo;
  if (const auto* paid = std::get_if<checkout::Paid>(&outcome)) {
    tell(http, orders::to_string(paid->order->state), log::Level::kDebug, paid->order);
  } else if (const auto* pending = std::get_if<checkout::Pending>(&outcome)) {
    tell(http, "pending_payment", wrong, pending->order);
  } else if (const auto* declined = std::get_if<checkout::Declined>(&outcome)) {
    tell(http, orders::to_string(declined->order->state), wrong, declined->order);
  }
}

void tell_refused(const http::Request& http, Duration wait) {
  std::uint64_t left_out = 0;
  if (!too_many.admit(left_out)) return;
  log::info("checkout", "a cart has tried too many cards",
            {{"request_id", http.request_id()},
             {"wait_s", std::chrono::duration_cast<std::chrono::seconds>(wait).count()},
             {"like_it_before", left_out}});
}

Outcome widen(checkout::Answer answer) {
  return std::visit([](auto& ending) -> Outcome { return std::move(ending); }, answer);
}

/// Whether this very request has an answer already, which must be given again.
Task<Result<bool>> is_recorded(Shop& shop, CartId cart, std::string key) {
  const orders::OrderKey wanted{cart, std::move(key)};
  auto found = co_await shop.orders.find(std::span<const orders::OrderKey>(&wanted, 1));
  if (!found) co_return tl::unexpected<Error>(std::move(found.error()));
  co_return !found->empty() && found->front().has_value();
}

/// Where this request's shopper stands in a line; nothing: it may buy.
Task<Result<std::optional<sales::Queued>>> waits(Shop& shop, checkout::Request& request, sales::Visit visit) {
  std::optional<sales::Queued> queued;
  if (request.lines.empty() && !request.cart_lines) {
    auto lines = co_await lines_of(shop, request.cart);
    if (!lines) co_return tl::unexpected<Error>(std::move(lines.error()));
    request.cart_lines = std::move(*lines);
  }
  const std::vector<cart::Line>& lines = request.lines.empty() ? *request.cart_lines : request.lines;
  const std::shared_ptr<const catalog::Snapshot> snapshot = shop.catalogue.load();
  const std::vector<std::string_view> handles = handles_of(*snapshot, lines);
  if (shop.door->open(visit, handles, shop.clock.now())) co_return queued;
  auto recorded = co_await is_recorded(shop, request.cart, request.idempotency_key);
  if (!recorded) co_return tl::unexpected<Error>(std::move(recorded.error()));
  if (*recorded) co_return queued;
  sales::Answer answer = shop.door->ask(visit, handles, shop.clock.now());
  if (auto* place_in_line = std::get_if<sales::Queued>(&answer)) queued = std::move(*place_in_line);
  co_return queued;
}

}  // namespace

Task<Result<Outcome>> place(Shop& shop, const http::Request& http, checkout::Request&& request,
                            sales::Visit visit) {
  const CartId cart = request.cart;
  const bool by_card = request.method == orders::PaymentMethod::kCard;
  if (by_card) {
    if (const std::optional<Duration> wait = shop.declined_cards.wait(cart, shop.clock.now())) {
      auto recorded = co_await is_recorded(shop, cart, request.idempotency_key);
      if (!recorded) co_return tl::unexpected<Error>(std::move(recorded.error()));
      if (!*recorded) {
        tell_refused(http, *wait);
        co_return Outcome{TooManyDeclined{*wait}};
      }
    }
  }
  if (guards_anything(shop)) {
    visit.cart = cart;
    visit.client = http.remote_address;
    auto queued = co_await waits(shop, request, visit);
    if (!queued) co_return tl::unexpected<Error>(std::move(queued.error()));
    if (*queued) co_return Outcome{std::move(**queued)};
  }
  request.abandoned = [&http] { return http.client_left(); };
  request.trace = http.trace();
  Result<checkout::Answer> answer = co_await shop.checkout.place(std::move(request));
  if (!answer) co_return tl::unexpected<Error>(std::move(answer.error()));
  Outcome outcome = widen(std::move(*answer));
  const auto* declined = std::get_if<checkout::Declined>(&outcome);
  bool again = false;
  if (by_card && declined != nullptr && declined->order->state == orders::State::kDeclined)
    again =
        !shop.declined_cards.note(cart, declined->order->id, declined->order->created_at, shop.clock.now());
  tell(http, outcome, again);
  co_return outcome;
}

}  // namespace ff::shop
