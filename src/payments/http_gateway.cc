#include "payments/http_gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "payments/gateway_wire.h"
#include "payments/ledger.h"
#include "telemetry/log.h"

namespace ff::payments {
namespace {

constexpr std::string_view kRoom = "payments";
constexpr const char* kProbeKey = "is-anybody-there";          // of no payment
constexpr Duration kLeastLeft = std::chrono::milliseconds(1);  // of a deadline, for an attempt to be made

/// Nothing was done, and the same request would fare no better. 408 and 429 are about the moment.
bool is_final_refusal(int status) { return status < 500 && status != 408 && status != 429; }
/// http_client/client.h: every code but one says so.
bool nothing_was_sent(const Error& error) { return error.code != ErrorCode::kUnknown; }
/// Whoever asks there will hear this: another token is wanted, or it is no such gateway.
bool is_wrong_place(int status) { return is_final_refusal(status) && status != 413 && status != 422; }

}  // namespace

HttpGateway::Counters::Counters(telemetry::Registry& metrics)
    : retries(metrics.counter("ff_gateway_retries_total",
                              "Requests to the payment gateway that were sent again")),
      reachable(metrics.gauge("ff_gateway_reachable", "1 unless nobody listens at payment.gateway_url")) {
  reachable.set(1);
}

HttpGateway::HttpGateway(std::string url, std::optional<SharedSecret> secret, http_client::Client& client,
                         Clock& clock, Random& random, HttpGatewaySettings settings,
                         telemetry::Registry& metrics)
    : url_(std::move(url)),
      secret_(std::move(secret)),
      client_(client),
      clock_(clock),
      random_(random),
      settings_(settings),
      counters_(metrics) {}

http_client::Request HttpGateway::get(const std::string& rest) const {
  http_client::Request request;
  request.url = fmt::format("{}{}{}", url_, wire::kPaymentsPath, rest);
  request.method = http_client::Method::kGet;
  if (secret_) request.headers.push_back(secret_->header());
  return request;
}

http_client::Request HttpGateway::post(const std::string& key, const char* operation,
                                       std::string body) const {
  http_client::Request request = get(fmt::format("/{}/{}", key, operation));
  request.method = http_client::Method::kPost;
  request.headers.emplace_back("Content-Type: application/json");
  request.body = std::move(body);
  return request;
}

Duration HttpGateway::drawn(Duration most) {
  return Duration(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

void HttpGateway::note_away(std::string_view why) {
  if (away_.exchange(true)) return;
  next_probe_us_.store((clock_.now() + settings_.probe_period).us);
  counters_.reachable.set(0);
  log::warning(kRoom, "the payment gateway can't be asked", {{"url", url_}, {"detail", why}});
}

void HttpGateway::note_back() {
  if (!away_.load(std::memory_order_relaxed) || !away_.exchange(false)) return;
  counters_.reachable.set(1);
  log::info(kRoom, "the payment gateway answers again", {{"url", url_}});
}

Task<Result<http_client::Response>> HttpGateway::ask(http_client::Request request, Instant deadline,
                                                     int attempts_max) {
  bool may_have_arrived = false, nobody_there = false;
  std::string why = "there was no time left to ask";
  Duration pause = settings_.pause_first;
  for (int attempts = 0; attempts < attempts_max;) {
    const Duration left = deadline - clock_.now();
    if (left < kLeastLeft) break;
    http_client::Request attempt = request;
    attempt.timeout = left;
    Result<http_client::Response> outcome = co_await client_.send(std::move(attempt));
    Duration wait = settings_.busy_pause;
    const bool busy = !outcome && outcome.error().code == ErrorCode::kOverloaded;
    if (!busy) {
      if (outcome && outcome->status == 200) {
        note_back();
        co_return outcome;
      }
      ++attempts;
      wait = std::exchange(pause, std::min(2 * pause, settings_.pause_max));
    }
    why = outcome ? fmt::format("it answered {}", outcome->status) : std::move(outcome.error().detail);
    nobody_there = outcome ? is_wrong_place(outcome->status) : nothing_was_sent(outcome.error()) && !busy;
    if (outcome && is_final_refusal(outcome->status)) break;
    if (!outcome && outcome.error().code == ErrorCode::kInvalid) break;
    may_have_arrived = may_have_arrived || outcome || !nothing_was_sent(outcome.error());
    const Duration pausing = drawn(wait);
    if (attempts == attempts_max || clock_.now() + pausing + kLeastLeft > deadline) break;
    if (!busy) counters_.retries.add();
    co_await clock_.sleep_for(pausing);
  }
  if (nobody_there) note_away(why);
  if (may_have_arrived)
    co_return fail(ErrorCode::kUnknown, "the payment gateway's answer is not known: " + why);
  co_return fail(ErrorCode::kUnavailable, "the payment gateway can't be asked: " + why);
}

Task<Result<Payment>> HttpGateway::payment(std::string key, http_client::Request request, Instant deadline,
                                           int attempts_max) {
  Result<http_client::Response> answered = co_await ask(std::move(request), deadline, attempts_max);
  if (!answered) co_return tl::unexpected<Error>(std::move(answered.error()));
  Result<Payment> read = wire::read_payment(answered->body);
  if (!read) co_return fail(ErrorCode::kUnknown, std::move(read.error().detail));
  if (read->key != key)
    co_return fail(ErrorCode::kUnknown, "the payment gateway answered for another payment");
  co_return read;
}

Task<Result<Payment>> HttpGateway::authorise(AuthoriseRequest request) {
  http_client::Request asking =
      post(request.key, "authorise",
           wire::write(wire::Authorise{request.amount, card_token(request.card.number)}));
  return payment(std::move(request.key), std::move(asking), request.deadline, settings_.attempts_max);
}

Task<Result<Payment>> HttpGateway::capture(std::string key, Instant deadline) {
  http_client::Request asking = post(key, "capture", {});
  return payment(std::move(key), std::move(asking), deadline, settings_.attempts_max);
}

Task<Result<Payment>> HttpGateway::close(std::string key, Instant deadline) {
  http_client::Request voiding = post(key, "void", {});
  http_client::Request refunding = post(key, "refund", {});
  std::string same = key;
  Result<Payment> voided =
      co_await payment(std::move(same), std::move(voiding), deadline, settings_.attempts_max);
  if (!voided || voided->status != Status::kCaptured) co_return voided;
  Result<Payment> refunded =
      co_await payment(std::move(key), std::move(refunding), deadline, settings_.attempts_max);
  co_return refunded;
}

Task<Result<Payment>> HttpGateway::lookup(std::string key, Instant deadline) {
  http_client::Request asking = get("/" + key);
  return payment(std::move(key), std::move(asking), deadline, settings_.attempts_max);
}

Task<Result<std::vector<Payment>>> HttpGateway::ledger() {
  std::vector<Payment> payments;
  std::string after;
  do {
    http_client::Request asking =
        get(fmt::format("?limit={}{}{}", wire::kPagePaymentsMax, after.empty() ? "" : "&after=", after));
    const Instant deadline = clock_.now() + settings_.page_timeout;
    Result<http_client::Response> answered =
        co_await ask(std::move(asking), deadline, settings_.attempts_max);
    if (!answered) co_return tl::unexpected<Error>(std::move(answered.error()));
    Result<wire::Page> page = wire::read_page(answered->body);
    if (!page) co_return tl::unexpected<Error>(std::move(page.error()));
    // Or it would never end.
    if (!page->next.empty() && page->next <= after)
      co_return fail(ErrorCode::kInternal, "the payment gateway's pages do not go on");
    after = std::move(page->next);
    payments.insert(payments.end(), std::make_move_iterator(page->payments.begin()),
                    std::make_move_iterator(page->payments.end()));
  } while (!after.empty());
  co_return payments;
}

Task<bool> HttpGateway::probe() {
  std::string key = kProbeKey;
  http_client::Request asking = get("/" + key);
  const Instant deadline = clock_.now() + settings_.probe_timeout;
  Result<Payment> answered = co_await payment(std::move(key), std::move(asking), deadline, 1);
  co_return answered.has_value();
}

Task<bool> HttpGateway::reachable() {
  if (!away_.load(std::memory_order_relaxed)) co_return true;
  const Instant now = clock_.now();
  std::int64_t due = next_probe_us_.load();
  if (now.us < due) co_return false;
  if (!next_probe_us_.compare_exchange_strong(due, (now + settings_.probe_period).us)) co_return false;
  const bool back = co_await probe();
  co_return back;
}

}  // namespace ff::payments
