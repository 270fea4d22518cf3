#include "storefront/search_page.h"

#include "storefront/listing.h"

namespace ff::storefront {

std::uint64_t search_inputs(const ReadingPage& page, const catalog::Page& found) {
  Inputs inputs(page);
  inputs.add("search").add(fingerprint_of(found, page.snapshot, page.labels));
  return inputs.value();
}

std::string write_search(const ReadingPage& page, const ListingAddress& listing, const catalog::Page& found) {
  const std::string& text = listing.query.text;
  PageHead head;
  head.title = text.empty() ? "Everything" : "“" + text + "”";
  head.description = "Every piece at " + page.layout.identity().name + ".";
  head.canonical = text.empty() ? "/search" : "";
  head.page = "search";
  head.indexed = text.empty() && !listing.filtered();
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    html << "<div class=\"wrap\"><div class=\"collection-head\"><h1 class=\"display\">";
    if (text.empty()) {
      html << "Everything";
    } else {
      html << "“" << text << "”";
    }
    html << "</h1><div class=\"collection-words\">";
    if (!found.corrected.empty()) {
      html << "<p>Nothing is called “" << text << "”. These match “" << found.corrected << "”.</p>";
    }
    html << "<p class=\"muted tabular\" role=\"status\">" << pieces(found.total) << "</p></div></div>\n";
    if (found.total == 0 && !text.empty()) {
      html << "<form class=\"search-again\" action=\"/search\" role=\"search\" aria-label=\"Search again\">"
              "<div class=\"field\"><label for=\"again\">Search for something else</label>"
              "<input id=\"again\" type=\"search\" name=\"q\" maxlength=\"200\" value=\""
           << text << "\"></div><button class=\"button\" type=\"submit\">Search</button></form>\n";
    }
    write_listing(html, listing, found, page.snapshot, page.labels);
    html << "</div>\n";
  });
}

}  // namespace ff::storefront
