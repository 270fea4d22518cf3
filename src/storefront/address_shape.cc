#include "storefront/address_shape.h"

#include <algorithm>
#include <array>

namespace ff::storefront {
namespace {

constexpr std::array<std::string_view, 8> town_first{"AU", "CA", "GB", "IE", "IN", "NZ", "US", "ZA"};

std::string_view region_label(std::string_view country) {
  if (country == "CA") return "Province";
  if (country == "AU") return "State or territory";
  return "State";
}

}  // namespace

AddressShape address_shape(std::string_view country) {
  const checkout::AddressRules& rules = checkout::address_rules(country);
  AddressShape shape;
  shape.regions = rules.regions;
  shape.region_required = rules.region_required;
  shape.region_label = region_label(country);
  shape.postcode_label = country == "US" ? "ZIP code" : country == "IE" ? "Eircode" : "Postcode";
  shape.postcode_example = rules.postcode_example;
  shape.postcode_required = rules.postcode_required;
  shape.postcode_digits = !rules.postcode_forms.empty() &&
                          std::all_of(rules.postcode_forms.begin(), rules.postcode_forms.end(),
                                      [](char letter) { return letter == 'N' || letter == '|'; });
  shape.postcode_first = std::find(town_first.begin(), town_first.end(), country) == town_first.end();
  return shape;
}

}  // namespace ff::storefront
