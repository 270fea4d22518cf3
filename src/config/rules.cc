#include "config/rules.h"

#include <string>

#include <fmt/format.h>

namespace ff::config {

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_audit_period(std::int64_t seconds) {
  constexpr std::int64_t kWeekS = 7 * 24 * 3600;
  return seconds >= 0 && seconds <= kWeekS;
}

bool is_origin(std::string_view url) {
  if (url.empty()) return true;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    return !url.empty() && url.find_first_of("/?# \"<>\r\n") == url.npos;
  }
  return false;
}

Result<void> read_log_level(std::string_view text, std::string_view source, log::Level& out) {
  const auto level = log::parse_level(text);
  if (!level)
    return invalid(std::string(source), fmt::format("must be debug, info, warning or error, not '{}'", text));
  out = *level;
  return {};
}

Result<void> read_endpoint(std::string_view text, std::string_view source, Endpoint& out) {
  const auto parsed = Endpoint::parse(text);
  if (!parsed) return invalid(std::string(source), parsed.error().fields.front().message);
  out = *parsed;
  return {};
}

Result<void> read_threads(std::int64_t threads, std::string_view source, int& out) {
  if (threads < 0 || threads > 256) return invalid(std::string(source), "must be between 0 and 256");
  out = static_cast<int>(threads);
  return {};
}

}  // namespace ff::config
