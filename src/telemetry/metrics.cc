#include "telemetry/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace ff::telemetry {
namespace {

[[noreturn]] void abort_registration(std::string_view name, std::string_view why) {
  std::fprintf(stderr, "metric %.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
               static_cast<int>(why.size()), why.data());
  std::abort();
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '"') {
      out += "\\\"";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

/// OpenMetrics asks for "1.0", not "1", so that every exposition of a bucket has the same text.
std::string canonical(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string render_labels(const Labels& labels, std::string_view le = {}) {
  if (labels.empty() && le.empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name;
    out += "=\"";
    append_escaped(out, value);
    out += '"';
  }
  if (!le.empty()) {
    if (out.size() > 1) out += ',';
    out += "le=\"";
    out += le;
    out += '"';
  }
  out += '}';
  return out;
}

std::string_view without_total(std::string_view name) {
  constexpr std::string_view kTotal = "_total";
  return name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size()) : name;
}

void append_line(std::string& out, const std::string& head, auto number) {
  const fmt::format_int text(number);
  out += head;
  out.append(text.data(), text.size());
  out += '\n';
}

void append_real(std::string& out, const std::string& head, double number) {
  out += head;
  fmt::format_to(std::back_inserter(out), "{}\n", number);
}

/// Buckets first and the count from the same reading: the lines of one exposition agree with each other.
void append_histogram(std::string& out, const Histogram& histogram, const std::vector<std::string>& heads) {
  std::uint64_t cumulative = 0;
  const std::size_t buckets = histogram.bounds().size() + 1;
  for (std::size_t i = 0; i < buckets; ++i) {
    cumulative += histogram.bucket(i);
    append_line(out, heads[i], cumulative);
  }
  append_line(out, heads[buckets], cumulative);
  out += heads[buckets + 1];
  out += canonical(histogram.sum());
  out += '\n';
}

std::vector<std::string> histogram_heads(const std::string& name, const Labels& labels,
                                         const std::vector<double>& bounds) {
  std::vector<std::string> heads;
  heads.reserve(bounds.size() + 3);
  for (const double bound : bounds)
    heads.push_back(fmt::format("{}_bucket{} ", name, render_labels(labels, canonical(bound))));
  heads.push_back(fmt::format("{}_bucket{} ", name, render_labels(labels, "+Inf")));
  heads.push_back(fmt::format("{}_count{} ", name, render_labels(labels)));
  heads.push_back(fmt::format("{}_sum{} ", name, render_labels(labels)));
  return heads;
}

void check_counter(std::string_view name) {
  if (!name.ends_with("_total")) abort_registration(name, "a counter's name ends with _total");
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  if (!std::is_sorted(bounds_.begin(), bounds_.end())) abort_registration("histogram", "bounds must ascend");
}

std::size_t Histogram::bucket_of(double value) const {
  // Short arrays whose low buckets are hit most: scanning beats a binary search.
  std::size_t i = 0;
  while (i < bounds_.size() && value > bounds_[i])
    ++i;
  return i;
}

void Histogram::observe(double value) {
  counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(std::llround(value * 1e9), std::memory_order_relaxed);
}

void Histogram::add(std::span<const std::uint64_t> counts, double sum) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) counts_[i].fetch_add(counts[i], std::memory_order_relaxed);
  }
  sum_nanos_.fetch_add(std::llround(sum * 1e9), std::memory_order_relaxed);
}

void Tally::hand_over() {
  if (!std::exchange(any_, false)) return;
  into_.add(counts_, std::exchange(sum_, 0));
  std::fill(counts_.begin(), counts_.end(), 0);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i)
    total += bucket(i);
  return total;
}

std::vector<double> latency_bounds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
}

Registry::Series& Registry::series(const std::string& name, std::string help, std::string kind,
                                   const Labels& labels) {
  const auto [entry, fresh] = families_.try_emplace(name);
  Family& family = entry->second;
  if (fresh) {
    const std::string_view base = kind == "counter" ? without_total(name) : std::string_view(name);
    family.preamble = fmt::format("# TYPE {} {}\n# HELP {} ", base, kind, base);
    append_escaped(family.preamble, help);
    family.preamble += '\n';
    family.kind = std::move(kind);
    family.help = std::move(help);
  } else if (family.kind != kind || family.help != help) {
    abort_registration(name, "registered twice with another help or kind");
  }
  std::string text = render_labels(labels);
  Series*& known = family.by_labels[text];
  if (known == nullptr) {
    family.series.push_back(std::make_unique<Series>());
    known = family.series.back().get();
    known->head = name + text + " ";
  }
  return *known;
}

Counter& Registry::counter(const std::string& name, std::string help, const Labels& labels) {
  check_counter(name);
  const std::scoped_lock lock(mutex_);
  Series& found = series(name, std::move(help), "counter", labels);
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

Gauge& Registry::gauge(const std::string& name, std::string help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(name, std::move(help), "gauge", labels);
  if (!found.gauge) found.gauge = std::make_unique<Gauge>();
  return *found.gauge;
}

Histogram& Registry::histogram(const std::string& name, std::string help, std::vector<double> bounds,
                               const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(name, std::move(help), "histogram", labels);
  if (!found.histogram) {
    found.bucket_heads = histogram_heads(name, labels, bounds);
    found.histogram = std::make_unique<Histogram>(std::move(bounds));
  }
  return *found.histogram;
}

void Registry::counter_from(const std::string& name, std::string help, const Labels& labels, Reading read) {
  check_counter(name);
  const std::scoped_lock lock(mutex_);
  series(name, std::move(help), "counter", labels).read = std::move(read);
}

void Registry::gauge_from(const std::string& name, std::string help, const Labels& labels, Reading read) {
  const std::scoped_lock lock(mutex_);
  series(name, std::move(help), "gauge", labels).read = std::move(read);
}

std::string Registry::openmetrics() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  out.reserve(text_bytes_ + 1024);
  for (const auto& [name, family] : families_) {
    out += family.preamble;
    for (const auto& one : family.series) {
      if (one->counter) append_line(out, one->head, one->counter->value());
      if (one->gauge) append_line(out, one->head, one->gauge->value());
      if (one->histogram) append_histogram(out, *one->histogram, one->bucket_heads);
      if (one->read) append_real(out, one->head, one->read());
    }
  }
  out += "# EOF\n";
  text_bytes_ = out.size();
  return out;
}

std::vector<std::string> Registry::names() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, family] : families_)
    out.push_back(name);
  return out;
}

}  // namespace ff::telemetry
