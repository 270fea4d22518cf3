#include "payments/gateway_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payments/card.h"
#include "payments/ledger.h"

namespace ff::payments {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAuthorise =
    R"({"amount":{"amount":11800,"currency":"EUR"},"card":"4242424242424242"})";

TEST(GatewayWire, ReadsWhatItWrites) {
  const wire::Authorise asked{Money{11800, {}}, "411111xxxxxx1111"};
  EXPECT_EQ(*wire::read_authorise(wire::write(asked)), asked);

  Payment payment;
  payment.key = "order-0193";
  payment.status = Status::kDeclined;
  payment.amount = Money{1, *Currency::parse("JPY")};
  payment.reference = "demo_1";
  payment.decline_reason = "Your card \"was\" declined\n<b>";
  payment.card_hint = "Visa ending 0002";
  payment.captures = 1;
  const auto read = wire::read_page(wire::write(wire::Page{{payment, payment}, "order-0193"}));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->payments.size(), 2u);
  EXPECT_EQ(read->next, "order-0193");
  EXPECT_EQ(read->payments[1].key, payment.key);
  EXPECT_EQ(read->payments[1].status, payment.status);
  EXPECT_EQ(read->payments[1].amount, payment.amount);
  EXPECT_EQ(read->payments[1].decline_reason, payment.decline_reason);
  EXPECT_EQ(read->payments[1].card_hint, payment.card_hint);
  EXPECT_EQ(read->payments[1].captures, 1);
}

TEST(GatewayWire, RefusesRequestsThatDoNotFitAndSaysWhatIsWrong) {
  ASSERT_TRUE(wire::read_authorise(kAuthorise));
  for (const auto& [json, what] : {
           std::pair{"", "no JSON"},
           {"[]", "must be an object"},
           {R"({"card":"4242424242424242"})", "must have amount"},
           {R"({"amount":{"amount":0,"currency":"EUR"},"card":"4242424242424242"})", "from 1 to"},
           {R"({"amount":{"amount":-5,"currency":"EUR"},"card":"4242424242424242"})", "from 1 to"},
           {R"({"amount":{"amount":1.5,"currency":"EUR"},"card":"4242424242424242"})", "whole number"},
           {R"({"amount":{"amount":1,"currency":"XXY"},"card":"4242424242424242"})", "ISO 4217"},
           {R"({"amount":{"amount":1,"currency":"EUR","more":1},"card":"4242424242424242"})", "not known"},
           {R"({"amount":{"amount":1,"currency":"EUR"},"card":"4242424242424242","cvc":"123"})", "not known"},
           {R"({"amount":{"amount":1,"currency":"EUR"},"card":"4242424242424242","card":"1"})", "card twice"},
           {R"({"amount":{"amount":1,"currency":"EUR"},"card":4242424242424242})", "published test number"},
           {R"({"amount":{"amount":1,"currency":"EUR"},"card":"4111111111111111"})", "published test number"},
       }) {
    const auto refused = wire::read_authorise(json);
    ASSERT_FALSE(refused) << json;
    EXPECT_THAT(refused.error().detail, HasSubstr(what)) << json;
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("4111")))
        << "a number that came by mistake is not repeated";
  }
  EXPECT_FALSE(wire::read_authorise(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(wire::read_authorise(std::string(wire::kRequestBytesMax, ' ') + kAuthorise));
}

TEST(GatewayWire, AnAnswerMayHaveMembersThatAreNotKnownYet) {
  const auto read = wire::read_payment(
      R"({"key":"a","status":"captured","amount":{"amount":1,"currency":"EUR","tax":0},"reference":"",)"
      R"("decline_reason":"","card_hint":"","captures":1,"fee":{"amount":1}})");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->status, Status::kCaptured);
  EXPECT_FALSE(wire::read_payment(R"({"key":"a","status":"stolen"})"));
  EXPECT_FALSE(wire::read_page(R"({"payments":[],"next":"not a key"})"));
}

TEST(GatewayWire, KeysAreWhatAUrlHoldsAsItIs) {
  for (const char* key : {"order-0193a4d2-7c1e-7b5a-9f5e-2f1d3c4b5a69", "a", "A.b_c~1"})
    EXPECT_TRUE(wire::is_key(key)) << key;
  for (const char* key : {"", ".", "..", "a/b", "a b", "a%20b", "é"})
    EXPECT_FALSE(wire::is_key(key)) << key;
  EXPECT_FALSE(wire::is_key(std::string(129, 'k')));
}

TEST(CardToken, IsTheNumberOfATestCardAndHidesAnyOther) {
  for (const TestCard& card : test_cards()) {
    std::string digits(card.number);
    std::erase(digits, ' ');
    EXPECT_EQ(card_token(digits), digits);
    EXPECT_EQ(behaviour_of(card_token(digits)), card.behaviour);
  }
  for (const std::string number : {"4111111111111111", "378282246310005", "6304000000000000000"}) {
    const std::string token = card_token(number);
    EXPECT_NE(token, number);
    EXPECT_TRUE(is_card_token(token)) << token;
    EXPECT_EQ(card_hint(token), card_hint(number));
    EXPECT_EQ(behaviour_of(token), Behaviour::kApprove);
    EXPECT_EQ(card_token(token), token) << "hidden again it is the same";
    EXPECT_FALSE(is_card_token(number)) << number;
  }
  for (const char* text : {"", "4242", "xxxxxxxxxxxxxxxx", "4242424242424241", "411111xxxxxx111x"})
    EXPECT_FALSE(is_card_token(text)) << text;
}

}  // namespace
}  // namespace ff::payments
