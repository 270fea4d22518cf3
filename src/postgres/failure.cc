#include "postgres/failure.h"

namespace ff::postgres {

bool may_be_repeated(const Failure& failure) {
  return failure.sqlstate == "40001" || failure.sqlstate == "40P01" || failure.sqlstate == "55P03";
}

bool is_unique_violation(const Failure& failure) { return failure.sqlstate == "23505"; }

bool wants_another_server(const Failure& failure) {
  // Read-only (it was demoted), shutting down, starting up.
  return failure.sqlstate == "25006" || failure.sqlstate.starts_with("57P");
}

Error to_error(const Failure& failure) {
  if (failure.error) return *failure.error;
  const std::string detail =
      "PostgreSQL: " + failure.message + (failure.sqlstate.empty() ? "" : " (" + failure.sqlstate + ")");
  if (failure.doubtful) return {ErrorCode::kUnknown, detail, {}};
  // 08 connection, 53 resources (disk full, too many connections), 57 operator or timeout.
  const bool of_the_server = failure.lost || may_be_repeated(failure) || wants_another_server(failure) ||
                             failure.sqlstate.starts_with("08") || failure.sqlstate.starts_with("53") ||
                             failure.sqlstate.starts_with("57");
  return {of_the_server ? ErrorCode::kUnavailable : ErrorCode::kInternal, detail, {}};
}

}  // namespace ff::postgres
