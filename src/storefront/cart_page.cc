#include "storefront/cart_page.h"

#include <algorithm>

#include "storefront/countries.h"
#include "storefront/html.h"
#include "storefront/picture.h"

namespace ff::storefront {
namespace {

void write_picture_link(Html& html, const CartLine& line) {
  if (line.picture.url.empty()) {
    html << "<span class=\"line-picture line-picture-none\"></span>";
    return;
  }
  // The name stands beside it as a link: a second one with the same words would only be noise.
  html << "<a class=\"line-picture\" href=\"" << href(line.url) << "\" tabindex=\"-1\" aria-hidden=\"true\">";
  write_line_picture(html, line.picture, 96, 120);
  html << "</a>";
}

void write_trouble(Html& html, const CartLine& line) {
  switch (line.trouble) {
    case Trouble::kNone:
      break;
    case Trouble::kTooMany:
      html << "<p class=\"line-note line-note-bad\">Only " << line.left
           << " left. Lower the quantity to go on.</p>";
      break;
    case Trouble::kSoldOut:
      html << "<p class=\"line-note line-note-bad\">Sold out since you added it. It isn't in the sum.</p>";
      break;
    case Trouble::kGone:
      html << "<p class=\"line-note line-note-bad\">We no longer sell it. It isn't in the sum.</p>";
      break;
  }
  if (line.few_left) html << "<p class=\"line-note\">Only " << line.left << " left.</p>";
  if (line.price_before && line.trouble != Trouble::kGone) {
    html << "<form class=\"line-note line-price-changed\" method=\"post\" action=\"/cart/lines/seen\" "
            "data-line>"
         << "<input type=\"hidden\" name=\"variant\" value=\"" << line.variant.value
         << "\"><span>The price changed from " << *line.price_before << " to " << line.unit_price
         << ".</span> <button class=\"link-button\" type=\"submit\">Got it</button></form>";
  }
}

void write_quantity(Html& html, const CartLine& line) {
  const std::string name = line.full_name();
  if (line.sellable()) {
    html << "<form class=\"quantity line-quantity\" method=\"post\" action=\"/cart/lines/update\" data-line>"
         << "<input type=\"hidden\" name=\"variant\" value=\"" << line.variant.value
         << "\">"
         // First in the form: it is what Enter in the field presses.
         << "<button class=\"line-update link-button\" type=\"submit\">Update<span "
            "class=\"visually-hidden\"> quantity of "
         << name << "</span></button>"
         << "<button class=\"step\" type=\"submit\" name=\"step\" value=\"less\" aria-label=\"One less of "
         << name << "\">" << Icon::kMinus << "</button><label class=\"visually-hidden\" for=\"quantity-"
         << line.variant.value << "\">Quantity of " << name << "</label><input id=\"quantity-"
         << line.variant.value
         << "\" name=\"quantity\" type=\"number\" inputmode=\"numeric\" min=\"0\" max=\""
         << inventory::kQuantityMax << "\" required value=\"" << line.quantity << "\">"
         << "<button class=\"step\" type=\"submit\" name=\"step\" value=\"more\" aria-label=\"One more of "
         << name << "\"";
    html.flag("disabled", line.quantity >= inventory::kQuantityMax)
        << ">" << Icon::kPlus << "</button></form>";
  }
  html << "<form class=\"line-remove\" method=\"post\" action=\"/cart/lines/remove\" data-line><input "
          "type=\"hidden\" "
          "name=\"variant\" value=\""
       << line.variant.value
       << "\"><button class=\"link-button\" type=\"submit\">Remove<span class=\"visually-hidden\"> " << name
       << "</span></button></form>";
}

void write_line(Html& html, const CartLine& line) {
  html << "<li class=\"line\" id=\"line-" << line.variant.value << "\">";
  write_picture_link(html, line);
  html << "<div class=\"line-what\"><h2 class=\"line-title\">";
  if (line.url.empty()) {
    html << line.title;
  } else {
    html << "<a href=\"" << href(line.url) << "\">" << line.title << "</a>";
  }
  html << "</h2>";
  if (!line.options.empty()) html << "<p class=\"line-options\">" << line.options << "</p>";
  if (line.trouble != Trouble::kGone) {
    html << "<p class=\"line-unit\"><span class=\"visually-hidden\">Price: </span>" << line.unit_price;
    if (line.compare_at)
      html << " <s><span class=\"visually-hidden\">instead of </span>" << *line.compare_at << "</s>";
    html << "</p>";
  }
  write_trouble(html, line);
  html << "</div><div class=\"line-controls\">";
  write_quantity(html, line);
  html << "</div><p class=\"line-total\">";
  if (line.sellable()) {
    html << "<span class=\"visually-hidden\">Together: </span>" << line.total;
  } else {
    html << "<span aria-hidden=\"true\">–</span>";
  }
  html << "</p></li>";
}

void write_notice(Html& html, const CartNotice& notice) {
  switch (notice.kind) {
    case CartNotice::Kind::kNone:
      return;
    case CartNotice::Kind::kProblem:
      html << "<div class=\"notice notice-error\" role=\"alert\"><p>" << notice.text << "</p></div>";
      return;
    case CartNotice::Kind::kAdded:
      html << "<div class=\"notice\" role=\"status\"><p>" << notice.title << " is in your cart.</p></div>";
      return;
    case CartNotice::Kind::kRestored:
      html << "<div class=\"notice\" role=\"status\"><p>" << notice.title
           << " is back in your cart.</p></div>";
      return;
    case CartNotice::Kind::kRemoved:
      html << "<div class=\"notice\" role=\"status\"><p>" << notice.title << " was removed.</p>"
           << "<form method=\"post\" action=\"/cart/lines/restore\" data-line><input type=\"hidden\" "
              "name=\"variant\" value=\""
           << notice.variant.value << "\"><input type=\"hidden\" name=\"quantity\" value=\""
           << notice.quantity
           << "\"><button class=\"link-button\" type=\"submit\">Undo<span class=\"visually-hidden\">: put "
           << notice.title << " back</span></button></form></div>";
      return;
  }
}

void write_free_delivery(Html& html, const CartView& cart) {
  if (!cart.free_from || cart.free_from->minor <= 0) return;
  const std::int64_t from = cart.free_from->minor;
  const std::int64_t have = std::min(cart.subtotal.minor, from);
  html << "<div class=\"free-delivery\"><p id=\"free-delivery\">";
  if (have >= from) {
    html << Icon::kTruck << "Delivery is free to " << country_name(cart.country) << ".";
  } else {
    html << Icon::kTruck << "<span>Add <strong>" << (*cart.free_from - cart.subtotal)
         << "</strong> more for free delivery to " << country_name(cart.country) << ".</span>";
  }
  html << "</p><progress class=\"progress\" max=\"" << from << "\" value=\"" << have
       << "\" aria-labelledby=\"free-delivery\"></progress></div>";
}

void write_estimate(Html& html, const CartView& cart, const pricing::Rules& rules) {
  html << "<form class=\"estimate\" method=\"get\" action=\"/cart\" data-estimate><label "
          "for=\"estimate-country\">Delivery "
          "to</label><div class=\"estimate-row\"><select id=\"estimate-country\" name=\"country\">";
  for (const std::string& country : rules.countries) {
    html << "<option value=\"" << country << "\"";
    html.flag("selected", country == cart.country) << ">" << country_name(country) << "</option>";
  }
  html << "</select><button class=\"button button-quiet\" type=\"submit\">Show</button></div>";
  if (cart.offers.empty()) {
    html << "<p class=\"estimate-none\">We don't deliver there yet.</p>";
  } else {
    html << "<ul class=\"estimate-offers\">";
    for (const pricing::DeliveryOffer& offer : cart.offers) {
      html << "<li><span>" << offer.method->title << "</span><span class=\"amount\">";
      if (offer.price.minor == 0) {
        html << "Free";
      } else {
        html << offer.price;
      }
      html << "</span></li>";
    }
    html << "</ul>";
  }
  html << "</form>";
}

void write_way_on(Html& html, const CartView& cart) {
  const bool anything =
      cart.subtotal.minor > 0 || std::any_of(cart.lines.begin(), cart.lines.end(),
                                             [](const auto& line) { return line.trouble == Trouble::kNone; });
  if (!cart.troubled) {
    html << "<a class=\"button button-wide\" href=\"/checkout?country=" << cart.country
         << "\">Go to checkout</a>";
    return;
  }
  html << "<form method=\"post\" action=\"/cart/reconcile\" data-line><p class=\"summary-small\">Some of it "
          "can't be had any more.</p>"
       << "<button class=\"button button-wide\" type=\"submit\">";
  html << (anything ? std::string_view("Keep what is available") : std::string_view("Empty the cart"))
       << "</button></form>";
}

void write_empty(Html& html, const CartNotice& notice) {
  write_notice(html, notice);
  html << "<div class=\"empty\"><h1>Your cart is empty</h1><p>What you add stays here for 30 days, on this "
          "device.</p>"
          "<p class=\"empty-ways\"><a class=\"button\" href=\"/collections\">See the collections</a> "
          "<a class=\"text-link\" href=\"/search\">Search for a piece</a></p></div>";
}

void write_piece(Html& html, const pricing::Rules& rules, const CartView& cart, const CartNotice& notice) {
  html << "<div class=\"wrap cart\" data-piece=\"cart\" data-pieces=\"" << cart.pieces << "\">";
  if (cart.lines.empty()) {
    write_empty(html, notice);
    html << "</div>";
    return;
  }
  html << "<h1>Cart</h1>";
  write_notice(html, notice);
  html << "<div class=\"split cart-columns\"><ul class=\"lines\" role=\"list\">";
  for (const CartLine& line : cart.lines)
    write_line(html, line);
  html << "</ul><section class=\"cart-summary summary-sticky\" aria-label=\"Summary\">";
  write_free_delivery(html, cart);
  html << "<p class=\"sum\"><span>Subtotal</span><span class=\"amount\">" << cart.subtotal << "</span></p>"
       << "<p class=\"summary-small\">Delivery and tax are worked out at checkout.</p>";
  write_sale_notes(html, cart.sales);
  write_way_on(html, cart);
  html << "<p class=\"summary-small\"><a class=\"text-link\" href=\"/collections\">Go on shopping</a></p>";
  write_estimate(html, cart, rules);
  html << "</section></div></div>";
}

}  // namespace

http::Response& personal(http::Response& response) {
  // Never kept by anyone but the shopper's own browser tab.
  return response.header("Cache-Control", "private, no-store");
}

http::Response cart_page(const Layout& layout, const catalog::Snapshot& snapshot, const pricing::Rules& rules,
                         const CartView& cart, const CartNotice& notice, int status) {
  PageHead head;
  head.title = "Cart";
  head.indexed = false;
  head.page = "cart";
  head.scripts = {"buying.js"};
  http::Response response = layout.respond(
      status, layout.page(head, &snapshot, [&](Html& html) { write_piece(html, rules, cart, notice); }),
      &snapshot);
  personal(response);
  return response;
}

http::Response cart_piece(const Layout& layout, const pricing::Rules& rules, const CartView& cart,
                          const CartNotice& notice, int status) {
  Html html;
  write_piece(html, rules, cart, notice);
  http::Response response = layout.respond(status, std::move(html).take());
  personal(response);
  return response;
}

http::Response drawer_piece(const Layout& layout, const CartView& cart, const CartNotice& notice,
                            int status) {
  Html html;
  html << "<div class=\"drawer-inside\" data-piece=\"drawer\"><div class=\"drawer-head\"><h2 "
          "id=\"drawer-title\" "
          "tabindex=\"-1\">"
       << (notice.kind == CartNotice::Kind::kProblem ? std::string_view("Not added")
                                                     : std::string_view("Added to your cart"))
       << "</h2><button class=\"icon-button\" type=\"button\" data-close aria-label=\"Close\">"
       << Icon::kClose << "</button></div>";
  if (notice.kind == CartNotice::Kind::kProblem)
    html << "<p class=\"notice notice-error\">" << notice.text << "</p>";
  const auto added = std::find_if(cart.lines.begin(), cart.lines.end(),
                                  [&](const CartLine& line) { return line.variant == notice.variant; });
  if (added != cart.lines.end()) {
    html << "<div class=\"line line-small\">";
    write_picture_link(html, *added);
    html << "<div class=\"line-what\"><p class=\"line-title\">" << added->title << "</p>";
    if (!added->options.empty()) html << "<p class=\"line-options\">" << added->options << "</p>";
    html << "<p class=\"line-unit\">" << added->quantity << " × " << added->unit_price << "</p>";
    if (added->trouble == Trouble::kTooMany)
      html << "<p class=\"line-note line-note-bad\">Only " << added->left << " left.</p>";
    if (added->few_left) html << "<p class=\"line-note\">Only " << added->left << " left.</p>";
    html << "</div></div>";
  }
  write_free_delivery(html, cart);
  html << "<p class=\"sum\"><span>Subtotal, " << cart.pieces
       << (cart.pieces == 1 ? std::string_view(" piece") : std::string_view(" pieces"))
       << "</span><span class=\"amount\">" << cart.subtotal << "</span></p><div class=\"drawer-ways\">";
  if (!cart.troubled && !cart.lines.empty())
    html << "<a class=\"button button-wide\" href=\"/checkout\">Go to checkout</a>";
  html << "<a class=\"button button-quiet button-wide\" href=\"/cart\">View cart</a>"
       << "<button class=\"link-button\" type=\"button\" data-close>Go on shopping</button></div></div>";
  http::Response response = layout.respond(status, std::move(html).take());
  personal(response);
  return response;
}

}  // namespace ff::storefront
