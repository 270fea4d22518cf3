#include "http/failure_log.h"

#include <fmt/format.h>

#include "telemetry/log.h"

namespace ff::http {
namespace {

/// One for each reason that comes by thousands; as global as the log that they spare.
log::Sparing unavailable;
log::Sparing unknown;

}  // namespace

void log_failure(std::string_view room, const Request& request, const Error& error) {
  log::Level level = log::Level::kError;
  std::uint64_t left_out = 0;
  switch (error.code) {
    case ErrorCode::kInternal:
      break;
    case ErrorCode::kUnknown:
      if (!unknown.admit(left_out)) return;
      break;
    case ErrorCode::kUnavailable:
      if (!unavailable.admit(left_out)) return;
      level = log::Level::kWarning;
      break;
    default:
      return;
  }
  log::write(level, room, "request failed",
             {{"request_id", request.request_id()},
              {"route", request.route},
              {"error", to_string(error.code)},
              {"detail", error.detail},
              {"like_it_before", fmt::format("{}", left_out)}});
}

}  // namespace ff::http
