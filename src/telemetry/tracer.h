// Spans of the requests that are traced, on their way to whoever exports them (app/trace_export.h).
//
// Which are traced is decided once, at the head of a request (head sampling); everything behind it asks one
// pointer. Invariant: to end a span never blocks and takes no lock: it goes into a queue of a fixed size, or
// is dropped and counted. Where nobody traces there is no Tracer, and all of this costs a branch.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "telemetry/metrics.h"
#include "telemetry/trace.h"

namespace ff::telemetry {

class Tracer;

/// What a span says beside its name. Never a path or a query (the path of a cart opens it), nothing of the
/// shopper.
struct Attribute {
  std::string_view key;  // a literal
  std::variant<std::int64_t, std::string> value;
};
using Attributes = std::vector<Attribute>;

enum class SpanKind : std::uint8_t { kInternal = 1, kServer = 2, kClient = 3 };  // as OTLP numbers them

struct FinishedSpan {
  TraceContext context;
  SpanId parent{};  // all zero: it is the root
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  Instant began, ended;
  bool failed = false;
  Attributes attributes;
};

/// Where a request belongs, and whether that is recorded. As small as a few pointers; copied along the way of
/// a request.
class Trace {
 public:
  Trace() = default;
  /// Recorded by nobody.
  explicit Trace(TraceContext context) : context_(context) {}
  Trace(Tracer& tracer, TraceContext context, SpanId parent)
      : tracer_(&tracer), context_(context), parent_(parent) {}

  /// Whether spans are recorded. Ask before anything is done for one.
  explicit operator bool() const { return tracer_ != nullptr; }
  /// What is passed on to who is asked next, and told in logs.
  const TraceContext& context() const { return context_; }
  /// A span below this one; the same where nobody records.
  Trace child() const;
  /// This span is over. Call once, and only where it is recorded.
  void end(SpanKind kind, std::string name, Instant began, Instant ended, Attributes attributes = {},
           bool failed = false) const;
  /// A span below this one that lasted from `began` to `ended`; nothing where nobody records.
  void note(std::string_view name, Instant began, Instant ended, Attributes attributes = {}) const;

 private:
  Tracer* tracer_ = nullptr;
  TraceContext context_;
  SpanId parent_{};
};

struct TracerSettings {
  double sample = 0.01;           // of the requests whose callers don't decide it
  std::size_t queued_max = 8192;  // spans that wait to be exported, some 300 bytes each; rounded up to 2^n
};

/// Any thread, but where it says otherwise. Outlives every Trace that it gave out.
class Tracer {
 public:
  Tracer(TracerSettings settings, std::uint64_t seed, Registry& metrics);
  ~Tracer();

  /// The trace of a request that came with this traceparent (perhaps empty or broken). Empty: it is not
  /// recorded. `believed`: the caller is one of ours, and what it decided holds; of others' requests a share
  /// is recorded, whatever they say. `random`: the calling thread's.
  Trace begin(std::string_view traceparent, bool believed, Random& random);

  void record(FinishedSpan span);
  SpanId new_span_id();

  /// Moves up to `most` spans out of the queue, oldest first. One thread.
  std::vector<FinishedSpan> take(std::size_t most);
  /// What became of spans that were taken.
  void note_exported(std::size_t spans) { exported_.add(spans); }
  void note_dropped(std::size_t spans) { dropped_collector_.add(spans); }

 private:
  class Queue;
  const std::uint64_t threshold_;  // of 2^64
  std::unique_ptr<Queue> queue_;
  std::atomic<std::uint64_t> ids_;
  Counter &exported_, &dropped_full_, &dropped_collector_;
};

/// Registers the counters of spans, so that they are there also where nobody traces.
void register_span_counters(Registry& metrics);

}  // namespace ff::telemetry
