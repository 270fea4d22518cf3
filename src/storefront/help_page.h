// Delivery, returns, sizes and contact on one page, from the rules that the shop really charges by.
#pragma once

#include "storefront/reading_page.h"

namespace ff::storefront {

std::uint64_t help_inputs(const ReadingPage& page);
std::string write_help(const ReadingPage& page);

}  // namespace ff::storefront
