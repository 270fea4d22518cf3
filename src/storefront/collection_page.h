// A collection as a lookbook, and the page that lists all collections.
#pragma once

#include "catalog/search.h"
#include "storefront/listing_query.h"
#include "storefront/reading_page.h"

namespace ff::storefront {

std::uint64_t collection_inputs(const ReadingPage& page, const catalog::Collection& collection,
                                const catalog::Page& found);
std::string write_collection(const ReadingPage& page, const catalog::Collection& collection,
                             const ListingAddress& listing, const catalog::Page& found);

std::uint64_t collections_inputs(const ReadingPage& page);
std::string write_collections(const ReadingPage& page);

}  // namespace ff::storefront
