#include "telemetry/tracer.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace ff::telemetry {
namespace {

Counter& spans(Registry& metrics, const char* outcome) {
  return metrics.counter("ff_trace_spans_total", "Spans that were to be exported, by what became of them",
                         {{"outcome", outcome}});
}

std::uint64_t threshold_of(double share) {
  if (share <= 0) return 0;
  if (share >= 1) return UINT64_MAX;
  return static_cast<std::uint64_t>(std::ldexp(share, 64));
}

/// The mixing step of SplitMix64: a counter becomes an id that looks like no other's.
std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

/// Many producers, one consumer: Dmitry Vyukov's bounded queue. A cell's sequence says whose turn it is.
class Tracer::Queue {
 public:
  explicit Queue(std::size_t size) : mask_(std::bit_ceil(size) - 1), cells_(mask_ + 1) {
    for (std::size_t i = 0; i <= mask_; ++i)
      cells_[i].sequence.store(i, std::memory_order_relaxed);
  }

  /// False when it is full.
  bool push(FinishedSpan& span) {
    std::size_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::size_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::ptrdiff_t>(sequence - at);
      if (ahead < 0) return false;
      if (ahead > 0) {
        at = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
        cell.span = std::move(span);
        cell.sequence.store(at + 1, std::memory_order_release);
        return true;
      }
    }
  }

  /// False when it is empty, or the next span is still being written.
  bool pop(FinishedSpan& span) {
    Cell& cell = cells_[head_ & mask_];
    if (cell.sequence.load(std::memory_order_acquire) != head_ + 1) return false;
    span = std::move(cell.span);
    cell.sequence.store(head_ + mask_ + 1, std::memory_order_release);
    ++head_;
    return true;
  }

 private:
  struct Cell {
    std::atomic<std::size_t> sequence{0};
    FinishedSpan span;
  };
  const std::size_t mask_;
  std::vector<Cell> cells_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::size_t head_ = 0;  // the consumer's
};

Trace Trace::child() const {
  if (tracer_ == nullptr) return *this;
  Trace below(*tracer_, context_, context_.span_id);
  below.context_.span_id = tracer_->new_span_id();
  return below;
}

void Trace::end(SpanKind kind, std::string name, Instant began, Instant ended, Attributes attributes,
                bool failed) const {
  tracer_->record({context_, parent_, std::move(name), kind, began, ended, failed, std::move(attributes)});
}

void Trace::note(std::string_view name, Instant began, Instant ended, Attributes attributes) const {
  if (tracer_ == nullptr) return;
  child().end(SpanKind::kInternal, std::string(name), began, ended, std::move(attributes));
}

Tracer::Tracer(TracerSettings settings, std::uint64_t seed, Registry& metrics)
    : threshold_(threshold_of(settings.sample)),
      queue_(std::make_unique<Queue>(settings.queued_max)),
      ids_(seed),
      exported_(spans(metrics, "exported")),
      dropped_full_(spans(metrics, "dropped_queue_full")),
      dropped_collector_(spans(metrics, "dropped_collector")) {}

Tracer::~Tracer() = default;

Trace Tracer::begin(std::string_view traceparent, bool believed, Random& random) {
  const std::optional<TraceContext> decided =
      believed && !traceparent.empty() ? TraceContext::parse(traceparent) : std::nullopt;
  if (decided && !decided->sampled()) return {};
  if (!decided && (threshold_ == 0 || random.next() > threshold_)) return {};
  const std::optional<TraceContext> theirs = decided ? decided : TraceContext::parse(traceparent);
  TraceContext ours = theirs ? theirs->child(random) : TraceContext::start(random);
  ours.flags = kSampled;
  return {*this, ours, theirs ? theirs->span_id : SpanId{}};
}

void Tracer::record(FinishedSpan span) {
  if (!queue_->push(span)) dropped_full_.add();
}

SpanId Tracer::new_span_id() {
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;
  std::uint64_t number = 0;
  while (number == 0)
    number = mixed(ids_.fetch_add(kStep, std::memory_order_relaxed));
  SpanId id{};
  std::memcpy(id.data(), &number, id.size());
  return id;
}

std::vector<FinishedSpan> Tracer::take(std::size_t most) {
  std::vector<FinishedSpan> taken;
  FinishedSpan span;
  while (taken.size() < most && queue_->pop(span))
    taken.push_back(std::move(span));
  return taken;
}

void register_span_counters(Registry& metrics) {
  for (const char* outcome : {"exported", "dropped_queue_full", "dropped_collector"})
    spans(metrics, outcome);
}

}  // namespace ff::telemetry
