// Counters, gauges and histograms, and their OpenMetrics text.
//
// Registration happens at start, before threads, and gives references that live as long as the registry;
// updates are relaxed atomics from any thread. Names follow Prometheus: ff_http_requests_total,
// ff_checkout_commit_seconds. Labels are fixed at registration, so cardinality is bounded by the code.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ff::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class Histogram {
 public:
  /// Upper bounds, ascending, without +Inf.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  std::uint64_t bucket(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  std::uint64_t count() const;
  double sum() const { return static_cast<double>(sum_nanos_.load(std::memory_order_relaxed)) * 1e-9; }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // one more than bounds: +Inf
  std::atomic<std::int64_t> sum_nanos_{0};
};

/// 100 us .. 10 s in steps of about 2.5: for latencies.
std::vector<double> latency_bounds();

class Registry {
 public:
  /// The same name and labels give the same object; a name has one help and one kind, or it aborts.
  Counter& counter(std::string name, std::string help, Labels labels = {});
  Gauge& gauge(std::string name, std::string help, Labels labels = {});
  Histogram& histogram(std::string name, std::string help, std::vector<double> bounds, Labels labels = {});

  /// OpenMetrics 1.0 text, families in name order, ending with "# EOF".
  std::string openmetrics() const;
  std::vector<std::string> names() const;

 private:
  struct Series {
    Labels labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
  };
  struct Family {
    std::string name, help, kind;
    std::vector<std::unique_ptr<Series>> series;
  };
  Series& series(std::string name, std::string help, std::string kind, Labels labels);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
};

}  // namespace ff::telemetry
