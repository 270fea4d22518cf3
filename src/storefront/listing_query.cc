#include "storefront/listing_query.h"

#include <algorithm>

#include "base/text.h"

namespace ff::storefront {
namespace {

bool is_facet(std::string_view name) {
  return name == "vendor" || name == "type" || name == "tag" ||
         (name.starts_with("option.") && name.size() > 7 && name.size() <= 64);
}

std::optional<std::int64_t> parse_price(std::string_view text, Currency currency) {
  if (trim(text).empty()) return std::nullopt;
  const auto money = Money::parse_decimal(trim(text), currency);
  return money ? std::optional(money->minor) : std::nullopt;
}

void normalise(std::vector<catalog::Filter>& filters) {
  for (catalog::Filter& filter : filters) {
    std::sort(filter.values.begin(), filter.values.end());
    filter.values.erase(std::unique(filter.values.begin(), filter.values.end()), filter.values.end());
  }
  std::erase_if(filters, [](const catalog::Filter& filter) { return filter.values.empty(); });
  std::sort(filters.begin(), filters.end(), [](const auto& a, const auto& b) { return a.facet < b.facet; });
}

catalog::Filter& filter_of(std::vector<catalog::Filter>& filters, std::string_view facet) {
  const auto found = std::find_if(filters.begin(), filters.end(),
                                  [&](const catalog::Filter& f) { return f.facet == facet; });
  if (found != filters.end()) return *found;
  filters.push_back({std::string(facet), {}});
  return filters.back();
}

std::string decimal(std::int64_t minor, Currency currency) { return Money{minor, currency}.decimal(); }

ListingAddress first_page(const ListingAddress& listing) {
  ListingAddress first = listing;
  first.query.cursor.clear();
  return first;
}

}  // namespace

ListingAddress parse_listing(std::string path, const http::Form& form, Currency currency) {
  ListingAddress listing;
  listing.path = std::move(path);
  listing.currency = currency;
  catalog::Query& query = listing.query;
  query.limit = kPiecesPerPage;
  std::size_t values = 0;
  for (const auto& [name, value] : form.fields()) {
    if (!is_facet(name) || value.empty() || value.size() > kFilterBytesMax || values == kFilterValuesMax)
      continue;
    filter_of(query.filters, catalog::facet_name(name)).values.push_back(value);
    ++values;
  }
  normalise(query.filters);
  query.text = trim(form.get("q")).substr(0, kSearchBytesMax);
  while (!query.text.empty() && !is_utf8(query.text))
    query.text.pop_back();  // not inside a character
  query.price_min = parse_price(form.get("price_min"), currency);
  query.price_max = parse_price(form.get("price_max"), currency);
  if (query.price_min && query.price_max && *query.price_min > *query.price_max) {
    std::swap(query.price_min, query.price_max);
  }
  query.available_only = form.get("available") == "1";
  query.sort = catalog::parse_sort(form.get("sort")).value_or(catalog::Sort::kRelevance);
  if (form.get("cursor").size() <= kCursorBytesMax) query.cursor = form.get("cursor");
  return listing;
}

std::vector<std::pair<std::string, std::string>> fields_of(const ListingAddress& listing, bool with_price) {
  std::vector<std::pair<std::string, std::string>> fields;
  const catalog::Query& query = listing.query;
  if (!query.text.empty()) fields.emplace_back("q", query.text);
  for (const catalog::Filter& filter : query.filters) {
    for (const std::string& value : filter.values)
      fields.emplace_back(filter.facet, value);
  }
  if (with_price && query.price_min)
    fields.emplace_back("price_min", decimal(*query.price_min, listing.currency));
  if (with_price && query.price_max)
    fields.emplace_back("price_max", decimal(*query.price_max, listing.currency));
  if (query.available_only) fields.emplace_back("available", "1");
  if (query.sort != catalog::Sort::kRelevance)
    fields.emplace_back("sort", std::string(to_string(query.sort)));
  return fields;
}

std::string address_of(const ListingAddress& listing, bool with_cursor) {
  std::string address = listing.path;
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    address += separator;
    address += http::percent_encode(name);
    address += '=';
    address += http::percent_encode(value);
    separator = '&';
  };
  for (const auto& [name, value] : fields_of(listing, true))
    add(name, value);
  if (with_cursor && !listing.query.cursor.empty()) add("cursor", listing.query.cursor);
  return address;
}

std::string with_value(const ListingAddress& listing, std::string_view facet, std::string_view value) {
  ListingAddress next = first_page(listing);
  filter_of(next.query.filters, facet).values.emplace_back(value);
  normalise(next.query.filters);
  return address_of(next);
}

std::string without_value(const ListingAddress& listing, std::string_view facet, std::string_view value) {
  ListingAddress next = first_page(listing);
  std::erase(filter_of(next.query.filters, facet).values, value);
  normalise(next.query.filters);
  return address_of(next);
}

std::string without_price(const ListingAddress& listing) {
  ListingAddress next = first_page(listing);
  next.query.price_min.reset();
  next.query.price_max.reset();
  return address_of(next);
}

std::string with_availability(const ListingAddress& listing, bool available_only) {
  ListingAddress next = first_page(listing);
  next.query.available_only = available_only;
  return address_of(next);
}

std::string with_sort(const ListingAddress& listing, catalog::Sort sort) {
  ListingAddress next = first_page(listing);
  next.query.sort = sort;
  return address_of(next);
}

std::string with_cursor(const ListingAddress& listing, std::string_view cursor) {
  ListingAddress next = listing;
  next.query.cursor = cursor;
  return address_of(next, true);
}

std::string without_filters(const ListingAddress& listing) {
  ListingAddress next = first_page(listing);
  next.query.filters.clear();
  next.query.price_min.reset();
  next.query.price_max.reset();
  next.query.available_only = false;
  return address_of(next);
}

}  // namespace ff::storefront
