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

void append_histogram(std::string& out, std::string_view name, const Labels& labels,
                      const Histogram& histogram) {
  // Buckets first and the count from the same reading: the lines of one exposition agree with each other.
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.bucket(i);
    fmt::format_to(std::back_inserter(out), "{}_bucket{} {}\n", name,
                   render_labels(labels, canonical(histogram.bounds()[i])), cumulative);
  }
  cumulative += histogram.bucket(histogram.bounds().size());
  fmt::format_to(std::back_inserter(out), "{}_bucket{} {}\n", name, render_labels(labels, "+Inf"),
                 cumulative);
  fmt::format_to(std::back_inserter(out), "{}_count{} {}\n", name, render_labels(labels), cumulative);
  fmt::format_to(std::back_inserter(out), "{}_sum{} {}\n", name, render_labels(labels),
                 canonical(histogram.sum()));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  if (!std::is_sorted(bounds_.begin(), bounds_.end())) abort_registration("histogram", "bounds must ascend");
}

void Histogram::observe(double value) {
  // Short arrays whose low buckets are hit most: scanning beats a binary search.
  std::size_t i = 0;
  while (i < bounds_.size() && value > bounds_[i])
    ++i;
  counts_[i].fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(std::llround(value * 1e9), std::memory_order_relaxed);
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

Registry::Series& Registry::series(std::string name, std::string help, std::string kind, Labels labels) {
  auto family =
      std::find_if(families_.begin(), families_.end(), [&](const auto& f) { return f->name == name; });
  if (family == families_.end()) {
    families_.push_back(
        std::make_unique<Family>(Family{std::move(name), std::move(help), std::move(kind), {}}));
    family = std::prev(families_.end());
  } else if ((*family)->kind != kind || (*family)->help != help) {
    abort_registration((*family)->name, "registered twice with another help or kind");
  }
  for (const auto& known : (*family)->series) {
    if (known->labels == labels) return *known;
  }
  (*family)->series.push_back(std::make_unique<Series>());
  (*family)->series.back()->labels = std::move(labels);
  return *(*family)->series.back();
}

Counter& Registry::counter(std::string name, std::string help, Labels labels) {
  if (!name.ends_with("_total")) abort_registration(name, "a counter's name ends with _total");
  const std::scoped_lock lock(mutex_);
  Series& found = series(std::move(name), std::move(help), "counter", std::move(labels));
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

Gauge& Registry::gauge(std::string name, std::string help, Labels labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(std::move(name), std::move(help), "gauge", std::move(labels));
  if (!found.gauge) found.gauge = std::make_unique<Gauge>();
  return *found.gauge;
}

Histogram& Registry::histogram(std::string name, std::string help, std::vector<double> bounds,
                               Labels labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(std::move(name), std::move(help), "histogram", std::move(labels));
  if (!found.histogram) found.histogram = std::make_unique<Histogram>(std::move(bounds));
  return *found.histogram;
}

std::string Registry::openmetrics() const {
  const std::scoped_lock lock(mutex_);
  std::vector<const Family*> sorted;
  for (const auto& family : families_)
    sorted.push_back(family.get());
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->name < b->name; });

  std::string out;
  for (const Family* family : sorted) {
    const std::string_view base = family->kind == "counter" ? without_total(family->name) : family->name;
    fmt::format_to(std::back_inserter(out), "# TYPE {} {}\n# HELP {} ", base, family->kind, base);
    append_escaped(out, family->help);
    out += '\n';
    for (const auto& one : family->series) {
      if (one->counter) {
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", family->name, render_labels(one->labels),
                       one->counter->value());
      } else if (one->gauge) {
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", family->name, render_labels(one->labels),
                       one->gauge->value());
      } else if (one->histogram) {
        append_histogram(out, family->name, one->labels, *one->histogram);
      }
    }
  }
  out += "# EOF\n";
  return out;
}

std::vector<std::string> Registry::names() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& family : families_)
    out.push_back(family->name);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace ff::telemetry
