#include "catalog/option_values.h"

#include <algorithm>

namespace ff::catalog {

std::vector<std::string_view> distinct_option_values(const Product& product, std::size_t option) {
  std::vector<std::string_view> values;
  values.reserve(product.variants.size());
  for (const Variant& variant : product.variants)
    values.push_back(variant.options[option]);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace ff::catalog
