#include "storage/catalogue_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace ff::storage {

namespace {

using catalog::Product;
using catalog::Variant;
using inventory::Quantity;

/// For each incoming variant the stored one with the same option values, or null. Mostly they come in the
/// same order, so that is looked at first.
std::vector<const Variant*> match(const Product& incoming, const Product& stored) {
  std::vector<const Variant*> matches(incoming.variants.size(), nullptr);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (i < stored.variants.size() && stored.variants[i].options == incoming.variants[i].options) {
      matches[i] = &stored.variants[i];
    } else {
      open.push_back(i);
    }
  }
  if (open.empty()) return matches;
  const auto by_options = [](const Variant* a, const Variant* b) { return a->options < b->options; };
  std::vector<const Variant*> sorted;
  sorted.reserve(stored.variants.size());
  for (const Variant& variant : stored.variants)
    sorted.push_back(&variant);
  std::sort(sorted.begin(), sorted.end(), by_options);
  for (const std::size_t i : open) {
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), &incoming.variants[i], by_options);
    if (found != sorted.end() && (*found)->options == incoming.variants[i].options) matches[i] = *found;
  }
  return matches;
}

}  // namespace

ProductDifference adopt(Product& incoming, const Product& stored) {
  ProductDifference difference;
  incoming.id = stored.id;
  incoming.created_at = stored.created_at;
  const auto matches = match(incoming, stored);
  std::vector<VariantId> kept;
  kept.reserve(matches.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    Variant& variant = incoming.variants[i];
    if (!matches[i]) {
      variant.id = {};
      difference.fresh.push_back(i);
      continue;
    }
    variant.id = matches[i]->id;
    kept.push_back(variant.id);
    if (variant != *matches[i]) ++difference.variants_changed;
    if (variant.policy != matches[i]->policy) difference.policy_changed.push_back(i);
  }
  std::sort(kept.begin(), kept.end());
  for (const Variant& variant : stored.variants) {
    if (!std::binary_search(kept.begin(), kept.end(), variant.id)) difference.removed.push_back(variant.id);
  }
  difference.changed = incoming != stored;
  return difference;
}

bool adopt(catalog::Collection& incoming, const catalog::Collection& stored) {
  incoming.id = stored.id;
  return incoming != stored;
}

Result<UpsertIndex> check(const catalog::CatalogueChange& change) {
  UpsertIndex index;
  index.reserve(change.upserts.size());
  for (std::size_t i = 0; i < change.upserts.size(); ++i) {
    const Product& product = change.upserts[i];
    if (!index.emplace(product.handle, i).second) {
      return invalid("upserts", fmt::format("product {} is there twice", product.handle));
    }
    if (product.variants.empty()) {
      return invalid("upserts", fmt::format("product {} has no variants", product.handle));
    }
  }
  for (const catalog::StockTarget& target : change.stock) {
    const auto product = index.find(target.handle);
    if (product == index.end() || target.variant_index >= change.upserts[product->second].variants.size()) {
      return invalid("stock", fmt::format("variant {} of product {} is not in the same change",
                                          target.variant_index, target.handle));
    }
  }
  return index;
}

bool changes_known(std::uint64_t since, std::uint64_t version, std::int64_t from, std::int64_t to) {
  if (since == version) return true;
  return static_cast<std::uint64_t>(to) == version && since < version &&
         since >= static_cast<std::uint64_t>(from);
}

Quantity adjustment(const inventory::Stock& stock, Quantity target) {
  if (stock.policy != inventory::Policy::kBackorder) target = std::max<Quantity>(target, 0);
  return target - stock.available;
}

Quantity change_policy(inventory::Stock& stock, inventory::Policy policy) {
  stock.policy = policy;
  if (policy == inventory::Policy::kBackorder || stock.available >= 0) return 0;
  return -stock.available;
}

}  // namespace ff::storage
