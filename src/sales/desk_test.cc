#include "sales/desk.h"

#include "sales/test_process.h"

namespace ff::sales {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Two processes on one store, which poll in turn, and a sale that starts in ten minutes.
class DeskTest : public testing::Test {
 protected:
  void put(const SaleSettings& settings) {
    const auto stored = run(store.sales().put(settings, SaleSecrets::make(random)));
    ASSERT_TRUE(stored.has_value()) << stored.error().detail;
  }
  void pass(Duration time, bool one_lives = true, bool two_lives = true) {
    for (const Instant until = clock.now() + time; clock.now() < until;) {
      clock.advance(milliseconds(500));
      if (one_lives) (void)one.poll();
      if (two_lives) (void)two.poll();
    }
  }
  std::string take(Process& from) { return from.queued({"", "", cart_of(1), ""}, clock.now()).ticket; }
  void take(Process& from, int count) {
    for (int i = 0; i < count; ++i)
      take(from);
  }
  QueueState queue() { return run(store.sales().sales()).value().at(0).queue(); }
  static std::uint64_t length(const Process& at) { return at.boards.load()->find("s")->line.length(); }
  static double frontier(const Process& at) { return at.boards.load()->find("s")->sale.queue().frontier; }
  void start(Queue kind = Queue::kOn, double rate_max = 0) {
    SaleSettings settings = settings_of("s", clock.now(), kind);
    settings.rate_max = rate_max;
    put(settings);
    pass(seconds(1));
  }

  StandingClock clock;
  storage::MemoryStore store{clock};
  SeededRandom random{5};
  Process one{store, clock, "one", 1};
  Process two{store, clock, "two", 2};
};

TEST_F(DeskTest, EachProcessKnowsOfAChangeWithinASecond) {
  start();
  EXPECT_TRUE(one.boards.load()->guards_anything(clock.now()));
  EXPECT_TRUE(two.boards.load()->guards_anything(clock.now()));
  ASSERT_TRUE(run(store.sales().remove(named("s"))).has_value());
  pass(seconds(1));
  EXPECT_TRUE(one.open({}, clock.now()));
  EXPECT_TRUE(two.open({}, clock.now()));
}

TEST_F(DeskTest, WhatIsArmedAndWhatMustBeLedIsToldApartFromWhatIsStored) {
  const auto told = [this](const std::string& name) {
    const std::string page = one.metrics.openmetrics();
    return std::stoi(page.substr(page.find("\n" + name + " ") + name.size() + 2));
  };
  start(Queue::kOff);
  EXPECT_EQ(told("ff_sales"), 1);
  EXPECT_EQ(told("ff_sales_armed"), 0);
  EXPECT_EQ(told("ff_sales_active"), 0);
  ASSERT_TRUE(run(store.sales().remove(named("s"))).has_value());
  start(Queue::kAuto);
  EXPECT_EQ(told("ff_sales_armed"), 1);
  EXPECT_EQ(told("ff_sales_active"), 0) << "its queue can't open before its start: nobody leads yet";
  pass(minutes(10));
  EXPECT_EQ(told("ff_sales_active"), 1);
  pass(hours(3));
  EXPECT_EQ(told("ff_sales"), 1);
  EXPECT_EQ(told("ff_sales_armed"), 0) << "it has ended";
  EXPECT_EQ(told("ff_sales_active"), 0);
}

TEST_F(DeskTest, BothCountTheTicketsOfBoth) {
  start();
  take(one, 30);
  take(two, 12);
  pass(seconds(3));
  EXPECT_EQ(length(one), 42u);
  EXPECT_EQ(length(two), 42u);
}

TEST_F(DeskTest, ALostReportIsMadeGoodByTheNext) {
  start();
  one.sales.reports = false;
  take(one, 30);
  pass(seconds(3));
  EXPECT_EQ(length(two), 0u);
  one.sales.reports = true;
  one.sales.reports_lost = 2;  // these arrive, but their answers do not
  pass(seconds(4));
  take(one, 5);
  pass(seconds(2));
  EXPECT_EQ(length(two), 35u);
  EXPECT_EQ(length(one), 35u);
}

TEST_F(DeskTest, TicketsOfAProcessThatDiedStillCount) {
  start();
  take(one, 30);
  pass(seconds(2));
  pass(hours(1), false);
  EXPECT_EQ(length(two), 30u);
}

TEST_F(DeskTest, CountsAreKeptUntilTheirIntervalIsFinalAndNoLonger) {
  start();
  pass(minutes(10));
  take(one, 3);
  pass(seconds(10));
  EXPECT_FALSE(one.counts.all().empty());
  pass(seconds(10));
  EXPECT_TRUE(one.counts.all().empty());
  EXPECT_EQ(length(one), 3u);
  EXPECT_EQ(length(two), 3u);
}

TEST_F(DeskTest, AReportThatComesMinutesLateIsCountedAtLast) {
  start();
  pass(minutes(10));
  one.sales.reports = false;
  take(one, 7);
  pass(minutes(2));
  one.sales.reports = true;
  pass(minutes(1) + seconds(5));
  EXPECT_EQ(length(two), 7u);
}

TEST_F(DeskTest, OneLeadsAndTheFrontierMovesAtTheRateOfAllProcesses) {
  start();
  one.load.capacity_per_second = 60;
  two.load.capacity_per_second = 40;
  take(one, 5000);
  pass(minutes(10) + seconds(1));
  EXPECT_NE(one.leader.leading(), two.leader.leading());
  EXPECT_NEAR(queue().rate, 48, 5) << "it begins with what the ablest takes";
  pass(seconds(9));
  const double before = queue().frontier;
  pass(seconds(20));
  EXPECT_NEAR(queue().frontier - before, 20 * 80, 1);
  EXPECT_NEAR(frontier(two), queue().frontier, 80);
}

TEST_F(DeskTest, ARefusalAnywhereSlowsTheQueueAndItRecovers) {
  start();
  one.load.capacity_per_second = 1000;
  take(one, 60'000);
  pass(minutes(10) + seconds(5));
  EXPECT_DOUBLE_EQ(queue().rate, 800);
  for (int i = 0; i < 6; ++i) {
    two.refuse(clock.now());
    pass(milliseconds(500));
  }
  pass(seconds(2));  // until the last of them was told
  const double slowed = queue().rate;
  EXPECT_LE(slowed, 200);
  pass(seconds(10));
  EXPECT_GT(queue().rate, 2 * slowed);
  pass(seconds(30));
  EXPECT_DOUBLE_EQ(queue().rate, 800);
}

TEST_F(DeskTest, AProcessThatDiesWhileItRefusesSlowsTheQueueNoLonger) {
  start();
  one.load.capacity_per_second = 1000;
  take(one, 60'000);
  pass(minutes(10) + seconds(5));
  for (int i = 0; i < 4; ++i) {
    two.refuse(clock.now());
    pass(milliseconds(500));
  }
  pass(seconds(3), true, false);
  const double slowed = queue().rate;
  EXPECT_GT(slowed, 20);
  pass(seconds(5), true, false);
  EXPECT_GT(queue().rate, 1.4 * slowed);
}

TEST_F(DeskTest, OneRefusalOfAProcessThatThenDiesOpensNoAutomaticQueue) {
  start(Queue::kAuto);
  pass(minutes(10));
  const QueueState before = queue();
  two.refuse(clock.now());
  pass(seconds(1));
  pass(seconds(20), true, false);
  EXPECT_TRUE(one.open({}, clock.now()));
  EXPECT_EQ(queue().epoch, before.epoch);
}

TEST_F(DeskTest, AProcessThatStopsSaysThatItRefusesNobodyAnyMore) {
  start();
  two.load.capacity_per_second = 100;
  const auto told = [&] { return run(store.sales().processes(seconds(10))).value().at(1); };
  pass(seconds(1));
  two.refuse(clock.now());
  pass(seconds(2));
  two.refuse(clock.now());
  pass(seconds(1));
  ASSERT_EQ(told().process, "two");
  EXPECT_GT(told().refusing_for, Duration(0));
  two.refuse(clock.now());
  two.leave();
  EXPECT_EQ(told(), (ProcessReport{"two", 0, Duration(0)}));
}

TEST_F(DeskTest, WhatIsFinalIsNotReadAgainAndAgain) {
  start();
  take(one, 3);
  pass(minutes(40));
  take(one, 4);
  two.sales.read_since.clear();
  pass(minutes(2));
  EXPECT_EQ(length(two), 7u);
  const Instant opened = queue().opened_at;
  ASSERT_FALSE(two.sales.read_since.empty());
  EXPECT_GE(std::ranges::min(two.sales.read_since), bucket_at(opened, opened + minutes(19)));
  Process three{store, clock, "three", 3};
  EXPECT_TRUE(three.poll().has_value());
  EXPECT_EQ(length(three), 7u) << "who comes new reads it all";
}

TEST_F(DeskTest, ASaleThatIsRemovedAndSetAgainBetweenTwoPollsHasALineOfItsOwn) {
  start();
  take(one, 30);
  pass(minutes(11));
  const SaleSettings settings = run(store.sales().sales()).value().at(0).settings();
  ASSERT_TRUE(run(store.sales().remove(named("s"))).has_value());
  SaleSettings again = settings;
  again.version = 0;
  put(again);
  pass(seconds(1), false);
  EXPECT_EQ(length(two), 0u);
}

TEST_F(DeskTest, TheFrontierNeverPassesTheEndOfTheLine) {
  start();
  take(one, 10);
  pass(minutes(11));
  EXPECT_DOUBLE_EQ(queue().frontier, 10);
  const std::string late = take(two);
  EXPECT_FALSE(two.queued({late, "", cart_of(1), ""}, clock.now()).reached);
  pass(seconds(3));
  EXPECT_TRUE(one.queued({late, "", cart_of(1), ""}, clock.now()).reached);
}

TEST_F(DeskTest, WhenItsLeaderDiesTheFrontierStandsUntilTheLeaseIsOverAndDoesNotJump) {
  start();
  ASSERT_TRUE(one.leader.leading());
  take(one, 10'000);
  pass(minutes(10) + seconds(10));
  const double before = queue().frontier;
  double longest_stand = 0, stood = 0, last = before, largest_step = 0;
  for (int i = 0; i < 40; ++i) {
    pass(milliseconds(500), false);  // one is dead
    const double now = queue().frontier;
    largest_step = std::max(largest_step, now - last);
    stood = now == last ? stood + 0.5 : 0;
    longest_stand = std::max(longest_stand, stood);
    last = now;
  }
  EXPECT_TRUE(two.leader.leading());
  EXPECT_GE(longest_stand, 4);
  EXPECT_LE(longest_stand, 10);
  EXPECT_LE(largest_step, 50);
  EXPECT_GT(last, before + 400);
}

TEST_F(DeskTest, AnOldLeaderThatWakesUpChangesNothing) {
  start();
  take(one, 10'000);
  pass(minutes(10) + seconds(10));
  ASSERT_TRUE(one.leader.leading());
  const std::int64_t old_token = one.leader.token();
  QueueState stale = queue();
  pass(seconds(20), false);
  ASSERT_TRUE(two.leader.leading());
  EXPECT_GT(two.leader.token(), old_token);
  stale.frontier = 9'000;
  EXPECT_FALSE(run(store.sales().change_queue(named("s"), stale)).value()) << "an old version";
  stale.version = queue().version;
  stale.token = old_token;
  EXPECT_FALSE(run(store.sales().change_queue(named("s"), stale)).value()) << "an old token";
  EXPECT_LT(queue().frontier, 9'000);
}

TEST_F(DeskTest, AnAutomaticQueueOpensOnTroubleAndClosesAfterIt) {
  start(Queue::kAuto);
  pass(minutes(10));
  const QueueState closed = queue();
  EXPECT_TRUE(one.open({}, clock.now()));
  for (int i = 0; i < 8; ++i) {
    two.refuse(clock.now());
    pass(seconds(1));
  }
  EXPECT_FALSE(one.open({}, clock.now()));
  EXPECT_FALSE(two.open({}, clock.now()));
  const std::string ticket = take(one);
  EXPECT_EQ(parse_ticket_unverified(ticket)->epoch, closed.epoch + 1);
  pass(seconds(5));
  EXPECT_TRUE(one.queued({ticket, "", cart_of(1), ""}, clock.now()).reached);
  pass(seconds(50));
  EXPECT_FALSE(one.open({}, clock.now()));
  pass(seconds(20));
  EXPECT_TRUE(one.open({}, clock.now()));
  for (int i = 0; i < 8; ++i) {
    two.refuse(clock.now());
    pass(seconds(1));
  }
  EXPECT_FALSE(one.open({}, clock.now()));
  const Queued again = one.queued({ticket, "", cart_of(1), ""}, clock.now());
  EXPECT_TRUE(again.ticket_is_new) << "a ticket of the opening before is void";
  EXPECT_EQ(parse_ticket_unverified(again.ticket)->epoch, closed.epoch + 2);
}

TEST_F(DeskTest, ABurstOfRefusalsIsNotYetTrouble) {
  start(Queue::kAuto);
  pass(minutes(10));
  two.refuse(clock.now());
  pass(seconds(10));
  EXPECT_TRUE(one.open({}, clock.now()));
}

TEST_F(DeskTest, TwoLinesShareWhatCheckoutTakes) {
  one.load.capacity_per_second = 100;
  SaleSettings other = settings_of("t", clock.now());
  other.products = {"hat"};
  put(other);
  start();
  take(one, 10'000);
  for (int i = 0; i < 10'000; ++i)
    one.queued({}, clock.now(), "hat");
  pass(minutes(10) + seconds(10));
  const double before = queue().frontier;
  pass(seconds(10));
  EXPECT_NEAR(queue().frontier - before, 400, 1);
}

TEST_F(DeskTest, WhileTheStoreIsAwayTheLastBoardStandsAndTicketsAreGivenOn) {
  start();
  one.sales.reads = false;
  EXPECT_FALSE(one.poll().has_value());
  EXPECT_FALSE(one.open({}, clock.now()));
  const std::string ticket = take(one);
  one.sales.reads = true;
  pass(seconds(2));
  EXPECT_FALSE(one.queued({ticket, "", cart_of(1), ""}, clock.now()).ticket_is_new);
}

TEST_F(DeskTest, WithoutASaleNobodyLeadsAndNothingIsWritten) {
  pass(seconds(10));
  EXPECT_FALSE(one.leader.leading());
  EXPECT_TRUE(store.state().leases.empty());
  EXPECT_TRUE(store.state().sales.processes.empty());
}

TEST_F(DeskTest, LinesAndPassesOfASaleAreForgottenAWeekAfterIt) {
  start();
  const std::string ticket = take(one);
  pass(minutes(11));
  ASSERT_TRUE(std::holds_alternative<Admitted>(one.exchange(ticket, cart_of(1), clock.now())));
  ASSERT_FALSE(store.state().sales.passes.empty());
  ASSERT_FALSE(store.state().sales.arrivals.empty());
  clock.advance(hours(24 * 8));
  pass(seconds(20));
  EXPECT_TRUE(store.state().sales.passes.empty());
  EXPECT_TRUE(store.state().sales.arrivals.empty());
  EXPECT_EQ(store.state().sales.sales.size(), 1u);
  EXPECT_FALSE(one.leader.leading());
  EXPECT_FALSE(two.leader.leading());
}

TEST_F(DeskTest, WhatIsPastIsForgottenAlsoWhereTheOnlySaleHasNoQueue) {
  start(Queue::kOff);
  ASSERT_TRUE(run(store.sales().report({"gone", 0, Duration(0)}, {})).has_value());
  pass(seconds(5));
  EXPECT_EQ(store.state().sales.processes.size(), 1u);
  clock.advance(hours(24 * 8));
  pass(seconds(20));
  EXPECT_TRUE(store.state().sales.processes.empty());
}

TEST_F(DeskTest, WhichMetricsThereAreDoesNotDependOnASale) {
  const std::string text = one.metrics.openmetrics();
  for (const char* const name : {"ff_sale_line_length", "ff_sale_frontier", "ff_sale_admission_rate"})
    EXPECT_NE(text.find(std::string(name) + "{sale=\"other\"} 0"), std::string::npos) << name;
}

TEST_F(DeskTest, ItsMetricsFollowTheQueueAndHaveABoundedNumberOfLabels) {
  start();
  take(one, 10);
  pass(minutes(10) + seconds(5));
  EXPECT_NE(one.metrics.openmetrics().find("ff_sale_line_length{sale=\"s\"} 10"), std::string::npos);
  EXPECT_NE(one.metrics.openmetrics().find("ff_sale_frontier{sale=\"s\"} 10"), std::string::npos);
  for (std::size_t i = 0; i < 2 * kSalesMax; ++i) {
    const std::string id = "n" + std::to_string(i);
    put(settings_of(id, clock.now()));
    pass(milliseconds(500));
    ASSERT_TRUE(run(store.sales().remove(named(id))).has_value());
  }
  const std::string text = one.metrics.openmetrics();
  std::size_t labels = 0;
  for (std::size_t at = 0; (at = text.find("ff_sale_frontier{", at)) != std::string::npos; ++at)
    ++labels;
  EXPECT_EQ(labels, kSalesMax + 1);
}

}  // namespace
}  // namespace ff::sales
