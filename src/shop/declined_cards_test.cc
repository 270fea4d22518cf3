#include "shop/declined_cards.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace ff::shop {
namespace {

class DeclinedCardsTest : public ::testing::Test {
 protected:
  OrderId order() { return OrderId{Uuid::v7(now, random)}; }
  CartId another_cart() { return CartId{Token::make(random)}; }
  SeededRandom random{1};
  Instant now{1'000'000};
  CartId cart = another_cart();
  DeclinedCards cards;
};

TEST_F(DeclinedCardsTest, AfterFiveOrdersTheCartWaitsForTheRestOfTheHour) {
  for (std::size_t i = 0; i < DeclinedCards::kDeclinesMax; ++i) {
    EXPECT_FALSE(cards.wait(cart, now)) << i;
    cards.note(cart, order(), now, now);
    now = now + std::chrono::minutes(10);
  }
  EXPECT_EQ(cards.wait(cart, now), std::chrono::minutes(10));
  EXPECT_FALSE(cards.wait(another_cart(), now));
  EXPECT_FALSE(cards.wait(cart, now + std::chrono::minutes(10)));
}

TEST_F(DeclinedCardsTest, CountsAnOrderOnceHoweverOftenItsAnswerIsAskedFor) {
  const OrderId same = order();
  for (int i = 0; i < 20; ++i)
    cards.note(cart, same, now, now);
  EXPECT_FALSE(cards.wait(cart, now));
}

TEST_F(DeclinedCardsTest, TheAnswerOfYesterdaysOrderIsNoCardThatIsTried) {
  const Instant yesterday = now;
  now = now + std::chrono::hours(24);
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(cards.note(cart, order(), yesterday, now));
  EXPECT_FALSE(cards.wait(cart, now));
}

TEST_F(DeclinedCardsTest, AnEndedWindowIsForgottenAndTheNextDeclineBeginsAnother) {
  for (std::size_t i = 0; i < DeclinedCards::kDeclinesMax; ++i)
    cards.note(cart, order(), now, now);
  now = now + DeclinedCards::kWindow;
  cards.note(cart, order(), now, now);
  EXPECT_FALSE(cards.wait(cart, now));
}

TEST_F(DeclinedCardsTest, ForgetsTheOldestWhenThereAreTooManyCarts) {
  for (std::size_t i = 0; i < DeclinedCards::kDeclinesMax; ++i)
    cards.note(cart, order(), now, now);
  const OrderId same = order();
  for (std::size_t i = 1; i < DeclinedCards::kCartsMax; ++i)
    cards.note(another_cart(), same, now, now);
  EXPECT_TRUE(cards.wait(cart, now));
  cards.note(another_cart(), same, now, now);
  EXPECT_FALSE(cards.wait(cart, now));
}

}  // namespace
}  // namespace ff::shop
