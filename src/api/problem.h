// Every answer of the API that says no, as problem+json (RFC 9457): the one place where an Error becomes
// HTTP.
//
// Invariant: what a client sees of an Error is its kind and its fields, in words chosen here; `detail` goes
// to the log and nowhere else. The `type` of a problem never changes its meaning once it was released:
// clients compare it. It can be fetched, and says what it means.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "http/message.h"

namespace ff::api {

inline constexpr std::string_view kProblemContentType = "application/problem+json";
inline constexpr std::string_view kProblemPath = "/api/problems/";  // + name: the `type`

struct ProblemKind {
  std::string_view name;  // "sold-out"
  int status;
  std::string_view title;
  std::string_view meaning;  // also what to do, for whoever follows the link
  int retry_after_s = 0;     // when not 0: sent as Retry-After
};

namespace problems {
extern const ProblemKind kMalformed, kMissingHeader, kDeclined, kNotFound, kMethodNotAllowed, kRequestTimeout,
    kConflict, kInProgress, kSoldOut, kTicketUsed, kTooLarge, kUnsupportedMediaType, kInvalid, kKeyReused,
    kTooManyRequests, kHeadersTooLarge, kInternal, kOverloaded, kUnavailable, kOutcomeUnknown, kQueued;
}  // namespace problems

/// All of them, in order of status.
std::span<const ProblemKind* const> problem_kinds();
const ProblemKind* find_problem_kind(std::string_view name);

struct Problem {
  const ProblemKind* kind = nullptr;
  std::string detail;  // for the client; empty: none
  std::vector<FieldError> errors = {};
  int retry_after_s = 0;  // when not 0: instead of the kind's
};

/// Which problem an error is. Drops the operator's detail.
Problem problem_of(Error error);

/// The answer. `more` may write further members of the object.
http::Response respond(const Problem& problem, const http::Request& request,
                       const std::function<void(JsonWriter&)>& more = {});
/// Logs what the operator must know (our own mistakes, parts that are away), then answers.
http::Response respond(Error error, const http::Request& request);

/// http::ErrorPage for paths under /api/: the server's own 404, 405, 413, 503 ... as problem+json.
http::Response error_page(const http::Request& request, int status, std::string_view title);

/// The problem of a request that is not worked for at present: 503, or 429 for one client's too many.
http::Response refusal(const http::Request& request, int status, int retry_after_s);

}  // namespace ff::api
