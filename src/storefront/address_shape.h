// How an address is asked for, country by country: which fields, what they are called. The rules themselves
// are checkout/address.h's; this puts them into a form's words.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "checkout/address.h"

namespace ff::storefront {

struct AddressShape {
  std::span<const checkout::Region> regions;  // empty: it is not asked for
  bool region_required = false;
  std::string_view region_label;
  std::string_view postcode_label;
  std::string_view postcode_example;  // empty: there is none
  bool postcode_required = true;
  bool postcode_digits = false;  // a phone may show its number pad
  bool postcode_first = true;    // stands before the town, as on an envelope there
};

AddressShape address_shape(std::string_view country);

}  // namespace ff::storefront
