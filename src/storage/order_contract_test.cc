// The contract of the store ports, continued: orders, and the stock that moves with them.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using catalog::CatalogueChange;
using catalog::StockPolicy;
using inventory::Stock;
using orders::Existing;
using orders::HoldLost;
using orders::NotApplied;
using orders::PaymentState;
using orders::Placed;
using orders::Settled;
using orders::Settlement;
using orders::Shortage;
using orders::SoldOut;
using orders::State;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Settlement::Kind;

template <typename Adapter>
using OrderContract = StoreContract<Adapter>;
TYPED_TEST_SUITE(OrderContract, Adapters);

// Placing orders.

TYPED_TEST(OrderContract, APendingOrderHoldsItsStockAndComesBackAsItWasAnswered) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 2}});
  const orders::Order order = this->shop.placed(wanted);
  orders::Order expected = wanted.order;
  expected.number = 1;
  expected.holding = true;
  expected.created_at = expected.updated_at = this->clock.now();
  expected.hold_expires_at = this->clock.now() + seconds(90);
  expected.lease_expires_at = this->clock.now() + seconds(20);
  EXPECT_EQ(order, expected);
  EXPECT_EQ(this->shop.read(order.id), order);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 3, 2, 0}));
}

TYPED_TEST(OrderContract, AnInstantOrderSellsAtOnce) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order placed = this->shop.placed(this->shop.order({{shirt, 2}}, State::kPlaced));
  const orders::Order paid = this->shop.placed(this->shop.order({{shirt, 1}}, State::kPaid));
  EXPECT_FALSE(placed.holding);
  EXPECT_EQ(placed.lease_expires_at, Instant{});
  EXPECT_GT(paid.number, placed.number);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 2, 0, 3}));
}

TYPED_TEST(OrderContract, NoOrderIsPlacedInAStateThatItCanOnlyReach) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const std::vector wanted{this->shop.order({{shirt, 1}}), this->shop.order({{shirt, 1}}, State::kDeclined)};
  const auto refused = run(this->shop.store().orders().place(wanted));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(this->shop.read(wanted[0].order->id), std::nullopt);
  EXPECT_EQ(this->shop.stock(shirt).available, 5);
}

TYPED_TEST(OrderContract, AnOrderThatCanNotBeHadTakesNothingAndThoseBehindItMaySucceed) {
  const VariantId shirt = this->shop.stocked("shirt", 3), socks = this->shop.stocked("socks", 9);
  const auto outcomes =
      this->shop.place({this->shop.order({{shirt, 2}}), this->shop.order({{socks, 1}, {shirt, 2}}),
                        this->shop.order({{shirt, 1}}), this->shop.order({{shirt, 1}, {socks, 10}})});
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[0]));
  EXPECT_THAT(std::get<SoldOut>(outcomes[1]).shortages, ElementsAre(Shortage{shirt, 2, 1}));
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[2]));
  EXPECT_THAT(std::get<SoldOut>(outcomes[3]).shortages,
              ElementsAre(Shortage{shirt, 1, 0}, Shortage{socks, 10, 9}));
  EXPECT_EQ(this->shop.stock(shirt).held, 3);
  EXPECT_EQ(this->shop.stock(socks).held, 0);
}

TYPED_TEST(OrderContract, LinesOfOneVariantAreWantedTogether) {
  const VariantId shirt = this->shop.stocked("shirt", 3);
  const auto outcomes = this->shop.place(
      {this->shop.order({{shirt, 2}, {shirt, 2}}), this->shop.order({{shirt, 1}, {shirt, 2}})});
  EXPECT_THAT(std::get<SoldOut>(outcomes[0]).shortages, ElementsAre(Shortage{shirt, 4, 3}));
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[1]));
  EXPECT_EQ(this->shop.stock(shirt).held, 3);
}

TYPED_TEST(OrderContract, BackordersGoBelowZeroAndNobodyCountsTheUntracked) {
  const VariantId shirt = this->shop.stocked("shirt", 1, StockPolicy::kBackorder);
  const VariantId gift = this->shop.stocked("gift", 0, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 3}, {gift, 9}}));
  EXPECT_TRUE(order.lines[0].counted);
  EXPECT_FALSE(order.lines[1].counted);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kBackorder, 1, -2, 3, 0}));
  EXPECT_EQ(this->shop.stock(gift), (Stock{gift, StockPolicy::kUntracked, 0, 0, 0, 0}));
}

TYPED_TEST(OrderContract, AHoldEndsAsItBeganWhenThePolicyChangesMeanwhile) {
  const VariantId counted = this->shop.stocked("counted", 5);
  const VariantId uncounted = this->shop.stocked("uncounted", 0, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{counted, 2}, {uncounted, 2}}));
  CatalogueChange change;
  change.upserts = {product("counted", {variant("M", StockPolicy::kUntracked)}),
                    product("uncounted", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  this->settled(this->move(order, Kind::kCancel));
  EXPECT_EQ(this->shop.stock(counted).held, 0);
  EXPECT_EQ(this->shop.stock(counted).available, 5);
  EXPECT_EQ(this->shop.stock(uncounted), (Stock{uncounted, StockPolicy::kDeny, 0, 0, 0, 0}));
}

TYPED_TEST(OrderContract, OneKeyOneOrderEvenWithinABatch) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder first = this->shop.order({{shirt, 1}});
  orders::NewOrder second = this->shop.order({{shirt, 3}});
  second.order->cart = first.order->cart;
  const auto outcomes = this->shop.place({first, second, first});
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[0]));
  const auto& retry = std::get<orders::Existing>(outcomes[1]);
  EXPECT_EQ(retry.order, std::get<Placed>(outcomes[0]).order);
  EXPECT_FALSE(retry.fresh);
  EXPECT_FALSE(retry.lease_expired);
  EXPECT_TRUE(std::get<orders::Existing>(outcomes[2]).fresh);
  EXPECT_EQ(this->shop.stock(shirt).held, 1);
}

TYPED_TEST(OrderContract, AReplayReadsWhatStandsEvenWhenNothingIsLeft) {
  const VariantId shirt = this->shop.stocked("shirt", 1);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  const orders::Order order = this->shop.placed(wanted);
  this->clock.advance(seconds(20));
  const auto replay = this->shop.place({wanted});
  EXPECT_EQ(std::get<orders::Existing>(replay[0]).order, order);
  EXPECT_TRUE(std::get<orders::Existing>(replay[0]).fresh);
  EXPECT_TRUE(std::get<orders::Existing>(replay[0]).lease_expired);
}

TYPED_TEST(OrderContract, TheSameKeyOfAnotherCartIsAnotherOrder) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  this->shop.placed(this->shop.order({{shirt, 1}}));
  this->shop.placed(this->shop.order({{shirt, 1}}));
  EXPECT_EQ(this->shop.stock(shirt).held, 2);
}

TYPED_TEST(OrderContract, ASoldOutKeyIsNotRecorded) {
  const VariantId shirt = this->shop.stocked("shirt", 0);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  EXPECT_TRUE(std::holds_alternative<SoldOut>(this->shop.place({wanted})[0]));
  EXPECT_EQ(this->shop.stocked("shirt", 1), shirt);
  this->shop.placed(wanted);
}

TYPED_TEST(OrderContract, AnOrderIdThatIsUsedTwiceIsOurMistakeAndWritesNothing) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  this->shop.placed(wanted);
  orders::NewOrder clash = this->shop.order({{shirt, 1}});
  clash.order->id = wanted.order->id;
  const std::vector batch{this->shop.order({{shirt, 1}}), clash};
  const auto refused = run(this->shop.store().orders().place(batch));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(this->shop.read(batch[0].order->id), std::nullopt);
  EXPECT_EQ(this->shop.stock(shirt).held, 1);
}

TYPED_TEST(OrderContract, AFusedSaleTakesTheOrderedQuantitiesOutOfItsCart) {
  const VariantId shirt = this->shop.stocked("shirt", 9), socks = this->shop.stocked("socks", 9);
  orders::NewOrder wanted = this->shop.order({{shirt, 2}}, State::kPlaced);
  wanted.empty_cart = true;
  this->shop.add_to_cart(wanted.order->cart, shirt, 3);
  this->shop.add_to_cart(wanted.order->cart, socks, 1);
  this->shop.placed(wanted);
  const cart::Cart cart = this->shop.cart(wanted.order->cart);
  EXPECT_THAT(cart.lines, ElementsAre(cart::Line{shirt, 1, euros(1999)}, cart::Line{socks, 1, euros(1999)}));
  EXPECT_EQ(cart.version, 3u);
  this->shop.place({wanted});  // replayed: the cart is emptied once
  EXPECT_EQ(this->shop.cart(wanted.order->cart), cart);
}

TYPED_TEST(OrderContract, OrdersAreFoundByTheirKeys) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const orders::OrderKey keys[] = {{order.cart, "another"}, {order.cart, order.idempotency_key}};
  const auto found = run(this->shop.store().orders().find(keys)).value();
  EXPECT_THAT(found, ElementsAre(std::nullopt, order));
  SeededRandom random(9);
  EXPECT_EQ(this->shop.read(OrderId{Uuid::v7(this->clock.now(), random)}), std::nullopt);
}

// Settling them.

TYPED_TEST(OrderContract, AClaimSellsWhatWasHeld) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 2}});
  this->shop.add_to_cart(wanted.order->cart, shirt, 2);
  orders::Order expected = this->shop.placed(wanted);
  this->clock.advance(seconds(3));
  Settlement claim = this->move(expected, Kind::kClaim);
  claim.empty_cart = true;
  const orders::Order paid = this->settled(claim);
  expected.state = State::kPaid;
  expected.payment = PaymentState::kAuthorised;
  expected.payment_reference = "pay_1";
  expected.card_hint = "Visa ending 4242";
  expected.version = 2;
  expected.holding = false;
  expected.updated_at = this->clock.now();
  EXPECT_EQ(paid, expected);
  EXPECT_EQ(this->shop.read(paid.id), paid);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 3, 0, 2}));
  EXPECT_THAT(this->shop.cart(wanted.order->cart).lines, IsEmpty());
}

TYPED_TEST(OrderContract, ADeclineAndACancelGiveTheStockBack) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  for (const Kind kind : {Kind::kDecline, Kind::kCancel}) {
    const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
    const orders::Order ended = this->settled(this->move(order, kind));
    EXPECT_EQ(ended.state, kind == Kind::kDecline ? State::kDeclined : State::kCancelled);
    EXPECT_EQ(ended.reason, "because");
    EXPECT_EQ(ended.version, 2);
    EXPECT_FALSE(ended.holding);
    EXPECT_EQ(this->shop.read(order.id), ended);
    EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 5, 0, 0}));
  }
}

TYPED_TEST(OrderContract, EveryMoveThatTheStateMachineLacksIsRefused) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  const auto in_state = [&](State state) {
    if (state == State::kPlaced) return this->shop.placed(this->shop.order({{shirt, 1}}, state));
    orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
    if (state == State::kPaid) order = this->settled(this->move(order, Kind::kClaim));
    if (state == State::kDeclined) order = this->settled(this->move(order, Kind::kDecline));
    if (state == State::kCancelled) order = this->settled(this->move(order, Kind::kCancel));
    return order;
  };
  for (const State state :
       {State::kPendingPayment, State::kPaid, State::kPlaced, State::kDeclined, State::kCancelled}) {
    for (const Kind kind : {Kind::kClaim, Kind::kDecline, Kind::kCancel, Kind::kCapture, Kind::kSuspend}) {
      const bool is_capture_of_paid = state == State::kPaid && kind == Kind::kCapture;
      const bool is_move_of_pending = state == State::kPendingPayment && kind != Kind::kCapture;
      const orders::Order order = in_state(state);
      const Stock before = this->shop.stock(shirt);
      const auto outcome = this->shop.settle(this->move(order, kind));
      if (is_capture_of_paid || is_move_of_pending) {
        EXPECT_TRUE(std::holds_alternative<Settled>(outcome))
            << to_string(state) << " " << static_cast<int>(kind);
        continue;
      }
      ASSERT_TRUE(std::holds_alternative<NotApplied>(outcome))
          << to_string(state) << " " << static_cast<int>(kind);
      EXPECT_EQ(std::get<NotApplied>(outcome).order, order);
      EXPECT_EQ(this->shop.read(order.id), order);
      EXPECT_EQ(this->shop.stock(shirt), before);
    }
  }
}

TYPED_TEST(OrderContract, AReplayedMoveChangesNothingMore) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const std::vector moves{this->move(order, Kind::kClaim), this->move(order, Kind::kClaim),
                          this->move(order, Kind::kCapture)};
  const auto outcomes = run(this->shop.store().orders().settle(moves)).value();
  EXPECT_TRUE(std::holds_alternative<Settled>(outcomes[0]));
  EXPECT_EQ(std::get<NotApplied>(outcomes[1]).order, std::get<Settled>(outcomes[0]).order);
  EXPECT_EQ(std::get<Settled>(outcomes[2]).order->version, 3);
  EXPECT_EQ(std::get<Settled>(outcomes[2]).order->payment, PaymentState::kCaptured);
  EXPECT_EQ(this->shop.stock(shirt).sold, 2);
}

TYPED_TEST(OrderContract, AnOrderThatDoesNotExistCanNotBeSettled) {
  SeededRandom random(9);
  Settlement claim;
  claim.order = OrderId{Uuid::v7(this->clock.now(), random)};
  EXPECT_TRUE(std::holds_alternative<orders::NoSuchOrder>(this->shop.settle(claim)));
}

TYPED_TEST(OrderContract, ACaptureIsDueFromTheClaimUntilItIsDone) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  std::vector<orders::Order> paid;
  for (int i = 0; i < 3; ++i) {
    const orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
    paid.push_back(this->settled(this->move(order, Kind::kClaim)));
  }
  this->shop.placed(this->shop.order({{shirt, 1}}));
  this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  EXPECT_THAT(this->shop.captures_due(), ElementsAre(paid[0], paid[1], paid[2]));
  EXPECT_THAT(this->shop.captures_due(2), ElementsAre(paid[0], paid[1]));
  EXPECT_EQ(this->settled(this->move(paid[0], Kind::kCapture)).payment, PaymentState::kCaptured);
  EXPECT_THAT(this->shop.captures_due(), ElementsAre(paid[1], paid[2]));
}

// Holds, leases and those who come after.

TYPED_TEST(OrderContract, OrdersAreOverdueOnceTheirLeaseIsOverLongestFirst) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  orders::NewOrder slow = this->shop.order({{shirt, 1}});
  slow.lease_for = seconds(40);
  const orders::Order late = this->shop.placed(slow);
  const orders::Order soon = this->shop.placed(this->shop.order({{shirt, 1}}));
  const orders::Order done = this->shop.placed(this->shop.order({{shirt, 1}}));
  this->settled(this->move(done, Kind::kDecline));
  this->clock.advance(seconds(20) - Duration(1));
  EXPECT_THAT(this->shop.overdue(), IsEmpty());
  this->clock.advance(Duration(1));
  EXPECT_THAT(this->shop.overdue(), ElementsAre(soon));
  this->clock.advance(seconds(20));
  EXPECT_THAT(this->shop.overdue(), ElementsAre(soon, late));
  EXPECT_THAT(this->shop.overdue(1), ElementsAre(soon));
}

TYPED_TEST(OrderContract, AHoldIsReleasedOnlyWhenItHasExpired) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const orders::Order sold = this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  this->clock.advance(seconds(90) - Duration(1));
  this->shop.release_holds({order.id, sold.id});
  EXPECT_EQ(this->shop.stock(shirt).held, 2);
  this->clock.advance(Duration(1));
  SeededRandom random(9);
  this->shop.release_holds({OrderId{Uuid::v7(this->clock.now(), random)}, order.id, sold.id, order.id});
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 4, 0, 1}));
  const orders::Order released = this->shop.read(order.id).value();
  EXPECT_EQ(released.state, State::kPendingPayment);
  EXPECT_FALSE(released.holding);
  EXPECT_EQ(released.version, 1);
}

TYPED_TEST(OrderContract, ReleasingHoldsTellsHowManyAndIsNoWorkOnTheOrder) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order first = this->shop.placed(this->shop.order({{shirt, 1}}));
  const orders::Order second = this->shop.placed(this->shop.order({{shirt, 1}}));
  this->clock.advance(seconds(1));
  const orders::Order late = this->shop.placed(this->shop.order({{shirt, 1}}));
  this->clock.advance(seconds(89));
  const std::vector<OrderId> all = {first.id, late.id, second.id};
  EXPECT_EQ(run(this->shop.store().orders().release_holds(all)).value(), 2);
  EXPECT_EQ(run(this->shop.store().orders().release_holds(all)).value(), 0);
  EXPECT_EQ(this->shop.read(first.id)->updated_at, first.updated_at);
}

TYPED_TEST(OrderContract, GivingUpAnOrderWhoseHoldMustHaveExpiredIsLeftToTheStoresClock) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
  Settlement give_up = this->move(order, Kind::kSuspend);
  give_up.reason = "never came";
  give_up.if_hold_expired = true;
  this->clock.advance(seconds(90) - Duration(1));
  EXPECT_TRUE(std::holds_alternative<NotApplied>(this->shop.settle(give_up)));
  EXPECT_EQ(this->shop.read(order.id), order);
  this->clock.advance(Duration(1));
  EXPECT_EQ(this->settled(give_up).reason, "never came");
}

// Keys (I3).

TYPED_TEST(OrderContract, AKeyIsFreeADayAfterItsOrderWasWorkedOn) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}}, State::kPlaced);
  const orders::Order old = this->shop.placed(wanted);
  const orders::OrderKey keys[] = {{old.cart, old.idempotency_key}};
  orders::NewOrder again = this->shop.order({{shirt, 2}}, State::kPlaced);
  again.order->cart = old.cart;

  this->clock.advance(orders::kKeyKeptFor - Duration(1));
  EXPECT_TRUE(std::holds_alternative<Existing>(this->shop.place({again}).at(0)));
  EXPECT_EQ(run(this->shop.store().orders().find(keys)).value().at(0), old);

  this->clock.advance(Duration(1));
  EXPECT_EQ(run(this->shop.store().orders().find(keys)).value().at(0), std::nullopt);
  EXPECT_TRUE(std::holds_alternative<Existing>(this->shop.place({wanted}).at(0)));  // our own replay
  const orders::Order fresh = this->shop.placed(again);
  EXPECT_EQ(run(this->shop.store().orders().find(keys)).value().at(0), fresh);
  EXPECT_EQ(this->shop.read(old.id)->state, State::kPlaced);
  EXPECT_EQ(this->shop.read(old.id)->lines, old.lines);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 2, 0, 3}));

  // And a day later it is free once more.
  this->clock.advance(orders::kKeyKeptFor);
  orders::NewOrder third = this->shop.order({{shirt, 1}}, State::kPlaced);
  third.order->cart = old.cart;
  this->shop.placed(third);
  EXPECT_EQ(this->shop.stock(shirt).sold, 4);
}

TYPED_TEST(OrderContract, AKeyStaysTakenWhileItsOrderIsPendingAndADayAfterItWasTakenOver) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
  orders::NewOrder again = this->shop.order({{shirt, 1}});
  again.order->cart = order.cart;
  this->clock.advance(orders::kKeyKeptFor * 2);
  EXPECT_TRUE(std::holds_alternative<Existing>(this->shop.place({again}).at(0)));
  ASSERT_TRUE(this->shop.take_over(order.id, 1).has_value());
  this->settled(this->move(order, Kind::kClaim));
  this->clock.advance(orders::kKeyKeptFor);  // its lease was the last work on it
  EXPECT_TRUE(std::holds_alternative<Existing>(this->shop.place({again}).at(0)));
  this->clock.advance(seconds(20));
  EXPECT_NE(this->shop.placed(again).number, order.number);
}

TYPED_TEST(OrderContract, ASoldOutOrderTakesNoKeyAway) {
  const VariantId shirt = this->shop.stocked("shirt", 1);
  const orders::Order old = this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  orders::NewOrder again = this->shop.order({{shirt, 1}}, State::kPlaced);
  again.order->cart = old.cart;
  this->clock.advance(orders::kKeyKeptFor);
  EXPECT_TRUE(std::holds_alternative<SoldOut>(this->shop.place({again}).at(0)));
  EXPECT_EQ(this->shop.read(old.id), old);
}

TYPED_TEST(OrderContract, AClaimAfterItsHoldWasReleasedTakesStockAgain) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  const orders::Order paid = this->settled(this->move(order, Kind::kClaim));
  EXPECT_EQ(paid.state, State::kPaid);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 0, 0, 2}));
}

TYPED_TEST(OrderContract, AClaimWhoseStockIsGoneIsHoldLostAndMayStillBeCancelled) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  const orders::Order released = this->shop.read(order.id).value();
  const auto outcome = this->shop.settle(this->move(order, Kind::kClaim));
  ASSERT_TRUE(std::holds_alternative<HoldLost>(outcome));
  EXPECT_THAT(std::get<HoldLost>(outcome).shortages, ElementsAre(Shortage{shirt, 2, 1}));
  EXPECT_EQ(this->shop.read(order.id), released);
  EXPECT_EQ(this->settled(this->move(order, Kind::kCancel)).state, State::kCancelled);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 1, 0, 1}));
}

TYPED_TEST(OrderContract, AClaimThatTakesStockAgainRemembersWhatIsCountedNow) {
  const VariantId shirt = this->shop.stocked("shirt", 2, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  EXPECT_FALSE(order.lines[0].counted);
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_TRUE(this->settled(this->move(order, Kind::kClaim)).lines[0].counted);
  EXPECT_TRUE(this->shop.read(order.id)->lines[0].counted);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 0, 0, 2}));
}

TYPED_TEST(OrderContract, ARetryAdoptsAnOrderOnceItsLeaseIsOver) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  EXPECT_EQ(this->shop.take_over(order.id, 1).error().code, ErrorCode::kConflict);
  this->clock.advance(seconds(20));
  EXPECT_EQ(this->shop.take_over(order.id, 2).error().code, ErrorCode::kConflict);
  const auto adopted = this->shop.take_over(order.id, 1);
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->attempt, 2);
  EXPECT_EQ(adopted->lease_expires_at, this->clock.now() + seconds(20));
  EXPECT_EQ(adopted->version, 1);
  EXPECT_EQ(this->shop.read(order.id), *adopted);
  EXPECT_EQ(this->shop.take_over(order.id, 1).error().code, ErrorCode::kConflict);
  EXPECT_THAT(this->shop.overdue(), IsEmpty());

  Settlement stale = this->move(order, Kind::kClaim);
  stale.attempt = 1;
  EXPECT_TRUE(std::holds_alternative<NotApplied>(this->shop.settle(stale)));
  stale.attempt = 2;
  this->settled(stale);
  EXPECT_EQ(this->shop.take_over(order.id, 2).error().code, ErrorCode::kConflict);
  SeededRandom random(9);
  const OrderId unknown{Uuid::v7(this->clock.now(), random)};
  EXPECT_EQ(this->shop.take_over(unknown, 1).error().code, ErrorCode::kNotFound);
}

TYPED_TEST(OrderContract, ASuspendedOrderIsOverdueAtOnceAndOneGivenUpIsNeverClaimed) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(1));
  const orders::Order suspended = this->settled(this->move(order, Kind::kSuspend));
  EXPECT_EQ(suspended.state, State::kPendingPayment);
  EXPECT_EQ(suspended.version, 1);
  EXPECT_TRUE(suspended.holding);
  EXPECT_THAT(this->shop.overdue(), ElementsAre(suspended));

  Settlement give_up = this->move(order, Kind::kSuspend);
  give_up.reason = "given up";
  EXPECT_EQ(this->settled(give_up).reason, "given up");
  EXPECT_TRUE(std::holds_alternative<NotApplied>(this->shop.settle(this->move(order, Kind::kClaim))));
  this->settled(this->move(order, Kind::kCancel));
  EXPECT_EQ(this->shop.stock(shirt).available, 5);
}

TYPED_TEST(OrderContract, AnEmptyBatchIsAnsweredWithNothing) {
  EXPECT_THAT(this->shop.place({}), IsEmpty());
  EXPECT_THAT(run(this->shop.store().orders().settle({})).value(), IsEmpty());
  EXPECT_THAT(this->shop.change({}).value(), IsEmpty());
  EXPECT_TRUE(run(this->shop.store().check_writable()).has_value());
}

TYPED_TEST(OrderContract, WhoAsksForChangesOfStockKnowsWhatAFullReadWouldTell) {
  const VariantId shirt = this->shop.stocked("shirt", 9), socks = this->shop.stocked("socks", 9);
  std::map<VariantId, inventory::Stock> known;
  std::int64_t position = inventory::StockStore::kFromScratch;
  const auto ask = [&] {
    const auto changes = run(this->shop.store().stock().changed_since(position)).value();
    if (changes.all) known.clear();
    for (const inventory::Stock& stock : changes.stocks)
      known[stock.variant] = stock;
    position = changes.position;
  };
  const auto expect_known = [&] {
    const auto everything = run(this->shop.store().stock().read_all()).value();
    for (const inventory::Stock& stock : everything)
      EXPECT_EQ(known[stock.variant].available, stock.available) << "variant " << stock.variant.value;
  };
  ask();
  expect_known();
  const orders::Order declined = this->shop.placed(this->shop.order({{shirt, 2}, {socks, 1}}));
  ask();
  expect_known();
  this->settled(this->move(declined, orders::Settlement::Kind::kDecline));
  this->shop.placed(this->shop.order({{socks, 9}}, orders::State::kPlaced));
  ask();
  expect_known();
  EXPECT_EQ(known[socks].available, 0);
}

}  // namespace
}  // namespace ff::storage
