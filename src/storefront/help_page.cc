#include "storefront/help_page.h"

#include "storefront/size_guide.h"

namespace ff::storefront {
namespace {

void write_delivery(Html& html, const ReadingPage& page) {
  html << "<section id=\"delivery\"><h2>Delivery</h2><p>" << delivery_promise(page.rules)
       << " What leaves us on a working day before two is on its way the same day.</p>"
          "<div class=\"table-frame\" tabindex=\"0\" role=\"region\" aria-label=\"Ways of delivery\"><table "
          "class=\"table\"><thead><tr>"
          "<th scope=\"col\">Way</th><th scope=\"col\">Price</th><th scope=\"col\">Free "
          "from</th></tr></thead><tbody>";
  for (const pricing::DeliveryMethod& method : page.rules.delivery) {
    html << "<tr><th scope=\"row\">" << method.title << "<span class=\"hint\">";
    bool first = true;
    for (const std::string& country : method.countries) {
      if (!first) html << ", ";
      first = false;
      html << (country == "*" ? std::string_view("everywhere else") : std::string_view(country));
    }
    html << "</span></th><td class=\"tabular\">" << method.price << "</td><td class=\"tabular\">";
    if (method.free_from) {
      html << *method.free_from;
    } else {
      html << "–";
    }
    html << "</td></tr>";
  }
  html << "</tbody></table></div></section>\n";
}

}  // namespace

std::uint64_t help_inputs(const ReadingPage& page) { return Inputs(page).add("help").value(); }

std::string write_help(const ReadingPage& page) {
  PageHead head;
  head.title = "Help";
  head.description = "Delivery, returns, sizes and how to reach us.";
  head.canonical = "/help";
  head.page = "help";
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    html << "<div class=\"wrap wrap-narrow help\"><h1 class=\"display\">Help</h1>\n";
    write_delivery(html, page);
    html << "<section id=\"returns\"><h2>Returns</h2><p>You have thirty days from the day the parcel "
            "arrives. Try things on "
            "at home; what is unworn and has its labels comes back for the full price, by the way you "
            "paid.</p>"
            "<ol><li>Open the order page from your confirmation and note the order number.</li>"
            "<li>Put the pieces into the parcel they came in, with the number on a slip of paper.</li>"
            "<li>Hand it in at any parcel shop. We refund within five working days of its "
            "arrival.</li></ol></section>\n"
            "<section id=\"sizes\"><h2>Size guide</h2><p>Between two sizes, take the smaller for knitwear "
            "and the larger "
            "for coats.</p>";
    write_size_guide(html, SizeGuide::kLetters);
    write_size_guide(html, SizeGuide::kWaist);
    write_size_guide(html, SizeGuide::kShoes);
    html << "</section>\n<section id=\"contact\"><h2>Contact</h2><p>";
    const shop::Identity& identity = page.layout.identity();
    if (identity.support_email.empty()) {
      html << "Reply to the confirmation of your order: it reaches a person.";
    } else {
      const std::string mail = "mailto:" + identity.support_email;
      html << "Write to <a href=\"" << href(mail) << "\">" << identity.support_email
           << "</a>. A person answers.";
    }
    html << "</p></section></div>\n";
  });
}

}  // namespace ff::storefront
