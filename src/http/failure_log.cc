#include "http/failure_log.h"

#include <array>

#include "telemetry/log.h"

namespace ff::http {
namespace {

/// One for each reason that comes by thousands; as global as the log that they spare.
log::Sparing unavailable;
log::Sparing unknown;
std::array<log::Sparing, kFaults> refused;

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
              {"like_it_before", left_out}});
}

void log_refusal(const Request& request, Fault fault) {
  std::uint64_t left_out = 0;
  const bool admitted = refused[static_cast<std::size_t>(fault)].admit(left_out);
  const log::Level level = admitted ? log::Level::kInfo : log::Level::kDebug;
  if (!log::enabled(level)) return;
  log::write(level, "http", "request refused",
             {{"request_id", request.request_id()},
              {"reason", to_string(fault)},
              {"status", status_of(fault)},
              {"client", request.remote_address},
              {"like_it_before", left_out}});
}

}  // namespace ff::http
