#include "sales/door.h"

#include <algorithm>
#include <cmath>

namespace ff::sales {
namespace {

// When to ask again, in seconds. The soonest is what an empty line takes: up to one until the ticket was
// told to the leader, one until its next step, and half until the board shows it.
constexpr std::int64_t kAskSoonest = 2, kAskLatest = 60;
constexpr std::int64_t kAskUnknown = 5;  // where nothing says how long it takes
constexpr std::int64_t kJitterMax = 10;
constexpr std::int64_t kAfterStartWithin = 15;  // in which those come who waited for the start

/// Up to as long again, so that not all ask at once.
std::int64_t jittered(std::int64_t seconds, Random& random) {
  const auto most = static_cast<std::uint64_t>(std::min(seconds, kJitterMax));
  return seconds + static_cast<std::int64_t>(random.below(most + 1));
}

/// For who has so much of the line before it: half of what it takes, so who is far back asks less often.
/// Those near the front are few: as many as are called in the time that they are near.
std::int64_t ask_after(std::int64_t ahead, std::optional<std::int64_t> estimate_s, bool sold_out) {
  const std::int64_t soonest = sold_out ? kAskUnknown : kAskSoonest;  // then there is nothing to hurry for
  if (ahead == 0) return soonest;
  if (!estimate_s) return kAskUnknown;
  return std::clamp(*estimate_s / 2, soonest, kAskLatest - kJitterMax);
}

std::int64_t seconds_up(Duration duration) { return (duration.count() + 999'999) / 1'000'000; }

bool passes(const Posted& posted, const Visit& visit, Instant now) {
  if (!visit.cart) return false;
  const std::string_view text = token_of(visit.passes, posted.sale.id());
  if (text.empty()) return false;
  const auto pass = read_pass(posted.sale.secrets_for_store(), posted.sale.id(), *visit.cart, text);
  return pass && pass->expires_at > now;
}

/// Of this sale, signed by it, and of the queue that is open now.
std::optional<Ticket> valid_ticket(const Posted& posted, std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto ticket = read_ticket(posted.sale.secrets_for_store(), posted.sale.id(), text);
  if (ticket && ticket->epoch != posted.sale.queue().epoch) return std::nullopt;
  return ticket;
}

telemetry::Counter& exchanges(telemetry::Registry& metrics, const char* outcome) {
  return metrics.counter("ff_sale_passes_total", "Tickets that were to be exchanged for a pass, by outcome",
                         {{"outcome", outcome}});
}

}  // namespace

Door::Door(const BoardHolder& boards, SaleStore& store, TicketCounts& counts, Random& random,
           TicketLimit limit, telemetry::Registry& metrics)
    : boards_(boards),
      store_(store),
      counts_(counts),
      random_(random),
      limit_(std::move(limit)),
      admitted_(exchanges(metrics, "admitted")),
      not_yet_(exchanges(metrics, "not_yet")),
      used_(exchanges(metrics, "used")),
      invalid_(exchanges(metrics, "invalid")),
      failed_(exchanges(metrics, "failed")),
      issued_(metrics.counter("ff_sale_tickets_issued_total", "Tickets that this process gave out")),
      limited_(metrics.counter("ff_sale_tickets_refused_total",
                               "Tickets that were not given, since their client takes too many")) {}

Answer Door::ask(const Visit& visit, std::span<const std::string_view> handles, Instant now) {
  const auto board = boards_.load();
  for (const Posted* posted : board->guarding(handles, now)) {
    if (!passes(*posted, visit, now)) return answer(*posted, visit, now);
  }
  return Open{};
}

std::optional<Answer> Door::ask(const Visit& visit, const SaleId& sale, Instant now) {
  const auto board = boards_.load();
  const Posted* const posted = board->find(sale.text());
  if (!posted || posted->sale.settings().over(now)) return std::nullopt;
  if (!posted->sale.guarded(now) || passes(*posted, visit, now)) return Answer(Open{});
  return answer(*posted, visit, now);
}

bool Door::open(const Visit& visit, std::span<const std::string_view> handles, Instant now) const {
  const auto board = boards_.load();
  const auto guarding = board->guarding(handles, now);
  return std::all_of(guarding.begin(), guarding.end(),
                     [&](const Posted* posted) { return passes(*posted, visit, now); });
}

std::optional<Queued> Door::look(const SaleId& sale, std::string_view text, Instant now) {
  const auto board = boards_.load();
  const Posted* const posted = board->find(sale.text());
  if (!posted || !posted->sale.guarded(now)) return std::nullopt;
  const auto ticket = valid_ticket(*posted, text);
  if (!ticket) return std::nullopt;
  Queued queued = describe(*posted, ticket, now);
  queued.ticket = text;
  return queued;
}

Answer Door::answer(const Posted& posted, const Visit& visit, Instant now) {
  const Sale& sale = posted.sale;
  const std::string_view text = token_of(visit.tickets, sale.id());
  auto ticket = valid_ticket(posted, text);
  if (ticket) {
    Queued queued = describe(posted, ticket, now);
    queued.ticket = text;
    return queued;
  }
  if (visit.looks_only) {
    // Signed under no key and counted nowhere: it is nobody's place.
    ticket = Ticket{sale.id(), sale.queue().epoch, bucket_at(sale.queue().opened_at, now), {}};
    Queued queued = describe(posted, ticket, now);
    queued.ticket = sign_ticket(SaleSecrets{}, *ticket);
    queued.reached = false;
    return queued;
  }
  if (!limit_(visit.client, now)) {
    limited_.add();
    return describe(posted, std::nullopt, now);
  }
  ticket =
      Ticket{sale.id(), sale.queue().epoch, bucket_at(sale.queue().opened_at, now), make_ticket_id(random_)};
  counts_.add(ticket->sale, ticket->epoch, ticket->bucket);
  issued_.add();
  Queued queued = describe(posted, ticket, now);
  queued.ticket = sign_ticket(sale.secrets_for_store(), *ticket);
  queued.ticket_is_new = true;
  // Not counted on the board yet: its place is one that is never called before the next board tells.
  queued.reached = false;
  return queued;
}

Queued Door::describe(const Posted& posted, const std::optional<Ticket>& ticket, Instant now) {
  const Sale& sale = posted.sale;
  const QueueState& queue = sale.queue();
  Queued queued;
  queued.sale = sale.id();
  queued.title = sale.settings().title;
  queued.starts_at = sale.settings().starts_at;
  queued.ends_at = sale.settings().ends_at;
  queued.started = now >= queue.opened_at;
  queued.line_length = posted.line.length();
  queued.sold_out = posted.sold_out;
  if (!queued.started) {
    // Nobody gains by being first after the start: the places are drawn. So they come spread out.
    const std::int64_t left = seconds_up(queue.opened_at - now);
    const auto spread = static_cast<std::int64_t>(random_.below(kAfterStartWithin));
    queued.retry_after_s = left <= kAskLatest - kAfterStartWithin
                               ? left + 1 + spread
                               : jittered(kAskLatest - 2 * kJitterMax, random_);
    return queued;
  }
  if (!ticket) {
    queued.retry_after_s = jittered(kAskUnknown, random_);
    return queued;
  }
  const double place = posted.place(*ticket, now).value_or(0);
  const double ahead = std::max(0.0, place - queue.frontier);
  queued.place = static_cast<std::int64_t>(std::floor(place)) + 1;
  queued.ahead = static_cast<std::int64_t>(std::floor(ahead));
  queued.reached = posted.reached(place);
  if (queue.rate > 0) queued.estimate_s = static_cast<std::int64_t>(std::ceil(ahead / queue.rate));
  queued.retry_after_s = jittered(ask_after(*queued.ahead, queued.estimate_s, queued.sold_out), random_);
  return queued;
}

Task<std::optional<Spent>> Door::spent(std::string text, std::optional<CartId> cart, Instant now) {
  const auto ticket = parse_ticket_unverified(text);
  if (!ticket) co_return std::nullopt;
  SaleId sale = ticket->sale;
  auto entry = co_await store_.entry(std::move(sale), ticket->id);
  if (!entry || !*entry) co_return std::nullopt;
  const bool by_another = !cart || (*entry)->cart != *cart;
  if (!by_another && (*entry)->expires_at > now) co_return std::nullopt;  // exchange() gives its pass again
  co_return Spent{by_another, (*entry)->expires_at};
}

Task<Result<Exchange>> Door::exchange(std::string text, CartId cart, Instant now) {
  const auto board = boards_.load();
  const Posted* const posted = board->find(std::string_view(text).substr(0, text.find('.')));
  const bool guarded = posted && posted->sale.guarded(now);
  const auto ticket = guarded ? valid_ticket(*posted, text) : std::nullopt;
  if (!ticket) {
    invalid_.add();
    co_return Exchange(Invalid{});
  }
  const auto place = posted->place(*ticket, now);
  if (!place || !posted->reached(*place)) {
    not_yet_.add();
    Queued queued = describe(*posted, ticket, now);
    queued.ticket = text;
    co_return Exchange(NotYet{std::move(queued)});
  }
  SaleId sale = ticket->sale;
  auto outcome = co_await store_.admit(std::move(sale), ticket->epoch, ticket->id, cart,
                                       posted->sale.settings().pass_for);
  if (!outcome) {
    if (outcome.error().code == ErrorCode::kNotFound) {
      invalid_.add();
      co_return Exchange(Invalid{});
    }
    failed_.add();
    co_return tl::unexpected<Error>(std::move(outcome.error()));
  }
  const auto* granted = std::get_if<PassGranted>(&*outcome);
  if (!granted) {
    used_.add();
    co_return Exchange(Used{});
  }
  admitted_.add();
  const Pass pass{ticket->sale, ticket->id, granted->expires_at};
  std::string signed_pass = sign_pass(posted->sale.secrets_for_store(), pass, cart);
  co_return Exchange(Admitted{ticket->sale, std::move(signed_pass), granted->expires_at});
}

std::optional<PublicState> Door::public_state(std::string_view sale, Instant now) const {
  return boards_.load()->public_state(sale, now);
}

}  // namespace ff::sales
