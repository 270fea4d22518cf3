// From a handle to where its product stands: open addressing over positions.
//
// Invariant: it holds no text and no address, so snapshots in which the same handles stand in the same places
// share one. A product costs it 16 to 32 bytes, half of what a node of std::unordered_map does or less.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/products.h"

namespace ff::catalog {

class HandleTable {
 public:
  explicit HandleTable(Products products);
  /// `products`: those that it was made of, or others with the same handles in the same places.
  std::optional<std::uint32_t> find(std::string_view handle, Products products) const;

 private:
  struct Slot {
    std::uint32_t print = 0;  // of the handle; most of those that are not it differ
    std::uint32_t place = 0;  // position + 1; 0 in an empty slot
  };
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace ff::catalog
