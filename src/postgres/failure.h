// What goes wrong between us and PostgreSQL, and what it means to those who asked.
//
// Invariant: `doubtful` is set whenever the server may have committed what we did not hear of. It is never
// told as a failure: to_error() makes it kUnknown, and whoever asked repeats with the same keys.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/result.h"

namespace ff::postgres {

struct Failure {
  std::string sqlstate;        // the server's five characters; empty when it was not the server who said so
  std::string message;         // one line, for the operator
  bool lost = false;           // the connection is gone
  bool doubtful = false;       // lost after a COMMIT was sent
  std::optional<Error> error;  // our own decision: told as it is
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

/// `return refuse(...)`: the transaction is rolled back and the caller is told this.
[[nodiscard]] inline tl::unexpected<Failure> refuse(ErrorCode code, std::string detail) {
  Failure failure;
  failure.error = Error{code, std::move(detail), {}};
  return tl::unexpected<Failure>(std::move(failure));
}

/// Serialisation failure, deadlock, lock timeout: the same transaction may succeed when it is run again.
bool may_be_repeated(const Failure& failure);
bool is_unique_violation(const Failure& failure);
/// The server can't take writes (any more): another one may.
bool wants_another_server(const Failure& failure);

/// kUnknown when doubtful; kUnavailable for what comes from the server's or network's state; kInternal for
/// what is our own mistake.
Error to_error(const Failure& failure);

}  // namespace ff::postgres
