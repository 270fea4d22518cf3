// The first page: one large picture, what is new, the collections, one story further down.
#pragma once

#include "storefront/reading_page.h"

namespace ff::storefront {

std::uint64_t home_inputs(const ReadingPage& page);
std::string write_home(const ReadingPage& page);

}  // namespace ff::storefront
