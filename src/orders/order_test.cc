#include "orders/order.h"

#include <gtest/gtest.h>

namespace ff::orders {
namespace {

constexpr State kAll[] = {State::kPendingPayment, State::kPaid, State::kPlaced, State::kDeclined,
                          State::kCancelled};

TEST(OrderState, OnlyAPendingOrderMayMoveAndOnlyToAnEnd) {
  for (const State from : kAll) {
    for (const State to : kAll) {
      const bool legal =
          from == State::kPendingPayment && to != State::kPendingPayment && to != State::kPlaced;
      EXPECT_EQ(may_become(from, to), legal) << to_string(from) << " -> " << to_string(to);
    }
  }
}

TEST(OrderState, NamesReadBackAsTheStateTheyName) {
  for (const State state : kAll)
    EXPECT_EQ(parse_state(to_string(state)), state);
  for (const PaymentState state : {PaymentState::kNone, PaymentState::kAuthorised, PaymentState::kCaptured,
                                   PaymentState::kVoided, PaymentState::kRefunded})
    EXPECT_EQ(parse_payment_state(to_string(state)), state);
  for (const PaymentMethod method : {PaymentMethod::kCard, PaymentMethod::kOnDelivery, PaymentMethod::kFree})
    EXPECT_EQ(parse_payment_method(to_string(method)), method);
  EXPECT_EQ(parse_state("shipped"), std::nullopt);
  EXPECT_EQ(parse_payment_state(""), std::nullopt);
  EXPECT_EQ(parse_payment_method("cheque"), std::nullopt);
}

TEST(PaymentKey, DiffersFromOrderToOrderAndStaysForOne) {
  SeededRandom random(7);
  OrderId a{Uuid::v7(Instant{1}, random)};
  OrderId b{Uuid::v7(Instant{1}, random)};
  EXPECT_EQ(payment_key(a), payment_key(a));
  EXPECT_NE(payment_key(a), payment_key(b));
}

}  // namespace
}  // namespace ff::orders
