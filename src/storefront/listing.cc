#include "storefront/listing.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/options.h"
#include "storefront/layout.h"
#include "storefront/product_card.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kFacetValuesMax = 24;  // shown for one facet; those with most products
constexpr std::size_t kEagerPictures = 4;    // the first row
constexpr std::size_t kWayOutProducts = 4;

struct SortChoice {
  catalog::Sort sort;
  std::string_view title;
};

std::span<const SortChoice> sorts(bool by_text) {
  using catalog::Sort;
  static constexpr SortChoice curated[] = {{Sort::kRelevance, "Our order"},
                                           {Sort::kNewest, "Newest"},
                                           {Sort::kPriceAscending, "Price, low to high"},
                                           {Sort::kPriceDescending, "Price, high to low"}};
  static constexpr SortChoice matched[] = {{Sort::kRelevance, "Best match"},
                                           {Sort::kNewest, "Newest"},
                                           {Sort::kPriceAscending, "Price, low to high"},
                                           {Sort::kPriceDescending, "Price, high to low"}};
  return by_text ? std::span(matched) : std::span(curated);
}

/// The values worth showing: everything chosen, and the most frequent others, in the index's own order.
std::vector<const catalog::FacetValue*> shown_values(const catalog::Facet& facet) {
  std::vector<const catalog::FacetValue*> values;
  for (const catalog::FacetValue& value : facet.values) {
    if (value.count > 0 || value.chosen) values.push_back(&value);
  }
  if (values.size() <= kFacetValuesMax) return values;
  std::vector<const catalog::FacetValue*> by_weight = values;
  std::nth_element(by_weight.begin(), by_weight.begin() + kFacetValuesMax, by_weight.end(),
                   [](const auto* a, const auto* b) {
                     return std::tuple(!a->chosen, -a->count, a) < std::tuple(!b->chosen, -b->count, b);
                   });
  by_weight.resize(kFacetValuesMax);
  std::erase_if(values, [&](const auto* value) {
    return std::find(by_weight.begin(), by_weight.end(), value) == by_weight.end();
  });
  return values;
}

void write_facet(Html& html, const ListingAddress& listing, const catalog::Facet& facet) {
  const auto values = shown_values(facet);
  const auto chosen = std::count_if(values.begin(), values.end(), [](const auto* v) { return v->chosen; });
  if (values.size() < 2 && chosen == 0) return;  // nothing to choose between
  const bool colour = catalog::is_colour(facet.title);
  html << "<details class=\"filter\" name=\"filter\"><summary>" << facet.title;
  if (chosen > 0) html << " <span class=\"filter-number\">" << chosen << "</span>";
  html << Icon::kChevron << "</summary><ul class=\"filter-values\" role=\"list\">";
  for (const catalog::FacetValue* value : values) {
    const std::string to = value->chosen ? without_value(listing, facet.name, value->value)
                                         : with_value(listing, facet.name, value->value);
    html << "<li><a class=\"filter-value\" href=\"" << href(to) << "\"";
    html.when(value->chosen, " aria-current=\"true\"") << ">";
    if (colour) {
      const std::string swatch = swatch_class(value->value);
      if (!swatch.empty()) html << "<span class=\"dot " << swatch << "\"></span>";
    }
    html << "<span>" << value->value << "</span><span class=\"count\">" << value->count
         << "<span class=\"visually-hidden\"> pieces" << std::string_view(value->chosen ? ", chosen" : "")
         << "</span></span></a></li>";
  }
  html << "</ul></details>\n";
}

void write_price_filter(Html& html, const ListingAddress& listing, const catalog::Page& page) {
  const catalog::Query& query = listing.query;
  const bool chosen = query.price_min || query.price_max;
  if (!chosen && (!page.price_lowest || !page.price_highest || *page.price_lowest == *page.price_highest))
    return;
  const auto shown = [&](const std::optional<std::int64_t>& minor) {
    return minor ? Money{*minor, listing.currency}.decimal() : std::string{};
  };
  html << "<details class=\"filter\" name=\"filter\"><summary>Price" << Icon::kChevron
       << "</summary><form class=\"filter-price\" action=\"" << listing.path << "\">";
  for (const auto& [name, value] : fields_of(listing, false)) {
    html << "<input type=\"hidden\" name=\"" << name << "\" value=\"" << value << "\">";
  }
  html << "<div class=\"field\"><label for=\"price-min\">From, " << listing.currency.code()
       << "</label><input id=\"price-min\" name=\"price_min\" inputmode=\"decimal\" autocomplete=\"off\" "
          "placeholder=\""
       << shown(page.price_lowest) << "\" value=\"" << shown(query.price_min)
       << "\"></div><div class=\"field\"><label for=\"price-max\">To, " << listing.currency.code()
       << "</label><input id=\"price-max\" name=\"price_max\" inputmode=\"decimal\" autocomplete=\"off\" "
          "placeholder=\""
       << shown(page.price_highest) << "\" value=\"" << shown(query.price_max)
       << "\"></div><button class=\"button button-quiet\" type=\"submit\">Show</button></form></details>\n";
}

void write_sort(Html& html, const ListingAddress& listing) {
  const auto choices = sorts(!listing.query.text.empty());
  std::string_view current = choices.front().title;
  for (const SortChoice& choice : choices) {
    if (choice.sort == listing.query.sort) current = choice.title;
  }
  html << "<details class=\"filter filter-sort\" name=\"filter\"><summary><span class=\"muted\">Sort</span> "
       << current << Icon::kChevron << "</summary><ul class=\"filter-values\" role=\"list\">";
  for (const SortChoice& choice : choices) {
    const std::string to = with_sort(listing, choice.sort);
    html << "<li><a class=\"filter-value\" href=\"" << href(to) << "\"";
    html.when(choice.sort == listing.query.sort, " aria-current=\"true\"")
        << ">" << choice.title << "</a></li>";
  }
  html << "</ul></details>\n";
}

void write_bar(Html& html, const ListingAddress& listing, const catalog::Page& page) {
  html << "<div class=\"filters\" role=\"group\" aria-label=\"Filter and sort\">\n";
  for (const catalog::Facet& facet : page.facets) {
    if (facet.name.starts_with("option.")) write_facet(html, listing, facet);
  }
  for (const catalog::Facet& facet : page.facets) {
    if (!facet.name.starts_with("option.") && facet.name != "tag") write_facet(html, listing, facet);
  }
  for (const catalog::Facet& facet : page.facets) {
    if (facet.name == "tag") write_facet(html, listing, facet);
  }
  write_price_filter(html, listing, page);
  const bool only = listing.query.available_only;
  const std::string to = with_availability(listing, !only);
  html << "<a class=\"filter-toggle\" href=\"" << href(to) << "\"";
  html.when(only, " aria-current=\"true\"") << ">" << Icon::kCheck << "In stock only</a>\n";
  write_sort(html, listing);
  html << "</div>\n";
}

void write_chip(Html& html, std::string_view to, std::string_view text) {
  html << "<li><a class=\"chip\" href=\"" << href(to)
       << "\"><span class=\"visually-hidden\">Remove filter: </span>" << text << Icon::kClose << "</a></li>";
}

void write_chips(Html& html, const ListingAddress& listing, const catalog::Page& page) {
  if (!listing.filtered()) return;
  const catalog::Query& query = listing.query;
  html << "<ul class=\"chips\" role=\"list\" aria-label=\"Chosen filters\">";
  for (const catalog::Filter& filter : query.filters) {
    std::string title = filter.facet.substr(filter.facet.find('.') + 1);
    for (const catalog::Facet& facet : page.facets) {
      if (facet.name == filter.facet) title = facet.title;
    }
    for (const std::string& value : filter.values) {
      write_chip(html, without_value(listing, filter.facet, value), title + ": " + value);
    }
  }
  if (query.price_min || query.price_max) {
    const auto amount = [&](std::int64_t minor) { return for_people(Money{minor, listing.currency}); };
    const std::string text = !query.price_max   ? "From " + amount(*query.price_min)
                             : !query.price_min ? "Up to " + amount(*query.price_max)
                                                : amount(*query.price_min) + " – " + amount(*query.price_max);
    write_chip(html, without_price(listing), text);
  }
  if (query.available_only) write_chip(html, with_availability(listing, false), "In stock only");
  const std::string to = without_filters(listing);
  html << "<li><a class=\"text-link\" href=\"" << href(to) << "\">Clear all</a></li></ul>\n";
}

std::vector<const catalog::Product*> way_out_products(const catalog::Snapshot& snapshot) {
  std::vector<const catalog::Product*> newest;
  for (const catalog::Product& product :
       snapshot.products().first(std::min(kWayOutProducts, snapshot.products().size()))) {
    newest.push_back(&product);
  }
  return newest;
}

void write_ways_out(Html& html, const ListingAddress& listing, const catalog::Snapshot& snapshot,
                    const catalog::StockLabels& labels) {
  html << "<div class=\"empty\">";
  if (listing.filtered()) {
    const std::string to = without_filters(listing);
    html << "<p>Nothing has all of that at once. Take one of the filters away, or "
            "<a class=\"text-link\" href=\""
         << href(to) << "\">clear them all</a>.</p>";
  } else if (!listing.query.text.empty()) {
    html << "<p>Try fewer or other words: a garment, a colour or a cloth. Or start from a collection.</p>";
  } else {
    html << "<p>Nothing hangs here at the moment.</p>";
  }
  html << "<ul class=\"cluster\" role=\"list\">";
  std::size_t shown = 0;
  for (const catalog::Collection& collection : snapshot.collections()) {
    if (snapshot.members(collection).empty() || shown++ >= 6) continue;
    const std::string path = "/collections/" + collection.handle;
    html << "<li><a class=\"button button-quiet\" href=\"" << href(path) << "\">" << collection.title
         << "</a></li>";
  }
  html << "<li><a class=\"button button-quiet\" href=\"/search\">Everything</a></li></ul></div>\n";
  const auto newest = way_out_products(snapshot);
  if (newest.empty()) return;
  html << "<section class=\"section\" aria-labelledby=\"new-in\"><h2 id=\"new-in\">New in</h2>";
  write_grid(html, newest, labels, 0, "h3");
  html << "</section>\n";
}

}  // namespace

std::string pieces(std::int64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "piece" : "pieces");
}

void write_listing(Html& html, const ListingAddress& listing, const catalog::Page& page,
                   const catalog::Snapshot& snapshot, const catalog::StockLabels& labels) {
  const bool anything = page.total > 0 || listing.filtered();
  if (anything) write_bar(html, listing, page);
  write_chips(html, listing, page);
  if (page.products.empty()) {
    write_ways_out(html, listing, snapshot, labels);
    return;
  }
  write_grid(html, page.products, labels, kEagerPictures, "h2");
  const bool later = !listing.query.cursor.empty();
  if (page.next_cursor.empty() && !later) return;
  html << "<nav class=\"pager\" aria-label=\"Pages\">";
  if (later) {
    const std::string first = address_of(listing);
    html << "<a class=\"button button-quiet\" href=\"" << href(first) << "\">Back to the start</a>";
  }
  if (!page.next_cursor.empty()) {
    const std::string next = with_cursor(listing, page.next_cursor);
    html << "<a class=\"button\" rel=\"next\" href=\"" << href(next) << "\">More pieces</a>";
  }
  html << "</nav>\n";
}

std::uint64_t fingerprint_of(const catalog::Page& page, const catalog::Snapshot& snapshot,
                             const catalog::StockLabels& labels) {
  std::string inputs;
  const auto instead =
      page.products.empty() ? way_out_products(snapshot) : std::vector<const catalog::Product*>{};
  for (const catalog::Product* product : page.products.empty() ? instead : page.products) {
    fmt::format_to(std::back_inserter(inputs), "{:x}.{:x},", snapshot.fingerprint(*product),
                   labels.fingerprint(*product));
  }
  for (const catalog::Facet& facet : page.facets) {
    inputs += facet.name + '\n' + facet.title;
    for (const catalog::FacetValue& value : facet.values) {
      fmt::format_to(std::back_inserter(inputs), "\n{}={}{}", value.value, value.count,
                     value.chosen ? "!" : "");
    }
  }
  fmt::format_to(std::back_inserter(inputs), "\n{}|{}|{}|{}|{}", page.total, page.price_lowest.value_or(-1),
                 page.price_highest.value_or(-1), page.next_cursor, page.corrected);
  return fingerprint(inputs);
}

}  // namespace ff::storefront
