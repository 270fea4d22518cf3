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
/// Of a deadline, for an attempt that reached nobody to say something: with less, it is we who came too late.
constexpr Duration kFairTry = std::chrono::milliseconds(500);

/// Nothing was done, and the same request would fare no better. 408 and 429 are about the moment.
bool is_final_refusal(int status) { return status < 500 && status != 408 && status != 429; }
/// http_client/client.h: every code but one says that nothing was sent. An answer was acted on, as far as is
/// known, unless it refuses.
bool may_have_been_acted_on(const Result<http_client::Response>& outcome) {
  return outcome ? !is_final_refusal(outcome->status) : outcome.error().code == ErrorCode::kUnknown;
}
/// Or whoever asks there will hear this: another token is wanted, or it is no such gateway.
bool reached_nobody(const Result<http_client::Response>& outcome) {
  if (outcome) return is_final_refusal(outcome->status) && outcome->status != 413 && outcome->status != 422;
  return outcome.error().code == ErrorCode::kUnavailable || outcome.error().code == ErrorCode::kInvalid;
}
/// The same request would fare no better.
bool is_final(const Result<http_client::Response>& outcome) {
  if (outcome) return is_final_refusal(outcome->status);
  // Overloaded: whoever waited for a slot has waited as long as they could.
  return outcome.error().code == ErrorCode::kInvalid || outcome.error().code == ErrorCode::kOverloaded;
}

std::string why(const Result<http_client::Response>& outcome) {
  return outcome ? fmt::format("it answered {}", outcome->status) : outcome.error().detail;
}

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
      counters_(metrics),
      slots_(settings.in_flight_max, settings.waiting_max),
      reachability_(settings.failures_max, settings.silence, settings.probe_period) {}

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

void HttpGateway::show_reachable() {
  counters_.reachable.set(reachability_.away() ? 0 : 1);  // whoever else turns it meanwhile
}

void HttpGateway::note_away(std::string_view reason) {
  show_reachable();
  log::warning(kRoom, "the payment gateway can't be asked", {{"url", url_}, {"detail", reason}});
}

void HttpGateway::note_back() {
  show_reachable();
  log::info(kRoom, "the payment gateway answers again", {{"url", url_}});
}

Task<HttpGateway::Attempt> HttpGateway::attempt(http_client::Request request, Instant deadline) {
  Attempt made{fail(ErrorCode::kOverloaded, "it waited too long for requests under way"), Says::kNothing};
  Result<RequestSlots::Slot> slot = co_await slots_.take(deadline - clock_.now());
  const Instant began = clock_.now();
  if (!slot) made.outcome = tl::unexpected<Error>(std::move(slot.error()));
  request.timeout = deadline - began;
  if (!slot || request.timeout < kLeastLeft) co_return made;
  const bool fair = request.timeout >= kFairTry;
  made.outcome = co_await client_.send(std::move(request));
  if (made.outcome && made.outcome->status == 200) {
    if (reachability_.answered(clock_.now())) note_back();
  } else if (reached_nobody(made.outcome) && fair) {
    made.says = Says::kNobody;
    if (reachability_.attempt_failed(began, clock_.now())) note_away(why(made.outcome));
  } else if (may_have_been_acted_on(made.outcome)) {
    made.says = Says::kSomebody;
  }
  co_return made;
}

Task<Result<http_client::Response>> HttpGateway::ask(http_client::Request request, Instant deadline,
                                                     int attempts_max) {
  bool acted_on = false, nobody = false, somebody = false;
  std::string reason = "there was no time left to ask";
  const Instant began = clock_.now();
  Duration pause = settings_.pause_first;
  for (int attempts = 1; clock_.now() + kLeastLeft <= deadline; ++attempts) {
    http_client::Request same = request;
    Attempt made = co_await attempt(std::move(same), deadline);
    if (made.outcome && made.outcome->status == 200) co_return std::move(made.outcome);
    acted_on = acted_on || may_have_been_acted_on(made.outcome);
    nobody = nobody || made.says == Says::kNobody;
    somebody = somebody || made.says == Says::kSomebody;
    reason = why(made.outcome);
    if (is_final(made.outcome) || attempts == attempts_max) break;
    const Duration pausing = drawn(std::exchange(pause, std::min(2 * pause, settings_.pause_max)));
    if (clock_.now() + pausing + kLeastLeft > deadline) break;
    counters_.retries.add();
    co_await clock_.sleep_for(pausing);
  }
  if (nobody && !somebody && reachability_.call_failed(began, clock_.now())) note_away(reason);
  if (acted_on) co_return fail(ErrorCode::kUnknown, "the payment gateway's answer is not known: " + reason);
  co_return fail(ErrorCode::kUnavailable, "the payment gateway can't be asked: " + reason);
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
  if (!request.trace.empty()) asking.headers.push_back("traceparent: " + request.trace.text());
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

Task<Result<void>> HttpGateway::reachable() {
  if (slots_.waiting() >= settings_.waiting_full)
    co_return fail(ErrorCode::kOverloaded, "too many payments wait for the payment gateway");
  if (!reachability_.away()) co_return Result<void>{};
  bool back = false;
  if (reachability_.probe_is_due(clock_.now())) back = co_await probe();
  if (back) co_return Result<void>{};
  co_return fail(ErrorCode::kUnavailable, "nobody listens at the payment gateway");
}

}  // namespace ff::payments
