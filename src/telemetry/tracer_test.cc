#include "telemetry/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "telemetry/otlp.h"

namespace ff::telemetry {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kSampledByCaller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr const char* kNotSampledByCaller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

class TracerTest : public ::testing::Test {
 protected:
  Registry metrics;
  SeededRandom random{7};

  double spans(const std::string& outcome) {
    return static_cast<double>(metrics
                                   .counter("ff_trace_spans_total",
                                            "Spans that were to be exported, by what became of them",
                                            {{"outcome", outcome}})
                                   .value());
  }
};

TEST_F(TracerTest, WithoutATracerNothingIsRecorded) {
  const Trace nobody;
  EXPECT_FALSE(nobody);
  EXPECT_FALSE(nobody.child());
  nobody.note("nothing", {1}, {2});
}

TEST_F(TracerTest, TakesTheShareThatItIsTold) {
  Tracer all({.sample = 1}, 1, metrics), none({.sample = 0}, 2, metrics), some({.sample = 0.25}, 3, metrics);
  int sampled = 0;
  for (int i = 0; i < 4000; ++i) {
    EXPECT_TRUE(all.begin("", false, random));
    EXPECT_FALSE(none.begin("", false, random));
    sampled += some.begin("", false, random) ? 1 : 0;
  }
  EXPECT_NEAR(sampled, 1000, 150) << "five standard deviations of 4,000 draws with the same seed";
}

TEST_F(TracerTest, WhatABelievedCallerDecidedHolds) {
  Tracer none({.sample = 0}, 1, metrics), all({.sample = 1}, 2, metrics);
  const Trace taken_up = none.begin(kSampledByCaller, true, random);
  ASSERT_TRUE(taken_up);
  EXPECT_TRUE(taken_up.context().sampled());
  EXPECT_EQ(hex(taken_up.context().trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_FALSE(all.begin(kNotSampledByCaller, true, random));
}

TEST_F(TracerTest, AStrangersFlagDecidesNothingButItsTraceIsContinued) {
  Tracer none({.sample = 0}, 1, metrics), all({.sample = 1}, 2, metrics);
  EXPECT_FALSE(none.begin(kSampledByCaller, false, random));
  const Trace continued = all.begin(kNotSampledByCaller, false, random);
  ASSERT_TRUE(continued);
  EXPECT_EQ(hex(continued.context().trace_id), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(TracerTest, SpansKnowTheirTraceAndTheSpanAboveThem) {
  Tracer tracer({.sample = 1}, 1, metrics);
  const Trace request = tracer.begin(kSampledByCaller, true, random);
  const Trace step = request.child();
  step.note("queue", {10}, {20}, {{"size", 3}});
  step.end(SpanKind::kInternal, "step", {5}, {25});
  request.end(SpanKind::kServer, "GET /", {0}, {30}, {}, true);
  const auto taken = tracer.take(10);
  ASSERT_THAT(taken, SizeIs(3));
  EXPECT_EQ(hex(taken[2].parent), "b7ad6b7169203331");
  EXPECT_EQ(taken[1].parent, request.context().span_id);
  EXPECT_EQ(taken[0].parent, step.context().span_id);
  for (const FinishedSpan& span : taken)
    EXPECT_EQ(span.context.trace_id, request.context().trace_id);
  EXPECT_TRUE(taken[2].failed);
  EXPECT_THAT(tracer.take(10), IsEmpty());
}

TEST_F(TracerTest, AFullQueueDropsAndCountsAndTakesAgainOnceThereIsRoom) {
  Tracer tracer({.sample = 1, .queued_max = 8}, 1, metrics);
  const Trace request = tracer.begin("", false, random);
  for (int i = 0; i < 20; ++i)
    request.note("span", {i}, {i + 1});
  EXPECT_EQ(spans("dropped_queue_full"), 12);
  const auto taken = tracer.take(100);
  ASSERT_THAT(taken, SizeIs(8));
  EXPECT_EQ(taken.front().began, Instant{0}) << "the oldest are kept";
  request.note("span", {50}, {51});
  EXPECT_THAT(tracer.take(100), SizeIs(1));
}

TEST_F(TracerTest, OfManyThreadsEachSpanIsTakenOnceOrCountedAsDropped) {
  constexpr int kThreads = 4, kEach = 20'000;
  Tracer tracer({.sample = 1, .queued_max = 64}, 1, metrics);
  const Trace request = tracer.begin("", false, random);
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i)
        request.note("span", {t * kEach + i}, {0});
      --running;
    });
  }
  std::set<std::int64_t> seen;
  std::size_t taken = 0;
  for (bool last = false; !last;) {
    last = running == 0;
    for (const FinishedSpan& span : tracer.take(1'000'000)) {
      seen.insert(span.began.us);
      ++taken;
    }
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(seen.size(), taken) << "none twice";
  EXPECT_EQ(static_cast<double>(taken) + spans("dropped_queue_full"), kThreads * kEach);
}

TEST_F(TracerTest, OtlpJsonIsWhatTheProtocolSays) {
  FinishedSpan span;
  span.context = *TraceContext::parse(kSampledByCaller);
  span.name = "POST /checkout";
  span.kind = SpanKind::kServer;
  span.began = {1'700'000'000'000'001};
  span.ended = {1'700'000'000'000'003};
  span.failed = true;
  span.attributes = {{"http.response.status_code", 503}, {"http.route", "/checkout"}};
  EXPECT_EQ(
      otlp_json({"shop", "1.0", "a"}, std::span(&span, 1)),
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},)"
      R"({"key":"service.version","value":{"stringValue":"1.0"}},)"
      R"({"key":"service.instance.id","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":)"
      R"({"name":"fashionforward"},"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
      R"("spanId":"b7ad6b7169203331","name":"POST /checkout","kind":2,"startTimeUnixNano":"1700000000000001000",)"
      R"("endTimeUnixNano":"1700000000000003000","attributes":[{"key":"http.response.status_code",)"
      R"("value":{"intValue":"503"}},{"key":"http.route","value":{"stringValue":"/checkout"}}],)"
      R"("status":{"code":2}}]}]}]})");
}

}  // namespace
}  // namespace ff::telemetry
