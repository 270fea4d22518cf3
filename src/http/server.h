// The HTTP/1.1 server: threads, listening sockets, start and drain.
//
// Invariant: every thread has its own io_context and its own listening socket (SO_REUSEPORT), and a
// connection lives and dies on the thread that accepted it; so handlers of one connection never run at the
// same time, and nothing here takes a lock on the way of a request.
//
//   http::Server server(router, limits, options, clock, registry);
//   if (auto bound = server.listen(); !bound) return exit_with(bound.error());
//   server.start();                      // answers from here on
//   ... SIGTERM: not ready ...
//   server.close_after_answers();        // tell kept-alive clients to go elsewhere, gently
//   ... keep serving for drain_delay ...
//   server.drain(grace);                 // stop accepting, finish what runs
//   ... flush what the handlers left, e.g. the committer ...
//   server.join();
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/result.h"
#include "base/time.h"
#include "http/gate.h"
#include "http/limits.h"
#include "http/router.h"
#include "http/security_headers.h"
#include "telemetry/metrics.h"
#include "telemetry/tracer.h"

namespace ff::http {

struct ServerOptions {
  std::string name = "shop";          // label `server` of its metrics, and in its log lines
  std::string address = "127.0.0.1";  // "0.0.0.0", "::" (both families), "localhost"
  std::uint16_t port = 8080;          // 0: the kernel chooses, port() tells
  unsigned threads = 1;
  int backlog = 4096;  // connections the kernel may queue for each thread
  /// "10.0.0.0/8", "fd00::/8", "127.0.0.1": only these may say who the client is (X-Forwarded-For) and
  /// whether it came by TLS (X-Forwarded-Proto). Empty: nobody.
  std::vector<std::string> trusted_proxies;
  SecurityHeaders security;
  MakeGate gate;                        // null: every request is worked for
  telemetry::Tracer* tracer = nullptr;  // null: no request is recorded. Outlives the server
  /// Whether every client, and not only a trusted proxy, may say that its trace is recorded: for a server
  /// whose clients are our own.
  bool traces_believed = false;
};

/// What ServerOptions::address means. kInvalid (field "listen") where it is none.
Result<asio::ip::address> listen_address(const std::string& name);

/// Whether a server could listen there now: binds and lets go. Errors as Server::listen()'s.
Result<void> can_listen(const std::string& address, std::uint16_t port);

class Server {
 public:
  /// All references must outlive the server. Registers its metrics. The router must be complete.
  Server(const Router& router, Limits limits, ServerOptions options, const Clock& clock,
         telemetry::Registry& registry);
  /// Stops at once what still runs: handlers in flight are destroyed where they wait.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds. kInvalid for an address or proxy that can't be read, kConflict when the port is taken (also by
  /// a server that would share it), kUnavailable for other refusals; `detail` is a line for the operator.
  /// Connections queue from here on and are answered after start().
  Result<void> listen();
  /// Runs the threads. After listen() succeeded; once.
  void start();

  std::uint16_t port() const;
  unsigned threads() const;
  /// The executor of thread `i` (below threads()): what is spawned there may share state with handlers of
  /// that thread without locks. Usable from construction until join().
  asio::any_io_executor executor(unsigned i) const;

  /// From now on every answer says `Connection: close`. Accepting goes on. Any thread.
  void close_after_answers();
  /// Accepts what has queued, then closes the listening sockets and the idle connections. Requests under
  /// way are answered. Any thread; returns at once.
  void stop_accepting();
  /// close_after_answers(), stop_accepting(), then waits until no connection is left or `grace` has passed.
  /// True if all finished. Not from a thread of the server. The threads go on (executor() is usable).
  bool drain(std::chrono::milliseconds grace);
  /// Stops the threads and waits for their end. Idempotent.
  void join();

  std::size_t open_connections() const;

 private:
  class Worker;
  struct Shared;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace ff::http
