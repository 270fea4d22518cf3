// What a setting's value must be, wherever it comes from: the file, a variable or a flag. `source` is what
// the error names: a key, a variable, a flag.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "config/options.h"
#include "telemetry/log.h"

namespace ff::config {

inline constexpr std::string_view kShareRule = "must be a number between 0 and 1";
bool is_share(double value);

inline constexpr std::string_view kAuditPeriodRule = "must be between 0 and 604800 seconds; 0: never";
bool is_audit_period(std::int64_t seconds);

/// What links and headers may be made from. Empty is one too: links are relative then.
bool is_origin(std::string_view url);

Result<void> read_log_level(std::string_view text, std::string_view source, log::Level& out);
Result<void> read_endpoint(std::string_view text, std::string_view source, Endpoint& out);
Result<void> read_threads(std::int64_t threads, std::string_view source, int& out);

}  // namespace ff::config
