// What every adapter of the port promises, held against the demo gateway in this process and against the same
// behind its server, over a socket, with the clock of the machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <functional>

#include "payments/gateway_wire.h"
#include "payments/test_gateway_process.h"
#include "payments/testing/cards.h"

namespace ff::payments {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kOfNobody = "4111111111111111";  // no documented one, but passes its check

enum class Kind { kInProcess, kHttp };

class GatewayContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { close(); }

  void open(DemoGatewaySettings settings = {}) {
    close();
    const std::string ledger = folder.file("bank.db");
    if (GetParam() == Kind::kHttp) {
      const auto secret = *SharedSecret::read(folder.write("token", "sixteen-characters-or-more\n"));
      process.emplace(ledger, secret, settings);
      shop = std::make_unique<TestShop>(process->server().url(), secret);
      return;
    }
    shop = std::make_unique<TestShop>("http://127.0.0.1:1");  // for its context and its clock
    auto opened = DemoGateway::open(ledger, shop->clock, settings);
    ASSERT_TRUE(opened) << opened.error().detail;
    in_process = std::move(*opened);
  }
  void close() {
    in_process.reset();
    shop.reset();
    process.reset();
  }

  Gateway& gateway() { return in_process ? static_cast<Gateway&>(*in_process) : shop->gateway; }
  Instant soon() { return shop->clock.now() + seconds(10); }
  AuthoriseRequest request(const std::string& key, const char* number, Duration within = seconds(10)) {
    AuthoriseRequest request;
    request.key = key;
    request.amount = Money{5000, {}};
    request.card = {number, 12, 2040, "737"};
    request.deadline = shop->clock.now() + within;
    return request;
  }
  Result<Payment> pay(const std::string& key, const char* number, Duration within = seconds(10)) {
    return shop->run(gateway().authorise(request(key, number, within)));
  }
  Result<Payment> capture(const std::string& key) { return shop->run(gateway().capture(key, soon())); }
  Result<Payment> give_back(const std::string& key) { return shop->run(gateway().close(key, soon())); }
  Payment found(const std::string& key) { return *shop->run(gateway().lookup(key, soon())); }

  TestFolder folder;
  std::optional<TestGatewayProcess> process;
  std::unique_ptr<TestShop> shop;
  std::unique_ptr<DemoGateway> in_process;
};

TEST_P(GatewayContract, APaymentIsAuthorisedOnceHoweverOftenItIsAsked) {
  const auto first = pay("order-1", kGood);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->key, "order-1");
  EXPECT_EQ(first->status, Status::kAuthorised);
  EXPECT_EQ(first->amount, (Money{5000, {}}));
  EXPECT_EQ(first->card_hint, "Visa ending 4242");
  const auto second = pay("order-1", kDeclines);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, Status::kAuthorised);
  EXPECT_EQ(second->reference, first->reference);
}

TEST_P(GatewayContract, ADeclineComesWithWordsForTheShopper) {
  const auto declined = pay("order-1", kDeclines);
  ASSERT_TRUE(declined);
  EXPECT_EQ(declined->status, Status::kDeclined);
  EXPECT_EQ(declined->decline_reason, "Your card was declined. Try another card.");
  EXPECT_EQ(pay("order-1", kGood)->status, Status::kDeclined);
}

TEST_P(GatewayContract, CapturesOnceAndGivesBackOnce) {
  pay("order-1", kGood);
  EXPECT_EQ(capture("order-1")->captures, 1);
  EXPECT_EQ(capture("order-1")->captures, 1);
  EXPECT_EQ(give_back("order-1")->status, Status::kRefunded);
  EXPECT_EQ(give_back("order-1")->status, Status::kRefunded);
  pay("order-2", kGood);
  EXPECT_EQ(give_back("order-2")->status, Status::kVoided);
  EXPECT_EQ(capture("order-2")->status, Status::kVoided);
}

TEST_P(GatewayContract, ClosingAKeyThatNeverCameBarsALateAuthorise) {
  EXPECT_EQ(found("order-1").status, Status::kNone);
  EXPECT_EQ(give_back("order-1")->status, Status::kVoided);
  EXPECT_EQ(pay("order-1", kGood)->status, Status::kVoided);
}

TEST_P(GatewayContract, WhoStopsWaitingDoesNotKnowAndLooksItUp) {
  EXPECT_EQ(pay("order-1", kSlowCard, milliseconds(300)).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("order-1").status, Status::kAuthorised);
}

TEST_P(GatewayContract, ALostAnswerAndALostRequestAreUnknownUntilTheyAreLookedUp) {
  EXPECT_EQ(pay("order-1", kReplyLost, seconds(2)).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("order-1").status, Status::kAuthorised);
  EXPECT_EQ(pay("order-2", kNeverArrives, seconds(2)).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(found("order-2").status, Status::kNone);
}

TEST_P(GatewayContract, ANumberThatIsNoTestCardIsKnownByItsHintOnly) {
  EXPECT_EQ(pay("order-1", kOfNobody)->card_hint, "Visa ending 1111");
  EXPECT_EQ(pay("order-2", "5555555555554444")->card_hint, "Mastercard ending 4444");
}

TEST_P(GatewayContract, WhatWasAnsweredIsThereAfterARestart) {
  pay("order-1", kGood);
  capture("order-1");
  pay("order-2", kDeclines);
  open();
  EXPECT_EQ(found("order-1").status, Status::kCaptured);
  EXPECT_EQ(found("order-2").status, Status::kDeclined);
}

TEST_P(GatewayContract, ManyAtOnceAreAnsweredEachWithItsOwnPayment) {
  constexpr int kPayments = 2500;  // more than two pages of the ledger
  std::size_t right = 0;
  const auto one = [&](std::string key) -> Task<void> {
    AuthoriseRequest asking = request(key, kGood, seconds(60));
    Result<Payment> paid = co_await gateway().authorise(std::move(asking));
    if (paid && paid->key == key && paid->status == Status::kAuthorised) ++right;
  };
  for (int i = 0; i < kPayments; ++i)
    asio::co_spawn(shop->context, one("order-" + std::to_string(i)), asio::detached);
  shop->context.run();
  EXPECT_EQ(right, static_cast<std::size_t>(kPayments));

  const auto ledger = shop->run(gateway().ledger());
  ASSERT_TRUE(ledger) << ledger.error().detail;
  ASSERT_EQ(ledger->size(), static_cast<std::size_t>(kPayments));
  std::vector<std::string> keys;
  for (const Payment& payment : *ledger)
    keys.push_back(payment.key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end()) << "a page overlaps another";
}

INSTANTIATE_TEST_SUITE_P(Adapters, GatewayContract, testing::Values(Kind::kInProcess, Kind::kHttp),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           return kind.param == Kind::kHttp ? "Http" : "InProcess";
                         });

}  // namespace
}  // namespace ff::payments
