// The values of one option, as search counts them.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/product.h"

namespace ff::catalog {

/// Each value once, however many variants share it, in order of bytes. Views into `product`; `option` is
/// below product.options.size().
std::vector<std::string_view> distinct_option_values(const Product& product, std::size_t option);

}  // namespace ff::catalog
