// The gateway as a process elsewhere (payments/gateway_api.h), asked over HTTP: what several shops share.
//
// Invariants: a call ends by its deadline. Every operation is idempotent by its key, so all may be asked
// again: at most `attempts_max` times, after pauses drawn at random. What an error says:
//   kUnavailable  nothing was sent, at no attempt: nobody listened, or our request was refused as such (4xx)
//   kUnknown      it may have been acted on: no answer in time, a connection that broke, 5xx, an answer that
//                 can't be read
// To who asks for a payment both are "not known", as the port has it: another process may have asked before
// under the same key. The difference is for reachable(), which keeps orders from being placed that can't be
// paid.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "base/random.h"
#include "http_client/client.h"
#include "payments/gateway.h"
#include "payments/shared_secret.h"
#include "telemetry/metrics.h"

namespace ff::payments {

struct HttpGatewaySettings {
  // Four pauses, 0.75 s in the mean: long enough for a process to be started again, short enough for a
  // shopper.
  int attempts_max = 5;
  Duration pause_first = std::chrono::milliseconds(100);  // at most; doubles. Drawn between 0 and that
  Duration pause_max = std::chrono::seconds(1);
  Duration busy_pause =
      std::chrono::milliseconds(20);  // at most, where our own client has too many under way
  Duration probe_period =
      std::chrono::seconds(1);  // while it is away, it is asked so often whether it is back
  Duration probe_timeout = std::chrono::seconds(1);
  Duration page_timeout = std::chrono::seconds(30);  // of a page of the ledger
};

/// Any thread.
class HttpGateway final : public Gateway {
 public:
  /// `url`: "http://payment-gateway:8090", without a slash at its end. What is passed by reference outlives
  /// it.
  HttpGateway(std::string url, std::optional<SharedSecret> secret, http_client::Client& client, Clock& clock,
              Random& random, HttpGatewaySettings settings, telemetry::Registry& metrics);

  Task<Result<Payment>> authorise(AuthoriseRequest request) override;
  Task<Result<Payment>> capture(std::string key, Instant deadline) override;
  /// Void, and where it was captured already, refund.
  Task<Result<Payment>> close(std::string key, Instant deadline) override;
  Task<Result<Payment>> lookup(std::string key, Instant deadline) override;
  /// Page by page: each payment once, as it stood when its page was read.
  Task<Result<std::vector<Payment>>> ledger() override;

  /// Asks once, within `probe_timeout`, whether it is there and takes our secret, for reachable() to know
  /// from the start; the log says why not.
  Task<bool> probe();
  /// False while the last that was heard of it is that nobody listens there. One caller each `probe_period`
  /// then asks whether it is back (and waits for that); the others are told at once.
  Task<bool> reachable();

 private:
  struct Counters {
    explicit Counters(telemetry::Registry& metrics);
    telemetry::Counter& retries;
    telemetry::Gauge& reachable;
  };
  http_client::Request get(const std::string& rest) const;
  http_client::Request post(const std::string& key, const char* operation, std::string body) const;
  Task<Result<http_client::Response>> ask(http_client::Request request, Instant deadline, int attempts_max);
  Task<Result<Payment>> payment(std::string key, http_client::Request request, Instant deadline,
                                int attempts_max);
  Duration drawn(Duration most);
  void note_away(std::string_view why);
  void note_back();

  const std::string url_;
  const std::optional<SharedSecret> secret_;
  http_client::Client& client_;
  Clock& clock_;
  Random& random_;
  const HttpGatewaySettings settings_;
  Counters counters_;
  std::atomic<bool> away_{false};
  std::atomic<std::int64_t> next_probe_us_{0};
};

}  // namespace ff::payments
