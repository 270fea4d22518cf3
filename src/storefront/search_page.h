// Search results, or everything when nothing was asked for.
#pragma once

#include "catalog/search.h"
#include "storefront/listing_query.h"
#include "storefront/reading_page.h"

namespace ff::storefront {

std::uint64_t search_inputs(const ReadingPage& page, const catalog::Page& found);
std::string write_search(const ReadingPage& page, const ListingAddress& listing, const catalog::Page& found);

}  // namespace ff::storefront
