#include "api/problem.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/failure_log.h"

namespace ff::api {

namespace problems {
const ProblemKind kMalformed{"malformed-request", 400, "The request can't be read",
                             "The body is not well-formed JSON in UTF-8, or the query string is broken. "
                             "Nothing was changed; correct the request."};
const ProblemKind kMissingHeader{"missing-header", 400, "A required header field is missing",
                                 "`errors` names the header field. Nothing was changed."};
const ProblemKind kDeclined{"payment-declined", 402, "The payment was declined",
                            "No money was taken and nothing is held. `detail` says why in words for the "
                            "shopper. Try another card with a new Idempotency-Key."};
const ProblemKind kNotFound{"not-found", 404, "There is nothing here",
                            "It does not exist, or the secret that opens it was not given."};
const ProblemKind kMethodNotAllowed{"method-not-allowed", 405, "That method is not offered here",
                                    "The header field Allow lists the methods of this path."};
const ProblemKind kRequestTimeout{"request-timeout", 408, "The request took too long to arrive",
                                  "Send it again on a new connection."};
const ProblemKind kConflict{"conflict", 409, "The state does not allow this",
                            "It exists in a state that does not allow the request. Read it again."};
const ProblemKind kInProgress{"in-progress", 409, "The same request is being worked on",
                              "Another request with this Idempotency-Key has not ended. Wait as long as "
                              "Retry-After says and send the same request again.",
                              1};
const ProblemKind kSoldOut{"sold-out", 409, "Not enough is left",
                           "`lines` says for each variant how many were wanted and how many are available. "
                           "Nothing was changed, and the Idempotency-Key may be used again."};
const ProblemKind kTicketUsed{"ticket-used", 409, "This ticket was used",
                              "Another cart went in with it, or the time of its pass is over. Take another "
                              "ticket: its place is at the end of the line."};
const ProblemKind kTooLarge{"payload-too-large", 413, "The body is too large",
                            "The body is larger than this route takes."};
const ProblemKind kUnsupportedMediaType{"unsupported-media-type", 415, "The body must be application/json",
                                        "Send Content-Type: application/json, in UTF-8 and not compressed."};
const ProblemKind kInvalid{"invalid-request", 422, "The request breaks a rule",
                           "`errors` names each field and the rule that it breaks. Nothing was changed."};
const ProblemKind kKeyReused{"idempotency-key-reused", 422, "This Idempotency-Key belongs to another request",
                             "A request with this key and another body was answered before. Use a new key "
                             "for a new order."};
const ProblemKind kTooManyRequests{"too-many-requests", 429, "Too many requests",
                                   "Wait as long as Retry-After says. Nothing was changed.", 1};
const ProblemKind kHeadersTooLarge{"headers-too-large", 431, "The header is too large",
                                   "The header fields are too many or too long."};
const ProblemKind kInternal{"internal", 500, "Something went wrong on our side",
                            "It is logged under the `request_id`. A request with an Idempotency-Key may be "
                            "sent again with the same key."};
const ProblemKind kOverloaded{"overloaded", 503, "The shop is very busy",
                              "Nothing was changed. Wait as long as Retry-After says and send the same "
                              "request again.",
                              3};
const ProblemKind kUnavailable{"unavailable", 503, "A part of the shop is away",
                               "Wait as long as Retry-After says and send the same request again, with the "
                               "same Idempotency-Key where there was one.",
                               5};
const ProblemKind kOutcomeUnknown{"outcome-unknown", 503, "The outcome is not known yet",
                                  "It may have happened or not. Send the same request with the same "
                                  "Idempotency-Key again after Retry-After: it acts once.",
                                  2};
const ProblemKind kQueued{
    "queued", 503, "There is a line before this checkout",
    "Nothing was changed. Keep `ticket`: it is a place in the line of `sale`. Read how "
    "far the line has come after Retry-After; when `reached` is true, exchange the "
    "ticket for a pass at `passes_url` and send the same request again with the pass as "
    "Sale-Pass.",
    5};
}  // namespace problems

namespace {
using namespace problems;
constexpr std::array kAll{&kMalformed,       &kMissingHeader,    &kDeclined,
                          &kNotFound,        &kMethodNotAllowed, &kRequestTimeout,
                          &kConflict,        &kInProgress,       &kSoldOut,
                          &kTicketUsed,      &kTooLarge,         &kUnsupportedMediaType,
                          &kInvalid,         &kKeyReused,        &kTooManyRequests,
                          &kHeadersTooLarge, &kInternal,         &kOverloaded,
                          &kUnavailable,     &kOutcomeUnknown,   &kQueued};

const ProblemKind& kind_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return kInvalid;
    case ErrorCode::kNotFound:
      return kNotFound;
    case ErrorCode::kConflict:
      return kConflict;
    case ErrorCode::kKeyReused:
      return kKeyReused;
    case ErrorCode::kInProgress:
      return kInProgress;
    case ErrorCode::kSoldOut:
      return kSoldOut;
    case ErrorCode::kDeclined:
      return kDeclined;
    case ErrorCode::kTooLarge:
      return kTooLarge;
    case ErrorCode::kOverloaded:
      return kOverloaded;
    case ErrorCode::kUnavailable:
      return kUnavailable;
    case ErrorCode::kUnknown:
      return kOutcomeUnknown;
    case ErrorCode::kInternal:
      return kInternal;
  }
  return kInternal;
}

/// As the problem says; or as its kind does and up to as long again, by the request, so that those who were
/// refused together don't come back together.
int retry_after_s(const Problem& problem, const http::Request& request) {
  if (problem.retry_after_s > 0) return problem.retry_after_s;
  const int least_s = problem.kind->retry_after_s;
  if (least_s == 0 || request.request_id().empty()) return least_s;
  const auto choices = static_cast<std::uint64_t>(least_s) + 1;
  return least_s + static_cast<int>(fingerprint(request.request_id()) % choices);
}

}  // namespace

std::span<const ProblemKind* const> problem_kinds() { return kAll; }

const ProblemKind* find_problem_kind(std::string_view name) {
  const auto found = std::ranges::find_if(kAll, [&](const ProblemKind* kind) { return kind->name == name; });
  return found == kAll.end() ? nullptr : *found;
}

Problem problem_of(Error error) { return {&kind_of(error.code), {}, std::move(error.fields), 0}; }

http::Response respond(const Problem& problem, const http::Request& request,
                       const std::function<void(JsonWriter&)>& more) {
  const ProblemKind& kind = *problem.kind;
  http::Response response;
  response.status = kind.status;
  response.content_type = kProblemContentType;
  response.header("Cache-Control", "no-store");
  if (const int wait_s = retry_after_s(problem, request); wait_s > 0)
    response.header("Retry-After", std::to_string(wait_s));
  JsonWriter json(response.body);
  json.object([&] {
    json.key("type").value(std::string(kProblemPath).append(kind.name));
    json.key("title").value(kind.title);
    json.key("status").value(kind.status);
    if (!problem.detail.empty()) json.key("detail").value(problem.detail);
    if (!problem.errors.empty()) {
      json.key("errors").array([&] {
        for (const FieldError& error : problem.errors) {
          json.object([&] {
            json.key("field").value(error.field);
            json.key("message").value(error.message);
          });
        }
      });
    }
    if (more) more(json);
    // A recorded answer is replayed byte by byte (I3), so it can't name the request that got it first.
    if (&kind != &kDeclined && !request.request_id().empty())
      json.key("request_id").value(request.request_id());
  });
  return response;
}

http::Response respond(Error error, const http::Request& request) {
  http::log_failure("api", request, error);
  return respond(problem_of(std::move(error)), request);
}

http::Response error_page(const http::Request& request, int status, std::string_view title) {
  const auto fits = [&](const ProblemKind* kind) { return kind->status == status; };
  if (status == 503) return respond(Problem{&kOverloaded, {}, {}}, request);
  const auto found = std::ranges::find_if(kAll, fits);
  if (found != kAll.end()) return respond(Problem{*found, {}, {}}, request);
  // "about:blank": the problem is nothing but the status code (RFC 9457, 4.2.1).
  http::Response response;
  response.status = status;
  response.content_type = kProblemContentType;
  response.header("Cache-Control", "no-store");
  JsonWriter json(response.body);
  json.object([&] {
    json.key("type").value("about:blank");
    json.key("title").value(title);
    json.key("status").value(status);
    if (!request.request_id().empty()) json.key("request_id").value(request.request_id());
  });
  return response;
}

http::Response refusal(const http::Request& request, int status, int retry_after_s) {
  const ProblemKind& kind = status == 429 ? problems::kTooManyRequests : problems::kOverloaded;
  return respond(Problem{&kind, {}, {}, retry_after_s}, request);
}

}  // namespace ff::api
