// The body of a listing: filters with counts, chips of what is chosen, sort, the grid, the way on. Used by
// collections and by search; all of it links, so all of it works without JavaScript.
//
// Invariant: no link of it leads to an empty page (a value with no products is shown without a link), and an
// empty page, reached by an old address, offers ways out.
#pragma once

#include "catalog/search.h"
#include "storefront/html.h"
#include "storefront/listing_query.h"

namespace ff::storefront {

void write_listing(Html& html, const ListingAddress& listing, const catalog::Page& page,
                   const catalog::Snapshot& snapshot, const catalog::StockLabels& labels);

/// What a listing shows, as one number: products (those offered instead, when it is empty), their labels,
/// facets, place. Part of a page's inputs.
std::uint64_t fingerprint_of(const catalog::Page& page, const catalog::Snapshot& snapshot,
                             const catalog::StockLabels& labels);

/// "1 piece", "24 pieces".
std::string pieces(std::int64_t count);

}  // namespace ff::storefront
