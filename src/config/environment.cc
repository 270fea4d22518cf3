#include "config/environment.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/rules.h"

namespace ff::config {
namespace {

// Text that is any text: the member at the end of `path` is it.
template <auto... path>
Result<void> take_text(Options& options, const std::string& text) {
  (options.*....*path) = text;
  return {};
}

// The settings that can come from the environment, each with how its text is taken.
struct Variable {
  std::string_view name;
  Result<void> (*take)(Options&, const std::string& text);
};
constexpr Variable kVariables[] = {
    {"FF_AUDIT_EVERY_S",
     [](Options& options, const std::string& text) -> Result<void> {
       const std::int64_t every_s = parse_int(text).value_or(-1);
       if (!is_audit_period(every_s)) return invalid("FF_AUDIT_EVERY_S", std::string(kAuditPeriodRule));
       options.audit.every = std::chrono::seconds(every_s);
       return {};
     }},
    {"FF_CONFIG", [](Options&, const std::string&) -> Result<void> { return {}; }},  // load() has read it
    {"FF_DATABASE_PASSWORD_FILE", take_text<&Options::database, &Database::password_file>},
    {"FF_DATABASE_URL", take_text<&Options::database_url>},
    {"FF_IO_THREADS",
     [](Options& options, const std::string& text) {
       return read_threads(parse_int(text).value_or(-1), "FF_IO_THREADS", options.io_threads);
     }},
    {"FF_LISTEN", [](Options& options,
                     const std::string& text) { return read_endpoint(text, "FF_LISTEN", options.listen); }},
    {"FF_LOG_LEVEL",
     [](Options& options, const std::string& text) -> Result<void> {
       return read_log_level(text, "FF_LOG_LEVEL", options.log_level);
     }},
    {"FF_OPS_LISTEN",
     [](Options& options, const std::string& text) {
       return read_endpoint(text, "FF_OPS_LISTEN", options.ops_listen);
     }},
    {"FF_PAYMENT_GATEWAY_TOKEN_FILE", take_text<&Options::payment_gateway_token_file>},
    {"FF_PAYMENT_GATEWAY_URL", take_text<&Options::payment_gateway_url>},
    {"FF_PAYMENT_LEDGER", take_text<&Options::payment_ledger>},
    {"FF_PUBLIC_URL", take_text<&Options::public_url>},
    {"FF_TRACE_OTLP_URL", take_text<&Options::trace, &Tracing::otlp_url>},
    {"FF_TRACE_SAMPLE",
     [](Options& options, const std::string& text) -> Result<void> {
       char* end = nullptr;
       const double share = std::strtod(text.c_str(), &end);
       if (text.empty() || *end != '\0' || !is_share(share))
         return invalid("FF_TRACE_SAMPLE", std::string(kShareRule));
       options.trace.sample = share;
       return {};
     }},
};

Result<void> judge_unknown(std::string_view name, Options& options) {
  std::vector<std::string_view> known;
  for (const Variable& variable : kVariables)
    known.push_back(variable.name);
  if (const auto meant = nearest(name, known))
    return invalid(std::string(name), fmt::format("is not a setting; did you mean {}?", *meant));
  options.warnings.push_back(
      fmt::format("{} is not a setting and is ignored; there are {}", name, fmt::join(known, ", ")));
  return {};
}

}  // namespace

Result<void> read_environment(Options& options, const Environment& environment) {
  for (const auto& [name, text] : environment) {
    const auto variable = std::find_if(std::begin(kVariables), std::end(kVariables),
                                       [&name = name](const Variable& each) { return each.name == name; });
    auto taken =
        variable != std::end(kVariables) ? variable->take(options, text) : judge_unknown(name, options);
    if (!taken) return taken;
  }
  return {};
}

Environment environment_of(const char* const* variables) {
  Environment ours;
  for (; *variables != nullptr; ++variables) {
    const std::string_view variable = *variables;
    const std::size_t equals = variable.find('=');
    if (!variable.starts_with("FF_") || equals == variable.npos) continue;
    ours.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return ours;
}

}  // namespace ff::config
