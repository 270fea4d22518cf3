// What a handler sees of a request and what it gives back. The wire is http/connection.h's business.
//
// Invariant: a Request was parsed and checked completely: its path is normalised and percent-decoded, its
// header fields hold no control characters, its body is whole and within the limit of its route.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "http/memory_file.h"
#include "http/security_headers.h"
#include "telemetry/tracer.h"

namespace ff::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
std::string_view to_string(Method method);

/// What is refused first when there is too much work; a route has exactly one (design 7).
enum class Priority : std::uint8_t { kAdmin, kSearch, kBrowse, kCart, kCheckout, kProbe };
std::string_view to_string(Priority priority);

struct Request {
  Method method = Method::kGet;
  std::string_view target;                                             // as sent
  std::string path;                                                    // decoded, starts with '/'
  std::string_view query;                                              // as sent, without '?'
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // names as sent
  std::string body;
  std::vector<std::pair<std::string_view, std::string_view>> params;  // {handle} of the route, in `path`

  std::string_view route;           // the template that matched: "/products/{handle}"; for logs and metrics
  boost::asio::ip::address client;  // after trusted proxies
  std::string remote_address;       // the same as text
  bool secure = false;              // the client's connection is TLS (told by a trusted proxy)
  Instant received_at;
  Instant deadline;  // nobody waits for the answer after this

  /// First header field of that name (ASCII case-insensitive); empty if absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  /// Names the request in logs and answers: the client's X-Request-Id where that is plain, or one of ours.
  /// Made when first asked for, since an answer from finished bytes needs none.
  const std::string& request_id() const;
  /// The client's trace with our own span, to pass on; says whether it is recorded. Made when first asked
  /// for.
  const telemetry::Trace& trace() const;
  /// Value of a cookie as sent, without the quotes that may stand around it; empty if absent.
  std::string_view cookie(std::string_view name) const;
  std::string_view param(std::string_view name) const;

  /// Whether the client has closed its side of the connection, or all of it: nobody to begin work for. While
  /// the request is being answered, on the connection's thread.
  bool client_left() const { return left_ != nullptr && *left_; }
  /// `left` outlives the answering of the request.
  void watch(const bool& left) { left_ = &left; }

  /// Forgets the names; those of the next request come from `random`, which outlives it. `believed`: the
  /// client may say that its trace is recorded.
  void rename(Random& random, bool believed);
  /// It is recorded.
  void follow(const telemetry::Trace& trace) { trace_ = trace; }
  /// Whether it is, without making a trace that is not.
  bool followed() const { return static_cast<bool>(trace_); }

 private:
  const bool* left_ = nullptr;  // null: not from a connection
  Random* random_ = nullptr;    // null: not from a connection; only the client's names count
  mutable std::string request_id_;
  bool believed_ = false;
  mutable telemetry::Trace trace_;
};

/// name=value pairs of a query string or of an application/x-www-form-urlencoded body, decoded, in order.
/// kInvalid when an escape is broken, when it is not UTF-8 or holds a NUL, or when there are more than
/// `fields_max`.
class Form {
 public:
  static Result<Form> parse(std::string_view encoded, std::size_t fields_max = 512);
  /// First value of that name; empty if absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};
std::string percent_encode(std::string_view text);  // everything but RFC 3986 "unreserved"
/// nullopt when an escape is broken. `plus_is_space` as in forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// An answer that was built once and is served many times: the complete head (status line, fields, Date
/// placeholder, empty line) and the body. Immutable, shared by threads.
struct FinishedBytes {
  std::string head;             // ends with CRLF CRLF
  std::size_t date_offset = 0;  // where the 29 bytes of the IMF-fixdate stand in `head`
  std::string body;
  std::unique_ptr<const MemoryFile> file;  // the body once more, where it is large
  std::string etag;                        // quoted; also in `head`
  std::string not_modified_head;           // the complete 304 for it
  std::size_t not_modified_date_offset = 0;
  std::size_t bytes() const {
    return head.size() + body.size() * (file ? 2 : 1) + not_modified_head.size() + sizeof *this;
  }
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: none is sent
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// When set, everything above is ignored and these bytes go out. The connection answers 304 by itself
  /// where If-None-Match fits, and leaves the body out for HEAD.
  std::shared_ptr<const FinishedBytes> finished;

  Response& header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  static Response html(int status, std::string body);
  static Response json(int status, std::string body);
  static Response text(int status, std::string body);
  static Response see_other(std::string location);  // 303
};

/// Builds the finished form of `response`: head with Content-Length, ETag (from `etag_seed`, which must
/// name the page's inputs and its encoding; empty: none), Date placeholder. Adds the security headers of
/// every answer: whoever serves pictures from foreign hosts passes the SecurityHeaders that the composition
/// root built.
std::shared_ptr<const FinishedBytes> finish(const Response& response, std::string_view etag_seed,
                                            const SecurityHeaders& security = default_security_headers());

/// A Set-Cookie value. Path=/, and HttpOnly unless `readable_by_scripts`; SameSite=Lax; Secure if asked.
/// Bytes that a cookie's value can't hold (RFC 6265 4.1.1) are left out: encode before, if they matter.
struct Cookie {
  std::string name;
  std::string value;
  Duration max_age{0};  // 0: until the browser closes; negative: forget it now
  bool readable_by_scripts = false;
  bool secure = false;
};
std::string set_cookie(const Cookie& cookie);

enum class Encoding : std::uint8_t { kIdentity, kGzip, kBrotli };
/// The best encoding that Accept-Encoding allows (RFC 9110 12.5.3): br, then gzip, then identity.
Encoding negotiate(std::string_view accept_encoding);

}  // namespace ff::http
