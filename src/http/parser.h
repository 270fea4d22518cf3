// Bytes to a Request's head. Strict where being lenient lets two servers read one stream differently
// (request smuggling): one scan checks every line as it completes, then the whole block is split into fields.
//
// Invariant: the outcome depends on the bytes only, never on how they were cut into reads; nothing is read
// past the empty line that ends the head; a refused head leaves a Request fit for an error page at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/fault.h"
#include "http/limits.h"
#include "http/message.h"

namespace ff::http {

/// What the head says about the connection and the body; not a handler's business.
struct Framing {
  std::size_t head_bytes = 0;        // including the empty line
  std::uint64_t content_length = 0;  // 0 without a body and for chunked
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool version_1_0 = false;
  bool https_target = false;  // absolute-form with that scheme: only for a client that came by TLS
  bool has_body() const { return chunked || content_length > 0; }
};

class HeadParser {
 public:
  enum class Step { kNeedMore, kComplete, kRefused };

  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  /// `bytes` starts where the message starts and holds all that was read of it; call again with the same
  /// bytes and more after kNeedMore (they may have moved). On kComplete `request`'s method, target, path,
  /// query and headers are set, with views into `bytes`, and framing() is. On kRefused fault() says why;
  /// request.path is empty or names what was asked for, undecoded; request.method is the one that was sent,
  /// if that much was understood, else kGet. Work is linear in the bytes over all calls.
  Step parse(std::string_view bytes, Request& request);

  const Framing& framing() const { return framing_; }
  Fault fault() const { return fault_; }
  /// Before the next message.
  void reset();

 private:
  Step refuse(Fault fault);
  bool scan(std::string_view bytes);
  bool check_request_line(std::string_view line);
  Step interpret(std::string_view head, Request& request);

  const Limits& limits_;
  Framing framing_;
  Fault fault_ = Fault::kNone;
  std::size_t line_start_ = 0;  // first byte of the line that isn't complete yet
  std::size_t searched_ = 0;    // up to here there is no LF in that line
  std::size_t message_start_ = 0;
  std::size_t path_start_ = 0;  // where an origin-form target's path stands, for the page of a refusal
  std::size_t path_size_ = 0;
  std::size_t fields_ = 0;
  std::optional<Method> method_;
  bool request_line_done_ = false;
  bool head_done_ = false;
};

/// Moves the views of a parsed request from the bytes at `from` to the same bytes at `to`.
void rebase(Request& request, const char* from, const char* to);

/// One field line without its line end: a token, a colon at once, a value without control characters.
/// kNone if it is well-formed.
Fault check_field_line(std::string_view line);

/// Decodes the path of a target. False for broken escapes, control characters, what isn't UTF-8, and dot
/// segments (clients resolve them; who sends them is probing). An escaped slash stays escaped ("%2F"), so
/// that it can't make a segment.
bool decode_path(std::string_view raw, std::string& out);

}  // namespace ff::http
