#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/trace.h"

namespace ff::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(Metrics, OpenMetricsTextListsFamiliesInNameOrder) {
  Registry registry;
  registry.gauge("ff_open", "Open things.").set(-3);
  registry.counter("ff_hits_total", "Hits.", {{"route", "/a\"b\\\n"}}).add(7);
  EXPECT_EQ(registry.openmetrics(),
            "# TYPE ff_hits counter\n# HELP ff_hits Hits.\nff_hits_total{route=\"/a\\\"b\\\\\\n\"} 7\n"
            "# TYPE ff_open gauge\n# HELP ff_open Open things.\nff_open -3\n# EOF\n");
}

TEST(Metrics, HistogramBucketsAreCumulativeAndAgreeWithTheCount) {
  Registry registry;
  Histogram& h = registry.histogram("ff_wait_seconds", "Wait.", {0.5, 1.0}, {{"k", "v"}});
  h.observe(0.5);
  h.observe(0.75);
  h.observe(9.0);
  EXPECT_EQ(registry.openmetrics(),
            "# TYPE ff_wait_seconds histogram\n# HELP ff_wait_seconds Wait.\n"
            "ff_wait_seconds_bucket{k=\"v\",le=\"0.5\"} 1\nff_wait_seconds_bucket{k=\"v\",le=\"1.0\"} 2\n"
            "ff_wait_seconds_bucket{k=\"v\",le=\"+Inf\"} 3\nff_wait_seconds_count{k=\"v\"} 3\n"
            "ff_wait_seconds_sum{k=\"v\"} 10.25\n# EOF\n");
}

TEST(Metrics, SameNameAndLabelsAreTheSameObject) {
  Registry registry;
  Counter& a = registry.counter("ff_a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&a, &registry.counter("ff_a_total", "A.", {{"x", "1"}}));
  EXPECT_NE(&a, &registry.counter("ff_a_total", "A.", {{"x", "2"}}));
  registry.gauge("ff_0", "Zero.");
  EXPECT_THAT(registry.names(), ElementsAre("ff_0", "ff_a_total"));
}

TEST(MetricsDeathTest, ANameHasOneKind) {
  Registry registry;
  registry.counter("ff_a_total", "A.");
  EXPECT_DEATH(registry.gauge("ff_a_total", "A."), "another help or kind");
}

TEST(Metrics, WhatIsCountedElsewhereIsReadAtTheScrape) {
  Registry registry;
  double seconds = 0;
  registry.counter_from("ff_cpu_seconds_total", "Cpu.", {}, [&] { return seconds; });
  registry.gauge_from("ff_bytes", "Bytes.", {{"of", "x"}}, [] { return 12'582'912.0; });
  seconds = 1.5;
  EXPECT_EQ(registry.openmetrics(),
            "# TYPE ff_bytes gauge\n# HELP ff_bytes Bytes.\nff_bytes{of=\"x\"} 12582912\n"
            "# TYPE ff_cpu_seconds counter\n# HELP ff_cpu_seconds Cpu.\nff_cpu_seconds_total 1.5\n# EOF\n");
}

TEST(Metrics, AThreadsTallyIsSeenOnceItIsHandedOver) {
  Registry registry;
  Histogram& h = registry.histogram("ff_wait_seconds", "Wait.", {0.5, 1.0});
  Tally tally(h);
  for (const double wait : {0.25, 0.75, 0.75, 4.0})
    tally.observe(wait);
  EXPECT_EQ(h.count(), 0U);
  tally.hand_over();
  tally.hand_over();  // nothing new: nothing happens
  EXPECT_EQ(h.bucket(0), 1U);
  EXPECT_EQ(h.bucket(1), 2U);
  EXPECT_EQ(h.bucket(2), 1U);
  EXPECT_DOUBLE_EQ(h.sum(), 5.75);
}

TEST(Log, AnEventThatRepeatsIsToldSoOftenASecondAndTheRestIsCounted) {
  ::testing::internal::CaptureStderr();
  constexpr std::uint32_t kHappened = 1000;
  const std::uint64_t before = log::suppressed();
  for (std::uint32_t i = 0; i < kHappened; ++i)
    log::warning("test", "the same again");
  log::warning("test", "another");
  const std::uint64_t kept_back = log::suppressed() - before;
  const std::string text = ::testing::internal::GetCapturedStderr();
  const auto told = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_EQ(told + kept_back, kHappened + 1);
  EXPECT_GE(told, log::kRepeatsMax + 1);
  EXPECT_LE(told, 2 * log::kRepeatsMax + 1) << "it took less than a second, which may have ended in between";
  EXPECT_THAT(text, HasSubstr("another"));
}

TEST(Log, TheNextLineSaysHowManyLikeItWereNotTold) {
  for (std::uint32_t i = 0; i < log::kRepeatsMax + 7; ++i)
    log::warning("test", "it says how many");
  std::string text;
  for (int i = 0; i < 100 && text.empty(); ++i) {  // until the second is over
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::testing::internal::CaptureStderr();
    log::warning("test", "it says how many");
    text = ::testing::internal::GetCapturedStderr();
  }
  EXPECT_THAT(text, HasSubstr(R"("like_it_before":)"));
}

TEST(Log, TheLevelCanBeChangedAtAnyTime) {
  EXPECT_EQ(log::level(), log::Level::kInfo);
  log::set_level(log::Level::kDebug);
  EXPECT_EQ(log::level(), log::Level::kDebug);
  EXPECT_TRUE(log::enabled(log::Level::kDebug));
  log::set_level(log::Level::kError);
  EXPECT_FALSE(log::enabled(log::Level::kWarning));
  log::set_level(log::Level::kInfo);
  for (const log::Level level : log::kLevels)
    EXPECT_EQ(log::parse_level(log::to_string(level)), level);
  EXPECT_EQ(log::parse_level("verbose"), std::nullopt);
}

TEST(Log, LineIsOneJsonObjectWhateverTheFieldsHold) {
  ::testing::internal::CaptureStderr();
  log::info("test", "said \"hi\"\n", {{"path", "/a\r\nb"}});
  log::debug("test", "not shown at level info");
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, HasSubstr(R"("level":"info","room":"test","message":"said \"hi\"\n","path":"/a\r\nb"})"));
  EXPECT_THAT(line, EndsWith("}\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Log, NumbersAreNumbersAndTextIsText) {
  ::testing::internal::CaptureStderr();
  log::info("test", "measured",
            {{"status", 404}, {"bytes", std::size_t{12}}, {"left", std::int64_t{-1}}, {"code", "404"}});
  const std::string line = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, HasSubstr(R"("status":404,"bytes":12,"left":-1,"code":"404"})"));
}

TEST(Trace, ContinuesTheCallersTraceWithItsOwnSpan) {
  SeededRandom random(1);
  const TraceContext ours =
      continue_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", random, true);
  EXPECT_EQ(ours.text().substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
  EXPECT_EQ(ours.text().substr(52), "-01");
  EXPECT_NE(ours.text().substr(36, 16), "b7ad6b7169203331");
  EXPECT_EQ(TraceContext::parse(ours.text()), ours);
  EXPECT_EQ(hex(ours.trace_id), "0af7651916cd43dd8448eb211c80319c");
}

TEST(Trace, KeepsTheSampledFlagOff) {
  SeededRandom random(1);
  EXPECT_FALSE(
      continue_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", random, true).sampled());
}

TEST(Trace, AStrangerDoesNotMakeOthersRecord) {
  SeededRandom random(1);
  const TraceContext ours =
      continue_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", random, false);
  EXPECT_EQ(hex(ours.trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_FALSE(ours.sampled());
}

TEST(Trace, ANewOneIsRecordedByNobody) {
  SeededRandom random(1);
  const TraceContext ours = continue_trace("", random, true);
  EXPECT_FALSE(ours.sampled());
  EXPECT_TRUE(TraceContext::parse(ours.text()));
}

TEST(Trace, RefusesWhatBreaksTheStandard) {
  for (const char* bad : {"", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                          "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
                          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    EXPECT_FALSE(TraceContext::parse(bad)) << bad;
  }
  EXPECT_TRUE(TraceContext::parse("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later"));
}

TEST(Trace, RequestIdsArePlainText) {
  SeededRandom random(1);
  std::string id;
  new_request_id(random, id);
  EXPECT_EQ(id.size(), 32u);
  EXPECT_TRUE(is_sane_request_id(id));
  EXPECT_TRUE(is_sane_request_id("a-B.9"));
  EXPECT_FALSE(is_sane_request_id(""));
  EXPECT_FALSE(is_sane_request_id("a b"));
  EXPECT_FALSE(is_sane_request_id("ada@example.com")) << "it is logged";
  EXPECT_FALSE(is_sane_request_id("4242424242424242"));
  EXPECT_FALSE(is_sane_request_id("pay/4242-4242-4242-4242"));
  EXPECT_TRUE(is_sane_request_id("0193a4b2-5c6d-7e8f-9012-345678901234"));
  EXPECT_TRUE(is_sane_request_id("1795431600"));
  EXPECT_FALSE(is_sane_request_id("a\"b"));
  EXPECT_FALSE(is_sane_request_id(std::string(129, 'a')));
}

}  // namespace
}  // namespace ff::telemetry
