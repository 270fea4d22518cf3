#include "leadership/leader.h"

#include <gtest/gtest.h>

#include "base/testing/run.h"
#include "storage/memory/memory_store.h"

namespace ff::leadership {
namespace {

using std::chrono::seconds;

/// The store, and whether it can be reached.
class Reached final : public LeaseStore {
 public:
  explicit Reached(LeaseStore& store) : store_(store) {}
  Task<Result<Lease>> acquire(std::string name, std::string owner, Duration lease_for) override {
    if (away) co_return fail(ErrorCode::kUnavailable, "away");
    co_return co_await store_.acquire(std::move(name), std::move(owner), lease_for);
  }
  Task<Result<void>> release(std::string name, std::string owner) override {
    if (away) co_return fail(ErrorCode::kUnavailable, "away");
    co_return co_await store_.release(std::move(name), std::move(owner));
  }
  bool away = false;

 private:
  LeaseStore& store_;
};

Task<void> resign(Leader& leader) {
  auto resigned = co_await leader.resign();
  EXPECT_TRUE(resigned.has_value());
}

struct Process {
  Process(LeaseStore& store, Clock& clock, std::string name)
      : network(store), leader(network, clock, "sweeper", std::move(name), LeaderSettings{}, metrics) {}
  telemetry::Registry metrics;
  Reached network;
  Leader leader;
};

class LeaderTest : public testing::Test {
 protected:
  StandingClock clock;
  storage::MemoryStore store{clock};
  Process one{store.leases(), clock, "one"};
  Process two{store.leases(), clock, "two"};
};

TEST_F(LeaderTest, OneOfTwoLeadsAndShowsIt) {
  EXPECT_FALSE(one.leader.leading());
  run(one.leader.ask());
  run(two.leader.ask());
  EXPECT_TRUE(one.leader.leading());
  EXPECT_FALSE(two.leader.leading());
  EXPECT_NE(one.metrics.openmetrics().find("ff_leader{task=\"sweeper\"} 1"), std::string::npos);
  EXPECT_NE(two.metrics.openmetrics().find("ff_leader{task=\"sweeper\"} 0"), std::string::npos);
}

TEST_F(LeaderTest, AnotherTakesOverWithinOneLeaseOfALeaderThatFellSilent) {
  run(one.leader.ask());
  clock.advance(seconds(5));
  run(two.leader.ask());
  EXPECT_FALSE(two.leader.leading());
  clock.advance(seconds(1));
  EXPECT_FALSE(one.leader.leading());  // without asking anybody
  run(two.leader.ask());
  EXPECT_TRUE(two.leader.leading());
  run(one.leader.ask());
  EXPECT_FALSE(one.leader.leading());
}

TEST_F(LeaderTest, OneAnswerThatFailsCostsNothingAndAStoreThatStaysAwayEndsIt) {
  run(one.leader.ask());
  one.network.away = true;
  clock.advance(seconds(2));
  run(one.leader.ask());
  EXPECT_TRUE(one.leader.leading());
  clock.advance(seconds(4));
  run(one.leader.ask());
  EXPECT_FALSE(one.leader.leading());
  EXPECT_NE(one.metrics.openmetrics().find("ff_leader{task=\"sweeper\"} 0"), std::string::npos);
  one.network.away = false;
  run(one.leader.ask());
  EXPECT_TRUE(one.leader.leading());
}

TEST_F(LeaderTest, WhoResignsIsFollowedAtOnce) {
  run(one.leader.ask());
  run(resign(one.leader));
  EXPECT_FALSE(one.leader.leading());
  run(two.leader.ask());
  EXPECT_TRUE(two.leader.leading());
}

TEST(ProcessName, TellsTwoOnOneMachineApart) {
  SecureRandom random;
  EXPECT_NE(process_name(random), process_name(random));
}

}  // namespace
}  // namespace ff::leadership
