#include "catalog/existing.h"

#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace ff::catalog {

void remove_unlisted(CatalogueChange& change, std::span<const Product> existing) {
  std::unordered_set<std::string_view> listed;
  for (const Product& product : change.upserts)
    listed.insert(product.handle);
  for (const Product& product : existing) {
    if (!listed.contains(product.handle)) change.removed_handles.push_back(product.handle);
  }
}

void keep_stock(CatalogueChange& change, std::span<const Product> existing) {
  using Options = decltype(Variant::options);
  std::unordered_map<std::string_view, const Product*> upserts;
  for (const Product& product : change.upserts)
    upserts.emplace(product.handle, &product);
  std::unordered_map<std::string_view, std::set<Options>> known;  // of the products that both have
  for (const Product& product : existing) {
    if (!upserts.contains(product.handle)) continue;
    std::set<Options>& options = known[product.handle];
    for (const Variant& variant : product.variants)
      options.insert(variant.options);
  }
  std::erase_if(change.stock, [&](const StockTarget& target) {
    const auto product = known.find(target.handle);
    if (product == known.end()) return false;
    const std::vector<Variant>& variants = upserts.at(target.handle)->variants;
    return target.variant_index < variants.size() &&
           product->second.contains(variants[target.variant_index].options);
  });
}

}  // namespace ff::catalog
