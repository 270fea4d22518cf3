// Countries by their ISO 3166-1 alpha-2 code, as people call them.
#pragma once

#include <string_view>

namespace ff::storefront {

/// "Germany" for "DE"; the code itself for one that we have no name for.
std::string_view country_name(std::string_view code);

}  // namespace ff::storefront
