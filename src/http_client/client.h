// The port through which the shop asks other servers: webhooks, a payment gateway's API. Not the hot path.
//
// Invariant: every request ends, with an answer or an error, within its timeout, and what an answer may weigh
// is bounded. Redirects are answers, never followed: where they lead was not what was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/time.h"

namespace ff::http_client {

enum class Method : std::uint8_t { kGet, kPost };

struct Request {
  std::string url;
  std::vector<std::string> headers;             // "Name: value"
  std::string body;                             // of a POST
  Duration timeout = std::chrono::seconds(15);  // of everything, from the look-up of the name on
  Method method = Method::kPost;
};

struct Response {
  int status = 0;
  std::string body;                     // at most what the client keeps; the rest is not read
  std::optional<Duration> retry_after;  // of the header, when it is a number of seconds
};

class Client {
 public:
  virtual ~Client() = default;
  /// kUnknown: no whole answer in time, but some of the request had left: it may have been acted on. The
  /// others say that nothing was sent. kUnavailable: not reached. kInvalid: the address is one that the
  /// policy refuses. kOverloaded: too many requests are under way. kInternal: the request can't be prepared,
  /// for want of memory say. Any thread; answers on the caller's executor.
  virtual Task<Result<Response>> send(Request request) = 0;
  /// Ends all that is under way, and all that comes later with kUnavailable.
  virtual void close() = 0;
};

}  // namespace ff::http_client
