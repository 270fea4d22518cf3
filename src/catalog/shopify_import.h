// Reads Shopify's product CSV, as shops really export it, into one change of the catalogue.
//
// Invariant: either the whole file becomes a change whose every product holds to validate(), or nothing does
// and the error names the faults by line, column and rule. Reading the same file again gives the same change.
// Streams: memory is that of the products, never of the file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/money.h"
#include "catalog/catalog_store.h"
#include "catalog/csv.h"

namespace ff::catalog {

inline constexpr std::int64_t kImportVariantsMax = 2'000'000;
inline constexpr std::int64_t kImportQuantityMax = 10'000'000;  // of one variant: more is a typing error

struct ImportOptions {
  Currency currency;             // that the file's prices are in: it does not say
  std::string source{};          // the file's name, for its faults and notes; empty: they say "line 3"
  std::size_t faults_max = 100;  // named in the error; the others are counted
  std::function<void(std::int64_t bytes_read)> progress{};  // now and then, on the calling thread
  /// Of each cell that is read as something else than it says: where it stands and how it was read.
  std::function<void(const FieldError&)> note{};
};

/// How cells are understood:
/// - Rows belong together by handle, wherever they stand; what a later row leaves blank is as in the first.
///   A row without option values, price and SKU only adds its picture, if any.
/// - Option "Title" with the one value "Default Title" means no options.
/// - A blank inventory tracker means that nobody counts this variant: its quantity is not read. Else the
///   quantity becomes a StockTarget; a blank one leaves the stock as it is. One below zero (Shopify oversold)
///   with the policy "deny" is 0, which is noted: there is nothing to sell, and our stock can't be below.
/// - Published "false" makes an active product a draft. A gift card keeps that as an attribute.
/// - Body HTML is sanitised; picture addresses become PictureUrls; handles become slugs.
/// - A column not known is an attribute of the product, under its own name; see override_name() for variants
///   that differ. Attributes are the merchant's (costs are among them): no page or API shows them.
Result<CatalogueChange> read_shopify_csv(csv::Source& source, const ImportOptions& options);

}  // namespace ff::catalog
