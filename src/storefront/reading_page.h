// What every page of the reading side (home, collections, search, product, help) is made from, and the
// helpers that more than one of them needs. Pages are functions of this context and nothing else: no request,
// no shopper, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "pricing/pricing.h"
#include "storefront/layout.h"

namespace ff::storefront {

struct ReadingPage {
  const Layout& layout;
  const pricing::Rules& rules;
  const catalog::Snapshot& snapshot;
  const catalog::StockLabels& labels;
};

/// Mixes what a page shows into one number, in order; the same on every process.
class Inputs {
 public:
  /// Starts with the frame (release, assets, identity, navigation) and the rules that pages quote.
  explicit Inputs(const ReadingPage& page);
  Inputs& add(std::uint64_t value);
  Inputs& add(std::string_view text);
  /// The product and its stock labels.
  Inputs& add(const ReadingPage& page, const catalog::Product& product);
  Inputs& add(const catalog::Collection& collection);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

std::string collection_path(const catalog::Collection& collection);
/// The collection's own picture, a scene of ours, or its first product's picture.
std::string collection_picture(const ReadingPage& page, const catalog::Collection& collection, bool tall);
/// The first `count` products of it that can be bought; sold-out ones only where there are too few.
std::vector<const catalog::Product*> best_of(const ReadingPage& page, std::span<const std::uint32_t> members,
                                             std::size_t count, const catalog::Product* without = nullptr);
/// Collections that hold anything, in order.
std::vector<const catalog::Collection*> shown_collections(const catalog::Snapshot& snapshot);
/// The first collection that the product is in; null when in none.
const catalog::Collection* home_collection(const catalog::Snapshot& snapshot,
                                           const catalog::Product& product);

/// "Delivery from €4.90, free from €80.00." for the first country that the shop delivers to.
std::string delivery_promise(const pricing::Rules& rules);

}  // namespace ff::storefront
