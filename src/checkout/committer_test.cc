#include "checkout/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "base/testing/simulated_time.h"

namespace ff::checkout {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Each;
using testing::ElementsAre;

// A store that takes `commit_time` for each batch and answers as `decide` says.
class ScriptedStore final : public orders::OrderStore, public cart::CartStore {
 public:
  explicit ScriptedStore(Clock& clock) : clock_(clock) {}

  std::vector<std::vector<std::string>> placed;  // keys of each batch that arrived
  std::vector<std::size_t> cart_batches;
  std::function<std::optional<ErrorCode>(std::span<const orders::NewOrder>)> decide =
      [](std::span<const orders::NewOrder>) { return std::nullopt; };
  std::function<std::optional<ErrorCode>(std::span<const cart::Change>)> decide_carts =
      [](std::span<const cart::Change>) { return std::nullopt; };
  Duration commit_time = milliseconds(1);
  bool sold_out = false;

  BatchTask<orders::PlaceOutcome> place(std::span<const orders::NewOrder> batch) override {
    std::vector<std::string> keys;
    for (const orders::NewOrder& each : batch)
      keys.push_back(each.order->idempotency_key);
    placed.push_back(keys);
    co_await clock_.sleep_for(commit_time);
    if (const auto code = decide(batch)) co_return fail(*code, "scripted");
    std::vector<orders::PlaceOutcome> outcomes;
    for (const orders::NewOrder& each : batch) {
      if (sold_out) outcomes.emplace_back(orders::SoldOut{});
      if (!sold_out) outcomes.emplace_back(orders::Placed{each.order});
    }
    co_return outcomes;
  }
  BatchTask<orders::SettleOutcome> settle(std::span<const orders::Settlement> batch) override {
    co_return std::vector<orders::SettleOutcome>(batch.size(), orders::NoSuchOrder{});
  }
  BatchTask<Result<cart::Cart>> apply(std::span<const cart::Change> batch) override {
    cart_batches.push_back(batch.size());
    co_await clock_.sleep_for(commit_time);
    if (const auto code = decide_carts(batch)) co_return fail(*code, "scripted");
    std::vector<Result<cart::Cart>> outcomes;
    for (const cart::Change& change : batch) {
      if (change.quantity > 99) {
        outcomes.emplace_back(invalid("quantity", "must be at most 99"));
      } else {
        cart::Cart cart;
        cart.id = change.cart;
        outcomes.emplace_back(cart);
      }
    }
    co_return outcomes;
  }

  // The committer asks for none of these.
  BatchTask<std::optional<orders::Order>> read(std::span<const OrderId>) override {
    co_return fail(ErrorCode::kInternal);
  }
  BatchTask<std::optional<orders::Order>> find(std::span<const orders::OrderKey>) override {
    co_return fail(ErrorCode::kInternal);
  }
  Task<Result<orders::Order>> take_over(OrderId, std::int32_t, Duration) override {
    co_return fail(ErrorCode::kInternal);
  }
  Task<Result<std::vector<orders::Order>>> overdue(std::int64_t) override {
    co_return fail(ErrorCode::kInternal);
  }
  Task<Result<std::int64_t>> release_holds(std::span<const OrderId>) override {
    co_return fail(ErrorCode::kInternal);
  }
  Task<Result<std::vector<orders::Order>>> captures_due(std::int64_t) override {
    co_return fail(ErrorCode::kInternal);
  }
  Task<Result<void>> audit(orders::Auditor&) override { co_return fail(ErrorCode::kInternal); }
  BatchTask<cart::Cart> read(std::span<const CartId>) override { co_return fail(ErrorCode::kInternal); }
  Task<Result<std::int64_t>> remove_idle(Instant, std::int64_t) override {
    co_return fail(ErrorCode::kInternal);
  }

 private:
  Clock& clock_;
};

std::string outcome_name(const Result<orders::PlaceOutcome>& outcome) {
  if (!outcome) return std::string(to_string(outcome.error().code));
  return std::holds_alternative<orders::Placed>(*outcome) ? "placed" : "other";
}
const std::string kUnknown(to_string(ErrorCode::kUnknown));
const std::string kUnavailable(to_string(ErrorCode::kUnavailable));
const std::string kInternal(to_string(ErrorCode::kInternal));
const std::string kOverloaded(to_string(ErrorCode::kOverloaded));

class CommitterTest : public testing::Test, protected SimulatedTime {
 protected:
  CommitterTest() : SimulatedTime(Instant{1'000'000}) {}
  std::unique_ptr<Committer> make(CommitterLimits limits = {}) {
    return std::make_unique<Committer>(store, store, clock, limits, metrics);
  }
  void place(Committer& committer, std::string key) {
    const std::size_t slot = answers.size();
    answers.emplace_back("waiting");
    asio::co_spawn(context, place_one(committer, std::move(key), answers, slot), asio::detached);
  }
  static Task<void> place_one(Committer& committer, std::string key, std::vector<std::string>& answers,
                              std::size_t slot) {
    orders::NewOrder order;
    order.order->idempotency_key = std::move(key);
    const Result<orders::PlaceOutcome> outcome = co_await committer.place(std::move(order));
    answers[slot] = outcome_name(outcome);
  }
  void change(Committer& committer, cart::Change::Kind kind, inventory::Quantity quantity,
              std::uint64_t key = 0) {
    const std::size_t slot = answers.size();
    answers.emplace_back("waiting");
    cart::Change change;
    change.key = key;
    change.kind = kind;
    change.quantity = quantity;
    asio::co_spawn(context, change_one(committer, change, answers, slot), asio::detached);
  }
  static Task<void> change_one(Committer& committer, cart::Change change, std::vector<std::string>& answers,
                               std::size_t slot) {
    const Result<cart::Cart> outcome = co_await committer.change_cart(change);
    answers[slot] = outcome ? "changed" : std::string(to_string(outcome.error().code));
  }

  telemetry::Registry metrics;
  ScriptedStore store{clock};
  std::vector<std::string> answers;
};

TEST_F(CommitterTest, CommitsAnOrderAloneAndAtOnceWhenNothingElseIsQueued) {
  const auto committer = make();
  place(*committer, "a");
  poll();
  EXPECT_THAT(store.placed, ElementsAre(ElementsAre("a")));
  finish();
  EXPECT_THAT(answers, ElementsAre("placed"));
}

TEST_F(CommitterTest, OrdersThatArriveDuringACommitBecomeTheNextBatchInArrivalOrder) {
  const auto committer = make();
  place(*committer, "a");
  poll();
  for (const char* key : {"b", "c", "d"})
    place(*committer, key);
  poll();
  EXPECT_EQ(store.placed.size(), 1u) << "one batch is in flight at a time";
  EXPECT_EQ(committer->pending(), 4u);
  finish();
  EXPECT_THAT(store.placed, ElementsAre(ElementsAre("a"), ElementsAre("b", "c", "d")));
  EXPECT_THAT(answers, Each("placed"));
  EXPECT_EQ(committer->pending(), 0u);
}

TEST_F(CommitterTest, TakesNoMoreThanTheLimitIntoOneBatch) {
  const auto committer = make({.queued_max = 100, .batch_orders_max = 4});
  for (int i = 0; i < 10; ++i)
    place(*committer, "k");
  finish();
  for (const auto& batch : store.placed)
    EXPECT_LE(batch.size(), 4u);
  EXPECT_THAT(answers, Each("placed"));
}

TEST_F(CommitterTest, RefusesWhatTheQueueCannotHoldAndWritesNothingOfIt) {
  const auto committer = make({.queued_max = 3});  // of orders: waiting and in flight
  place(*committer, "in flight");
  poll();
  for (const char* key : {"b", "c", "too many"})
    place(*committer, key);
  finish();
  EXPECT_THAT(answers, ElementsAre("placed", "placed", "placed", kOverloaded));
  EXPECT_THAT(store.placed, ElementsAre(ElementsAre("in flight"), ElementsAre("b", "c")));
}

TEST_F(CommitterTest, ReplaysABatchWhoseOutcomeIsUnknownWithTheSameOrders) {
  int tries = 0;
  store.decide = [&](auto) { return ++tries <= 3 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  const auto committer = make();
  place(*committer, "a");
  place(*committer, "b");
  finish();
  EXPECT_THAT(answers, Each("placed"));
  ASSERT_GE(store.placed.size(), 4u);
  EXPECT_EQ(store.placed[0], store.placed[1]);
  EXPECT_EQ(store.placed[0], store.placed[3]);
}

TEST_F(CommitterTest, SaysUnknownWhenNoReplayCouldTell) {
  store.decide = [](auto) { return std::optional(ErrorCode::kUnknown); };
  const auto committer = make({.replays_max = 3});
  place(*committer, "a");
  finish();
  EXPECT_THAT(answers, ElementsAre(kUnknown));
  EXPECT_EQ(store.placed.size(), 4u);
}

TEST_F(CommitterTest, AStoreThatGoesAwayAfterAnUnknownOutcomeLeavesItUnknown) {
  int tries = 0;
  store.decide = [&](auto) {
    return std::optional(++tries == 1 ? ErrorCode::kUnknown : ErrorCode::kUnavailable);
  };
  const auto committer = make({.replays_max = 3});
  place(*committer, "a");
  finish();
  EXPECT_THAT(answers, ElementsAre(kUnknown))
      << "the first try may stand: 'unavailable' would promise it does not";
}

TEST_F(CommitterTest, SoldOutOnAReplayDoesNotRuleOutThatTheFirstTryIsStillCommitted) {
  int tries = 0;
  store.decide = [&](auto) { return ++tries == 1 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  store.sold_out = true;
  const auto committer = make();
  place(*committer, "a");
  finish();
  place(*committer, "b");
  finish();
  EXPECT_THAT(answers, ElementsAre(kUnknown, "other"));
}

TEST_F(CommitterTest, DoesNotInsistWhenTheStoreIsUnavailable) {
  store.decide = [](auto) { return std::optional(ErrorCode::kUnavailable); };
  const auto committer = make();
  place(*committer, "a");
  finish();
  EXPECT_THAT(answers, ElementsAre(kUnavailable));
  EXPECT_EQ(store.placed.size(), 1u);
}

TEST_F(CommitterTest, BisectsABatchThatFailsSoThatOneBadOrderFailsAlone) {
  store.decide = [](std::span<const orders::NewOrder> batch) -> std::optional<ErrorCode> {
    for (const auto& each : batch) {
      if (each.order->idempotency_key == "bad") return ErrorCode::kInternal;
    }
    return std::nullopt;
  };
  const auto committer = make();
  place(*committer, "first");
  poll();
  for (const char* key : {"b", "c", "bad", "d", "e"})
    place(*committer, key);
  finish();
  EXPECT_THAT(answers, ElementsAre("placed", "placed", "placed", kInternal, "placed", "placed"));
}

TEST_F(CommitterTest, AnOperationOutlivesTheCallerThatWaitedForIt) {
  const auto committer = make();
  asio::cancellation_signal gone;
  orders::NewOrder order;
  order.order->idempotency_key = "a";
  asio::co_spawn(context, committer->place(std::move(order)),
                 asio::bind_cancellation_slot(gone.slot(), asio::detached));
  poll();
  gone.emit(asio::cancellation_type::terminal);
  finish();
  EXPECT_THAT(store.placed, ElementsAre(ElementsAre("a")));
  EXPECT_EQ(committer->pending(), 0u);
}

TEST_F(CommitterTest, ARefusedCartChangeFailsAlone) {
  const auto committer = make();
  change(*committer, cart::Change::Kind::kSet, 1);
  change(*committer, cart::Change::Kind::kSet, 100);
  finish();
  EXPECT_THAT(answers, ElementsAre("changed", std::string(to_string(ErrorCode::kInvalid))));
}

TEST_F(CommitterTest, NeverAddsToACartTwiceWhenTheFirstTimeMayHaveBeenCommitted) {
  int tries = 0;
  store.decide_carts = [&](auto) { return ++tries == 1 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  const auto committer = make();
  change(*committer, cart::Change::Kind::kAdd, 1);
  finish();
  EXPECT_THAT(answers, ElementsAre(kUnknown));
  EXPECT_EQ(tries, 1);
}

TEST_F(CommitterTest, ReplaysAnAdditionThatTheCartKnowsByItsKey) {
  int tries = 0;
  store.decide_carts = [&](auto) { return ++tries == 1 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  const auto committer = make();
  change(*committer, cart::Change::Kind::kAdd, 1, 77);
  finish();
  EXPECT_THAT(answers, ElementsAre("changed"));
  EXPECT_EQ(tries, 2);
}

TEST_F(CommitterTest, ReplaysTheCartChangesThatMayBeMadeTwice) {
  const auto committer = make();
  change(*committer, cart::Change::Kind::kSet, 1);
  poll();
  int tries = 0;
  store.decide_carts = [&](auto) { return ++tries == 2 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  change(*committer, cart::Change::Kind::kSet, 1);
  change(*committer, cart::Change::Kind::kAdd, 1);
  change(*committer, cart::Change::Kind::kEmpty, 0);
  finish();
  EXPECT_THAT(answers, ElementsAre("changed", "changed", kUnknown, "changed"));
  EXPECT_THAT(store.cart_batches, ElementsAre(1u, 3u, 1u, 1u));
}

// Answers come back on the thread that asked, and nothing is lost, with several threads asking at once.
TEST(CommitterThreads, AnswersEachWaiterOnItsOwnThread) {
  constexpr int kThreads = 3;
  constexpr int kEach = 2000;
  SystemClock clock;
  telemetry::Registry metrics;
  ScriptedStore store(clock);
  store.commit_time = Duration(0);
  Committer committer(store, store, clock, {}, metrics);
  std::atomic<int> answered = 0;
  std::atomic<int> astray = 0;

  // They outlive all threads: the one that runs a batch posts its outcomes to the contexts of the others.
  std::array<asio::io_context, kThreads> contexts;
  std::vector<std::thread> asking;
  for (asio::io_context& mine : contexts) {
    asking.emplace_back([&] {
      const auto shopper = [&]() -> Task<void> {
        const std::thread::id home = std::this_thread::get_id();
        for (int i = 0; i < kEach / 20; ++i) {
          orders::NewOrder order;
          const Result<orders::PlaceOutcome> outcome = co_await committer.place(std::move(order));
          if (outcome) ++answered;
          if (std::this_thread::get_id() != home) ++astray;
        }
      };
      for (int i = 0; i < 20; ++i)
        asio::co_spawn(mine, shopper(), asio::detached);
      mine.run();
    });
  }
  for (std::thread& thread : asking)
    thread.join();
  EXPECT_EQ(answered.load(), kThreads * kEach);
  EXPECT_EQ(astray.load(), 0);
}

}  // namespace
}  // namespace ff::checkout
