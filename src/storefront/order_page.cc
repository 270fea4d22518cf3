#include "storefront/order_page.h"

#include <array>

#include <fmt/format.h>

#include "shop/product_picture.h"
#include "storefront/address_shape.h"
#include "storefront/cart_page.h"
#include "storefront/countries.h"
#include "storefront/html.h"
#include "storefront/order_totals.h"
#include "storefront/picture.h"

namespace ff::storefront {
namespace {

struct Story {
  std::string_view badge, title, next;
};

Story story_of(const orders::Order& order) {
  switch (order.state) {
    case orders::State::kPendingPayment:
      if (!order.reason.empty()) {
        return {"Being cancelled", "We are calling this order off",
                "The payment could not be confirmed, so it is being closed. You will not be charged; should "
                "your bank have set the "
                "amount aside, it is given back."};
      }
      return {"Being confirmed", "We are confirming your payment",
              "Your pieces are set aside. The bank has not answered yet; this page looks again by itself, "
              "and you need not pay a "
              "second time."};
    case orders::State::kPaid:
      return {"Paid", "Thank you, it's yours",
              "We pack your pieces and hand them to the courier. Delivery time counts from now."};
    case orders::State::kPlaced:
      return {"Placed", "Thank you, it's on its way to the packing table",
              "We pack your pieces and hand them to the courier. You pay when they reach you."};
    case orders::State::kDeclined:
      return {"Payment declined", "The payment was refused",
              "Nothing was charged and nothing is set aside. What you chose is still in your cart: try "
              "another card."};
    case orders::State::kCancelled:
      return {"Cancelled", "This order was cancelled",
              "Nothing is owed, and whatever was charged is given back."};
  }
  return {};
}

bool stands(const orders::Order& order) {
  return order.state == orders::State::kPaid || order.state == orders::State::kPlaced;
}

void write_steps(Html& html, const orders::Order& order) {
  if (order.state == orders::State::kDeclined || order.state == orders::State::kCancelled ||
      !order.reason.empty())
    return;
  const bool confirmed = stands(order);
  html << "<ol class=\"steps\" aria-label=\"Progress\"><li class=\"is-done\">Ordered</li><li";
  html << (confirmed ? SafeHtml::sanitised(" class=\"is-done\"")
                     : SafeHtml::sanitised(" class=\"is-now\" aria-current=\"step\""));
  html << ">"
       << (order.state == orders::State::kPlaced ? std::string_view("Confirmed")
                                                 : std::string_view("Payment"))
       << "</li><li";
  html.when(confirmed, " class=\"is-now\" aria-current=\"step\"")
      << ">Packing</li><li>With the courier</li></ol>";
}

void write_lines(Html& html, const orders::Order& order, const catalog::Snapshot& snapshot) {
  html << "<section aria-labelledby=\"pieces\"><h2 id=\"pieces\">What you ordered</h2><ul "
          "class=\"order-lines\" role=\"list\">";
  for (const orders::Line& line : order.lines) {
    html << "<li class=\"line-item\"><span class=\"line-item-media\">";
    write_line_picture(html, shop::choose_picture(line), 64, 80);
    html << "</span><span class=\"line-item-body\"><span class=\"line-title\">";
    // The order keeps its own copy of what was sold; the link only where the product still is.
    if (snapshot.product(line.handle) != nullptr) {
      html << "<a href=\"" << href("/products/" + line.handle) << "\">" << line.title << "</a>";
    } else {
      html << line.title;
    }
    html << "</span> <span class=\"muted\">";
    if (!line.variant_title.empty()) html << line.variant_title << " · ";
    html << line.quantity << " × " << line.unit_price
         << "</span></span><span class=\"line-item-price tabular\">" << line.unit_price * line.quantity
         << "</span></li>";
  }
  html << "</ul></section>";
}

void write_address(Html& html, const orders::Order& order) {
  const orders::Address& address = order.address;
  html << "<section aria-labelledby=\"to\"><h2 id=\"to\">Delivered to</h2><address>" << address.name << "<br>"
       << address.line1 << "<br>";
  if (!address.line2.empty()) html << address.line2 << "<br>";
  if (address_shape(address.country).postcode_first) {
    html << address.postcode << " " << address.city;
    if (!address.region.empty()) html << ", " << address.region;
  } else {
    html << address.city;
    if (!address.region.empty()) html << ", " << address.region;
    html << " " << address.postcode;
  }
  html << "<br>" << country_name(address.country) << "</address></section>";
  html << "<section aria-labelledby=\"paid\"><h2 id=\"paid\">Payment</h2><p>";
  switch (order.method) {
    case orders::PaymentMethod::kCard:
      html << (order.card_hint.empty() ? std::string_view("Card") : std::string_view(order.card_hint));
      break;
    case orders::PaymentMethod::kOnDelivery:
      html << "On delivery";
      break;
    case orders::PaymentMethod::kFree:
      html << "Nothing was to be paid";
      break;
  }
  html << "</p><p class=\"muted\">" << order.email << "</p></section>";
}

/// "22 November 2026": the day of the order, UTC.
std::string day_of(Instant at) {
  constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                    "May",       "June",     "July",     "August",
                                                    "September", "October",  "November", "December"};
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Duration>(Duration(at.us)));
  const std::chrono::year_month_day date{days};
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()));
}

}  // namespace

std::string order_url(const orders::Order& order) {
  return "/orders/" + order.id.text() + "?key=" + order.access_key.text();
}

http::Response order_page(const Layout& layout, const catalog::Snapshot& snapshot,
                          const orders::Order& order) {
  const Story story = story_of(order);
  const bool pending = order.state == orders::State::kPendingPayment;
  PageHead head;
  head.title = fmt::format("Order {}", order.number);
  head.indexed = false;
  head.page = "order";
  head.scripts = {"buying.js"};
  http::Response response = layout.respond(
      200,
      layout.page(
          head, &snapshot,
          [&](Html& html) {
            html << "<div class=\"wrap order\" data-piece=\"order\" data-state=\""
                 << orders::to_string(order.state) << "\"";
            html.when(pending, " data-pending")
                << "><header class=\"order-head\"><p class=\"order-number\"><span>Order " << order.number
                << "</span> <span class=\"badge order-badge\">" << story.badge << "</span></p><h1>"
                << story.title << "</h1><p class=\"order-next\"";
            html.when(pending, " role=\"status\"") << ">";
            if (order.state == orders::State::kDeclined && !order.reason.empty()) html << order.reason << " ";
            html << story.next << "</p>";
            if (order.state == orders::State::kDeclined)
              html << "<p><a class=\"button\" href=\"/checkout\">Back to checkout</a></p>";
            if (pending && order.reason.empty()) {
              const std::string self = order_url(order);
              html << "<p><a class=\"text-link\" href=\"" << href(self) << "\">Look again now</a></p>";
            }
            write_steps(html, order);
            html << "</header><div class=\"split order-columns\"><div class=\"order-main\">";
            write_lines(html, order, snapshot);
            html << "</div><aside class=\"order-aside\" aria-label=\"Totals and delivery\">";
            write_totals(html, order.totals, order.address.country, order.delivery_method);
            write_address(html, order);
            html << "<p class=\"muted order-keep\">Ordered on " << day_of(order.created_at)
                 << ". Keep this page's address: it is the key to your order. Whoever has it can see the "
                    "order.</p>"
                    "<p class=\"order-print\"><button class=\"button button-quiet\" type=\"button\" "
                    "data-print "
                    "hidden>Print</button> "
                    "<a class=\"text-link\" href=\"/collections\">Go on looking</a></p></aside></div></div>";
          }),
      &snapshot);
  personal(response);
  // The default of every answer, said again here because it guards the key in this page's address.
  response.header("Referrer-Policy", "same-origin");
  if (pending) response.header("Refresh", fmt::to_string(kOrderRefreshSeconds));
  return response;
}

}  // namespace ff::storefront
