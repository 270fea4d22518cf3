#include "storefront/collection_page.h"

#include "storefront/listing.h"
#include "storefront/picture.h"

namespace ff::storefront {

std::uint64_t collection_inputs(const ReadingPage& page, const catalog::Collection& collection,
                                const catalog::Page& found) {
  Inputs inputs(page);
  inputs.add("collection").add(collection).add(fingerprint_of(found, page.snapshot, page.labels));
  return inputs.value();
}

std::string write_collection(const ReadingPage& page, const catalog::Collection& collection,
                             const ListingAddress& listing, const catalog::Page& found) {
  PageHead head;
  head.title = collection.title;
  head.description = plain_text(collection.description, 160);
  head.canonical = collection_path(collection);
  head.current = head.canonical;
  head.picture = collection_picture(page, collection, false);
  head.page = "collection";
  head.indexed = !listing.filtered() && listing.query.sort == catalog::Sort::kRelevance;
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    html << "<div class=\"wrap\"><div class=\"collection-head\"><h1 class=\"display\">" << collection.title
         << "</h1><div class=\"collection-words\">";
    if (!collection.description.empty()) html << "<p>" << collection.description << "</p>";
    html << "<p class=\"muted tabular\" role=\"status\">" << pieces(found.total) << "</p></div></div>\n";
    write_listing(html, listing, found, page.snapshot, page.labels);
    html << "</div>\n";
  });
}

std::uint64_t collections_inputs(const ReadingPage& page) {
  Inputs inputs(page);
  inputs.add("collections");
  for (const catalog::Collection* collection : shown_collections(page.snapshot)) {
    const auto members = page.snapshot.members(*collection);
    inputs.add(*collection).add(members.size());
    inputs.add(page.snapshot.fingerprint(page.snapshot.products()[members.front()]));
  }
  return inputs.value();
}

std::string write_collections(const ReadingPage& page) {
  PageHead head;
  head.title = "Collections";
  head.description = "All collections of " + page.layout.identity().name + ".";
  head.canonical = "/collections";
  head.current = "/collections";
  head.page = "collections";
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    html
        << "<div class=\"wrap\"><div class=\"collection-head\"><h1 class=\"display\">Collections</h1></div>\n"
           "<ul class=\"tiles\" role=\"list\">\n";
    std::size_t place = 0;
    for (const catalog::Collection* collection : shown_collections(page.snapshot)) {
      html << "<li><a class=\"tile\" href=\"" << href(collection_path(*collection))
           << "\"><span class=\"tile__frame\">";
      write_picture(html, {collection_picture(page, *collection, true), "", ""},
                    {"tile__picture", place++ < 3 ? Loading::kEager : Loading::kLazy, ""});
      html << "</span><h2 class=\"tile__title\">" << collection->title << "</h2><span class=\"tile__count\">"
           << page.snapshot.members(*collection).size()
           << "<span class=\"visually-hidden\"> pieces</span></span></a></li>\n";
    }
    html << "</ul><p class=\"centre\"><a class=\"button button-quiet\" href=\"/search\">Everything in one "
            "list</a></p></div>\n";
  });
}

}  // namespace ff::storefront
