// What the connections of one thread share: settings, buffers that are in use only while the thread works on
// one connection, and the list of the connections themselves.
//
// Invariant: touched by its thread only. `out` is empty and `scratch` unused whenever a connection waits, so
// that a connection that waits costs no buffer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "http/client_address.h"
#include "http/gate.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/outbox.h"
#include "http/router.h"
#include "http/security_headers.h"
#include "http/server_metrics.h"

namespace ff::http {

class Connection;

struct Lane {
  static constexpr std::size_t kScratchBytes = 64 * 1024;
  using SteadyTime = std::chrono::steady_clock::time_point;

  const std::string& server;  // its name
  const Router& router;
  const Limits& limits;
  const SecurityHeaders& security;
  const TrustedProxies& proxies;
  const Clock& clock;
  ServerMetrics& metrics;
  const std::atomic<bool>& closing;  // every answer ends its connection
  SeededRandom random;               // for ids, which are no secrets
  std::function<void()> on_connection_end;
  std::unique_ptr<Gate> gate;           // null: every request is worked for
  telemetry::Tracer* tracer = nullptr;  // null: no request is recorded
  bool traces_believed = false;

  bool draining = false;  // idle connections end
  Outbox out;
  std::unique_ptr<char[]> scratch = std::make_unique<char[]>(kScratchBytes);
  std::list<Connection*> idle;  // between requests; the one that has idled longest first
  std::list<Connection*> busy;

  /// Reused, since its vectors and strings keep their memory.
  std::unique_ptr<Request> take_request();
  void give_back(std::unique_ptr<Request> request);
  /// The Date of answers: made once a second.
  const std::string& date(Instant now);

 private:
  static constexpr std::size_t kSpareRequests = 16;
  std::vector<std::unique_ptr<Request>> spare_requests_;
  std::int64_t date_second_ = -1;
  std::string date_;

 public:
  Lane(const std::string& server_name, const Router& the_router, const Limits& the_limits,
       const SecurityHeaders& the_security, const TrustedProxies& the_proxies, const Clock& the_clock,
       ServerMetrics& the_metrics, const std::atomic<bool>& the_closing, std::uint64_t seed)
      : server(server_name),
        router(the_router),
        limits(the_limits),
        security(the_security),
        proxies(the_proxies),
        clock(the_clock),
        metrics(the_metrics),
        closing(the_closing),
        random(seed) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
};

}  // namespace ff::http
