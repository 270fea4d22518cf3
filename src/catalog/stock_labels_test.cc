#include "catalog/stock_labels.h"

#include <gtest/gtest.h>

#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using inventory::Policy;
using inventory::Stock;

Stock stock(std::int64_t variant, Policy policy, std::int64_t available) {
  return {VariantId{variant}, policy, available, available, 0, 0};
}

TEST(StockLabel, SaysHowMuchIsLeftOfATrackedVariant) {
  EXPECT_EQ(label_of(stock(1, Policy::kDeny, 4)), StockLabel::kInStock);
  EXPECT_EQ(label_of(stock(1, Policy::kDeny, 3)), StockLabel::kFewLeft);
  EXPECT_EQ(label_of(stock(1, Policy::kDeny, 1)), StockLabel::kFewLeft);
  EXPECT_EQ(label_of(stock(1, Policy::kDeny, 0)), StockLabel::kSoldOut);
}

TEST(StockLabel, AVariantThatMayBeBackorderedIsNeverSoldOut) {
  EXPECT_EQ(label_of(stock(1, Policy::kBackorder, 0)), StockLabel::kBackorder);
  EXPECT_EQ(label_of(stock(1, Policy::kBackorder, -7)), StockLabel::kBackorder);
}

TEST(StockLabel, AVariantThatNobodyCountsIsInStock) {
  EXPECT_EQ(label_of(stock(1, Policy::kUntracked, 0)), StockLabel::kInStock);
  EXPECT_EQ(StockLabels().of(VariantId{77}), StockLabel::kInStock);
}

TEST(StockLabels, AProductIsAvailableWhileAnyVariantIs) {
  const Product shirt = testing::with_option(testing::product(1, "Shirt"), "Size", {"S", "M"});
  const std::vector<Stock> one_left = {stock(10, Policy::kDeny, 0), stock(11, Policy::kDeny, 1)};
  const std::vector<Stock> none_left = {stock(10, Policy::kDeny, 0), stock(11, Policy::kDeny, 0)};
  EXPECT_TRUE(StockLabels(one_left).available(shirt));
  EXPECT_FALSE(StockLabels(none_left).available(shirt));
}

TEST(StockLabels, FingerprintMovesWithALabelButNotWithACount) {
  const Product shirt = testing::product(1, "Shirt");
  const auto print = [&](std::int64_t available, std::int64_t other) {
    const std::vector<Stock> stocks = {stock(10, Policy::kDeny, available), stock(99, Policy::kDeny, other)};
    return StockLabels(stocks).fingerprint(shirt);
  };
  EXPECT_EQ(print(50, 50), print(40, 50));
  EXPECT_EQ(print(3, 50), print(2, 0));
  EXPECT_NE(print(50, 50), print(3, 50));
  EXPECT_NE(print(3, 50), print(0, 50));
}

TEST(StockLabels, AreTheSameWhetherReadWholeOrKeptUpByChanges) {
  using inventory::Policy;
  const inventory::Stock before[] = {{{1}, Policy::kDeny, 9, 9, 0, 0},
                                     {{2}, Policy::kDeny, 9, 2, 0, 7},
                                     {{3}, Policy::kDeny, 9, 0, 0, 9},
                                     {{4}, Policy::kDeny, 9, 1, 0, 8}};
  const inventory::Stock changed[] = {{{1}, Policy::kDeny, 9, 0, 0, 9},   // sold out
                                      {{2}, Policy::kDeny, 18, 9, 0, 9},  // there again
                                      {{3}, Policy::kBackorder, 9, 0, 0, 9}};
  const inventory::Stock after[] = {changed[0], changed[1], changed[2], before[3]};
  const StockLabels kept_up(StockLabels(before), changed);
  EXPECT_EQ(kept_up, StockLabels(after));
  EXPECT_EQ(kept_up.of(VariantId{1}), StockLabel::kSoldOut);
  EXPECT_EQ(kept_up.of(VariantId{2}), StockLabel::kInStock);
  EXPECT_EQ(StockLabels(kept_up, before), StockLabels(before)) << "and back";
}

TEST(StockLabels, AreTheSameInWhateverOrderTheStoreListsThem) {
  const std::vector<Stock> some = {stock(1, Policy::kDeny, 0), stock(2, Policy::kDeny, 2)};
  const std::vector<Stock> reversed = {some[1], some[0]};
  EXPECT_EQ(StockLabels(some), StockLabels(reversed));
  EXPECT_EQ(StockLabels(some).fingerprint(), StockLabels(reversed).fingerprint());
}

TEST(StockLabels, HaveAWordEachForMachines) {
  EXPECT_EQ(to_string(StockLabel::kInStock), "in_stock");
  EXPECT_EQ(to_string(StockLabel::kFewLeft), "few_left");
  EXPECT_EQ(to_string(StockLabel::kBackorder), "backorder");
  EXPECT_EQ(to_string(StockLabel::kSoldOut), "sold_out");
}

TEST(StockLabelsHolder, MovesItsGenerationOnlyWhenALabelDid) {
  StockLabelsHolder holder;
  const std::vector<Stock> plenty = {stock(1, Policy::kDeny, 50)};
  const std::vector<Stock> none = {stock(1, Policy::kDeny, 0)};
  const std::uint64_t start = holder.generation();
  holder.store(std::make_shared<StockLabels>(plenty));
  EXPECT_EQ(holder.generation(), start);
  holder.store(std::make_shared<StockLabels>(none));
  EXPECT_EQ(holder.generation(), start + 1);
  EXPECT_EQ(holder.load()->of(VariantId{1}), StockLabel::kSoldOut);
}

}  // namespace
}  // namespace ff::catalog
