#include "storefront/checkout_page.h"

#include "storefront/address_shape.h"
#include "storefront/cart_page.h"
#include "storefront/checkout_fields.h"
#include "storefront/html.h"
#include "storefront/order_totals.h"
#include "storefront/picture.h"

namespace ff::storefront {
namespace {

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
    html << "<ul>";
    for (const FieldError& error : in_page_order(view.errors)) {
      html << "<li><a href=\"#" << error.field << "\">" << sentence(error) << "</a></li>";
    }
    html << "</ul>";
  }
  if (view.notice && view.notice->reconcile) {
    html << "<ul>";
    for (const CartLine& line : view.cart.lines) {
      if (line.trouble == Trouble::kNone) continue;
      html << "<li>" << line.full_name();
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
    html << "<li class=\"line-item\"><span class=\"line-item-media\">";
    if (!line.picture.url.empty()) write_line_picture(html, line.picture, 64, 80);
    html << "</span><span class=\"line-item-body\"><span class=\"line-title\">" << line.title
         << "</span> <span class=\"muted\">";
    if (!line.options.empty()) html << line.options << " · ";
    html << line.quantity << " × " << line.unit_price
         << "</span></span><span class=\"line-item-price tabular\">";
    if (line.sellable()) {
      html << line.total;
    } else {
      html << (line.trouble == Trouble::kGone ? std::string_view("No longer sold") : "Sold out");
    }
    html << "</span></li>";
  }
  html << "</ul><p><a class=\"text-link\" href=\"/cart\">Change the cart</a></p></details>";
  write_sale_notes(html, view.cart.sales);
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
  CheckoutFields fields(html, view);
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
  fields.input({.name = "email",
                .label = "E-mail",
                .type = "email",
                .autocomplete = "email",
                .inputmode = "email",
                .hint = "Kept with the order, so that we can reach you about it.",
                .maxlength = 254});
  html << "</section><section aria-labelledby=\"delivery\"><h2 id=\"delivery\">Delivery</h2>";
  fields.country(rules);
  fields.input({.name = "name", .label = "Full name", .autocomplete = "shipping name"});
  fields.input({.name = "line1", .label = "Street and number", .autocomplete = "shipping address-line1"});
  fields.input({.name = "line2",
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
    fields.input(postcode);
    fields.input(city);
  } else {
    fields.input(city);
    fields.input(postcode);
  }
  html << "</div>";
  if (!shape.regions.empty()) fields.region(shape);
  fields.input({.name = "phone",
                .label = "Phone",
                .type = "tel",
                .autocomplete = "shipping tel",
                .inputmode = "tel",
                .hint = "Only for the courier.",
                .optional = true,
                .maxlength = 32});
  html << "</section><section aria-labelledby=\"method\"><h2 id=\"method\">Delivery method</h2>";
  fields.deliveries();
  html << "</section><section class=\"payment\" aria-labelledby=\"payment\"><h2 id=\"payment\">Payment</h2>";
  fields.payment(view.totals ? &*view.totals : nullptr, layout.identity().demo);
  html << "</section>";
  write_button(html, view);
  html << "</div></div></form></div>";
}

}  // namespace

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
