// What an edit of a sale is held to beyond its settings' own rules (sales/sale.h), by the command and on the
// ops port alike: its products are sold here, and nobody who stands in line loses his place unless the
// merchant says so.
//
// Invariant: what a sale names already is not judged again: a product that left the shop since stands in the
// way of no edit.
#pragma once

#include <optional>
#include <string_view>

#include "base/async.h"
#include "base/result.h"
#include "catalog/snapshot.h"
#include "sales/sale_store.h"

namespace ff::app {

/// What the merchant calls things where he says them.
struct SaleWords {
  std::string_view products, drop_line;
};
inline constexpr SaleWords kSaleOptions{"--products", "--drop-line"};
inline constexpr SaleWords kSaleMembers{"products", "\"drop_line\": true"};

/// kInvalid names the field and a product that the shop does not have, and the one that was probably meant.
Result<void> check_products(const sales::SaleSettings& after, const std::optional<sales::Sale>& before,
                            const catalog::Snapshot& shop, const SaleWords& words);

/// kConflict, with what to do in `detail`, where the edit would void tickets. One read of the store, where a
/// line stands and its queue is to be another.
Task<Result<void>> check_line_is_kept(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      const sales::SaleSettings& after, Instant now, const SaleWords& words);

}  // namespace ff::app
