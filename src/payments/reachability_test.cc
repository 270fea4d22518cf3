#include "payments/reachability.h"

#include <gtest/gtest.h>

namespace ff::payments {
namespace {

using std::chrono::milliseconds;

constexpr int kFailures = 3;

class ReachabilityTest : public testing::Test {
 protected:
  static Instant at(int ms) { return Instant{1'000'000'000} + Duration(milliseconds(ms)); }
  Reachability reachability{kFailures, milliseconds(500), milliseconds(1000)};
};

TEST_F(ReachabilityTest, SoManyFailuresInARowOverSoLongAreAnAbsence) {
  EXPECT_FALSE(reachability.attempt_failed(at(0), at(1)));
  EXPECT_FALSE(reachability.attempt_failed(at(2), at(3)));
  EXPECT_FALSE(reachability.attempt_failed(at(4), at(499))) << "perhaps it only starts again";
  EXPECT_FALSE(reachability.away());
  EXPECT_TRUE(reachability.attempt_failed(at(500), at(500)));
  EXPECT_TRUE(reachability.away());
  EXPECT_FALSE(reachability.attempt_failed(at(501), at(501))) << "that is known";
}

TEST_F(ReachabilityTest, OfAMachineThatIsGoneTheFirstTimeoutsTogetherAreOne) {
  EXPECT_FALSE(reachability.attempt_failed(at(0), at(2000)));
  EXPECT_FALSE(reachability.attempt_failed(at(1), at(2001)));
  EXPECT_TRUE(reachability.attempt_failed(at(2), at(2002)));
}

TEST_F(ReachabilityTest, AnAnswerBreaksTheRowAndEndsTheAbsence) {
  reachability.attempt_failed(at(0), at(600));
  reachability.attempt_failed(at(1), at(601));
  EXPECT_FALSE(reachability.answered(at(602)));
  EXPECT_FALSE(reachability.attempt_failed(at(603), at(1200)));
  EXPECT_FALSE(reachability.attempt_failed(at(604), at(1201)));
  EXPECT_TRUE(reachability.attempt_failed(at(605), at(1202)));
  EXPECT_TRUE(reachability.answered(at(1300)));
  EXPECT_FALSE(reachability.away());
}

TEST_F(ReachabilityTest, WhatBeganBeforeAnAnswerSaysNothingAgainstIt) {
  reachability.answered(at(100));
  for (int i = 0; i < 2 * kFailures; ++i)
    EXPECT_FALSE(reachability.attempt_failed(at(99), at(2099)));
  EXPECT_FALSE(reachability.call_failed(at(99), at(2099)));
  EXPECT_FALSE(reachability.away());
  EXPECT_TRUE(reachability.call_failed(at(101), at(2101))) << "a call is enough";
}

TEST_F(ReachabilityTest, OneProbeIsDueEachPeriodOfAnAbsence) {
  EXPECT_FALSE(reachability.probe_is_due(at(5000)));
  reachability.call_failed(at(0), at(100));
  EXPECT_FALSE(reachability.probe_is_due(at(1099)));
  EXPECT_TRUE(reachability.probe_is_due(at(1100)));
  EXPECT_FALSE(reachability.probe_is_due(at(2099)));
  EXPECT_TRUE(reachability.probe_is_due(at(2100)));
}

}  // namespace
}  // namespace ff::payments
