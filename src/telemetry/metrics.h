// Counters, gauges and histograms, and their OpenMetrics text. docs/metrics.md lists what there is.
//
// Registration happens at start, before threads, and gives references that live as long as the registry;
// updates are relaxed atomics from any thread. Names follow Prometheus: ff_http_requests_total,
// ff_commit_seconds. Labels are fixed at registration, so cardinality is bounded by the code. All text but
// the numbers is made at registration: a scrape of 1,500 lines is a copy and 1,500 integers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
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
  /// What was gathered elsewhere: one count for each bucket, one more than bounds, and the sum of the values.
  void add(std::span<const std::uint64_t> counts, double sum);
  const std::vector<double>& bounds() const { return bounds_; }
  /// The bucket that `value` falls into.
  std::size_t bucket_of(double value) const;
  std::uint64_t bucket(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  std::uint64_t count() const;
  double sum() const { return static_cast<double>(sum_nanos_.load(std::memory_order_relaxed)) * 1e-9; }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // one more than bounds: +Inf
  std::atomic<std::int64_t> sum_nanos_{0};
};

/// What one thread observes for a histogram that all threads share, handed over now and then: for what every
/// request costs, where threads would else pull the same cache line back and forth. One thread; at its end it
/// hands over.
class Tally {
 public:
  explicit Tally(Histogram& into) : into_(into), counts_(into.bounds().size() + 1) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally() { hand_over(); }
  void observe(double value) {
    ++counts_[into_.bucket_of(value)];
    sum_ += value;
    any_ = true;
  }
  void hand_over();

 private:
  Histogram& into_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
  bool any_ = false;
};

/// 100 us .. 10 s in steps of about 2.5: for latencies.
std::vector<double> latency_bounds();

class Registry {
 public:
  /// The same name and labels give the same object; a name has one help and one kind, or it aborts.
  Counter& counter(const std::string& name, std::string help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, std::string help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, std::string help, std::vector<double> bounds,
                       const Labels& labels = {});

  /// For what is counted elsewhere: asked at each scrape, on the scraper's thread. `read` must not block, not
  /// register anything, and outlive the last scrape with all that it refers to.
  using Reading = std::function<double()>;
  void counter_from(const std::string& name, std::string help, const Labels& labels, Reading read);
  void gauge_from(const std::string& name, std::string help, const Labels& labels, Reading read);

  /// OpenMetrics 1.0 text, families in name order, ending with "# EOF".
  std::string openmetrics() const;
  std::vector<std::string> names() const;

 private:
  struct Series {
    std::string head;  // "name{labels} "
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::vector<std::string> bucket_heads;  // with count and sum behind them
    Reading read;
  };
  struct Family {
    std::string help, kind, preamble;
    std::vector<std::unique_ptr<Series>> series;
    std::map<std::string, Series*> by_labels;
  };
  Series& series(const std::string& name, std::string help, std::string kind, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
  mutable std::size_t text_bytes_ = 0;  // of the last scrape
};

}  // namespace ff::telemetry
