#include "catalog/shopify_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "catalog/shopify_import.h"
#include "catalog/testing/dirty_export.h"
#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

std::string exported(std::span<const Product> products, const std::map<VariantId, std::int64_t>& stock = {}) {
  std::string out;
  const AvailableOf available = [&](VariantId id) -> std::optional<std::int64_t> {
    const auto found = stock.find(id);
    return found == stock.end() ? std::nullopt : std::optional(found->second);
  };
  EXPECT_TRUE(write_shopify_csv(products, available, [&](std::string_view piece) {
    out += piece;
    return true;
  }));
  return out;
}

CatalogueChange imported(std::string_view text) {
  csv::MemorySource source(text);
  auto change = read_shopify_csv(source, {});
  EXPECT_TRUE(change) << change.error().detail;
  return change ? std::move(*change) : CatalogueChange{};
}

/// Like a store: gives ids, and keeps the stock.
std::map<VariantId, std::int64_t> store(CatalogueChange& change) {
  std::int64_t id = 0;
  for (Product& one : change.upserts) {
    for (Variant& variant : one.variants)
      variant.id = {++id};
  }
  std::map<VariantId, std::int64_t> stock;
  std::map<std::string, const Product*> by_handle;
  for (const Product& one : change.upserts)
    by_handle[one.handle] = &one;
  for (const StockTarget& target : change.stock) {
    stock[by_handle.at(target.handle)->variants.at(target.variant_index).id] = target.available;
  }
  return stock;
}

class RoundTrip : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RoundTrip, AnExportImportsToTheSameShop) {
  CatalogueChange first = imported(testing::DirtyExport(GetParam()).text(400));
  const auto stock = store(first);
  const std::string text = exported(first.upserts, stock);
  CatalogueChange second = imported(text);
  const auto stock_again = store(second);
  ASSERT_EQ(second.upserts.size(), first.upserts.size());
  for (std::size_t i = 0; i < first.upserts.size(); ++i)
    EXPECT_EQ(second.upserts[i], first.upserts[i]) << first.upserts[i].handle;
  EXPECT_EQ(stock_again, stock);
  EXPECT_EQ(exported(second.upserts, stock_again), text);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoundTrip, ::testing::Range<std::uint64_t>(100, 110));

TEST(ShopifyExport, WritesTheFirstRowWholeAndTheOthersBrief) {
  Product shirt = testing::with_option(testing::product(1, "Shirt"), "Size", {"S", "M"});
  shirt.vendor = "Nordlys";
  const auto rows = testing::rows_of(exported({&shirt, 1}));
  ASSERT_EQ(rows.size(), 3u);
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin());
  };
  EXPECT_EQ(rows[1][column("Handle")], "shirt");
  EXPECT_EQ(rows[2][column("Handle")], "shirt");
  EXPECT_EQ(rows[1][column("Vendor")], "Nordlys");
  EXPECT_EQ(rows[2][column("Vendor")], "");
  EXPECT_EQ(rows[2][column("Option1 Value")], "M");
  EXPECT_EQ(rows[2][column("Variant Price")], "50.00");
}

TEST(ShopifyExport, RepeatsAVariantsAttributesOnItsRows) {
  Product shirt = testing::with_option(testing::product(1, "Shirt"), "Size", {"S", "M", "L"});
  shirt.attributes = {
      {"Fabric", "Linen"}, {"Variant Tax Code", "P1"}, {"Variant Tax Code [variant 2]", "P2"}};
  const auto rows = testing::rows_of(exported({&shirt, 1}));
  const std::size_t size = rows[0].size();
  EXPECT_EQ(rows[0][size - 2], "Fabric");
  EXPECT_EQ(rows[0][size - 1], "Variant Tax Code");
  EXPECT_EQ(rows[1][size - 2] + rows[2][size - 2] + rows[3][size - 2], "Linen");
  EXPECT_EQ(rows[1][size - 1], "P1");
  EXPECT_EQ(rows[2][size - 1], "P2");
  EXPECT_EQ(rows[3][size - 1], "P1");
}

TEST(ShopifyExport, AnEmptyCatalogueIsAHeader) { EXPECT_EQ(testing::rows_of(exported({})).size(), 1u); }

TEST(ShopifyExport, StopsWhenTheFileTakesNoMore) {
  const Product shirt = testing::product(1, "Shirt");
  EXPECT_FALSE(write_shopify_csv(
      {&shirt, 1}, [](VariantId) { return std::nullopt; }, [](std::string_view) { return false; }));
}

}  // namespace
}  // namespace ff::catalog
