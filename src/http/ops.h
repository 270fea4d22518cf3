// The routes of the ops port: probes and metrics. For machines inside the house, never public.
//
// Invariant: a probe answers 200 or 503 with a plain line that says why; it never waits.
#pragma once

#include <atomic>
#include <functional>

#include "base/result.h"
#include "http/router.h"
#include "telemetry/metrics.h"

namespace ff::http {

/// Called on the ops server's thread; must not block. An error's `detail` goes into the answer and the
/// operator reads it. A callback that is not set counts as fine.
struct OpsChecks {
  std::function<Result<void>()> live;           // the process can work at all
  std::function<Result<void>()> started;        // the write path answered once and the schema fits
  std::function<Result<void>()> ready;          // has a snapshot and is not draining
  std::function<void()> before_metrics_scrape;  // brings gauges up to date
};

/// Ready until `draining` is set, which must outlive the router.
OpsChecks ready_until(const std::atomic<bool>& draining);

/// GET /livez /startupz /readyz /metrics. `registry` must outlive the router.
void add_ops_routes(Router& router, OpsChecks checks, const telemetry::Registry& registry);

/// GET /log-level tells {"level":"info"}; PUT /log-level takes the same, and from then on lines of that level
/// and above are written, by this process until it ends. For a port that only the house reaches: a browser's
/// page of another site (Origin) is refused.
void add_log_level_routes(Router& router);

}  // namespace ff::http
