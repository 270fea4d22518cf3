// The address of a listing (collection or search) and what it asks of the index, both ways.
//
//   /collections/knitwear?option.colour=Navy&option.colour=Ecru&price_max=90&available=1&sort=price&cursor=...
//
// Invariant: path_of(parse(address)) is the one canonical address of that listing: known parameters only,
// in one order, no value twice. It is also the key that the page is cached under, so that "utm_source" or
// another order of the same filters never makes another page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/search.h"
#include "http/message.h"

namespace ff::storefront {

inline constexpr std::size_t kPiecesPerPage = 27;  // three times the lookbook's rhythm of nine (shop.css)
inline constexpr std::size_t kFilterValuesMax =
    24;  // chosen at once, over all facets; further ones are ignored
inline constexpr std::size_t kFilterBytesMax = 120;  // of one value
inline constexpr std::size_t kSearchBytesMax = 200;  // of the text
inline constexpr std::size_t kCursorBytesMax = 512;

struct ListingAddress {
  std::string path;  // "/collections/knitwear" or "/search"
  catalog::Query query;
  Currency currency;  // of the prices in it

  bool filtered() const {
    return !query.filters.empty() || query.price_min || query.price_max || query.available_only;
  }
};

/// Unknown and broken parameters are left out: a listing is always shown.
ListingAddress parse_listing(std::string path, const http::Form& form, Currency currency);

/// Path and query, percent-encoded; without the cursor unless `with_cursor`.
std::string address_of(const ListingAddress& listing, bool with_cursor = false);

// Neighbouring addresses: the links of the page. All of them start at the first page.
std::string with_value(const ListingAddress& listing, std::string_view facet, std::string_view value);
std::string without_value(const ListingAddress& listing, std::string_view facet, std::string_view value);
std::string without_price(const ListingAddress& listing);
std::string with_availability(const ListingAddress& listing, bool available_only);
std::string with_sort(const ListingAddress& listing, catalog::Sort sort);
std::string with_cursor(const ListingAddress& listing, std::string_view cursor);
std::string without_filters(const ListingAddress& listing);

/// The parameters as names and values: what a form needs as hidden fields to keep the others.
std::vector<std::pair<std::string, std::string>> fields_of(const ListingAddress& listing, bool with_price);

}  // namespace ff::storefront
