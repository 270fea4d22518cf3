#include "cart/cart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ff::cart {
namespace {

constexpr VariantId kShirt{1}, kSocks{2};
const Money kTen{1000, {}}, kTwelve{1200, {}};

class CartTest : public testing::Test {
 protected:
  Result<void> change(Change::Kind kind, VariantId variant, inventory::Quantity quantity,
                      Money price = kTen) {
    return apply(cart, {cart.id, kind, variant, quantity, price}, Instant{++now});
  }
  std::string refusal(const Result<void>& result) const {
    return result || result.error().fields.empty() ? "" : result.error().fields[0].field;
  }
  Cart cart;
  std::int64_t now = 0;
};

using Kind = Change::Kind;

TEST_F(CartTest, AddingTheSameVariantAgainAddsToItsLine) {
  ASSERT_TRUE(change(Kind::kAdd, kShirt, 2));
  ASSERT_TRUE(change(Kind::kAdd, kSocks, 1));
  ASSERT_TRUE(change(Kind::kAdd, kShirt, 3, kTwelve));
  EXPECT_THAT(cart.lines, testing::ElementsAre(Line{kShirt, 5, kTwelve}, Line{kSocks, 1, kTen}));
  EXPECT_EQ(cart.version, 3u);
  EXPECT_EQ(cart.updated_at, Instant{3});
}

TEST_F(CartTest, ALineKeepsItsLastNameWhenAChangeHasNone) {
  ASSERT_TRUE(apply(cart, {cart.id, Kind::kAdd, kShirt, 1, kTen, 0, "Linen Shirt, M"}, Instant{1}));
  ASSERT_TRUE(change(Kind::kSet, kShirt, 2));
  EXPECT_EQ(cart.lines.at(0).name, "Linen Shirt, M");
}

TEST_F(CartTest, SettingToZeroRemovesTheLine) {
  ASSERT_TRUE(change(Kind::kSet, kShirt, 4));
  ASSERT_TRUE(change(Kind::kSet, kShirt, 0));
  EXPECT_TRUE(cart.lines.empty());
  EXPECT_EQ(cart.version, 2u);
}

TEST_F(CartTest, ALineHoldsAtMostNinetyNineHoweverTheyAreAdded) {
  ASSERT_TRUE(change(Kind::kAdd, kShirt, 99));
  const Cart before = cart;
  EXPECT_EQ(refusal(change(Kind::kAdd, kShirt, 1)), "quantity");
  EXPECT_EQ(refusal(change(Kind::kSet, kShirt, 100)), "quantity");
  EXPECT_EQ(refusal(change(Kind::kSet, kShirt, -1)), "quantity");
  EXPECT_EQ(refusal(change(Kind::kAdd, kSocks, 0)), "quantity");
  EXPECT_EQ(refusal(change(Kind::kAdd, kSocks, INT64_MAX)), "quantity");
  EXPECT_EQ(cart, before);
}

TEST_F(CartTest, ACartHoldsAtMostAHundredLinesButMoreOfThose) {
  for (std::int64_t i = 1; i <= 100; ++i)
    ASSERT_TRUE(change(Kind::kAdd, VariantId{i}, 1));
  EXPECT_EQ(refusal(change(Kind::kAdd, VariantId{101}, 1)), "lines");
  EXPECT_EQ(refusal(change(Kind::kSet, VariantId{101}, 1)), "lines");
  EXPECT_TRUE(change(Kind::kAdd, VariantId{50}, 1));
  EXPECT_TRUE(change(Kind::kSet, VariantId{101}, 0));
  EXPECT_EQ(cart.lines.size(), 100u);
}

TEST_F(CartTest, ThePriceSeenIsRememberedOnlyForLinesThatAreThere) {
  ASSERT_TRUE(change(Kind::kAdd, kShirt, 1));
  ASSERT_TRUE(change(Kind::kSeen, kShirt, 0, kTwelve));
  ASSERT_TRUE(change(Kind::kSeen, kSocks, 0, kTwelve));
  EXPECT_THAT(cart.lines, testing::ElementsAre(Line{kShirt, 1, kTwelve}));
  EXPECT_EQ(cart.version, 2u);
}

TEST_F(CartTest, AChangeThatMakesNoDifferenceLeavesTheVersion) {
  ASSERT_TRUE(change(Kind::kEmpty, {}, 0));
  ASSERT_TRUE(change(Kind::kSet, kShirt, 0));
  EXPECT_EQ(cart.version, 0u);
}

TEST_F(CartTest, WhatWasOrderedLeavesAndWhatWasAddedSinceStays) {
  ASSERT_TRUE(change(Kind::kAdd, kShirt, 3));
  ASSERT_TRUE(change(Kind::kAdd, kSocks, 1));
  const std::pair<VariantId, inventory::Quantity> ordered[] = {{kShirt, 2}, {kSocks, 1}, {VariantId{9}, 1}};
  remove_ordered(cart, ordered, Instant{77});
  EXPECT_THAT(cart.lines, testing::ElementsAre(Line{kShirt, 1, kTen}));
  EXPECT_EQ(cart.version, 3u);
  EXPECT_EQ(cart.updated_at, Instant{77});
}

}  // namespace
}  // namespace ff::cart
