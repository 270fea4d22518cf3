#include "catalog/collection_index.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/text.h"

namespace ff::catalog {
namespace {

using Words = std::unordered_set<std::string>;

Words folded(const std::vector<std::string>& texts) {
  Words out;
  for (const std::string& text : texts)
    out.insert(fold(text));
  return out;
}

/// Products by a text that they have, whatever its case. Each spelling is folded once.
struct Lists {
  void add(std::string_view text, std::uint32_t product) {
    const auto [spelling, fresh] = by_spelling.try_emplace(text, nullptr);
    if (fresh) spelling->second = &by_folded[fold(text)];
    spelling->second->push_back(product);
  }
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_folded;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>*> by_spelling;  // of texts that stay
};

}  // namespace

CollectionIndex::CollectionIndex(std::vector<Collection> collections, Products products,
                                 const HandleTable& handles)
    : collections_(std::move(collections)) {
  Lists by_tag, by_type;
  for (std::uint32_t i = 0; i < products.size() && !collections_.empty(); ++i) {
    for (const std::string& tag : products[i].tags)
      by_tag.add(tag, i);
    by_type.add(products[i].type, i);
  }
  members_.reserve(collections_.size());
  for (std::uint32_t c = 0; c < collections_.size(); ++c) {
    const Collection& collection = collections_[c];
    by_handle_.emplace(collection.handle, c);
    std::vector<bool> taken(products.size());
    std::vector<std::uint32_t> order;
    // Those named come first, in the merchant's order; the rest follows, newest first.
    for (const std::string& handle : collection.handles) {
      const auto found = handles.find(handle, products);
      if (!found || taken[*found]) continue;
      taken[*found] = true;
      order.push_back(*found);
    }
    const std::size_t named = order.size();
    const auto take = [&](const Lists& lists, const std::vector<std::string>& keys) {
      for (const std::string& key : folded(keys)) {
        const auto found = lists.by_folded.find(key);
        if (key.empty() || found == lists.by_folded.end()) continue;
        for (const std::uint32_t i : found->second) {
          if (taken[i]) continue;
          taken[i] = true;
          order.push_back(i);
        }
      }
    };
    take(by_tag, collection.tags);
    take(by_type, collection.types);
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(named), order.end());
    order.shrink_to_fit();
    members_.push_back(std::move(order));
  }
}

const Collection* CollectionIndex::find(std::string_view handle) const {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : &collections_[found->second];
}

std::span<const std::uint32_t> CollectionIndex::members(std::string_view handle) const {
  const auto found = by_handle_.find(handle);
  if (found == by_handle_.end()) return {};
  return members_[found->second];
}

}  // namespace ff::catalog
