// What every process tells of itself at a scrape: its build, its memory, time and descriptors by the names
// that all Prometheus clients use, and its log.
#pragma once

#include <string>

#include "telemetry/metrics.h"

namespace ff::app {

/// `schema`: the number of the newest migration that this release has for its store; empty: it has no store.
void add_process_metrics(telemetry::Registry& metrics, const std::string& schema);

}  // namespace ff::app
