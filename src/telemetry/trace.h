// Which request a line in a log or a span in a trace belongs to: W3C Trace Context and our request ids.
//
// Invariant: what leaves here is well-formed whatever a peer sent: a header that breaks the standard starts
// a new trace, a request id that isn't plain is replaced.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"

namespace ff::telemetry {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;
inline constexpr std::uint8_t kSampled = 1;  // somebody upstream, or we, record it

/// https://www.w3.org/TR/trace-context/, version 00. The ids are never all zero, but in one that is empty.
struct TraceContext {
  TraceId trace_id{};
  SpanId span_id{};
  std::uint8_t flags = 0;

  /// Reads a traceparent header. Later versions are read as far as version 00 goes, as the standard asks.
  static std::optional<TraceContext> parse(std::string_view traceparent);
  /// A new trace, that nobody records.
  static TraceContext start(Random& random);
  /// Our own span in the same trace.
  TraceContext child(Random& random) const;
  bool empty() const { return span_id == SpanId{}; }
  bool sampled() const { return (flags & kSampled) != 0; }
  /// "00-<32 hex>-<16 hex>-<2 hex>"
  std::string text() const;
  void append_to(std::string& out) const;
  bool operator==(const TraceContext&) const = default;
};

/// What we pass on for a request that came with `header` (perhaps empty or broken): the caller's trace with a
/// span of our own. `believed`: the caller may say that a trace is recorded; others would make whoever is
/// asked next record what they like.
TraceContext continue_trace(std::string_view header, Random& random, bool believed);

/// 1 to 128 characters of [A-Za-z0-9._:/+=@-]: what we take over from X-Request-Id into logs and answers.
bool is_sane_request_id(std::string_view id);
/// 32 lower-case hex digits. Replaces what `out` holds and reuses its memory.
void new_request_id(Random& random, std::string& out);

void append_hex(std::string& out, std::span<const std::uint8_t> bytes);
std::string hex(std::span<const std::uint8_t> bytes);

}  // namespace ff::telemetry
