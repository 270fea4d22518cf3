// The collections of a snapshot, and which products stand in each.
//
// Invariant: it holds positions and no addresses of products, so snapshots in which the same handles, tags
// and types stand in the same places share one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/handle_table.h"
#include "catalog/product.h"
#include "catalog/products.h"

namespace ff::catalog {

class CollectionIndex {
 public:
  /// O(tags of all products).
  CollectionIndex(std::vector<Collection> collections, Products products, const HandleTable& handles);
  CollectionIndex(const CollectionIndex&) = delete;

  std::span<const Collection> collections() const { return collections_; }
  const Collection* find(std::string_view handle) const;
  /// Empty for a handle that no collection has.
  std::span<const std::uint32_t> members(std::string_view handle) const;

 private:
  std::vector<Collection> collections_;
  std::unordered_map<std::string_view, std::uint32_t> by_handle_;
  std::vector<std::vector<std::uint32_t>> members_;
};

}  // namespace ff::catalog
