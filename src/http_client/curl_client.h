// The client on libcurl: all transfers on one thread of its own, in one multi handle, whose connections are
// kept and used again.
//
// Invariants: a socket is opened only to an address that the policy allows, judged when it is opened; proxies
// of the environment are not used. A request is answered exactly once, on the executor of the coroutine that
// awaits it, whose context can't run dry meanwhile. At most `in_flight_max` requests are under way.
//
// libcurl and the thread start with the first request: a shop that asks nobody pays for neither.
//
// A thread that polls instead of sockets on Asio: libcurl opens, watches and closes descriptors of its own
// (its resolver's too), which Asio would have to be told of in time; and any thread may send.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http_client/client.h"
#include "http_client/target_policy.h"

namespace ff::http_client {

struct ClientLimits {
  std::size_t in_flight_max = 1024;
  std::size_t response_bytes_max = 64 * 1024;  // of a body; what is longer is cut and its connection closed
  std::size_t header_bytes_max = 32 * 1024;    // of an answer; beyond it the request fails
  long idle_connections_max = 64;
  Duration connect_timeout = std::chrono::seconds(5);  // with TLS; within the request's timeout
};

class CurlClient final : public Client {
 public:
  /// `user_agent` is sent with each request. `ca_file`: PEM of the authorities that may have signed a
  /// server's certificate; empty: those of the system. A server that can't show one for its name is not
  /// asked.
  CurlClient(std::string user_agent, TargetPolicy policy, ClientLimits limits = {}, std::string ca_file = {});
  CurlClient(const CurlClient&) = delete;
  ~CurlClient() override;  // close()

  Task<Result<Response>> send(Request request) override;
  void close() override;

 private:
  struct Transfer;
  struct Multi;
  class Answer;
  template <typename Handler>
  class TypedAnswer;

  void push(Request request, std::unique_ptr<Answer> answer);
  bool begun();
  void loop(void* multi);

  const std::string user_agent_;
  const TargetPolicy policy_;
  const ClientLimits limits_;
  const std::string ca_file_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;
  std::unique_ptr<Multi> multi_;  // none before the first request
  std::vector<std::unique_ptr<Transfer>> incoming_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace ff::http_client
