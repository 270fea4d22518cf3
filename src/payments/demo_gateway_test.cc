#include "payments/demo_gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/simulated_clock.h"
#include "payments/testing/cards.h"

namespace ff::payments {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kNoFunds = "4000000000009995";

class DemoGatewayTest : public testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() /
             ("ff-demo-" + std::to_string(::getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    open();
  }
  void TearDown() override {
    gateway.reset();
    std::filesystem::remove_all(folder);
  }
  void open(DemoGatewaySettings settings = {}) {
    gateway.reset();
    auto opened = DemoGateway::open((folder / "bank.db").string(), clock, settings);
    ASSERT_TRUE(opened) << opened.error().detail;
    gateway = std::move(*opened);
  }
  // Time passes when nothing else is left to do.
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> outcome;
    asio::co_spawn(context, std::move(task),
                   [&](const std::exception_ptr&, T value) { outcome = std::move(value); });
    while (!outcome) {
      context.restart();
      if (context.run_one_for(milliseconds(20)) == 0 && clock.next()) clock.advance_to(*clock.next());
    }
    return std::move(*outcome);
  }
  Result<Payment> pay(const std::string& key, const char* number, Duration within = seconds(10)) {
    AuthoriseRequest request;
    request.key = key;
    request.amount = Money{5000, {}};
    request.card.number = number;
    request.card.cvc = "737";
    request.deadline = clock.now() + within;
    return run(gateway->authorise(std::move(request)));
  }
  Instant soon() { return clock.now() + seconds(10); }
  Payment found(const std::string& key) { return *run(gateway->lookup(key, soon())); }

  std::filesystem::path folder;
  SimulatedClock clock{Instant{1'000'000'000}};
  asio::io_context context;
  std::unique_ptr<DemoGateway> gateway;
};

TEST_F(DemoGatewayTest, ApprovesAGoodCardOnceHoweverOftenItIsAsked) {
  const auto first = pay("a", kGood);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, Status::kAuthorised);
  EXPECT_EQ(first->card_hint, "Visa ending 4242");
  const auto second = pay("a", kDeclines);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, Status::kAuthorised);
  EXPECT_EQ(second->reference, first->reference);
  EXPECT_EQ(run(gateway->ledger())->size(), 1u);
}

TEST_F(DemoGatewayTest, DeclinesWithAReasonForTheShopper) {
  EXPECT_EQ(pay("a", kDeclines)->status, Status::kDeclined);
  EXPECT_THAT(pay("b", kNoFunds)->decline_reason, testing::HasSubstr("insufficient funds"));
  EXPECT_EQ(pay("a", kGood)->status, Status::kDeclined);
}

TEST_F(DemoGatewayTest, CapturesVoidsAndRefundsOnce) {
  pay("a", kGood);
  EXPECT_EQ(run(gateway->capture("a", soon()))->captures, 1);
  EXPECT_EQ(run(gateway->capture("a", soon()))->captures, 1);
  EXPECT_EQ(run(gateway->close("a", soon()))->status, Status::kRefunded);
  pay("b", kGood);
  EXPECT_EQ(run(gateway->close("b", soon()))->status, Status::kVoided);
  EXPECT_EQ(run(gateway->capture("b", soon()))->status, Status::kVoided);
}

TEST_F(DemoGatewayTest, ClosingAKeyBarsALateAuthorise) {
  EXPECT_EQ(found("a").status, Status::kNone);
  EXPECT_EQ(run(gateway->close("a", soon()))->status, Status::kVoided);
  EXPECT_EQ(pay("a", kGood)->status, Status::kVoided);
}

TEST_F(DemoGatewayTest, TheSlowCardIsApprovedAfterThreeSecondsUnlessTheCallerGivesUpBefore) {
  const Instant before = clock.now();
  EXPECT_EQ(pay("a", kSlowCard)->status, Status::kAuthorised);
  EXPECT_GE(clock.now() - before, seconds(3));
  EXPECT_EQ(pay("b", kSlowCard, seconds(1)).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("b").status, Status::kAuthorised) << "who stops waiting has not stopped the bank";
}

TEST_F(DemoGatewayTest, AnUnknownOutcomeIsSettledByLookingItUp) {
  EXPECT_EQ(pay("a", kReplyLost).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("a").status, Status::kAuthorised);
  EXPECT_EQ(pay("b", kNeverArrives).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("b").status, Status::kNone);
}

TEST_F(DemoGatewayTest, AnswersAfterItsLatency) {
  open({.latency = milliseconds(50)});
  const Instant before = clock.now();
  pay("a", kGood);
  EXPECT_EQ(clock.now() - before, milliseconds(50));
}

TEST_F(DemoGatewayTest, TheLedgerSurvivesARestart) {
  pay("a", kGood);
  run(gateway->capture("a", soon()));
  pay("b", kDeclines);
  open();
  EXPECT_EQ(found("a").status, Status::kCaptured);
  EXPECT_EQ(found("a").amount, (Money{5000, {}}));
  EXPECT_EQ(found("b").status, Status::kDeclined);
}

TEST_F(DemoGatewayTest, ItsLedgerIsReadBesideItAndWithoutIt) {
  const std::string path = (folder / "bank.db").string();
  pay("a", kGood);
  ASSERT_EQ(DemoGateway::read_ledger(path)->size(), 1u);
  gateway.reset();
  EXPECT_EQ(DemoGateway::read_ledger(path)->at(0).status, Status::kAuthorised);
}

TEST_F(DemoGatewayTest, ReadingALedgerThatIsNotThereMakesNone) {
  const std::filesystem::path path = folder / "elsewhere.db";
  const auto read = DemoGateway::read_ledger(path.string());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read.error().detail, testing::HasSubstr(path.string()));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(DemoGatewayTest, WritesNoCardNumberAndNoSecurityCode) {
  pay("a", kGood);
  gateway.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(bytes.find("42424242"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("737"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace ff::payments
