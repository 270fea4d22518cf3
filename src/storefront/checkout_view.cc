#include "storefront/checkout_view.h"

#include <array>

namespace ff::storefront {
namespace {

/// Fields that go back into the page. Cards have no place here.
constexpr std::array<std::string_view, 11> kept_fields{"email", "country",         "name",          "line1",
                                                       "line2", "postcode",        "city",          "region",
                                                       "phone", "delivery_method", "payment_method"};

}  // namespace

CheckoutValues CheckoutValues::from(const http::Form& form) {
  CheckoutValues values;
  for (const std::string_view field : kept_fields) {
    if (form.has(field)) values.set(field, std::string(form.get(field)));
  }
  return values;
}

std::string_view CheckoutValues::get(std::string_view field) const {
  for (const auto& [name, value] : values_) {
    if (name == field) return value;
  }
  return {};
}

void CheckoutValues::set(std::string_view field, std::string value) {
  for (auto& [name, old] : values_) {
    if (name == field) {
      old = std::move(value);
      return;
    }
  }
  values_.emplace_back(std::string(field), std::move(value));
}

}  // namespace ff::storefront
