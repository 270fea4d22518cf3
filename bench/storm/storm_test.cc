#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storm/answer.h"
#include "storm/histogram.h"
#include "storm/socket.h"
#include "storm/tally.h"

namespace ff::storm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kCounted =
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    "HTTP/1.1 503 Service Unavailable\r\nretry-after:  7 \r\nContent-Length: 5\r\n\r\nsorry";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"
    "5;x=y\r\nhello\r\n10\r\n, world of lines\r\n0\r\nTrailer: t\r\n\r\n";

TEST(Answer, IsReadTheSameHoweverItsBytesAreCut) {
  for (std::size_t cut = 1; cut < kCounted.size(); ++cut) {
    Answer answer;
    answer.begin(true);
    EXPECT_EQ(answer.take(kCounted.substr(0, cut)), Answer::State::kReading) << cut;
    EXPECT_EQ(answer.take(kCounted.substr(cut)), Answer::State::kDone) << cut;
    EXPECT_EQ(answer.status(), 503);
    EXPECT_EQ(answer.field("Retry-After"), "7");
    EXPECT_EQ(answer.body(), "sorry");
    EXPECT_TRUE(answer.keeps_alive());
  }
  for (std::size_t cut = 1; cut < kChunked.size(); ++cut) {
    Answer answer;
    answer.begin(true);
    EXPECT_EQ(answer.take(kChunked.substr(0, cut)), Answer::State::kReading) << cut;
    EXPECT_EQ(answer.take(kChunked.substr(cut)), Answer::State::kDone) << cut;
    EXPECT_EQ(answer.body(), "hello, world of lines");
    std::string cookies;
    answer.fields("set-cookie", [&](std::string_view value) { cookies += value; });
    EXPECT_EQ(cookies, "a=1b=2");
  }
}

TEST(Answer, WithoutALengthEndsWithTheConnectionAndOneCutShortIsBroken) {
  Answer answer;
  answer.begin(true);
  answer.take("HTTP/1.0 200 OK\r\nServer: Werkzeug\r\n\r\n<p>");
  EXPECT_EQ(answer.end(), Answer::State::kDone);
  EXPECT_EQ(answer.body(), "<p>");
  EXPECT_FALSE(answer.keeps_alive());
  answer.begin(true);
  answer.take("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>");
  EXPECT_EQ(answer.end(), Answer::State::kBroken);
  answer.begin(true);
  EXPECT_EQ(answer.take("SSH-2.0 hello, who are you?\r\n\r\n"), Answer::State::kBroken);
}

TEST(Histogram, ItsQuantilesAreNeverBelowTheTrueOneNorFarAbove) {
  Histogram histogram;
  for (std::int64_t us = 1; us <= 100'000; ++us)
    histogram.add(us);
  for (const double share : {0.5, 0.9, 0.99, 0.999}) {
    const double truth = share * 100'000;
    EXPECT_GE(histogram.quantile(share), truth);
    EXPECT_LE(histogram.quantile(share), truth * 1.016);
  }
  EXPECT_EQ(histogram.quantile(1), 100'000);
  EXPECT_EQ(Histogram().quantile(0.99), 0);
}

TEST(Tally, CountsARequestByItsIntendedStartAndASaleByItsEnd) {
  const Moment begins{100s};
  Tally tally(begins, begins + 10s);
  // It should have begun before the window, and sold within it.
  tally.ended(Class::kCheckout, Ending::kOk, begins - 1s, begins + 1s, true);
  // It should have begun within it, and took until after it.
  tally.ended(Class::kCheckout, Ending::kOk, begins + 9s, begins + 11s, true);
  const std::string json = tally.json();
  EXPECT_THAT(json, HasSubstr(R"("bought_per_second":0.100)"));
  EXPECT_THAT(json, HasSubstr(R"("checkout":{"ok":1,)"));
  EXPECT_THAT(json, HasSubstr(R"("max_ms":2000.000)"));
}

TEST(Tally, TellsOfEachSecondWhatItServedAndHowFast) {
  const Moment begins{100s};
  Tally tally(begins, begins + 10s);
  tally.ended(Class::kBrowse, Ending::kOk, begins, begins + 10ms, false);
  tally.ended(Class::kBrowse, Ending::kTimeout, begins, begins + 1100ms, false);
  tally.ended(Class::kCheckout, Ending::kOk, begins + 1s, begins + 1200ms, true);
  const std::string json = tally.json();
  EXPECT_THAT(json, HasSubstr(R"("served":1,"unserved":0,"p50_ms":10.000,"p99_ms":10.000},{"bought":1)"));
  EXPECT_THAT(json, HasSubstr(R"("served":1,"unserved":1,"p50_ms":200.000,"p99_ms":200.000})"));
}

TEST(Socket, GoesNowhereButToThisMachine) {
  EXPECT_EQ(loopback_endpoint("127.0.0.1:80").sin_port, htons(80));
  for (const char* elsewhere : {"10.0.0.1:80", "example.org:80", "127.0.0.1", "127.0.0.1:0", "0.0.0.0:80"}) {
    EXPECT_THROW(static_cast<void>(loopback_endpoint(elsewhere)), std::runtime_error) << elsewhere;
  }
}

}  // namespace
}  // namespace ff::storm
