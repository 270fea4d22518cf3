#include "payments/card.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>

#include "base/text.h"

namespace ff::payments {
namespace {

constexpr std::size_t kDigitsMin = 12, kDigitsMax = 19;
constexpr int kYearsAhead = 25;

struct Range {
  std::string_view first, last;  // of the number's leading digits
  Brand brand;
  std::size_t digits_min, digits_max;
};
constexpr std::array kRanges = {
    Range{"4", "4", Brand::kVisa, 13, 19},
    Range{"51", "55", Brand::kMastercard, 16, 16},
    Range{"2221", "2720", Brand::kMastercard, 16, 16},
    Range{"34", "34", Brand::kAmex, 15, 15},
    Range{"37", "37", Brand::kAmex, 15, 15},
    Range{"6011", "6011", Brand::kDiscover, 16, 19},
    Range{"644", "659", Brand::kDiscover, 16, 19},
    Range{"300", "305", Brand::kDiners, 14, 19},
    Range{"36", "36", Brand::kDiners, 14, 19},
    Range{"38", "39", Brand::kDiners, 14, 19},
    Range{"3528", "3589", Brand::kJcb, 16, 19},
    Range{"62", "62", Brand::kUnionPay, 16, 19},
};

const Range* range_of(std::string_view digits) {
  for (const Range& range : kRanges) {
    const std::string_view lead = digits.substr(0, range.first.size());
    if (lead >= range.first && lead <= range.last && lead.size() == range.first.size()) return &range;
  }
  return nullptr;
}

// Empty when there is anything but digits and separators.
std::optional<std::string> digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9' || digits.size() > kDigitsMax) return std::nullopt;
    digits += c;
  }
  return digits;
}

std::string number_error(std::string_view text, std::string& digits) {
  if (trim(text).empty()) return "enter the card's number";
  const std::optional<std::string> found = digits_of(trim(text));
  if (!found) return "must have only digits";
  const Range* range = range_of(*found);
  const std::size_t least = range != nullptr ? range->digits_min : kDigitsMin;
  const std::size_t most = range != nullptr ? range->digits_max : kDigitsMax;
  if (found->size() < least) return "is too short";
  if (found->size() > most) return "is too long";
  if (!passes_luhn(*found)) return "is not a card number; check the digits";
  digits = *found;
  return {};
}

std::string expiry_error(std::string_view text, Instant now, Card& card) {
  text = trim(text);
  if (text.empty()) return "enter the expiry date";
  const std::size_t slash = text.find_first_of("/-");
  std::string_view month = text.substr(0, slash), year;
  if (slash != text.npos) {
    year = text.substr(slash + 1);
  } else if (text.size() == 4 || text.size() == 6) {
    month = text.substr(0, 2);
    year = text.substr(2);
  }
  month = trim(month);
  year = trim(year);
  const std::optional<std::int64_t> m = parse_int(month), y = parse_int(year);
  if (!m || !y || month.size() > 2 || (year.size() != 2 && year.size() != 4)) return "must be like 12/27";
  if (*m < 1 || *m > 12) return "has no such month";
  const int full_year = static_cast<int>(year.size() == 2 ? 2000 + *y : *y);

  const auto today = std::chrono::year_month_day(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Duration>(Duration(now.us))));
  const int year_now = static_cast<int>(today.year());
  const int month_now = static_cast<int>(static_cast<unsigned>(today.month()));
  if (full_year < year_now || (full_year == year_now && *m < month_now)) return "has passed";
  if (full_year > year_now + kYearsAhead) return "is too far away";
  card.expiry_month = static_cast<int>(*m);
  card.expiry_year = full_year;
  return {};
}

std::string cvc_error(std::string_view text, Brand brand, bool number_known, Card& card) {
  text = trim(text);
  if (text.empty()) return "enter the security code";
  const auto length = static_cast<std::size_t>(cvc_length(brand));
  const bool fits = number_known ? text.size() == length : text.size() == 3 || text.size() == 4;
  if (!fits || !parse_int(text)) return fmt::format("must have {} digits", length);
  card.cvc = text;
  return {};
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::kNone:
      return "none";
    case Status::kAuthorised:
      return "authorised";
    case Status::kDeclined:
      return "declined";
    case Status::kCaptured:
      return "captured";
    case Status::kVoided:
      return "voided";
    case Status::kRefunded:
      return "refunded";
  }
  return "unknown";
}

std::string_view to_string(Brand brand) {
  switch (brand) {
    case Brand::kVisa:
      return "Visa";
    case Brand::kMastercard:
      return "Mastercard";
    case Brand::kAmex:
      return "American Express";
    case Brand::kDiscover:
      return "Discover";
    case Brand::kDiners:
      return "Diners Club";
    case Brand::kJcb:
      return "JCB";
    case Brand::kUnionPay:
      return "UnionPay";
    case Brand::kOther:
      break;
  }
  return "Card";
}

Brand brand_of(std::string_view digits) {
  const Range* range = range_of(digits);
  return range != nullptr ? range->brand : Brand::kOther;
}

int cvc_length(Brand brand) { return brand == Brand::kAmex ? 4 : 3; }

bool passes_luhn(std::string_view digits) {
  if (digits.empty()) return false;
  int sum = 0;
  bool doubled = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, doubled = !doubled) {
    int digit = *it - '0';
    if (doubled) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

std::string card_hint(std::string_view digits) {
  const std::string_view tail = digits.size() > 4 ? digits.substr(digits.size() - 4) : digits;
  return fmt::format("{} ending {}", to_string(brand_of(digits)), tail);
}

Card parse_card(std::string_view number, std::string_view expiry, std::string_view cvc, Instant now,
                std::vector<FieldError>& errors) {
  Card card;
  const auto note = [&](const char* field, std::string message) {
    if (!message.empty()) errors.push_back({field, std::move(message)});
  };
  note("card_number", number_error(number, card.number));
  note("card_expiry", expiry_error(expiry, now, card));
  note("card_cvc", cvc_error(cvc, brand_of(card.number), !card.number.empty(), card));
  return card;
}

}  // namespace ff::payments
