#include "http/ops.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_writer.h"
#include "telemetry/log.h"

namespace ff::http {
namespace {

Response uncached(Response response) {
  response.header("Cache-Control", "no-store");
  return response;
}

ImmediateHandler probe(std::function<Result<void>()> check) {
  return [check = std::move(check)](const Request&) {
    if (!check) return uncached(Response::text(200, "ok\n"));
    const Result<void> outcome = check();
    if (outcome) return uncached(Response::text(200, "ok\n"));
    return uncached(Response::text(503, outcome.error().detail + "\n"));
  };
}

Response tell_level() {
  Response response = Response::json(200, {});
  JsonWriter json(response.body);
  json.object([&] { json.key("level").value(log::to_string(log::level())); });
  return uncached(std::move(response));
}

/// `{"level":"debug"}`, and also `debug` alone: whoever types it at night is understood.
std::optional<log::Level> asked_level(std::string_view body) {
  constexpr std::string_view kNoise = "{}\": \t\r\n";
  const auto bare = [&](std::string_view text) {
    const std::size_t first = text.find_first_not_of(kNoise);
    if (first == text.npos) return std::string_view();
    return text.substr(first, text.find_last_not_of(kNoise) - first + 1);
  };
  std::string_view text = bare(body);
  constexpr std::string_view kName = "level\"";
  if (text.starts_with(kName)) text = bare(text.substr(kName.size()));
  return log::parse_level(text);
}

Task<Response> set_level(const Request& request) {
  if (request.has_header("Origin") || request.has_header("Sec-Fetch-Site"))
    co_return uncached(Response::text(403, "a page of another site may not\n"));
  const std::optional<log::Level> asked = asked_level(request.body);
  if (!asked)
    co_return uncached(Response::text(422, "send {\"level\":\"...\"} with debug, info, warning or error\n"));
  const log::Level before = log::level();
  log::set_level(*asked);
  // At a level that is written before and after.
  log::write(std::max(before, *asked), "http", "log level changed",
             {{"from", log::to_string(before)}, {"to", log::to_string(*asked)}});
  co_return tell_level();
}

}  // namespace

OpsChecks ready_until(const std::atomic<bool>& draining) {
  OpsChecks checks;
  checks.ready = [&draining]() -> Result<void> {
    if (draining.load()) return fail(ErrorCode::kUnavailable, "draining");
    return {};
  };
  return checks;
}

void add_ops_routes(Router& router, OpsChecks checks, const telemetry::Registry& registry) {
  router.get("/livez", Priority::kProbe, probe(std::move(checks.live)));
  router.get("/startupz", Priority::kProbe, probe(std::move(checks.started)));
  router.get("/readyz", Priority::kProbe, probe(std::move(checks.ready)));
  router.get("/metrics", Priority::kProbe,
             [&registry, before = std::move(checks.before_metrics_scrape)](const Request&) {
               if (before) before();
               Response response;
               response.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
               response.body = registry.openmetrics();
               return uncached(std::move(response));
             });
}

void add_log_level_routes(Router& router) {
  constexpr std::size_t kBodyBytesMax = 256;
  router.get("/log-level", Priority::kProbe, [](const Request&) { return tell_level(); });
  router.add(Method::kPut, "/log-level", Priority::kProbe, set_level, kBodyBytesMax);
}

}  // namespace ff::http
