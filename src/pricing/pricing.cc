#include "pricing/pricing.h"

#include <algorithm>

namespace ff::pricing {
namespace {

constexpr std::string_view kElsewhere = "*";
constexpr std::int64_t kWhole = 10'000;  // basis points

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool delivers_to(const Rules& rules, const DeliveryMethod& method, std::string_view country) {
  if (contains(method.countries, country)) return true;
  if (!contains(method.countries, kElsewhere)) return false;
  return std::none_of(rules.delivery.begin(), rules.delivery.end(),
                      [&](const DeliveryMethod& other) { return contains(other.countries, country); });
}

Money price_of(const DeliveryMethod& method, Money subtotal) {
  if (method.free_from && subtotal.minor >= method.free_from->minor) return Money{0, subtotal.currency};
  return method.price;
}

Money tax_of(Money amount, const TaxRule& rule) {
  const std::int64_t rate = rule.rate.value;
  return scale(amount, rate, rule.included ? kWhole + rate : kWhole);
}

}  // namespace

std::vector<DeliveryOffer> delivery_offers(const Rules& rules, std::string_view country, Money subtotal) {
  std::vector<DeliveryOffer> offers;
  if (!contains(rules.countries, country)) return offers;
  for (const DeliveryMethod& method : rules.delivery) {
    if (delivers_to(rules, method, country)) offers.push_back({&method, price_of(method, subtotal)});
  }
  std::stable_sort(offers.begin(), offers.end(), [](const DeliveryOffer& a, const DeliveryOffer& b) {
    return a.price.minor < b.price.minor;
  });
  return offers;
}

bool is_delivered(const Rules& rules, std::string_view country, std::string_view method_id) {
  const DeliveryMethod* const method = find_delivery_method(rules, method_id);
  return method != nullptr && contains(rules.countries, country) && delivers_to(rules, *method, country);
}

Money subtotal(std::span<const PricedLine> lines, Currency currency) {
  Money sum{0, currency};
  for (const PricedLine& line : lines)
    sum = sum + line.unit_price * line.quantity;
  return sum;
}

const DeliveryMethod* find_delivery_method(const Rules& rules, std::string_view id) {
  for (const DeliveryMethod& method : rules.delivery) {
    if (method.id == id) return &method;
  }
  return nullptr;
}

TaxRule tax_rule(const Rules& rules, std::string_view country) {
  const TaxRule* elsewhere = nullptr;
  for (const TaxRule& rule : rules.tax) {
    if (rule.country == country) return rule;
    if (rule.country == kElsewhere) elsewhere = &rule;
  }
  if (elsewhere != nullptr) return *elsewhere;
  return TaxRule{std::string(country), BasisPoints{0}, true};
}

Result<orders::Totals> totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country,
                              std::string_view delivery_method) {
  if (!contains(rules.countries, country)) return invalid("country", "is not a country we deliver to");
  const DeliveryMethod* method = find_delivery_method(rules, delivery_method);
  if (method == nullptr) return invalid("delivery_method", "choose a delivery method");
  if (!delivers_to(rules, *method, country))
    return invalid("delivery_method", "does not deliver to this country; choose another");

  const TaxRule tax = tax_rule(rules, country);
  Money taxable{0, rules.currency};
  bool any_taxable = false;
  for (const PricedLine& line : lines) {
    if (!line.taxable) continue;
    any_taxable = true;
    taxable = taxable + line.unit_price * line.quantity;
  }

  orders::Totals totals;
  totals.subtotal = subtotal(lines, rules.currency);
  totals.delivery = price_of(*method, totals.subtotal);
  totals.tax_included = tax.included;
  totals.tax_rate = tax.rate;
  totals.tax = tax_of(taxable, tax);
  if (any_taxable) totals.tax = totals.tax + tax_of(totals.delivery, tax);
  totals.total = totals.subtotal + totals.delivery;
  if (!tax.included) totals.total = totals.total + totals.tax;
  return totals;
}

}  // namespace ff::pricing
