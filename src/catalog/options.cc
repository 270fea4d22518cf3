#include "catalog/options.h"

#include <unordered_set>

#include "base/text.h"

namespace ff::catalog {

std::vector<std::string_view> option_values(const Product& product, std::size_t index) {
  std::vector<std::string_view> values;
  std::unordered_set<std::string_view> seen;
  for (const Variant& variant : product.variants) {
    if (seen.insert(variant.options[index]).second) values.push_back(variant.options[index]);
  }
  return values;
}

std::string options_text(const Variant& variant) {
  std::string text;
  for (const std::string& value : variant.options) {
    if (value.empty() || value == "Default Title") continue;
    if (!text.empty()) text += " / ";
    text += value;
  }
  return text;
}

std::string full_title(const Product& product, const Variant& variant) {
  const std::string options = options_text(variant);
  return options.empty() ? product.title : product.title + ", " + options;
}

bool is_colour(std::string_view option_name) {
  const std::string name = fold(option_name);
  for (const std::string_view word : {"colour", "color", "farbe", "couleur", "shade"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace ff::catalog
