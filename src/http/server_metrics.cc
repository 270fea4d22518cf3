#include "http/server_metrics.h"

#include <algorithm>

namespace ff::http {

ServerMetrics::ServerMetrics(telemetry::Registry& registry, const std::string& server, const Router& router) {
  const telemetry::Labels own = {{"server", server}};
  const auto counter = [&](const char* name, const char* help) { return &registry.counter(name, help, own); };
  received_bytes = counter("ff_http_received_bytes_total", "Bytes read from clients.");
  sent_bytes = counter("ff_http_sent_bytes_total", "Bytes of answers.");
  accepted = counter("ff_http_connections_accepted_total", "Connections accepted.");
  evicted =
      counter("ff_http_connections_evicted_total", "Idle connections closed to make room for new ones.");
  rejected = counter("ff_http_connections_rejected_total", "Connections refused at the bound.");
  accept_errors =
      counter("ff_http_accept_errors_total", "Accepts that failed, mostly for want of descriptors.");
  write_timeouts =
      counter("ff_http_write_timeouts_total", "Answers dropped because the client read too slowly.");
  exceptions = counter("ff_http_handler_exceptions_total", "Handlers that threw: our own mistakes.");
  open = &registry.gauge("ff_http_connections", "Open connections.", own);
  connections_max = &registry.gauge("ff_http_connections_max", "Bound of open connections.", own);
  in_flight = &registry.gauge("ff_http_requests_in_flight", "Requests whose handler is waiting.", own);

  loop_lag = &registry.histogram(
      "ff_loop_lag_seconds", "How late a serving thread's timer fired.",
      {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0}, own);

  constexpr const char* kClassNames[kClasses] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  const auto add_route = [&](std::string_view method, std::string_view pattern, Priority priority) {
    const telemetry::Labels labels = {{"server", server},
                                      {"method", std::string(method)},
                                      {"route", std::string(pattern)},
                                      {"priority", std::string(to_string(priority))}};
    OfRoute route;
    for (std::size_t i = 1; i < kClasses; ++i) {
      telemetry::Labels with_status = labels;
      with_status.emplace_back("status", kClassNames[i]);
      route.answered[i] = &registry.counter("ff_http_requests_total",
                                            "Requests answered, by route and class of status.", with_status);
    }
    route.answered[0] = route.answered[1];
    route.seconds = &registry.histogram(
        "ff_http_request_seconds", "From the last byte of the head to the answer's hand-over to the socket.",
        telemetry::latency_bounds(), labels);
    by_route_.push_back(route);
  };
  for (const Route& route : router.routes())
    add_route(to_string(route.method), route.pattern, route.priority);
  add_route("other", "none", Priority::kBrowse);

  for (std::size_t i = 1; i < kFaults; ++i) {
    faults_[i] =
        &registry.counter("ff_http_refused_total", "Requests refused before a handler saw them.",
                          {{"server", server}, {"reason", std::string(to_string(static_cast<Fault>(i)))}});
  }
  faults_[0] = faults_[1];
}

void ServerMetrics::count_request(const Route* route, const Router& router, int status, double seconds) {
  const std::size_t index =
      route == nullptr ? by_route_.size() - 1 : static_cast<std::size_t>(route - router.routes().data());
  const int status_class = std::clamp(status / 100 - 1, 0, static_cast<int>(kClasses) - 1);
  by_route_[index].answered[static_cast<std::size_t>(status_class)]->add();
  by_route_[index].seconds->observe(seconds);
}

}  // namespace ff::http
