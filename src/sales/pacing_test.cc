#include "sales/pacing.h"

#include "sales/test_process.h"

namespace ff::sales {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant kStart{1'700'000'000'000'000};

/// A queue that is stepped once a second.
class PacingTest : public testing::Test {
 protected:
  PacingTest() {
    settings = settings_of("s", kStart);
    settings.starts_at = kStart;
    queue = first_queue(settings, kStart);
    moment.now = kStart + seconds(1);
    moment.elapsed = seconds(1);
    moment.line_length = 1'000'000;
    moment.token = 7;
  }
  /// A single process takes so many orders a second.
  void takes(double capacity) { moment.capacity_per_second = moment.capacity_of_one = capacity; }
  /// How far the frontier moved.
  double second(Duration refusing_for = Duration(0)) {
    moment.refusing_for = refusing_for;
    const double before = queue.frontier;
    if (const auto next = step(settings, queue, moment)) {
      queue = *next;
      ++queue.version;
    }
    moment.now = moment.now + seconds(1);
    return queue.frontier - before;
  }
  void automatic() {
    settings.queue = Queue::kAuto;
    queue = first_queue(settings, kStart);
  }

  SaleSettings settings;
  QueueState queue;
  Moment moment;
};

TEST_F(PacingTest, BeginsWithWhatTheAblestProcessTakesAndGrowsToWhatAllTake) {
  moment.capacity_per_second = 3000;
  moment.capacity_of_one = 1000;
  EXPECT_DOUBLE_EQ(second(), 800);
  EXPECT_NEAR(second(), 880, 1e-6);
  for (int i = 0; i < 20; ++i)
    second();
  EXPECT_DOUBLE_EQ(second(), 2400);
}

TEST_F(PacingTest, AdmitsFourFifthsOfWhatCheckoutTakes) {
  takes(1000);
  EXPECT_DOUBLE_EQ(second(), 800);
  EXPECT_DOUBLE_EQ(second(), 800);
  EXPECT_EQ(queue.token, 7);
}

TEST_F(PacingTest, AdmitsFiftyASecondWhileNobodyKnowsWhatCheckoutTakes) { EXPECT_DOUBLE_EQ(second(), 50); }

TEST_F(PacingTest, AdmitsNoMoreThanTheMerchantAllows) {
  takes(1000);
  settings.rate_max = 2.5;
  EXPECT_DOUBLE_EQ(second(), 2.5);
  settings.rate_max = 0.25;
  queue.rate = 0;
  EXPECT_DOUBLE_EQ(second(), 0.25);
}

TEST_F(PacingTest, IsHalvedInEachSecondThatRefusesAndRecoversByATenth) {
  takes(1000);
  EXPECT_DOUBLE_EQ(second(), 800);
  EXPECT_DOUBLE_EQ(second(seconds(1)), 400);
  EXPECT_DOUBLE_EQ(second(seconds(2)), 200);
  EXPECT_NEAR(second(), 220, 1e-6);
  EXPECT_NEAR(second(), 242, 1e-6);
  for (int i = 0; i < 20; ++i)
    second();
  EXPECT_DOUBLE_EQ(second(), 800);
}

TEST_F(PacingTest, NeverStopsHoweverLongCheckoutRefuses) {
  for (int i = 0; i < 100; ++i)
    second(seconds(i + 1));
  EXPECT_NEAR(second(seconds(100)), kRateMin, 1e-6);
}

TEST_F(PacingTest, NeverPassesTheEndOfTheLineNorSavesUpForLater) {
  moment.line_length = 30;
  EXPECT_DOUBLE_EQ(second(), 30);
  for (int i = 0; i < 100; ++i)
    EXPECT_DOUBLE_EQ(second(), 0);
  moment.line_length = 1000;
  EXPECT_DOUBLE_EQ(second(), 50);
}

TEST_F(PacingTest, NeverGoesBackWhenCountsDo) {
  second();
  moment.line_length = 10;
  EXPECT_DOUBLE_EQ(second(), 0);
  EXPECT_DOUBLE_EQ(queue.frontier, 50);
}

TEST_F(PacingTest, NeitherANewLeaderNorALateOneJumps) {
  second();
  moment.elapsed = Duration(0);  // its first step
  EXPECT_DOUBLE_EQ(second(), 0);
  moment.elapsed = hours(1);
  EXPECT_DOUBLE_EQ(second(), 50);
  moment.elapsed = -seconds(5);  // a clock that was set back
  EXPECT_DOUBLE_EQ(second(), 0);
}

TEST_F(PacingTest, DoesNotMoveBeforeTheStart) {
  moment.now = kStart - milliseconds(1);
  EXPECT_FALSE(step(settings, queue, moment));
  moment.now =
      kStart + milliseconds(100);  // of the second since the last step, this much was after the start
  EXPECT_DOUBLE_EQ(step(settings, queue, moment)->frontier, 5);
}

TEST_F(PacingTest, RestsWhenTheSaleIsOverOrHasNoQueue) {
  moment.now = settings.ends_at;
  EXPECT_FALSE(step(settings, queue, moment));
  moment.now = kStart + seconds(5);
  settings.queue = Queue::kOff;
  EXPECT_FALSE(step(settings, queue, moment));
}

TEST_F(PacingTest, WritesNothingWhileNothingChanges) {
  moment.line_length = 0;
  EXPECT_TRUE(step(settings, queue, moment));  // its first rate
  second();
  EXPECT_FALSE(step(settings, queue, moment));
}

TEST_F(PacingTest, AnAutomaticQueueOpensWhenCheckoutHasRefusedForLongEnough) {
  automatic();
  moment.line_length = 0;
  moment.refusing_for = settings.auto_after - Duration(1);
  EXPECT_FALSE(step(settings, queue, moment));
  moment.refusing_for = settings.auto_after;
  const auto opened = step(settings, queue, moment);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->open);
  EXPECT_EQ(opened->epoch, queue.epoch + 1);
  EXPECT_EQ(opened->opened_at, moment.now);
  EXPECT_DOUBLE_EQ(opened->frontier, 0);
  moment.now = settings.starts_at - seconds(1);
  EXPECT_FALSE(step(settings, queue, moment)) << "before the sale starts it guards nothing";
}

TEST_F(PacingTest, AnAutomaticQueueClosesWhenNobodyWaitsAndNobodyWasRefusedForAMinute) {
  automatic();
  moment.line_length = 0;
  second(settings.auto_after);
  ASSERT_TRUE(queue.open);
  moment.line_length = 1000;
  for (int i = 0; i < 70; ++i) {
    moment.quiet_for = seconds(i);
    if (queue.frontier < 1000) {
      EXPECT_TRUE(queue.open);
    }
    second();
  }
  EXPECT_FALSE(queue.open);
  EXPECT_DOUBLE_EQ(queue.frontier, 1000);
}

TEST_F(PacingTest, AnAutomaticQueueStaysOpenWhileSomebodyWaitsOrIsRefused) {
  automatic();
  second(settings.auto_after);
  moment.now = queue.opened_at + hours(1);
  moment.quiet_for = hours(1);
  second();  // a million wait
  EXPECT_TRUE(queue.open);
  moment.line_length = static_cast<std::uint64_t>(queue.frontier);
  moment.quiet_for = kQuietFor - Duration(1);
  second();
  EXPECT_TRUE(queue.open);
}

}  // namespace
}  // namespace ff::sales
