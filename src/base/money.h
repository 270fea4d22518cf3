// Amounts of money: an integer number of minor units (cents) and the ISO 4217 currency it is in.
//
// Invariant: arithmetic never mixes currencies and never overflows silently. A shop has one currency
// (config), so mixing is our own mistake and asserts; what comes from outside goes through parse().
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ff {

class Currency {
 public:
  /// Known ISO 4217 codes only ("EUR", "USD", "GBP", "JPY", ...); kInvalid otherwise.
  static Result<Currency> parse(std::string_view code);
  constexpr Currency() : code_{'E', 'U', 'R'}, exponent_(2) {}

  std::string_view code() const { return {code_.data(), 3}; }
  int exponent() const { return exponent_; }  // digits after the decimal point: EUR 2, JPY 0
  bool operator==(const Currency&) const = default;

 private:
  std::array<char, 3> code_;
  std::int8_t exponent_;
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  /// Exactly "12", "12.5" or "12.50" for EUR: no sign, no grouping, at most exponent() decimals (further
  /// zeros are allowed), at most kMinorMax. kInvalid otherwise; the message names the rule.
  static Result<Money> parse_decimal(std::string_view text, Currency currency);

  /// "12.50": for CSV, schema.org and inputs. No thousands separators, no symbol.
  std::string decimal() const;

  Money operator+(Money other) const;
  Money operator-(Money other) const;
  Money operator*(std::int64_t count) const;
  bool operator==(const Money&) const = default;

  static constexpr std::int64_t kMinorMax = 1'000'000'000'000;  // ten thousand million euros a line
};

/// A share in basis points (1/100 %): 1900 is 19 %.
struct BasisPoints {
  std::int32_t value = 0;
  bool operator==(const BasisPoints&) const = default;
};

/// `amount * numerator / denominator`, rounded half away from zero: the one rounding rule of the shop.
/// Exact in 128 bits. `denominator` > 0.
Money scale(Money amount, std::int64_t numerator, std::int64_t denominator);

}  // namespace ff
