// What becomes of spans when the collector takes them, and when it doesn't.
#include "app/trace_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/testing/run.h"

namespace ff::app {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Collector final : public http_client::Client {
 public:
  std::vector<http_client::Request> asked;
  std::function<Result<http_client::Response>()> answer = [] { return http_client::Response{200, "{}", {}}; };

  Task<Result<http_client::Response>> send(http_client::Request request) override {
    asked.push_back(std::move(request));
    co_return answer();
  }
  void close() override {}
};

/// Time passes only in sleep, and each sleep is told of.
class RoundsClock final : public Clock {
 public:
  std::function<void()> on_sleep;
  Instant now() const override { return now_; }
  Task<void> sleep_until(Instant at) override {
    now_ = at;
    if (on_sleep) on_sleep();
    co_return;
  }

 private:
  Instant now_{1'700'000'000'000'000};
};

class TraceExportTest : public ::testing::Test {
 protected:
  telemetry::Registry metrics;
  telemetry::Tracer tracer{{.sample = 1}, 1, metrics};
  Collector collector;
  RoundsClock clock;
  SeededRandom random{1};
  TraceExport exporter{"http://collector:4318", {"shop", "1", "a"}, tracer, collector, clock};

  void record(int spans) {
    const telemetry::Trace trace = tracer.begin("", false, random);
    for (int i = 0; i < spans; ++i)
      trace.note("one", clock.now(), clock.now());
  }
  /// Runs it for so many looks at the queue; `each` is called after each.
  void rounds(int count, const std::function<void(int)>& each = {}) {
    int round = 0;
    clock.on_sleep = [&, count] {
      if (each) each(round);
      if (++round == count) exporter.stop();
    };
    run(exporter.run());
  }
  std::uint64_t spans(const char* outcome) {
    return metrics
        .counter("ff_trace_spans_total", "Spans that were to be exported, by what became of them",
                 {{"outcome", outcome}})
        .value();
  }
};

TEST_F(TraceExportTest, SendsWhatThereIsInOneRequestWithADeadline) {
  record(3);
  rounds(1);
  ASSERT_THAT(collector.asked, SizeIs(1));
  EXPECT_EQ(collector.asked[0].url, "http://collector:4318/v1/traces");
  EXPECT_EQ(collector.asked[0].timeout, seconds(5));
  EXPECT_THAT(collector.asked[0].body, HasSubstr("resourceSpans"));
  EXPECT_EQ(spans("exported"), 3U);
}

TEST_F(TraceExportTest, AsksNobodyWhileThereIsNothingToSend) {
  rounds(5);
  EXPECT_THAT(collector.asked, IsEmpty());
}

TEST_F(TraceExportTest, MoreThanOneRequestHoldsGoesInSeveral) {
  record(1100);
  rounds(1);
  EXPECT_THAT(collector.asked, SizeIs(3));
  EXPECT_EQ(spans("exported"), 1100U);
}

TEST_F(TraceExportTest, WhatTheCollectorDoesNotTakeIsDroppedCountedAndAskedLessAndLessOften) {
  collector.answer = [] { return http_client::Response{503, "", {}}; };
  record(1);
  rounds(60, [&](int) { record(1); });  // half a minute
  EXPECT_EQ(spans("exported"), 0U);
  EXPECT_GT(spans("dropped_collector"), 0U);
  EXPECT_THAT(collector.asked, SizeIs(5)) << "at 0, 1, 3, 7 and 15 seconds";
}

TEST_F(TraceExportTest, GoesOnWhenTheCollectorIsBack) {
  collector.answer = [] { return fail(ErrorCode::kUnavailable, "nobody listens"); };
  record(2);
  rounds(10, [&](int round) {
    if (round == 0) collector.answer = [] { return http_client::Response{200, "{}", {}}; };
    if (round == 0) record(5);
  });
  EXPECT_EQ(spans("dropped_collector"), 2U);
  EXPECT_EQ(spans("exported"), 5U);
}

TEST_F(TraceExportTest, WhatIsLeftIsSentAtTheEnd) {
  rounds(1, [&](int) { record(4); });
  EXPECT_EQ(spans("exported"), 4U);
}

}  // namespace
}  // namespace ff::app
