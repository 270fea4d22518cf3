#include "app/moments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ff::app {
namespace {

struct Unit {
  std::string_view suffix;
  Duration length;
};
constexpr Unit kUnits[] = {{"d", std::chrono::hours(24)},
                           {"h", std::chrono::hours(1)},
                           {"ms", std::chrono::milliseconds(1)},
                           {"m", std::chrono::minutes(1)},
                           {"s", std::chrono::seconds(1)}};

/// Takes the digits of a number of exactly this many from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = parse_int(text.substr(0, digits));
  if (!number) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+01:00", "-0530" and nothing after it.
std::optional<Duration> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return Duration(0);
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  take(text, ':');
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  const Duration offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

/// ".5": half a second; nothing there: none. What is finer than a microsecond is dropped.
std::optional<Duration> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return Duration(0);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 9) return std::nullopt;
  std::int64_t micros = 0;
  for (std::size_t i = 0; i < 6; ++i)
    micros = micros * 10 + (i < digits ? text[i] - '0' : 0);
  text.remove_prefix(digits);
  return Duration(micros);
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  const bool dash = take(text, '-');
  const auto month = take_number(text, 2);
  const bool dash_again = take(text, '-');
  const auto day = take_number(text, 2);
  if (!year || !month || !day || !dash || !dash_again) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto hour = take_number(text, 2);
  const bool colon = take(text, ':');
  const auto minute = take_number(text, 2);
  std::optional<int> second = 0;
  if (take(text, ':')) second = take_number(text, 2);
  if (!hour || !colon || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  const auto fraction = take_fraction(text);
  const auto offset = offset_of(text);
  if (!fraction || !offset) return std::nullopt;
  const Duration since = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                         std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction - *offset;
  return Instant{since.count()};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto count = parse_int(text.substr(0, text.size() - unit.suffix.size()));
    if (count && *count <= 1'000'000) return *count * unit.length;
  }
  return std::nullopt;
}

std::string duration_text(Duration duration) {
  for (const Unit& unit : {kUnits[0], kUnits[1], kUnits[3], kUnits[4], kUnits[2]}) {
    if (duration >= unit.length && duration % unit.length == Duration(0))
      return fmt::format("{}{}", duration / unit.length, unit.suffix);
  }
  return fmt::format("{}us", duration.count());
}

std::optional<Instant> parse_instant(std::string_view text, Instant now) {
  if (text == "now") return now;
  if (text.starts_with('+')) {
    const auto after = parse_duration(text.substr(1));
    if (!after) return std::nullopt;
    return now + *after;
  }
  return parse_rfc3339(text);
}

}  // namespace ff::app
