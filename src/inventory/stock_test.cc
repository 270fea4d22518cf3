#include "inventory/stock.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace ff::inventory {
namespace {

Stock stock_of(Policy policy, Quantity available) {
  return {VariantId{1}, policy, available, available, 0, 0};
}

TEST(Stock, TheLastOneIsSoldOnce) {
  Stock stock = stock_of(Policy::kDeny, 1);
  EXPECT_TRUE(hold(stock, 1));
  EXPECT_FALSE(hold(stock, 1));
  EXPECT_FALSE(sell(stock, 1));
  sell_held(stock, 1);
  EXPECT_EQ(stock, (Stock{VariantId{1}, Policy::kDeny, 1, 0, 0, 1}));
}

TEST(Stock, ARefusedHoldMovesNothing) {
  Stock stock = stock_of(Policy::kDeny, 2);
  const Stock before = stock;
  EXPECT_FALSE(hold(stock, 3));
  EXPECT_EQ(stock, before);
}

TEST(Stock, AReleasedHoldCanBeHeldByAnother) {
  Stock stock = stock_of(Policy::kDeny, 1);
  ASSERT_TRUE(hold(stock, 1));
  release(stock, 1);
  EXPECT_TRUE(sell(stock, 1));
}

TEST(Stock, ABackorderedVariantGoesBelowZeroAndStaysConserved) {
  Stock stock = stock_of(Policy::kBackorder, 1);
  EXPECT_TRUE(sell(stock, 5));
  EXPECT_EQ(stock.available, -4);
  EXPECT_TRUE(stock.conserved());
}

TEST(Stock, NobodyCountsTheUntracked) {
  Stock stock = stock_of(Policy::kUntracked, 0);
  const Stock before = stock;
  EXPECT_TRUE(hold(stock, 99));
  EXPECT_TRUE(sell(stock, 99));
  EXPECT_EQ(stock, before);
}

TEST(Stock, AHoldThatWasCountedIsReleasedEvenIfNobodyCountsAnyMore) {
  Stock stock = stock_of(Policy::kDeny, 3);
  ASSERT_TRUE(hold(stock, 2));
  stock.policy = Policy::kUntracked;
  release(stock, 2);
  EXPECT_EQ(stock.held, 0);
  EXPECT_EQ(stock.available, 3);
}

TEST(Stock, IsConservedThroughAnyMoves) {
  SeededRandom random(7);
  Stock stock = stock_of(Policy::kDeny, 50);
  for (int i = 0; i < 10'000; ++i) {
    const auto quantity = static_cast<Quantity>(1 + random.below(5));
    switch (random.below(6)) {
      case 0:
        (void)hold(stock, quantity);
        break;
      case 1:
        if (stock.held >= quantity) release(stock, quantity);
        break;
      case 2:
        if (stock.held >= quantity) sell_held(stock, quantity);
        break;
      case 3:
        (void)sell(stock, quantity);
        break;
      case 4:
        if (stock.sold >= quantity) unsell(stock, quantity);
        break;
      default:
        adjust(stock, quantity);
    }
    ASSERT_TRUE(stock.conserved());
    ASSERT_GE(stock.available, 0);
  }
}

}  // namespace
}  // namespace ff::inventory
