// What the stores' contract can't show, because no store gets there: rows that are missing.
#include "storage/order_rules.h"

#include <gtest/gtest.h>

namespace ff::storage {
namespace {

orders::NewOrder wanted(VariantId variant) {
  orders::NewOrder made;
  made.order->lines.resize(1);
  made.order->lines[0].variant = variant;
  made.hold_for = made.lease_for = std::chrono::seconds(90);
  return made;
}

TEST(OrderRules, AnOrderWhoseStockRowIsMissingIsAnInternalFaultAndStaysAsItIs) {
  const VariantId shirt{17};
  StockTable stocks{{shirt, {shirt, inventory::Policy::kDeny, 5, 5, 0, 0}}};
  auto granted = grant(wanted(shirt), stocks, Instant{});
  orders::Order order = *std::get<Box<orders::Order>>(granted);
  const orders::Order before = order;
  StockTable none;
  for (const auto kind : {orders::Settlement::Kind::kClaim, orders::Settlement::Kind::kDecline,
                          orders::Settlement::Kind::kCancel}) {
    orders::Settlement move;
    move.kind = kind;
    const auto outcome = settle(order, move, none, Instant{});
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::kInternal);
    EXPECT_EQ(order, before);
  }
  EXPECT_FALSE(release_hold(order, none, Instant{} + std::chrono::hours(1)));
  EXPECT_EQ(order, before);
  EXPECT_TRUE(release_hold(order, stocks, Instant{} + std::chrono::hours(1)));
  EXPECT_EQ(stocks.at(shirt).available, 5);
}

TEST(OrderRules, NothingWithoutAStockRowCanBeBought) {
  StockTable none;
  EXPECT_TRUE(std::holds_alternative<orders::SoldOut>(grant(wanted(VariantId{17}), none, Instant{})));
}

}  // namespace
}  // namespace ff::storage
