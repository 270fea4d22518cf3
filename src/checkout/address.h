// What an address must have, country by country: the rules that checkout::parse() holds an address to, and
// that a form may be drawn from.
//
// Invariant: an address that check_address() let pass is in its country's own form (postcode spaced and in
// capitals, region as its code), so that the same place is always written the same way.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "orders/order.h"

namespace ff::checkout {

struct Region {
  std::string_view code;  // "CA"
  std::string_view name;  // "California"
};

struct AddressRules {
  std::string_view country;  // ISO 3166-1 alpha-2
  /// Accepted forms, separated by '|': N is a digit, A a letter, * either; anything else stands for itself
  /// and may be left out or typed as a space or a dash. Empty: any text.
  std::string_view postcode_forms;
  std::string_view postcode_example;
  bool postcode_required = true;
  bool region_required = false;
  std::span<const Region> regions{};  // closed list; empty: free text
};

/// Of a country that has no entry: everything but street, city and name is optional.
const AddressRules& address_rules(std::string_view country);

/// The postcode in the country's own form; empty when it has none of its forms.
std::string canonical_postcode(const AddressRules& rules, std::string_view text);

/// Trims and canonicalises the address in place; appends what is wrong to `errors` under the names of the
/// form
/// ("line1", "postcode" ...). The country's own presence is checked by the caller.
void check_address(orders::Address& address, std::vector<FieldError>& errors);

}  // namespace ff::checkout
