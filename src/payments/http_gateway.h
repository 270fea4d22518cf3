// The gateway as a process elsewhere (payments/gateway_api.h), asked over HTTP: what several shops share.
//
// Invariants: a call ends by its deadline. Every operation is idempotent by its key, so all may be asked
// again: at most `attempts_max` times, after pauses drawn at random. Who finds `in_flight_max` requests under
// way waits in a line, first come, first served. What an error says:
//   kUnavailable  nothing was acted on, at no attempt: nobody was reached, or our request was refused as such
//                 (4xx but 408 and 429), or others of ours were under way until the deadline or in too long a
//                 line
//   kUnknown      it may have been acted on: no answer in time, a connection that broke, 5xx, 408, 429, an
//                 answer that can't be read
// To who asks for a payment both are "not known", as the port has it: another process may have asked before
// under the same key. The difference is for reachable(), which keeps orders from being placed that can't be
// paid.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/random.h"
#include "http_client/client.h"
#include "payments/gateway.h"
#include "payments/reachability.h"
#include "payments/request_slots.h"
#include "payments/shared_secret.h"
#include "telemetry/metrics.h"

namespace ff::payments {

struct HttpGatewaySettings {
  // Four pauses, 0.75 s in the mean: long enough for a process to be started again, short enough for a
  // shopper.
  int attempts_max = 5;
  Duration pause_first = std::chrono::milliseconds(100);  // at most; doubles. Drawn between 0 and that
  Duration pause_max = std::chrono::seconds(1);
  // A request under way is a connection (HTTP/1.1). A gateway 200 ms away then answers 5000 a second. The
  // client must let as many.
  std::size_t in_flight_max = 1024;
  // So many wait, and no new order is placed: as many again as are under way, so one more answer's time.
  std::size_t waiting_full = 1024;
  // Room for those that were let in before and whose orders are being written: as many as the committer
  // queues.
  std::size_t waiting_max = 8192;
  // So many attempts in a row reached nobody, and for so long: more than one call makes, and longer than a
  // process takes to be started again. At 1000 orders a second the connect timeout is what decides.
  int failures_max = 10;
  Duration silence = std::chrono::milliseconds(500);
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
  /// Whether an order is worth placing. kOverloaded: too many wait already for a request of theirs to be
  /// sent. kUnavailable: as far as is known nobody listens there (payments/reachability.h). One caller each
  /// `probe_period` then asks whether it is back (and waits for that); the others are told at once.
  Task<Result<void>> reachable();

 private:
  struct Counters {
    explicit Counters(telemetry::Registry& metrics);
    telemetry::Counter& retries;
    telemetry::Gauge& reachable;
  };
  /// What an attempt says of whether somebody is there.
  enum class Says : std::uint8_t { kSomebody, kNobody, kNothing };
  struct Attempt {
    Result<http_client::Response> outcome;
    Says says;
  };
  http_client::Request get(const std::string& rest) const;
  http_client::Request post(const std::string& key, const char* operation, std::string body) const;
  Task<Attempt> attempt(http_client::Request request, Instant deadline);
  Task<Result<http_client::Response>> ask(http_client::Request request, Instant deadline, int attempts_max);
  Task<Result<Payment>> payment(std::string key, http_client::Request request, Instant deadline,
                                int attempts_max);
  Duration drawn(Duration most);
  void show_reachable();
  void note_away(std::string_view reason);
  void note_back();

  const std::string url_;
  const std::optional<SharedSecret> secret_;
  http_client::Client& client_;
  Clock& clock_;
  Random& random_;
  const HttpGatewaySettings settings_;
  Counters counters_;
  RequestSlots slots_;
  Reachability reachability_;
};

}  // namespace ff::payments
