// Every bound of the HTTP server, with its default and what it trades. Bodies are bounded by route
// (http/router.h: Route::body_bytes_max).
#pragma once

#include <chrono>
#include <cstddef>

namespace ff::http {

struct Limits {
  /// Request line and fields together; 431 (414 when the request line alone is longer). Browsers send 1-2
  /// KiB; cookies of other sites under the same domain are what makes it grow.
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t header_count_max = 100;
  /// From the first byte of a request, or from accepting the connection, to the end of its head; then 408.
  std::chrono::milliseconds header_timeout{10'000};
  /// From the end of the head to the end of the body; then 408. Our bodies are forms of a few KiB.
  std::chrono::milliseconds body_timeout{20'000};
  /// A kept-alive connection without a request. Longer than the 60 s of the usual load balancers: if we
  /// closed first, their next request could meet the closing connection and fail.
  std::chrono::milliseconds idle_timeout{75'000};
  /// A client that reads its answer may take this long, plus the time that `write_bytes_per_second_min`
  /// allows for the size of the answer; then the connection is dropped.
  std::chrono::milliseconds write_timeout{15'000};
  std::size_t write_bytes_per_second_min = 16 * 1024;
  /// After an answer that ends the connection, what the client still sends is read and dropped for this
  /// long and this much, so that a reset doesn't overtake the answer.
  std::chrono::milliseconds linger_timeout{2'000};
  std::size_t linger_bytes_max = 4 * 1024 * 1024;
  /// While draining, a new connection gets this long for its first byte: it may have queued with a request
  /// on its way, but a browser's spare connection must not hold the drain up.
  std::chrono::milliseconds drain_first_byte_timeout{1'000};
  /// Request::deadline: after this nobody waits for the answer.
  std::chrono::milliseconds request_timeout{30'000};
  /// Answers of pipelined requests that are gathered into one write.
  std::size_t pipelined_requests_max = 64;
  /// Of the whole server, shared out evenly to its threads. At the bound the connection that has idled
  /// longest gives way; when none idles the newcomer gets 503.
  std::size_t connections_max = 20'000;
};

}  // namespace ff::http
