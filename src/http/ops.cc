#include "http/ops.h"

#include <utility>

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

}  // namespace ff::http
