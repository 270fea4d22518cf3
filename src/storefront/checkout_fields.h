// The fields of the checkout form, each with its label, its hint, what was typed and what is wrong with it.
//
// Invariant: an error is written beside its field and tied to it for screen readers; a card's fields are
// always written empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storefront/address_shape.h"
#include "storefront/checkout_view.h"
#include "storefront/html.h"

namespace ff::storefront {

struct Field {
  std::string_view name;
  std::string label;
  std::string_view type = "text";
  std::string_view autocomplete;
  std::string_view inputmode = {};
  std::string hint = {};
  bool optional = false;
  int maxlength = 200;
  std::string_view share = {};  // "field-half"
};

/// A rule's message ("must be like 10115", "enter a name") as a sentence that stands alone on top of the
/// page: "Postcode must be like 10115", "Enter a name".
std::string sentence(const FieldError& error);
/// In the order in which their fields stand on the page.
std::vector<FieldError> in_page_order(std::vector<FieldError> errors);

/// Writes the fields one by one. Both must outlive it.
class CheckoutFields {
 public:
  CheckoutFields(Html& html, const CheckoutView& view) : html_(html), view_(view) {}

  void input(const Field& field);
  /// With a button that asks for the form of another country's address.
  void country(const pricing::Rules& rules);
  void region(const AddressShape& shape);
  void deliveries();
  /// `totals` null: not known yet. Nothing to pay: only says so.
  void payment(const orders::Totals* totals, bool demo);

 private:
  const FieldError* error_of(std::string_view field) const;
  void write_error(std::string_view field, const FieldError* error);
  void describe(std::string_view field, const FieldError* error, bool hint);
  void begin_choices(std::string_view field, std::string_view legend, const FieldError* error);

  Html& html_;
  const CheckoutView& view_;
};

}  // namespace ff::storefront
