// Sends what the tracer gathered to a collector (OTLP over HTTP, in JSON), on a thread of its own.
//
// Invariants: nobody who is served waits for it. What the collector does not take, within its deadline and at
// the first try, is dropped and counted (ff_trace_spans_total); while it is away it is asked less and less
// often, the tracer's queue fills, and what comes then is dropped and counted there. stop() takes as long as
// one request may, at most.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>

#include "config/options.h"
#include "http_client/client.h"
#include "telemetry/otlp.h"
#include "telemetry/tracer.h"

namespace ff::app {

struct TraceExportSettings {
  Duration period = std::chrono::milliseconds(500);  // between two looks at the queue
  Duration timeout = std::chrono::seconds(5);        // of a request
  std::size_t spans_max = 512;                       // in a request: some 300 KB
  Duration backoff_first = std::chrono::seconds(1);  // after a request that failed; doubles
  Duration backoff_max = std::chrono::seconds(30);
};

class TraceExport {
 public:
  /// Sends to `url` + "/v1/traces". All that is passed by reference outlives it.
  TraceExport(std::string url, telemetry::Service service, telemetry::Tracer& tracer,
              http_client::Client& client, Clock& clock, TraceExportSettings settings = {});

  /// Until stop(), after which what is left in the queue is sent, if the collector is there.
  Task<void> run();
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  Task<bool> send(std::vector<telemetry::FinishedSpan> spans);
  void note(bool sent, std::string_view why);

  const std::string url_;
  const telemetry::Service service_;
  telemetry::Tracer& tracer_;
  http_client::Client& client_;
  Clock& clock_;
  const TraceExportSettings settings_;
  bool away_ = false;  // what the log said last
  std::atomic<bool> stopping_{false};
};

/// All of it as the settings say: tracer, client, thread. Without trace.otlp_url there is none of them.
class Tracing {
 public:
  /// kInvalid where the address can't be one.
  static Result<std::unique_ptr<Tracing>> open(const config::Options& options, const std::string& service,
                                               Clock& clock, Random& random, telemetry::Registry& metrics);
  ~Tracing() { stop(); }
  /// Null: nothing is recorded.
  telemetry::Tracer* tracer() { return tracer_.get(); }
  void start();
  void stop();  // idempotent; before what the clients' spans refer to

 private:
  Tracing() = default;
  std::unique_ptr<telemetry::Tracer> tracer_;
  std::unique_ptr<http_client::Client> client_;
  std::unique_ptr<TraceExport> export_;
  asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace ff::app
