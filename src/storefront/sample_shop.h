// A small but complete catalogue for the tests of this room: several collections, options, colours, sold-out
// variants, foreign pictures, hostile text.
#pragma once

#include <memory>
#include <string>

#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "pricing/pricing.h"

namespace ff::storefront::sample {

catalog::Catalogue catalogue();
pricing::Rules rules();

/// Holders with sample::catalogue() in them, its index, and every variant in stock.
struct Holders {
  Holders();
  void publish(catalog::Catalogue next);   // snapshot and index
  void sell_out(std::string_view handle);  // all variants of the product
  catalog::SnapshotHolder catalogue;
  catalog::StockLabelsHolder labels;
  catalog::IndexHolder index;
};

}  // namespace ff::storefront::sample
