#include "catalog/snapshot_difference.h"

namespace ff::catalog {

SnapshotDifference difference(Products before, Products after) {
  SnapshotDifference found;
  found.moved.assign(before.size(), SnapshotDifference::kGone);
  const auto old_at = before.addresses(), new_at = after.addresses();
  std::uint32_t i = 0, j = 0;
  while (i < old_at.size() || j < new_at.size()) {
    const bool both = i < old_at.size() && j < new_at.size();
    if (both && old_at[i] == new_at[j]) {
      found.moved[i++] = j++;
      continue;
    }
    const bool goes = j == new_at.size() || (both && !stands_before(*new_at[j], *old_at[i]));
    const bool comes = i == old_at.size() || (both && !stands_before(*old_at[i], *new_at[j]));
    if (goes) found.left.push_back(i++);
    if (comes) found.arrived.push_back(j++);
  }
  found.in_place = before.size() == after.size() && found.left == found.arrived;
  return found;
}

}  // namespace ff::catalog
