#include "storefront/checkout_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "payments/ledger.h"
#include "storefront/countries.h"

namespace ff::storefront {
namespace {

void write_test_cards(Html& html) {
  html << "<details class=\"test-cards\" open><summary>Demo shop: pay with a test card</summary><p>Nothing "
          "is charged. Any date to "
          "come and any code will do.</p><table class=\"table\"><caption class=\"visually-hidden\">Test "
          "cards</caption><thead><tr><th "
          "scope=\"col\">Number</th><th scope=\"col\">The payment</th></tr></thead><tbody>";
  for (const payments::TestCard& card : payments::test_cards()) {
    html << "<tr><td class=\"tabular\">" << card.number << "</td><td>" << card.what << "</td></tr>";
  }
  html << "</tbody></table></details>";
}

/// In the order in which they stand on the page.
struct Label {
  std::string_view field, label;
};
constexpr std::array<Label, 14> labels{{{"email", "E-mail"},
                                        {"country", "Country"},
                                        {"name", "Full name"},
                                        {"line1", "Street and number"},
                                        {"line2", "Flat, floor, company"},
                                        {"postcode", "Postcode"},
                                        {"city", "Town or city"},
                                        {"region", "Region"},
                                        {"phone", "Phone"},
                                        {"delivery_method", "Delivery method"},
                                        {"payment_method", "Payment method"},
                                        {"card_number", "Card number"},
                                        {"card_expiry", "Expiry date"},
                                        {"card_cvc", "Security code"}}};

}  // namespace

std::string sentence(const FieldError& error) {
  const std::string_view message = error.message;
  const bool needs_subject =
      message.starts_with("must ") || message.starts_with("is ") || message.starts_with("has ");
  if (error.field == "delivery_method" && needs_subject) return "Choose a delivery method";
  if (needs_subject) {
    for (const Label& each : labels) {
      if (each.field == error.field) return fmt::format("{} {}", each.label, message);
    }
  }
  std::string text(message);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::vector<FieldError> in_page_order(std::vector<FieldError> errors) {
  const auto place = [](const FieldError& error) {
    return std::find_if(labels.begin(), labels.end(),
                        [&](const Label& each) { return each.field == error.field; }) -
           labels.begin();
  };
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return errors;
}

void CheckoutFields::input(const Field& field) {
  const FieldError* error = error_of(field.name);
  html_ << "<div class=\"field " << field.share;
  html_.when(error != nullptr, " field-invalid") << "\"><label for=\"" << field.name << "\">" << field.label;
  html_.when(field.optional, " <span class=\"muted\">(optional)</span>") << "</label>";
  if (!field.hint.empty())
    html_ << "<p class=\"hint\" id=\"" << field.name << "-hint\">" << field.hint << "</p>";
  write_error(field.name, error);
  html_ << "<input id=\"" << field.name << "\" name=\"" << field.name << "\" type=\"" << field.type
        << "\" maxlength=\"" << field.maxlength << "\" autocomplete=\"" << field.autocomplete << "\"";
  if (!field.inputmode.empty()) html_ << " inputmode=\"" << field.inputmode << "\"";
  if (!field.optional) html_ << " required";
  if (const std::string_view value = view_.values.get(field.name); !value.empty())
    html_ << " value=\"" << value << "\"";
  describe(field.name, error, !field.hint.empty());
  html_ << "></div>";
}

void CheckoutFields::country(const pricing::Rules& rules) {
  const FieldError* error = error_of("country");
  html_ << "<div class=\"field";
  html_.when(error != nullptr, " field-invalid") << "\"><label for=\"country\">Country</label>";
  write_error("country", error);
  html_ << "<div class=\"field-with-button\"><select id=\"country\" name=\"country\" "
           "autocomplete=\"shipping country\" data-update";
  describe("country", error, false);
  html_ << ">";
  for (const std::string& code : rules.countries) {
    html_ << "<option value=\"" << code << "\"";
    html_.flag("selected", code == view_.cart.country) << ">" << country_name(code) << "</option>";
  }
  // Asks for the form of another country's address; nothing is checked yet and nothing is lost.
  html_ << "</select><button class=\"button button-quiet update\" type=\"submit\" name=\"update\" "
           "value=\"country\" "
           "formnovalidate>Update</button></div></div>";
}

void CheckoutFields::region(const AddressShape& shape) {
  const FieldError* error = error_of("region");
  html_ << "<div class=\"field";
  html_.when(error != nullptr, " field-invalid")
      << "\"><label for=\"region\">" << shape.region_label << "</label>";
  write_error("region", error);
  html_ << "<select id=\"region\" name=\"region\" autocomplete=\"shipping address-level1\"";
  html_.flag("required", shape.region_required);
  describe("region", error, false);
  html_ << "><option value=\"\">Choose</option>";
  for (const checkout::Region& each : shape.regions) {
    // Browsers that know the address fill in the code, people write either.
    const std::string_view typed = view_.values.get("region");
    html_ << "<option value=\"" << each.code << "\"";
    html_.flag("selected", iequals_ascii(typed, each.code) || iequals_ascii(typed, each.name))
        << ">" << each.name << "</option>";
  }
  html_ << "</select></div>";
}

void CheckoutFields::deliveries() {
  const FieldError* error = error_of("delivery_method");
  begin_choices("delivery_method", "Delivery method", error);
  if (view_.cart.offers.empty()) html_ << "<p>We don't deliver there yet. Choose another country.</p>";
  for (const pricing::DeliveryOffer& offer : view_.cart.offers) {
    const std::string& id = offer.method->id;
    html_ << "<label class=\"choice\"><input type=\"radio\" name=\"delivery_method\" value=\"" << id
          << "\" data-update";
    html_.when(&offer == &view_.cart.offers.front(), " id=\"delivery_method\"");
    html_.flag("required", true).flag("checked", view_.values.get("delivery_method") == id)
        << "><span>" << offer.method->title << "</span><span class=\"amount tabular\">";
    if (offer.price.minor == 0) {
      html_ << "Free";
    } else {
      html_ << offer.price;
    }
    html_ << "</span></label>";
  }
  html_ << "</fieldset>";
  if (view_.cart.offers.size() > 1) {
    html_ << "<button class=\"link-button update\" type=\"submit\" name=\"update\" value=\"delivery\" "
             "formnovalidate>Update the "
             "total</button>";
  }
}

void CheckoutFields::payment(const orders::Totals* totals, bool demo) {
  if (totals != nullptr && totals->total.minor == 0) {
    html_ << "<input type=\"hidden\" name=\"payment_method\" value=\"free\"><p>Nothing is to be paid.</p>";
    return;
  }
  const bool on_delivery = view_.values.get("payment_method") == "on_delivery";
  begin_choices("payment_method", "Payment method", error_of("payment_method"));
  html_ << "<label class=\"choice\"><input id=\"payment_method\" type=\"radio\" name=\"payment_method\" "
           "value=\"card\" required";
  html_.flag("checked", !on_delivery) << "><span>Card</span></label>"
                                         "<label class=\"choice\"><input type=\"radio\" "
                                         "name=\"payment_method\" value=\"on_delivery\" required";
  html_.flag("checked", on_delivery)
      << "><span>Pay on delivery</span></label></fieldset><div class=\"card-fields\">";
  if (!view_.errors.empty() || view_.notice) {
    html_ << "<p class=\"hint card-again\">For your safety card details are never sent back to this page: "
             "type them again.</p>";
  }
  input({.name = "card_number",
         .label = "Card number",
         .autocomplete = "cc-number",
         .inputmode = "numeric",
         .maxlength = 30});
  html_ << "<div class=\"field-row\">";
  input({.name = "card_expiry",
         .label = "Expiry date",
         .autocomplete = "cc-exp",
         .inputmode = "numeric",
         .hint = "MM / YY",
         .maxlength = 9,
         .share = "field-half"});
  input({.name = "card_cvc",
         .label = "Security code",
         .autocomplete = "cc-csc",
         .inputmode = "numeric",
         .hint = "3 or 4 digits on the card",
         .maxlength = 4,
         .share = "field-half"});
  html_ << "</div>";
  if (demo) write_test_cards(html_);
  html_ << "</div>";
}

const FieldError* CheckoutFields::error_of(std::string_view field) const {
  for (const FieldError& error : view_.errors) {
    if (error.field == field) return &error;
  }
  return nullptr;
}

void CheckoutFields::write_error(std::string_view field, const FieldError* error) {
  if (error == nullptr) return;
  html_ << "<p class=\"error\" id=\"" << field << "-error\"><span class=\"visually-hidden\">Error: </span>"
        << sentence(*error) << "</p>";
}

void CheckoutFields::describe(std::string_view field, const FieldError* error, bool hint) {
  if (error != nullptr) html_ << " aria-invalid=\"true\"";
  if (error == nullptr && !hint) return;
  html_ << " aria-describedby=\"";
  if (error != nullptr) html_ << field << "-error";
  html_.when(error != nullptr && hint, " ");
  if (hint) html_ << field << "-hint";
  html_ << "\"";
}

void CheckoutFields::begin_choices(std::string_view field, std::string_view legend, const FieldError* error) {
  html_ << "<fieldset class=\"choices";
  html_.when(error != nullptr, " field-invalid") << "\"";
  if (error != nullptr) html_ << " aria-describedby=\"" << field << "-error\"";
  html_ << "><legend class=\"visually-hidden\">" << legend << "</legend>";
  write_error(field, error);
}

}  // namespace ff::storefront
