#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/json_writer.h"
#include "base/money.h"
#include "base/random.h"
#include "base/shared_library.h"
#include "base/text.h"
#include "base/time.h"

namespace ff {
namespace {

const Currency kEuro = *Currency::parse("EUR");
const Currency kYen = *Currency::parse("JPY");

TEST(Money, ReadsAndWritesDecimalsOfItsCurrency) {
  EXPECT_EQ(Money::parse_decimal("12.5", kEuro)->minor, 1250);
  EXPECT_EQ(Money::parse_decimal("12", kEuro)->minor, 1200);
  EXPECT_EQ(Money::parse_decimal("12.5000", kEuro)->minor, 1250);
  EXPECT_EQ(Money::parse_decimal("1200", kYen)->minor, 1200);
  EXPECT_EQ((Money{5, kEuro}).decimal(), "0.05");
  EXPECT_EQ((Money{-1250, kEuro}).decimal(), "-12.50");
  EXPECT_EQ((Money{1200, kYen}).decimal(), "1200");
}

TEST(Money, RefusesWhatIsNotAnAmount) {
  for (const char* text :
       {"", ".", "12.", ".5", "-1", "+1", "1,5", "1e3", " 1", "12.345", "99999999999999999999"}) {
    EXPECT_FALSE(Money::parse_decimal(text, kEuro)) << text;
  }
  EXPECT_FALSE(Money::parse_decimal("1.5", kYen));
}

TEST(Money, DecimalTextReadsBackAsTheSameAmount) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const Money money{static_cast<std::int64_t>(random.below(Money::kMinorMax)), i % 2 == 0 ? kEuro : kYen};
    EXPECT_EQ(*Money::parse_decimal(money.decimal(), money.currency), money);
  }
}

TEST(Money, ScalesHalfAwayFromZero) {
  EXPECT_EQ(scale({1, kEuro}, 1, 2).minor, 1);
  EXPECT_EQ(scale({-1, kEuro}, 1, 2).minor, -1);
  EXPECT_EQ(scale({4, kEuro}, 1, 3).minor, 1);
  EXPECT_EQ(scale({5, kEuro}, 1, 3).minor, 2);
  EXPECT_EQ(scale({11900, kEuro}, 1900, 11900).minor, 1900);
}

TEST(Money, ScalingIsExactToHalfAUnit) {
  SeededRandom random(2);
  for (int i = 0; i < 1000; ++i) {
    const auto minor = static_cast<std::int64_t>(random.below(1'000'000'000));
    const auto numerator = static_cast<std::int64_t>(random.below(10'000));
    const auto denominator = static_cast<std::int64_t>(1 + random.below(20'000));
    const std::int64_t scaled = scale({minor, kEuro}, numerator, denominator).minor;
    EXPECT_LE(std::abs(2 * (scaled * denominator - minor * numerator)), denominator);
  }
}

TEST(Uuid, Version7KeepsTimeOrderAndReadsBack) {
  SeededRandom random(3);
  const Uuid first = Uuid::v7({1'700'000'000'000'000}, random);
  const Uuid second = Uuid::v7({1'700'000'000'001'000}, random);
  EXPECT_LT(first, second);
  EXPECT_EQ(first.text()[14], '7');
  EXPECT_EQ(Uuid::parse(first.text()), first);
  EXPECT_FALSE(Uuid::parse("not-a-uuid"));
  EXPECT_FALSE(Uuid::parse(Token::make(random).text()));
}

TEST(Token, ComparesAsASecretAndReadsBack) {
  SeededRandom random(4);
  const Token token = Token::make(random);
  EXPECT_TRUE(token.equals_secret(*Token::parse(token.text())));
  EXPECT_FALSE(token.equals_secret(Token::make(random)));
  EXPECT_FALSE(Token::parse("ABCDEF00000000000000000000000000"));
}

TEST(Random, BelowStaysBelowAndSeedsReplay) {
  SeededRandom a(5);
  SeededRandom b(5);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = a.below(7);
    EXPECT_LT(value, 7u);
    EXPECT_EQ(value, b.below(7));
  }
}

TEST(JsonWriter, WritesNestedValuesAndEscapes) {
  std::string out;
  JsonWriter json(out);
  json.object([&] {
    json.key("name").value("a\"b\\\n</script>");
    json.key("list").array([&] {
      json.value(1);
      json.value(true);
      json.null();
      json.array([] {});
    });
    json.key("price").value(Money{1250, kEuro});
  });
  EXPECT_EQ(out, R"({"name":"a\"b\\\n\u003c/script\u003e","list":[1,true,null,[]],)"
                 R"("price":{"amount":1250,"currency":"EUR"}})");
}

TEST(JsonWriter, ReplacesBrokenUtf8) {
  std::string out;
  JsonWriter(out).value("a\xff\xc3\xa9\xed\xa0\x80");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Text, FoldsCaseAndAccents) {
  EXPECT_EQ(fold("Étoile ŒUVRE Straße Łódź"), "etoile oeuvre strasse lodz");
  EXPECT_EQ(fold("日本"), "日本");
}

TEST(Text, SlugsAreLowerCaseDashedAndClean) {
  EXPECT_EQ(slug("  Ocean Blue — Shirt!"), "ocean-blue-shirt");
  EXPECT_EQ(slug("???"), "");
}

TEST(Text, RefusesBrokenUtf8) {
  EXPECT_TRUE(is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const char* text : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Text, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_int("42"), 42);
  for (const char* text : {"", "-1", "+1", "4 2", "0x1", "99999999999999999999"})
    EXPECT_FALSE(parse_int(text)) << text;
}

TEST(SharedLibrary, GivesFunctionsOfALibraryOfTheSystem) {
  SharedLibrary library("libm.so.6");
  double (*cosine)(double) = nullptr;
  library.import(cosine, "cos");
  ASSERT_TRUE(library.loaded());
  EXPECT_EQ(cosine(0.0), 1.0);
}

TEST(SharedLibrary, NamesALibraryThatIsNotInstalled) {
  SharedLibrary library("libnobody-has-this.so.1");
  double (*cosine)(double) = nullptr;
  library.import(cosine, "cos");
  EXPECT_EQ(cosine, nullptr);
  ASSERT_FALSE(library.loaded());
  EXPECT_EQ(library.loaded().error().code, ErrorCode::kUnavailable);
  EXPECT_NE(library.loaded().error().detail.find("libnobody-has-this.so.1"), std::string::npos);
}

TEST(SharedLibrary, GivesNothingMoreOnceAFunctionIsMissing) {
  SharedLibrary library("libm.so.6");
  double (*absent)(double) = nullptr;
  double (*cosine)(double) = nullptr;
  library.import(absent, "ff_no_such_function");
  library.import(cosine, "cos");
  EXPECT_EQ(absent, nullptr);
  EXPECT_EQ(cosine, nullptr);
  EXPECT_FALSE(library.complete());
}

TEST(Time, WritesRfc3339) { EXPECT_EQ(rfc3339({1'795'770'000'123'456}), "2026-11-27T09:00:00.123456Z"); }

}  // namespace
}  // namespace ff
