// What separates the products of two snapshots: for whoever keeps tables by position and makes the next from
// the last.
#pragma once

#include <cstdint>
#include <vector>

#include "catalog/products.h"

namespace ff::catalog {

/// The order of every snapshot: newest first; those created at the same instant (one import) by id, which is
/// the order of their file.
inline bool stands_before(const Product& a, const Product& b) {
  return a.created_at != b.created_at ? a.created_at > b.created_at : a.id < b.id;
}

struct SnapshotDifference {
  static constexpr std::uint32_t kGone = UINT32_MAX;

  /// By old position: the new one. kGone for what went or was replaced. Rising where it is not kGone.
  std::vector<std::uint32_t> moved;
  std::vector<std::uint32_t> left;     // old positions of what went or was replaced; rising
  std::vector<std::uint32_t> arrived;  // new positions of what came or replaces; rising
  /// Nothing moved: left[i] == arrived[i], and the one replaces the other.
  bool in_place = true;
};

/// Both in the order of stands_before(). What is unchanged is known by its address. O(products), touching
/// only those that differ.
SnapshotDifference difference(Products before, Products after);

}  // namespace ff::catalog
