// How a catalogue that is applied meets the one that is stored: which ids stay, what counts as a change.
//
// Invariant: applying the same change twice changes nothing the second time. Pure; every adapter applies it
// to the rows that it read.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/catalog_store.h"

namespace ff::storage {

struct ProductDifference {
  bool changed = false;
  std::vector<std::size_t> fresh;           // indices of `incoming`'s variants that have no id yet
  std::vector<VariantId> removed;           // of `stored`'s that `incoming` lacks
  std::vector<std::size_t> policy_changed;  // indices of variants that were there with another stock policy
  std::int64_t variants_changed = 0;
};

/// Gives `incoming` the ids of `stored` (same handle): its own, and those of variants with the same option
/// values. created_at stays that of `stored`: when a product came into the shop does not change.
ProductDifference adopt(catalog::Product& incoming, const catalog::Product& stored);
/// The same for a collection; false when it is equal already.
bool adopt(catalog::Collection& incoming, const catalog::Collection& stored);

/// Upserts by handle, for stock targets. The change must outlive it.
using UpsertIndex = std::unordered_map<std::string_view, std::size_t>;
/// kInvalid: two upserts with one handle, a product without variants, or a stock target that names nothing.
Result<UpsertIndex> check(const catalog::CatalogueChange& change);

/// Whether a store at `version`, which knows of the changes after version `from` up to version `to`, can tell
/// what changed since `since`. It goes by numbers: a store that lost its last changes and gave their numbers
/// to others is not told apart, so who reads it loads the whole after it was away.
bool changes_known(std::uint64_t since, std::uint64_t version, std::int64_t from, std::int64_t to);

/// By how much available must move to reach `target`; never below zero unless it may be backordered.
inventory::Quantity adjustment(const inventory::Stock& stock, inventory::Quantity target);
/// Sets the policy; the adjustment (>= 0) that keeps available from being negative where it no longer may.
inventory::Quantity change_policy(inventory::Stock& stock, inventory::Policy policy);

}  // namespace ff::storage
