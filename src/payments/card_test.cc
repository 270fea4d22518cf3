#include "payments/card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payments/ledger.h"

namespace ff::payments {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Instant kNovember2026{1'795'000'000'000'000};  // 2026-11-18

std::vector<FieldError> errors_of(std::string_view number, std::string_view expiry, std::string_view cvc) {
  std::vector<FieldError> errors;
  parse_card(number, expiry, cvc, kNovember2026, errors);
  return errors;
}
auto only(const char* field) { return ElementsAre(Field(&FieldError::field, field)); }

TEST(Card, IsReadAsPeopleTypeIt) {
  for (const char* expiry : {"01/27", "1/27", "01 / 2027", "0127", "012027", "01-27"}) {
    std::vector<FieldError> errors;
    const Card card = parse_card(" 4242 4242-4242 4242 ", expiry, " 123 ", kNovember2026, errors);
    EXPECT_THAT(errors, IsEmpty()) << expiry;
    EXPECT_EQ(card.number, "4242424242424242");
    EXPECT_EQ(card.expiry_month, 1);
    EXPECT_EQ(card.expiry_year, 2027);
    EXPECT_EQ(card.cvc, "123");
  }
}

TEST(Card, NumberMustHaveTheRightDigits) {
  for (const char* number : {"", "4242", "4242 4242 4242 4241", "4242 4242 4242 424x",
                             "42424242424242424242424242", "0000 0000 000"})
    EXPECT_THAT(errors_of(number, "01/27", "123"), only("card_number")) << number;
}

TEST(Card, IsGoodUntilTheEndOfItsMonth) {
  EXPECT_THAT(errors_of("4242424242424242", "11/26", "123"), IsEmpty());
  for (const char* expiry :
       {"10/26", "12/25", "13/27", "00/27", "1", "", "ab/cd", "01/99", "1/2/27", "01/027"})
    EXPECT_THAT(errors_of("4242424242424242", expiry, "123"), only("card_expiry")) << expiry;
}

TEST(Card, CodeHasTheLengthOfItsBrand) {
  EXPECT_THAT(errors_of("378282246310005", "01/27", "1234"), IsEmpty());
  EXPECT_THAT(errors_of("378282246310005", "01/27", "123"), only("card_cvc"));
  EXPECT_THAT(errors_of("4242424242424242", "01/27", "1234"), only("card_cvc"));
  EXPECT_THAT(errors_of("4242424242424242", "01/27", "12a"), only("card_cvc"));
}

TEST(Card, SaysEverythingThatIsWrongAtOnce) {
  EXPECT_THAT(errors_of("", "", ""),
              ElementsAre(Field(&FieldError::field, "card_number"), Field(&FieldError::field, "card_expiry"),
                          Field(&FieldError::field, "card_cvc")));
}

TEST(Card, NeverRepeatsDigitsInWhatItSaysIsWrong) {
  for (const FieldError& error : errors_of("4242 4242 4242 4241", "10/26", "98765"))
    EXPECT_EQ(error.message.find_first_of("489"), std::string::npos) << error.message;
}

TEST(CardHint, KeepsBrandAndLastFourDigits) {
  EXPECT_EQ(card_hint("4242424242424242"), "Visa ending 4242");
  EXPECT_EQ(card_hint("5555555555554444"), "Mastercard ending 4444");
  EXPECT_EQ(card_hint("2223003122003222"), "Mastercard ending 3222");
  EXPECT_EQ(card_hint("378282246310005"), "American Express ending 0005");
  EXPECT_EQ(card_hint("6011111111111117"), "Discover ending 1117");
  EXPECT_EQ(card_hint("3566002020360505"), "JCB ending 0505");
  EXPECT_EQ(card_hint("30569309025904"), "Diners Club ending 5904");
}

TEST(TestCards, AreAllValidNumbers) {
  for (const TestCard& card : test_cards())
    EXPECT_THAT(errors_of(card.number, "01/30", "123"), IsEmpty()) << card.number;
}

TEST(Ledger, OperationsAskedTwiceActOnce) {
  Payment payment;
  AuthoriseRequest request;
  request.key = "k";
  request.amount = Money{100, {}};
  request.card.number = "4242424242424242";
  authorise(payment, request, Behaviour::kApprove, "first");
  authorise(payment, request, Behaviour::kDecline, "second");
  EXPECT_EQ(payment.status, Status::kAuthorised);
  EXPECT_EQ(payment.reference, "first");
  capture(payment);
  capture(payment);
  EXPECT_EQ(payment.captures, 1);
  close(payment);
  close(payment);
  EXPECT_EQ(payment.status, Status::kRefunded);
  capture(payment);
  EXPECT_EQ(payment.status, Status::kRefunded);
}

TEST(Ledger, ClosingBarsAPaymentThatHasNotArrived) {
  Payment payment;
  close(payment);
  AuthoriseRequest late;
  authorise(payment, late, Behaviour::kApprove, "late");
  EXPECT_EQ(payment.status, Status::kVoided);
}

TEST(Ledger, ADeclineStaysADecline) {
  Payment payment;
  AuthoriseRequest request;
  authorise(payment, request, Behaviour::kDecline, "r");
  close(payment);
  authorise(payment, request, Behaviour::kApprove, "r");
  EXPECT_EQ(payment.status, Status::kDeclined);
}

}  // namespace
}  // namespace ff::payments
