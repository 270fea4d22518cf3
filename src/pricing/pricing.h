// What an order costs: lines, delivery, tax. Computed on the server, in integers, by one rounding rule
// (ff::scale: half away from zero, once per order on each of goods and delivery, never per unit).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "orders/order.h"

namespace ff::pricing {

struct DeliveryMethod {
  std::string id;                      // "standard"
  std::string title;                   // "Standard, 2-4 working days"
  std::vector<std::string> countries;  // ISO 3166-1 alpha-2; "*" is every country that no method names
  Money price;
  std::optional<Money> free_from;  // of the lines' subtotal
};

struct TaxRule {
  std::string country;  // or "*"
  BasisPoints rate;
  bool included = true;  // catalogue prices contain it; otherwise it is added
};

/// The shop's rules, from the configuration file. Immutable after start.
struct Rules {
  Currency currency;
  std::vector<DeliveryMethod> delivery;
  std::vector<TaxRule> tax;
  std::vector<std::string> countries;  // we deliver to, in the order to offer them
};

struct PricedLine {
  Money unit_price;
  std::int64_t quantity = 1;
  bool taxable = true;
};

/// The methods that deliver to `country`, each with its price for that subtotal, cheapest first.
struct DeliveryOffer {
  const DeliveryMethod* method = nullptr;
  Money price;
};
std::vector<DeliveryOffer> delivery_offers(const Rules& rules, std::string_view country, Money subtotal);

/// Whether one of them is the method with this id.
bool is_delivered(const Rules& rules, std::string_view country, std::string_view method_id);
Money subtotal(std::span<const PricedLine> lines, Currency currency);
const DeliveryMethod* find_delivery_method(const Rules& rules, std::string_view id);
/// The country's rule, else that of "*", else no tax.
TaxRule tax_rule(const Rules& rules, std::string_view country);
/// Delivery is taxed like the goods are: at the country's rate when any line is taxable, else not at all.
/// kInvalid names "delivery_method" or "country" when they don't fit each other.
Result<orders::Totals> totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country,
                              std::string_view delivery_method);

}  // namespace ff::pricing
