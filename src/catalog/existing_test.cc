#include "catalog/existing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using testing::product;
using testing::with_option;

// The targets that are left, as (handle, index).
std::vector<std::pair<std::string, std::size_t>> targets(const CatalogueChange& change) {
  std::vector<std::pair<std::string, std::size_t>> left;
  for (const StockTarget& target : change.stock)
    left.emplace_back(target.handle, target.variant_index);
  return left;
}

CatalogueChange change_of(std::vector<Product> products) {
  CatalogueChange change;
  change.upserts = std::move(products);
  for (const Product& each : change.upserts) {
    for (std::size_t i = 0; i < each.variants.size(); ++i)
      change.stock.push_back({each.handle, i, 5});
  }
  return change;
}

TEST(KeepStock, LeavesTheStockOfVariantsThatTheShopHas) {
  const std::vector existing{with_option(product(1, "Shirt"), "Size", {"S", "M"}), product(2, "Cap")};
  CatalogueChange change = change_of(existing);
  keep_stock(change, existing);
  EXPECT_THAT(targets(change), ::testing::IsEmpty());
}

TEST(KeepStock, GivesANewVariantOfAnOldProductItsStockWhereverItStandsInTheFile) {
  const std::vector existing{with_option(product(1, "Shirt"), "Size", {"S", "M"})};
  CatalogueChange change = change_of({with_option(product(1, "Shirt"), "Size", {"XS", "S", "M", "L"})});
  keep_stock(change, existing);
  EXPECT_THAT(targets(change), ::testing::ElementsAre(std::pair("shirt", 0u), std::pair("shirt", 3u)));
}

TEST(KeepStock, GivesANewProductItsStock) {
  const std::vector existing{product(1, "Cap")};
  CatalogueChange change = change_of({product(2, "Scarf")});
  keep_stock(change, existing);
  EXPECT_THAT(targets(change), ::testing::ElementsAre(std::pair("scarf", 0u)));
}

TEST(RemoveUnlisted, RemovesWhatTheFileLacksAndNothingElse) {
  const std::vector existing{product(1, "Cap"), product(2, "Scarf")};
  CatalogueChange change = change_of({product(2, "Scarf"), product(3, "Belt")});
  remove_unlisted(change, existing);
  EXPECT_THAT(change.removed_handles, ::testing::ElementsAre("cap"));
  EXPECT_EQ(change.stock.size(), 2u);
}

}  // namespace
}  // namespace ff::catalog
