// The contract of the store ports, continued: what a sale allows one shopper.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using catalog::StockPolicy;
using inventory::Quantity;
using inventory::Stock;
using orders::Existing;
using orders::OverLimit;
using orders::Placed;
using orders::PurchaseLimit;
using orders::State;

template <typename Adapter>
class PurchaseContract : public StoreContract<Adapter> {
 protected:
  /// An order by the shoppers that are named, of a sale that allows each of them two.
  orders::NewOrder order(VariantId variant, Quantity units, std::vector<std::string> shoppers,
                         State state = State::kPlaced) {
    orders::NewOrder made = this->shop.order({{variant, units}}, state);
    for (std::string& shopper : shoppers)
      made.limits.push_back(PurchaseLimit{"friday", std::move(shopper), units, 2});
    return made;
  }
  orders::PlaceOutcome place(const orders::NewOrder& wanted) { return this->shop.place({wanted}).at(0); }
};
TYPED_TEST_SUITE(PurchaseContract, Adapters);

TYPED_TEST(PurchaseContract, WhatIsOverTheLimitIsRefusedAndTakesNothing) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 1, {"ada"}))));
  const orders::NewOrder two = this->order(shirt, 2, {"ada"});
  const orders::PlaceOutcome outcome = this->place(two);
  const auto* over = std::get_if<OverLimit>(&outcome);
  ASSERT_NE(over, nullptr);
  EXPECT_EQ(over->sale, "friday");
  EXPECT_EQ(over->units_max, 2);
  EXPECT_EQ(over->bought, 1);
  EXPECT_EQ(this->shop.read(two.order->id), std::nullopt);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 9, 8, 0, 1}));
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 1, {"ada"}))));
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 2, {"grace"}))));
}

TYPED_TEST(PurchaseContract, OneBatchIsCountedInItsOrder) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const auto outcomes = this->shop.place({this->order(shirt, 1, {"ada"}), this->order(shirt, 1, {"ada"}),
                                          this->order(shirt, 1, {"ada"}), this->order(shirt, 1, {"grace"})});
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[0]));
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[1]));
  ASSERT_TRUE(std::holds_alternative<OverLimit>(outcomes[2]));
  EXPECT_EQ(std::get<OverLimit>(outcomes[2]).bought, 2);
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[3]));
}

TYPED_TEST(PurchaseContract, AShopperWhoIsKnownByTwoNamesIsLimitedByEither) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  (void)this->place(this->order(shirt, 2, {"mail", "cart"}));
  EXPECT_TRUE(std::holds_alternative<OverLimit>(this->place(this->order(shirt, 1, {"mail", "other cart"}))));
  EXPECT_TRUE(std::holds_alternative<OverLimit>(this->place(this->order(shirt, 1, {"other mail", "cart"}))));
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 1, {"other mail", "other"}))));
}

TYPED_TEST(PurchaseContract, AnOrderThatFallsThroughCountsNoMore) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const orders::NewOrder pending = this->order(shirt, 2, {"ada"}, State::kPendingPayment);
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(pending)));
  EXPECT_TRUE(std::holds_alternative<OverLimit>(this->place(this->order(shirt, 1, {"ada"}))));
  orders::Settlement declined;
  declined.order = pending.order->id;
  declined.kind = orders::Settlement::Kind::kDecline;
  (void)this->shop.settle(declined);
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 2, {"ada"}))));
}

TYPED_TEST(PurchaseContract, ARetryIsAnsweredByItsOrderAndNotByTheLimitThatItFilled) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const orders::NewOrder first = this->order(shirt, 2, {"ada"});
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(first)));
  orders::PlaceOutcome replayed = this->place(first);
  ASSERT_TRUE(std::holds_alternative<Existing>(replayed));
  EXPECT_TRUE(std::get<Existing>(replayed).fresh);
  orders::NewOrder retry = this->order(shirt, 2, {"ada"});
  retry.order->cart = first.order->cart;
  retry.order->idempotency_key = first.order->idempotency_key;
  const orders::PlaceOutcome retried = this->place(retry);
  ASSERT_TRUE(std::holds_alternative<Existing>(retried));
  EXPECT_EQ(std::get<Existing>(retried).order->id, first.order->id);
  EXPECT_EQ(this->shop.stock(shirt).available, 7);
}

TYPED_TEST(PurchaseContract, WhatWasBoughtOfASaleIsKeptWhileItRunsAndForgottenAfterwards) {
  sales::SaleSettings settings;
  settings.id = *sales::SaleId::parse("friday");
  settings.title = "Friday";
  settings.starts_at = this->clock.now();
  settings.ends_at = this->clock.now() + std::chrono::hours(1);
  SeededRandom random(1);
  ASSERT_TRUE(run(this->shop.store().sales().put(settings, sales::SaleSecrets::make(random))).has_value());
  const VariantId shirt = this->shop.stocked("shirt", 9);
  (void)this->place(this->order(shirt, 2, {"ada"}));
  const auto forget = [&] {
    ASSERT_TRUE(run(this->shop.store().sales().forget(std::chrono::hours(24))).has_value());
  };
  forget();
  EXPECT_TRUE(std::holds_alternative<OverLimit>(this->place(this->order(shirt, 1, {"ada"}))));
  this->clock.advance(std::chrono::hours(26));
  forget();
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(shirt, 1, {"ada"}))));
}

TYPED_TEST(PurchaseContract, WhoeverFindsNothingLeftHasBoughtNothing) {
  const VariantId shirt = this->shop.stocked("shirt", 1), socks = this->shop.stocked("socks", 9);
  EXPECT_TRUE(std::holds_alternative<orders::SoldOut>(this->place(this->order(shirt, 2, {"ada"}))));
  EXPECT_TRUE(std::holds_alternative<Placed>(this->place(this->order(socks, 2, {"ada"}))));
}

}  // namespace
}  // namespace ff::storage
