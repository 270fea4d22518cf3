#include "checkout/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkout/address.h"

namespace ff::checkout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant kNow{1'795'000'000'000'000};

pricing::Rules rules() {
  pricing::Rules rules;
  rules.countries = {"DE", "GB", "US", "IE", "BR", "PT"};
  rules.delivery = {{"standard", "Standard", {"*"}, Money{490, {}}, std::nullopt},
                    {"courier", "Courier", {"GB"}, Money{990, {}}, std::nullopt}};
  return rules;
}

RawRequest good() {
  RawRequest raw;
  raw.idempotency_key = "6b1f0c8e";
  raw.email = " ada@example.com ";
  raw.name = "Ada Lovelace";
  raw.line1 = "Hauptstraße 1";
  raw.city = "Berlin";
  raw.postcode = "10115";
  raw.country = "de";
  raw.delivery_method = "standard";
  raw.payment_method = "card";
  raw.card_number = "4242 4242 4242 4242";
  raw.card_expiry = "12/30";
  raw.card_cvc = "123";
  return raw;
}

std::vector<std::string> wrong(const RawRequest& raw) {
  std::vector<std::string> fields;
  const auto parsed = parse(raw, rules(), kNow);
  if (parsed) return fields;
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
  for (const FieldError& error : parsed.error().fields) {
    EXPECT_FALSE(error.message.empty());
    fields.push_back(error.field);
  }
  return fields;
}

TEST(CheckoutRequest, IsReadIntoItsCanonicalForm) {
  RawRequest raw = good();
  raw.expected_total = "24.90";
  const auto parsed = parse(raw, rules(), kNow);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->email, "ada@example.com");
  EXPECT_EQ(parsed->address.country, "DE");
  EXPECT_EQ(parsed->method, orders::PaymentMethod::kCard);
  EXPECT_EQ(parsed->card->number, "4242424242424242");
  EXPECT_EQ(parsed->expected_total, (Money{2490, {}}));
}

TEST(CheckoutRequest, SaysEverythingThatIsWrongAtOnce) {
  EXPECT_THAT(wrong(RawRequest{}), ElementsAre("idempotency_key", "email", "country", "name", "line1", "city",
                                               "card_number", "card_expiry", "card_cvc"));
  RawRequest raw = good();
  raw.postcode = "1234";
  raw.delivery_method = "";
  raw.payment_method = "cheque";
  raw.expected_total = "12,50";
  EXPECT_THAT(wrong(raw), ElementsAre("postcode", "delivery_method", "payment_method", "expected_total"));
}

TEST(CheckoutRequest, LooksAtTheCardOnlyWhenOnePaysByCard) {
  RawRequest raw = good();
  raw.payment_method = "on_delivery";
  raw.card_number = "nonsense";
  const auto parsed = parse(raw, rules(), kNow);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->card.has_value());
}

TEST(CheckoutRequest, OffersOnlyWhatGoesToTheCountry) {
  RawRequest raw = good();
  raw.delivery_method = "courier";
  EXPECT_THAT(wrong(raw), ElementsAre("delivery_method"));
  raw.country = "FR";
  EXPECT_THAT(wrong(raw), ElementsAre("country"));
}

TEST(CheckoutRequest, RefusesControlCharactersAndBrokenText) {
  RawRequest raw = good();
  raw.name = "Ada\nBcc: everyone";
  raw.city = "\xff\xfe";
  raw.line1 = std::string(201, 'x');
  raw.phone = "call me";
  EXPECT_THAT(wrong(raw), ElementsAre("name", "line1", "city", "phone"));
}

TEST(CheckoutRequest, CountsLettersAndNotBytes) {
  RawRequest raw = good();
  raw.name.clear();
  for (int i = 0; i < 200; ++i)
    raw.name += "ä";
  EXPECT_THAT(wrong(raw), IsEmpty());
}

TEST(IdempotencyKey, IsShortVisibleAscii) {
  EXPECT_TRUE(is_idempotency_key("a"));
  EXPECT_TRUE(is_idempotency_key(std::string(255, '~')));
  for (const std::string& key : {std::string(), std::string(256, 'a'), std::string("a b"),
                                 std::string("\x7f"), std::string("ä"), std::string("a\0b", 3)})
    EXPECT_FALSE(is_idempotency_key(key)) << key;
}

TEST(Email, HasTheShapeOfAnAddress) {
  for (const char* text : {"a@b.co", "first.last+tag@sub.example.com", "o'neil@example.ie", "jörg@bücher.de"})
    EXPECT_TRUE(is_email(text)) << text;
  for (const char* text :
       {"", "a", "a@b", "@b.co", "a@", "a@@b.co", "a b@c.de", ".a@b.co", "a.@b.co", "a..b@c.de", "a@.co",
        "a@b.", "a@b..co", "a@-b.co", "a@b-.co", "a@b.co\r\nBcc: x@y.z", "<a@b.co>"})
    EXPECT_FALSE(is_email(text)) << text;
}

struct Postcode {
  const char* country;
  const char* typed;
  const char* canonical;  // "" when it is refused
};
class Postcodes : public testing::TestWithParam<Postcode> {};
TEST_P(Postcodes, AreReadAsTheirCountryWritesThem) {
  const Postcode& each = GetParam();
  EXPECT_EQ(canonical_postcode(address_rules(each.country), each.typed), each.canonical);
}
INSTANTIATE_TEST_SUITE_P(
    Countries, Postcodes,
    testing::Values(Postcode{"DE", "10115", "10115"}, Postcode{"DE", "1011", ""}, Postcode{"DE", "1011a", ""},
                    Postcode{"GB", "sw1a1aa", "SW1A 1AA"}, Postcode{"GB", "M1 1AE", "M1 1AE"},
                    Postcode{"GB", "12345", ""}, Postcode{"US", "94105", "94105"},
                    Postcode{"US", "941051234", "94105-1234"}, Postcode{"CA", "m5v-2t6", "M5V 2T6"},
                    Postcode{"NL", "1012ab", "1012 AB"}, Postcode{"PT", "1000001", "1000-001"},
                    Postcode{"SE", "11120", "111 20"}, Postcode{"IE", "d02af30", "D02 AF30"},
                    Postcode{"PL", "00001", "00-001"}, Postcode{"DE", "10115\xc3\xa4", ""}));

TEST(Address, EveryExampleOfAPostcodeIsRightItself) {
  for (const char* country : {"AT", "AU", "BE", "BR", "CA", "CH", "CN", "CZ", "DE", "DK", "EE", "ES", "FI",
                              "FR", "GB", "GR", "HR", "HU", "IE", "IN", "IT", "JP", "KR", "LT", "LU", "LV",
                              "MX", "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SG", "SI", "SK", "US", "ZA"}) {
    const AddressRules& rules_of = address_rules(country);
    EXPECT_EQ(rules_of.country, country);
    EXPECT_EQ(canonical_postcode(rules_of, rules_of.postcode_example), rules_of.postcode_example) << country;
  }
}

TEST(Address, StatesAreGivenByCodeOrNameWhereTheyAreNeeded) {
  RawRequest raw = good();
  raw.country = "US";
  raw.postcode = "94105";
  EXPECT_THAT(wrong(raw), ElementsAre("region"));
  raw.region = "Bavaria";
  EXPECT_THAT(wrong(raw), ElementsAre("region"));
  for (const char* region : {"ca", "California", "CALIFORNIA"}) {
    raw.region = region;
    const auto parsed = parse(raw, rules(), kNow);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->address.region, "CA");
  }
}

TEST(Fingerprint, IsTheSameForTheSameRequestAndDiffersInEveryPart) {
  const auto print = [](const RawRequest& raw) { return fingerprint_of(*parse(raw, rules(), kNow)); };
  const std::string base = print(good());
  EXPECT_EQ(print(good()), base);
  RawRequest other = good();
  for (const auto change : {&RawRequest::email, &RawRequest::name, &RawRequest::line1, &RawRequest::line2,
                            &RawRequest::city, &RawRequest::region}) {
    other = good();
    other.*change = change == &RawRequest::email ? "eve@example.com" : "Other";
    EXPECT_NE(print(other), base);
  }
  other = good();
  other.line1 = "Hauptstraße 1B";
  RawRequest shifted = good();
  shifted.line1 = "Hauptstraße 1";
  shifted.line2 = "B";
  EXPECT_NE(print(other), print(shifted));

  Request request = *parse(good(), rules(), kNow);
  request.lines = {{VariantId{1}, 2, {}}};
  const std::string two = fingerprint_of(request);
  request.lines[0].quantity = 3;
  EXPECT_NE(fingerprint_of(request), two);
}

TEST(Fingerprint, TellsCardsApartByNoMoreThanSixteenBitsThatAreTheSameInEveryOrder) {
  const auto print = [](const RawRequest& raw) { return fingerprint_of(*parse(raw, rules(), kNow)); };
  RawRequest other = good();
  other.payment_method = "on_delivery";
  EXPECT_EQ(print(other).size(), 32u);
  const std::string base = print(good());
  ASSERT_EQ(base.size(), 36u);

  other = good();
  other.card_number = "4242-4242-4242-4242";
  other.card_expiry = "11/31";
  other.card_cvc = "999";
  EXPECT_EQ(print(other), base) << "it is the same card, and a code is kept in no form";
  other.card_number = "5555 5555 5555 4444";
  EXPECT_EQ(print(other).substr(0, 32), base.substr(0, 32));
  EXPECT_NE(print(other).substr(32), base.substr(32));

  other = good();
  other.email = "eve@example.com";
  EXPECT_NE(print(other).substr(0, 32), base.substr(0, 32));
  EXPECT_EQ(print(other).substr(32), base.substr(32));
}

}  // namespace
}  // namespace ff::checkout
