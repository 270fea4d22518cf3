// What the HTTP server counts. Every series is registered at start, so the hot path only adds to atomics it
// already holds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "http/fault.h"
#include "http/router.h"
#include "telemetry/metrics.h"

namespace ff::http {

class ServerMetrics {
 public:
  ServerMetrics(telemetry::Registry& registry, const std::string& server, const Router& router);

  /// `route`: null when none matched.
  void count_request(const Route* route, const Router& router, int status, double seconds);
  void count_fault(Fault fault) { faults_[static_cast<std::size_t>(fault)]->add(); }

  telemetry::Counter* received_bytes;
  telemetry::Counter* sent_bytes;
  telemetry::Counter* accepted;
  telemetry::Counter* evicted;   // idle connections that gave way at the bound
  telemetry::Counter* rejected;  // newcomers that got 503 at the bound
  telemetry::Counter* accept_errors;
  telemetry::Counter* write_timeouts;
  telemetry::Counter* exceptions;
  telemetry::Gauge* open;
  telemetry::Gauge* connections_max;
  telemetry::Gauge* in_flight;     // handlers that wait for something
  telemetry::Histogram* loop_lag;  // how late a thread's timer was

 private:
  static constexpr std::size_t kClasses = 5;  // 1xx .. 5xx
  struct OfRoute {
    std::array<telemetry::Counter*, kClasses> answered{};
    telemetry::Histogram* seconds = nullptr;
  };

  std::vector<OfRoute> by_route_;  // in the router's order; the last is "none matched"
  std::array<telemetry::Counter*, kFaults> faults_{};
};

}  // namespace ff::http
