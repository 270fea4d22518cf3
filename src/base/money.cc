#include "base/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ff {
namespace {

struct Known {
  std::string_view code;
  std::int8_t exponent;
};
// The ISO 4217 currencies that the storefront knows how to write.
constexpr Known kKnown[] = {{"AUD", 2}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2}, {"CNY", 2}, {"CZK", 2},
                            {"DKK", 2}, {"EUR", 2}, {"GBP", 2}, {"HUF", 2}, {"INR", 2}, {"JPY", 0},
                            {"KRW", 0}, {"KWD", 3}, {"MXN", 2}, {"NOK", 2}, {"NZD", 2}, {"PLN", 2},
                            {"SEK", 2}, {"SGD", 2}, {"USD", 2}, {"ZAR", 2}};

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i)
    power *= 10;
  return power;
}

// Our own mistake, not the world's: stop before a wrong amount is written anywhere.
[[noreturn]] void broken(const char* what) {
  static_cast<void>(std::fputs(what, stderr));
  std::abort();
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  for (const Known& known : kKnown) {
    if (known.code != code) continue;
    Currency currency;
    std::copy(code.begin(), code.end(), currency.code_.begin());
    currency.exponent_ = known.exponent;
    return currency;
  }
  return invalid("currency", fmt::format("'{}' is not a currency this shop knows", code.substr(0, 16)));
}

Result<Money> Money::parse_decimal(std::string_view text, Currency currency) {
  const auto wrong = [&](std::string_view why) {
    return invalid("amount", fmt::format("'{}' {}", text.substr(0, 32), why));
  };
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == text.npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != text.npos && fraction.empty())) return wrong("is not an amount like 12.50");
  std::int64_t minor = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9') return wrong("is not an amount like 12.50");
    minor = minor * 10 + (c - '0');
    if (minor > kMinorMax) return wrong("is too large");
  }
  for (std::size_t i = 0; i < fraction.size(); ++i) {
    const char c = fraction[i];
    if (c < '0' || c > '9') return wrong("is not an amount like 12.50");
    if (i < static_cast<std::size_t>(currency.exponent())) {
      minor = minor * 10 + (c - '0');
    } else if (c != '0') {
      return wrong(fmt::format("has more than {} decimals", currency.exponent()));
    }
  }
  for (std::size_t i = fraction.size(); i < static_cast<std::size_t>(currency.exponent()); ++i)
    minor *= 10;
  if (minor > kMinorMax) return wrong("is too large");
  return Money{minor, currency};
}

std::string Money::decimal() const {
  const std::int64_t unit = power_of_ten(currency.exponent());
  const std::int64_t size = minor < 0 ? -minor : minor;
  if (currency.exponent() == 0) return fmt::format("{}", minor);
  return fmt::format("{}{}.{:0{}}", minor < 0 ? "-" : "", size / unit, size % unit, currency.exponent());
}

Money Money::operator+(Money other) const {
  Money sum{0, currency};
  if (currency != other.currency) broken("money: two currencies in one sum\n");
  if (__builtin_add_overflow(minor, other.minor, &sum.minor)) broken("money: sum overflows\n");
  return sum;
}

Money Money::operator-(Money other) const {
  Money difference{0, currency};
  if (currency != other.currency) broken("money: two currencies in one difference\n");
  if (__builtin_sub_overflow(minor, other.minor, &difference.minor)) broken("money: difference overflows\n");
  return difference;
}

Money Money::operator*(std::int64_t count) const {
  Money product{0, currency};
  if (__builtin_mul_overflow(minor, count, &product.minor)) broken("money: product overflows\n");
  return product;
}

Money scale(Money amount, std::int64_t numerator, std::int64_t denominator) {
  if (denominator <= 0) broken("money: scale needs a positive denominator\n");
  __extension__ using Wide = __int128;
  const Wide exact = static_cast<Wide>(amount.minor) * numerator;
  const Wide half = denominator / 2 + denominator % 2;
  const Wide magnitude = exact < 0 ? -exact : exact;
  Wide quotient = magnitude / denominator;
  if (magnitude % denominator >= half) ++quotient;
  if (quotient > Money::kMinorMax * Wide{1000}) broken("money: scaled amount overflows\n");
  return {static_cast<std::int64_t>(exact < 0 ? -quotient : quotient), amount.currency};
}

}  // namespace ff
