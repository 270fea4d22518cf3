#include "storefront/queue_words.h"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace ff::storefront {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute;

}  // namespace

std::string wait_words(std::optional<std::int64_t> seconds, std::int64_t left) {
  if (!seconds) return "How long it takes can't be known yet";
  if (*seconds > left) return "At this pace the sale ends before your turn comes";
  if (*seconds < kMinute) return "Less than a minute";
  const std::int64_t minutes = (*seconds + kMinute - 1) / kMinute;
  if (minutes < 90) return minutes == 1 ? "About a minute" : fmt::format("About {} minutes", minutes);
  return fmt::format("About {} hours", (*seconds + kHour / 2) / kHour);
}

std::string grouped(std::int64_t number) {
  std::string digits = fmt::to_string(number);
  for (std::size_t at = digits.size(); at > 3 + (number < 0 ? 1u : 0u);) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string moment_words(Instant at) {
  using namespace std::chrono;
  constexpr std::array kDays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  constexpr std::array kMonths{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};
  const sys_time<microseconds> moment{microseconds(at.us)};
  const sys_days day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(moment - day));
  const std::string clock = time.seconds().count() == 0
                                ? fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count())
                                : fmt::format("{:02}:{:02}:{:02}", time.hours().count(),
                                              time.minutes().count(), time.seconds().count());
  return fmt::format("{} {} {} {}, {} UTC", kDays.at(weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), clock);
}

std::string span_words(Duration span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  if (seconds < 2 * kMinute) return fmt::format("{} seconds", seconds);
  if (seconds % kHour == 0) return seconds == kHour ? "an hour" : fmt::format("{} hours", seconds / kHour);
  return fmt::format("{} minutes", seconds / kMinute);
}

std::string_view stock_words(catalog::StockLabel label) {
  switch (label) {
    case catalog::StockLabel::kInStock:
      return "In stock";
    case catalog::StockLabel::kFewLeft:
      return "Few left";
    case catalog::StockLabel::kBackorder:
      return "Made to order";
    case catalog::StockLabel::kSoldOut:
      return "Sold out";
  }
  return "";
}

}  // namespace ff::storefront
