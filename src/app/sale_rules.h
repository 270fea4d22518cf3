// What an edit of a sale is held to beyond its settings' own rules (sales/sale.h), by the command and on the
// ops port alike: its products are the shop's, and nobody who stands in line loses his place unless the
// merchant says so.
//
// Invariant: what a sale names already is not judged again: a product that left the shop since stands in the
// way of no edit. A product counts before it is published, too: that is when a merchant sets up its guard.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/async.h"
#include "base/result.h"
#include "catalog/catalog_store.h"
#include "sales/sale_store.h"

namespace ff::app {

/// What the merchant calls things where he says them.
struct SaleWords {
  std::string_view products, drop_line, drop_line_and_remove;
  /// Whether to look for the product that was probably meant, in all that there are: for a process that has
  /// nothing else to do meanwhile.
  bool guess = false;
};
inline constexpr SaleWords kSaleOptions{"--products", "--drop-line", "--drop-line", true};
inline constexpr SaleWords kSaleMembers{"products", "\"drop_line\": true", "?drop_line=true"};

/// kInvalid names the field and a product that the store does not have.
Task<Result<void>> check_products(catalog::CatalogStore& catalogue, const std::optional<sales::Sale>& before,
                                  const sales::SaleSettings& after, const SaleWords& words);

/// kConflict, with what to do in `detail`, where the edit would void tickets. One read of the store, where a
/// line stands and its queue is to be another.
Task<Result<void>> check_line_is_kept(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      const sales::SaleSettings& after, Instant now, const SaleWords& words);

/// Likewise, where the sale is to be removed.
Task<Result<void>> check_line_is_over(sales::SaleStore& store, const std::optional<sales::Sale>& before,
                                      Instant now, const SaleWords& words);

/// Tickets that were taken in the queue's present opening, as the servers have told so far.
Task<Result<std::uint64_t>> tickets_taken(sales::SaleStore& store, const sales::Sale& sale);

}  // namespace ff::app
