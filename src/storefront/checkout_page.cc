#include "storefront/checkout_page.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "payments/ledger.h"
#include "storefront/address_shape.h"
#include "storefront/cart_page.h"
#include "storefront/countries.h"
#include "storefront/html.h"

namespace ff::storefront {
namespace {

/// Fields that go back into the page. Cards have no place here.
constexpr std::array<std::string_view, 11> kept_fields{"email", "country",         "name",          "line1",
                                                       "line2", "postcode",        "city",          "region",
                                                       "phone", "delivery_method", "payment_method"};

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

/// A rule's message ("must be like 10115", "enter a name") as a sentence that stands alone on top of the
/// page: "Postcode must be like 10115", "Enter a name".
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

class Writer {
 public:
  Writer(Html& html, const CheckoutView& view) : html_(html), view_(view) {}

  void input(const Field& field) {
    const FieldError* error = error_of(field.name);
    html_ << "<div class=\"field " << field.share;
    html_.when(error != nullptr, " field-invalid")
        << "\"><label for=\"" << field.name << "\">" << field.label;
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

  void country(const pricing::Rules& rules) {
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

  void region(const AddressShape& shape) {
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

  void deliveries() {
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

  void payment(const orders::Totals* totals, bool demo) {
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

 private:
  const FieldError* error_of(std::string_view field) const {
    for (const FieldError& error : view_.errors) {
      if (error.field == field) return &error;
    }
    return nullptr;
  }
  void write_error(std::string_view field, const FieldError* error) {
    if (error == nullptr) return;
    html_ << "<p class=\"error\" id=\"" << field << "-error\"><span class=\"visually-hidden\">Error: </span>"
          << sentence(*error) << "</p>";
  }
  void describe(std::string_view field, const FieldError* error, bool hint) {
    if (error != nullptr) html_ << " aria-invalid=\"true\"";
    if (error == nullptr && !hint) return;
    html_ << " aria-describedby=\"";
    if (error != nullptr) html_ << field << "-error";
    html_.when(error != nullptr && hint, " ");
    if (hint) html_ << field << "-hint";
    html_ << "\"";
  }
  void begin_choices(std::string_view field, std::string_view legend, const FieldError* error) {
    html_ << "<fieldset class=\"choices";
    html_.when(error != nullptr, " field-invalid") << "\"";
    if (error != nullptr) html_ << " aria-describedby=\"" << field << "-error\"";
    html_ << "><legend class=\"visually-hidden\">" << legend << "</legend>";
    write_error(field, error);
  }

  Html& html_;
  const CheckoutView& view_;
};

void write_error_summary(Html& html, const CheckoutView& view) {
  if (view.errors.empty() && !view.notice) return;
  if (view.errors.empty() && !view.notice->wrong) {
    html << "<div class=\"notice\" role=\"status\"><p><strong>" << view.notice->title << "</strong> "
         << view.notice->text << "</p></div>";
    return;
  }
  html << "<div class=\"error-summary\" role=\"alert\" tabindex=\"-1\" autofocus "
          "aria-labelledby=\"error-summary-title\" "
          "data-error-summary><h2 id=\"error-summary-title\">"
       << (view.notice ? std::string_view(view.notice->title) : std::string_view("There is a problem"))
       << "</h2>";
  if (view.notice && !view.notice->text.empty()) html << "<p>" << view.notice->text << "</p>";
  if (!view.errors.empty()) {
    std::vector<FieldError> errors = view.errors;
    const auto place = [](const FieldError& error) {
      return std::find_if(labels.begin(), labels.end(),
                          [&](const Label& each) { return each.field == error.field; }) -
             labels.begin();
    };
    std::stable_sort(errors.begin(), errors.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    html << "<ul>";
    for (const FieldError& error : errors) {
      html << "<li><a href=\"#" << error.field << "\">" << sentence(error) << "</a></li>";
    }
    html << "</ul>";
  }
  if (view.notice && view.notice->reconcile) {
    html << "<ul>";
    for (const CartLine& line : view.cart.lines) {
      if (line.trouble == Trouble::kNone) continue;
      html << "<li>" << line.title;
      if (!line.options.empty()) html << ", " << line.options;
      if (line.trouble == Trouble::kTooMany) {
        html << ": you want " << line.quantity << ", only " << line.left
             << (line.left == 1 ? std::string_view(" is left") : std::string_view(" are left"));
      } else {
        html << (line.trouble == Trouble::kSoldOut ? std::string_view(": sold out")
                                                   : std::string_view(": no longer sold"));
      }
      html << "</li>";
    }
    html << "</ul><p><button class=\"button\" type=\"submit\" name=\"reconcile\" value=\"1\" "
            "formnovalidate>Keep what is "
            "available</button> <a class=\"text-link\" href=\"/cart\">Change the cart</a></p>";
  }
  if (view.notice && !view.notice->order_url.empty()) {
    html << "<p><a class=\"button\" href=\"" << href(view.notice->order_url) << "\">See the order</a></p>";
  }
  html << "</div>";
}

void write_summary(Html& html, const CheckoutView& view) {
  html << "<aside class=\"checkout-summary summary-sticky\" aria-label=\"Your order\"><details "
          "class=\"summary-lines\"><summary><span>"
       << view.cart.pieces
       << (view.cart.pieces == 1 ? std::string_view(" piece") : std::string_view(" pieces"))
       << "</span><span class=\"amount tabular\">" << (view.totals ? view.totals->total : view.cart.subtotal)
       << "</span></summary><ul role=\"list\">";
  for (const CartLine& line : view.cart.lines) {
    const bool sellable = line.trouble == Trouble::kNone || line.trouble == Trouble::kTooMany;
    html << "<li class=\"line-item\"><span class=\"line-item-media\">";
    if (!line.picture.url.empty()) {
      html << "<img src=\"" << href(line.picture.url)
           << "\" alt=\"\" width=\"64\" height=\"80\" loading=\"lazy\" decoding=\"async\"";
      if (line.picture.url != line.stand_in) html << " data-fallback=\"" << href(line.stand_in) << "\"";
      html << ">";
    }
    html << "</span><span class=\"line-item-body\"><span class=\"line-title\">" << line.title
         << "</span> <span class=\"muted\">";
    if (!line.options.empty()) html << line.options << " · ";
    html << line.quantity << " × " << line.unit_price
         << "</span></span><span class=\"line-item-price tabular\">";
    if (sellable) {
      html << line.total;
    } else {
      html << "Sold out";
    }
    html << "</span></li>";
  }
  html << "</ul><p><a class=\"text-link\" href=\"/cart\">Change the cart</a></p></details>";
  if (view.totals) {
    const pricing::DeliveryMethod* chosen = nullptr;
    for (const pricing::DeliveryOffer& offer : view.cart.offers) {
      if (offer.method->id == view.values.get("delivery_method")) chosen = offer.method;
    }
    write_totals(html, *view.totals, view.cart.country,
                 chosen == nullptr ? std::string_view() : std::string_view(chosen->title));
  }
  html << "</aside>";
}

void write_button(Html& html, const CheckoutView& view) {
  if (!view.totals) {
    html << "<p><button class=\"button button-wide\" type=\"submit\" name=\"update\" value=\"delivery\" "
            "formnovalidate>Work out the "
            "total</button></p>";
    return;
  }
  html << "<p class=\"pay\"><button class=\"button button-wide\" type=\"submit\" data-pay>";
  if (view.totals->total.minor == 0) {
    html << "Place the order";
  } else {
    // Which of the two shows follows the payment method, by the style sheet.
    html << "<span class=\"pay-now\">Pay " << view.totals->total
         << "</span><span class=\"pay-later\">Order, pay " << view.totals->total << " on delivery</span>";
  }
  html << "</button></p>";
  const std::string tax = tax_words(*view.totals, view.cart.country);
  if (!tax.empty()) html << "<p class=\"muted pay-tax\">" << view.totals->total << " " << tax << ".</p>";
  html << "<p class=\"pay-status\" role=\"status\" data-pay-status></p>";
}

void write_piece(Html& html, const Layout& layout, const pricing::Rules& rules, const CheckoutView& view) {
  const AddressShape shape = address_shape(view.cart.country);
  Writer writer(html, view);
  html << "<div class=\"wrap checkout\" data-piece=\"checkout\"><h1>Checkout</h1>"
          "<form class=\"checkout-form\" method=\"post\" action=\"/checkout\" data-checkout novalidate>"
          "<input type=\"hidden\" name=\"idempotency_key\" value=\""
       << view.idempotency_key << "\">";
  if (view.totals)
    html << "<input type=\"hidden\" name=\"expected_total\" value=\"" << view.totals->total.decimal()
         << "\">";
  // What Enter presses in any field: the first button of the form must not be "Update".
  html
      << "<button class=\"default-button\" type=\"submit\" tabindex=\"-1\" aria-hidden=\"true\">Pay</button>";
  write_error_summary(html, view);
  html << "<div class=\"split checkout-columns\">";
  write_summary(html, view);
  html << "<div class=\"checkout-main\"><section aria-labelledby=\"contact\"><h2 id=\"contact\">Contact</h2>";
  writer.input({.name = "email",
                .label = "E-mail",
                .type = "email",
                .autocomplete = "email",
                .inputmode = "email",
                .hint = "Kept with the order, so that we can reach you about it.",
                .maxlength = 254});
  html << "</section><section aria-labelledby=\"delivery\"><h2 id=\"delivery\">Delivery</h2>";
  writer.country(rules);
  writer.input({.name = "name", .label = "Full name", .autocomplete = "shipping name"});
  writer.input({.name = "line1", .label = "Street and number", .autocomplete = "shipping address-line1"});
  writer.input({.name = "line2",
                .label = "Flat, floor, company",
                .autocomplete = "shipping address-line2",
                .optional = true});
  html << "<div class=\"field-row\">";
  const Field postcode{
      .name = "postcode",
      .label = std::string(shape.postcode_label),
      .autocomplete = "shipping postal-code",
      .inputmode = shape.postcode_digits ? std::string_view("numeric") : std::string_view(),
      .hint = shape.postcode_example.empty() ? std::string() : "Like " + std::string(shape.postcode_example),
      .optional = !shape.postcode_required,
      .maxlength = 16,
      .share = "field-third"};
  const Field city{.name = "city",
                   .label = "Town or city",
                   .autocomplete = "shipping address-level2",
                   .share = "field-rest"};
  if (shape.postcode_first) {
    writer.input(postcode);
    writer.input(city);
  } else {
    writer.input(city);
    writer.input(postcode);
  }
  html << "</div>";
  if (!shape.regions.empty()) writer.region(shape);
  writer.input({.name = "phone",
                .label = "Phone",
                .type = "tel",
                .autocomplete = "shipping tel",
                .inputmode = "tel",
                .hint = "Only for the courier.",
                .optional = true,
                .maxlength = 32});
  html << "</section><section aria-labelledby=\"method\"><h2 id=\"method\">Delivery method</h2>";
  writer.deliveries();
  html << "</section><section class=\"payment\" aria-labelledby=\"payment\"><h2 id=\"payment\">Payment</h2>";
  writer.payment(view.totals ? &*view.totals : nullptr, layout.identity().demo);
  html << "</section>";
  write_button(html, view);
  html << "</div></div></form></div>";
}

std::string_view tax_name(std::string_view country) {
  return country == "US" || country == "CA" || country == "AU" ? "tax" : "VAT";
}

std::string percent(BasisPoints rate) {
  const int whole = rate.value / 100;
  const int part = rate.value % 100;
  if (part == 0) return fmt::format("{} %", whole);
  if (part % 10 == 0) return fmt::format("{}.{} %", whole, part / 10);
  return fmt::format("{}.{:02} %", whole, part);
}

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

std::string tax_words(const orders::Totals& totals, std::string_view country) {
  if (totals.tax.minor == 0) return {};
  return fmt::format("{} {} {} ({})", totals.tax_included ? "includes" : "is with", for_people(totals.tax),
                     tax_name(country), percent(totals.tax_rate));
}

void write_totals(Html& html, const orders::Totals& totals, std::string_view country,
                  std::string_view delivery) {
  html << "<dl class=\"summary tabular\"><div><dt>Subtotal</dt><dd>" << totals.subtotal
       << "</dd></div><div><dt>Delivery";
  if (!delivery.empty()) html << "<span class=\"muted summary-detail\">" << delivery << "</span>";
  html << "</dt><dd>";
  if (totals.delivery.minor == 0) {
    html << "Free";
  } else {
    html << totals.delivery;
  }
  html << "</dd></div>";
  const std::string tax_rate = fmt::format("{} ({})", tax_name(country), percent(totals.tax_rate));
  if (!totals.tax_included && totals.tax.minor != 0) {
    html << "<div><dt class=\"summary-tax\">" << tax_rate << "</dt><dd>" << totals.tax << "</dd></div>";
  }
  html << "<div class=\"summary-total\"><dt>Total";
  if (totals.tax_included && totals.tax.minor != 0) {
    html << "<span class=\"muted summary-detail\">" << tax_words(totals, country) << "</span>";
  }
  html << "</dt><dd>" << totals.total << "</dd></div></dl>";
}

http::Response checkout_page(const Layout& layout, const catalog::Snapshot& snapshot,
                             const pricing::Rules& rules, const CheckoutView& view, int status, bool piece) {
  http::Response response;
  if (piece) {
    Html html;
    write_piece(html, layout, rules, view);
    response = layout.respond(status, std::move(html).take());
  } else {
    PageHead head;
    const bool wrong = !view.errors.empty() || (view.notice && view.notice->wrong);
    head.title = wrong ? "Error: Checkout" : "Checkout";
    head.indexed = false;
    head.frame = Frame::kCheckout;
    head.page = "checkout";
    head.scripts = {"buying.js"};
    response = layout.respond(
        status, layout.page(head, &snapshot, [&](Html& html) { write_piece(html, layout, rules, view); }),
        &snapshot);
  }
  personal(response);
  return response;
}

}  // namespace ff::storefront
