// Spans as OpenTelemetry's protocol has them in JSON (opentelemetry-proto 1.x, ExportTraceServiceRequest):
// what a collector takes at /v1/traces.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "telemetry/tracer.h"

namespace ff::telemetry {

/// Who records: the attributes service.name, service.version, service.instance.id of the resource.
struct Service {
  std::string name, version, instance;
};

/// Ids are hex and times decimal nanoseconds in text, as the JSON encoding of the protocol asks.
std::string otlp_json(const Service& service, std::span<const FinishedSpan> spans);

}  // namespace ff::telemetry
