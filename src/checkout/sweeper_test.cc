#include "checkout/sweeper.h"

#include "checkout/test_shop.h"

namespace ff::checkout {
namespace {

using orders::State;
using payments::Fate;
using payments::Operation;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;

class SweeperTest : public ShopTest {
 protected:
  orders::Order buy(std::string key, const char* card) {
    Request made = request(std::move(key), card);
    made.lines = {{variant("socks"), 1, {}}};
    const auto answer = place(made);
    if (const auto* paid = get<Paid>(answer)) return *paid->order;
    if (const auto* pending = get<Pending>(answer)) return *pending->order;
    ADD_FAILURE() << "neither paid nor pending";
    return {};
  }
};

TEST_F(SweeperTest, SettlesManyOrdersInOneRound) {
  std::vector<orders::Order> pending;
  for (int i = 0; i < 40; ++i)
    pending.push_back(buy("k" + std::to_string(i), kReplyLostCard));
  fate = [](Operation, const std::string&) { return Fate{.answer_takes = seconds(1)}; };
  const Instant before = clock.now();
  run(sweeper.settle_overdue());
  for (const orders::Order& order : pending)
    EXPECT_EQ(read(order).state, State::kPaid);
  EXPECT_LT(clock.now() - before, seconds(40)) << "one after the other would take this long";
}

TEST_F(SweeperTest, OrdersThatStayUnknownDoNotKeepOthersOut) {
  SweeperSettings small;
  small.orders_max = 2;
  telemetry::Registry own;
  Sweeper narrow(orders, store.carts(), committer, gateway, clock, small, own);
  std::vector<orders::Order> stuck;
  std::string keys;
  for (int i = 0; i < 4; ++i) {
    stuck.push_back(buy("s" + std::to_string(i), kReplyLostCard));
    keys += orders::payment_key(stuck.back().id);
  }
  fate = [keys](Operation, const std::string& key) {
    return Fate{.answer_lost = keys.find(key) != std::string::npos};
  };
  pass(seconds(1));
  const orders::Order healthy = buy("h", kReplyLostCard);
  for (int i = 0; i < 4; ++i)
    run(narrow.settle_overdue());
  EXPECT_EQ(read(healthy).state, State::kPaid);
  EXPECT_EQ(read(stuck[0]).state, State::kPendingPayment);
}

TEST_F(SweeperTest, TwoSweepersAtOnceDoTheWorkOnce) {
  const orders::Order order = buy("k", kReplyLostCard);
  telemetry::Registry own;
  Sweeper other(orders, store.carts(), committer, gateway, clock, {}, own);
  asio::co_spawn(context, other.settle_overdue(), [](const std::exception_ptr&, bool) {});
  run(sweeper.settle_overdue());
  pass(seconds(1));
  EXPECT_EQ(read(order).state, State::kPaid);
  asio::co_spawn(context, other.capture_due(), [](const std::exception_ptr&, bool) {});
  run(sweeper.capture_due());
  pass(seconds(1));
  EXPECT_EQ(payment(order).captures, 1);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(SweeperTest, CapturesAgainWhenTheAnswerWasLostAndChargesOnce) {
  const orders::Order order = buy("k", kGoodCard);
  bool lost = true;
  fate = [&lost](Operation operation, const std::string&) {
    return Fate{.answer_lost = lost && operation == Operation::kCapture};
  };
  run(sweeper.capture_due());
  EXPECT_EQ(read(order).payment, orders::PaymentState::kAuthorised);
  lost = false;
  run(sweeper.capture_due());
  EXPECT_EQ(read(order).payment, orders::PaymentState::kAuthorised) << "it waits before it tries again";
  pass(seconds(2));
  run(sweeper.capture_due());
  EXPECT_EQ(read(order).payment, orders::PaymentState::kCaptured);
  EXPECT_EQ(payment(order).captures, 1);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(SweeperTest, FinishesWhatADeadProcessBeganToGiveUp) {
  const orders::Order order = buy("k", kNeverArrivesCard);
  pass(settings.hold_for);
  bool dead = true;
  fate = [&dead](Operation operation, const std::string&) {
    return Fate{.request_lost = dead && operation == Operation::kClose};
  };
  run(sweeper.settle_overdue());
  EXPECT_EQ(read(order).state, State::kPendingPayment);
  EXPECT_FALSE(read(order).reason.empty());
  dead = false;
  telemetry::Registry own;
  Sweeper next(orders, store.carts(), committer, gateway, clock, {}, own);
  run(next.settle_overdue());
  EXPECT_EQ(read(order).state, State::kCancelled);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(SweeperTest, CapturesDoNotWaitForALookUpThatTakesLong) {
  const orders::Order unknown = buy("u", kReplyLostCard);
  const orders::Order paid = buy("p", kGoodCard);
  fate = [](Operation operation, const std::string&) {
    return operation == Operation::kLookup ? Fate{.answer_takes = seconds(9)} : Fate{};
  };
  asio::co_spawn(context, sweeper.run(), asio::detached);
  pass(seconds(3));
  EXPECT_EQ(read(paid).payment, orders::PaymentState::kCaptured);
  EXPECT_EQ(read(unknown).state, State::kPendingPayment);
  sweeper.stop();
  pass(minutes(1));
}

// Off by so much from the store's.
class WrongClock final : public Clock {
 public:
  WrongClock(Clock& right, Duration off) : right_(right), off_(off) {}
  Instant now() const override { return right_.now() + off_; }
  Task<void> sleep_until(Instant at) override { return right_.sleep_until(at + -off_); }

 private:
  Clock& right_;
  Duration off_;
};

TEST_F(SweeperTest, AClockThatRunsAheadEndsNoHoldBeforeTheStoresClockDoes) {
  const orders::Order order = buy("k", kNeverArrivesCard);
  WrongClock ahead(clock, hours(1));
  telemetry::Registry own;
  Sweeper early(orders, store.carts(), committer, gateway, ahead, {}, own);
  const auto released = [&own] {
    return own
        .counter("ff_sweeper_holds_released_total", "Expired holds released while the payment stays unknown")
        .value();
  };
  run(early.settle_overdue());
  EXPECT_EQ(read(order), order) << "neither given up nor released";

  fate = [](Operation, const std::string&) { return Fate{.answer_lost = true}; };
  pass(seconds(10));
  run(early.settle_overdue());
  EXPECT_TRUE(read(order).holding);
  EXPECT_EQ(released(), 0u);
  pass(settings.hold_for);
  run(early.settle_overdue());
  EXPECT_FALSE(read(order).holding);
  EXPECT_EQ(released(), 1u);
  pass(minutes(5));
  run(early.settle_overdue());
  EXPECT_EQ(released(), 1u) << "there was nothing left to release";
}

TEST_F(SweeperTest, AClockThatRunsBehindKeepsNoOrderBeyondItsHold) {
  const orders::Order order = buy("k", kNeverArrivesCard);
  WrongClock behind(clock, -seconds(5));
  telemetry::Registry own;
  Sweeper late(orders, store.carts(), committer, gateway, behind, {}, own);
  pass(settings.hold_for);
  run(late.settle_overdue());
  EXPECT_EQ(read(order).state, State::kCancelled);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(SweeperTest, RemovesCartsThatNobodyTouchedForAMonth) {
  add_to_cart("socks", 1);
  const CartId old = cart;
  pass(hours(24 * 20));
  cart = CartId{Token::make(random)};
  add_to_cart("socks", 1);
  pass(hours(24 * 11));
  const auto nothing = [this]() -> Task<bool> {
    co_await sweeper.remove_idle_carts();
    co_return true;
  };
  run(nothing());
  EXPECT_EQ(lines_in_cart(), 1u);
  cart = old;
  EXPECT_EQ(lines_in_cart(), 0u);
}

TEST_F(SweeperTest, RunsUntilItIsStopped) {
  const orders::Order order = buy("k", kReplyLostCard);
  bool ended = false;
  asio::co_spawn(context, sweeper.run(), [&ended](const std::exception_ptr&) { ended = true; });
  pass(seconds(5));
  EXPECT_EQ(read(order).payment, orders::PaymentState::kCaptured);
  EXPECT_FALSE(ended);
  sweeper.stop();
  pass(seconds(2));
  EXPECT_TRUE(ended);
}

TEST_F(SweeperTest, CatchesUpWithoutWaitingWhenMoreIsDueThanOneRoundTakes) {
  std::vector<orders::Order> bought;
  for (int i = 0; i < 7; ++i)
    bought.push_back(buy("k" + std::to_string(i), kGoodCard));
  SweeperSettings small;
  small.orders_max = 2;
  telemetry::Registry own;
  Sweeper narrow(orders, store.carts(), committer, gateway, clock, small, own);
  asio::co_spawn(context, narrow.run(), asio::detached);
  pass(small.period / 2);
  for (const orders::Order& order : bought)
    EXPECT_EQ(read(order).payment, orders::PaymentState::kCaptured);
  narrow.stop();
  pass(small.period);
}

TEST(RetrySchedule, WaitsLongerEachTimeButWithinItsBound) {
  RetrySchedule schedule(seconds(2), minutes(1), 10);
  const OrderId id{};
  Instant now{0};
  EXPECT_TRUE(schedule.due(id, now));
  for (const Duration wait :
       {seconds(2), seconds(4), seconds(8), seconds(16), seconds(32), seconds(60), seconds(60)}) {
    schedule.failed(id, now);
    EXPECT_FALSE(schedule.due(id, now + wait - Duration(1)));
    now = now + wait;
    EXPECT_TRUE(schedule.due(id, now));
  }
  schedule.done(id);
  EXPECT_EQ(schedule.size(), 0u);
}

TEST(RetrySchedule, RemembersABoundedNumberAndForgetsTheOld) {
  SeededRandom random(1);
  RetrySchedule schedule(seconds(2), minutes(1), 3);
  for (int i = 0; i < 10; ++i)
    schedule.failed(OrderId{Uuid::v7(Instant{}, random)}, Instant{});
  EXPECT_EQ(schedule.size(), 3u);
  schedule.forget_older_than(Instant{} + minutes(2));
  EXPECT_EQ(schedule.size(), 0u);
}

}  // namespace
}  // namespace ff::checkout
