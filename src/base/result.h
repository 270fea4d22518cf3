// The closed set of things that can go wrong, and the type that carries them.
//
// No exception crosses a room's boundary on the request path: a function that can fail returns
// Result<T>. `detail` is for the operator (logs); `fields` is what a client may be told. They are
// separate so that diagnostics can't leak into an answer. The one translation to HTTP is api/problem.h.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace ff {

enum class ErrorCode {
  kInvalid,      // the input breaks a rule: `fields` says which
  kNotFound,     // it does not exist (or the caller may not know that it does)
  kConflict,     // it exists in a state that does not allow this
  kKeyReused,    // same Idempotency-Key, other body
  kInProgress,   // another request works on the same key; try again shortly
  kSoldOut,      // not enough stock
  kDeclined,     // the payment was refused
  kTooLarge,     // over a limit that the client could respect
  kOverloaded,   // a bounded queue is full, or a deadline passed while waiting: try again later
  kUnavailable,  // a part that we depend on is away: try again later
  kUnknown,      // the outcome is not known: neither success nor failure
  kInternal,     // our own mistake
};

std::string_view to_string(ErrorCode code);

/// One field of the input and the rule that it breaks, in words for the person who sent it.
struct FieldError {
  std::string field;    // as the sender named it: "lines[0].quantity"
  std::string message;  // "must be between 1 and 99"
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string detail;              // for the operator
  std::vector<FieldError> fields;  // for the client; kInvalid only
  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::kNotFound, "no product 17");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
  return tl::unexpected<Error>(Error{code, std::move(detail), {}});
}
[[nodiscard]] inline tl::unexpected<Error> invalid(std::string field, std::string message) {
  Error error{ErrorCode::kInvalid, field + ": " + message, {}};
  error.fields.push_back({std::move(field), std::move(message)});
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace ff
