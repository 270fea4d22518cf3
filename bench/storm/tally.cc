#include "storm/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/json_writer.h"

namespace ff::storm {

namespace {

std::int64_t us(SteadyClock::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void number(JsonWriter& json, std::string_view name, double value) {
  json.key(name).raw(fmt::format("{:.3f}", value));
}

/// 0 of nothing.
double quantile_ms(std::vector<std::uint32_t> us, double share) {
  if (us.empty()) return 0;
  const auto at = us.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(us.size() - 1));
  std::nth_element(us.begin(), at, us.end());
  return static_cast<double>(*at) / 1e3;
}

void write(JsonWriter& json, std::string_view name, const Histogram& histogram) {
  json.key(name).object([&] {
    json.key("count").value(static_cast<std::size_t>(histogram.count()));
    number(json, "p50_ms", static_cast<double>(histogram.quantile(0.50)) / 1e3);
    number(json, "p99_ms", static_cast<double>(histogram.quantile(0.99)) / 1e3);
    number(json, "p999_ms", static_cast<double>(histogram.quantile(0.999)) / 1e3);
    number(json, "max_ms", static_cast<double>(histogram.quantile(1.0)) / 1e3);
  });
}

}  // namespace

void Tally::ended(Class of, Ending ending, Moment intended, Moment now, bool bought) {
  last_ = std::max(last_, now);
  const bool served = ending == Ending::kOk || ending == Ending::kSoldOut;
  if (counts(now)) {
    Second& second =
        seconds_[static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(now - begins_).count())];
    if (served) {
      second.served_us.push_back(
          static_cast<std::uint32_t>(std::clamp<std::int64_t>(us(now - intended), 0, UINT32_MAX)));
    } else {
      ++second.unserved;
    }
    if (of == Class::kCheckout) {
      if (bought) {
        ++second.bought;
      } else if (ending == Ending::kTold) {
        ++second.told;
      } else if (!served) {
        ++second.failed;
      }
    }
  }
  if (!counts(intended)) return;
  PerClass& counted = classes_[static_cast<std::size_t>(of)];
  ++counted.endings[static_cast<std::size_t>(ending)];
  if (served) counted.served.add(us(now - intended));
  if (ending == Ending::kTold) counted.refused.add(us(now - intended));
}

void Tally::left(Exit exit, Moment now) {
  if (counts(now)) ++exits_[static_cast<std::size_t>(exit)];
}

void Tally::lagged(Moment due, Moment now) {
  if (counts(due)) lag_.add(us(now - due));
}

std::string Tally::json() const {
  const double window = static_cast<double>(us(std::min(last_, ends_) - begins_)) / 1e6;
  const auto shown = std::min(seconds_.size(), static_cast<std::size_t>(window) + 1);
  std::uint64_t bought = 0;
  for (const Second& second : seconds_)
    bought += second.bought;
  std::string out;
  JsonWriter json(out);
  json.object([&] {
    number(json, "seconds", window);
    number(json, "arrived_per_second", static_cast<double>(arrived_) / window);
    number(json, "bought_per_second", static_cast<double>(bought) / window);
    json.key("classes").object([&] {
      for (std::size_t of = 0; of < classes_.size(); ++of) {
        json.key(kClassNames[of]).object([&] {
          for (std::size_t ending = 0; ending < kEndingNames.size(); ++ending) {
            json.key(kEndingNames[ending]).value(static_cast<std::size_t>(classes_[of].endings[ending]));
          }
          write(json, "served", classes_[of].served);
          write(json, "refused", classes_[of].refused);
        });
      }
    });
    json.key("shoppers").object([&] {
      for (std::size_t exit = 0; exit < kExitNames.size(); ++exit) {
        json.key(kExitNames[exit]).value(static_cast<std::size_t>(exits_[exit]));
      }
    });
    json.key("each_second").array([&] {
      for (const Second& second : std::span(seconds_).first(shown)) {
        json.object([&] {
          json.key("bought").value(static_cast<std::size_t>(second.bought));
          json.key("told_when").value(static_cast<std::size_t>(second.told));
          json.key("failed").value(static_cast<std::size_t>(second.failed));
          json.key("served").value(second.served_us.size());
          json.key("unserved").value(static_cast<std::size_t>(second.unserved));
          number(json, "p50_ms", quantile_ms(second.served_us, 0.50));
          number(json, "p99_ms", quantile_ms(second.served_us, 0.99));
        });
      }
    });
    write(json, "lag", lag_);
    json.key("overcrowded").value(static_cast<std::size_t>(overcrowded_));
  });
  return out;
}

}  // namespace ff::storm
