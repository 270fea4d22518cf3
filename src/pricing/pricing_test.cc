#include "pricing/pricing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace ff::pricing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Money euros(std::int64_t minor) { return Money{minor, {}}; }

Rules rules() {
  Rules rules;
  rules.countries = {"DE", "FR", "US", "JP"};
  rules.delivery = {
      {"express", "Express, next working day", {"DE", "FR"}, euros(1290), std::nullopt},
      {"standard", "Standard, 2-4 working days", {"DE", "FR"}, euros(490), euros(10000)},
      {"world", "Worldwide", {"*"}, euros(1990), euros(30000)},
  };
  rules.tax = {{"DE", BasisPoints{1900}, true}, {"US", BasisPoints{825}, false}};
  return rules;
}

std::vector<std::string> offered(std::string_view country, std::int64_t subtotal) {
  static const Rules kRules = rules();
  std::vector<std::string> names;
  for (const DeliveryOffer& offer : delivery_offers(kRules, country, euros(subtotal)))
    names.push_back(offer.method->id + " " + offer.price.decimal());
  return names;
}

TEST(Delivery, OffersTheMethodsOfTheCountryCheapestFirst) {
  EXPECT_THAT(offered("DE", 5000), ElementsAre("standard 4.90", "express 12.90"));
}

TEST(Delivery, IsFreeFromTheThresholdOn) {
  EXPECT_THAT(offered("DE", 9999), ElementsAre("standard 4.90", "express 12.90"));
  EXPECT_THAT(offered("DE", 10000), ElementsAre("standard 0.00", "express 12.90"));
}

TEST(Delivery, TheStarServesOnlyCountriesThatNoMethodNames) {
  EXPECT_THAT(offered("US", 100), ElementsAre("world 19.90"));
}

TEST(Delivery, OffersNothingWhereWeDoNotDeliver) { EXPECT_THAT(offered("BR", 100), IsEmpty()); }

TEST(Totals, IncludedTaxIsPartOfTheTotal) {
  const PricedLine lines[] = {{euros(5000), 2, true}};
  const auto result = totals(rules(), lines, "DE", "standard");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->subtotal, euros(10000));
  EXPECT_EQ(result->delivery, euros(0));
  EXPECT_EQ(result->tax, euros(1597));  // 100.00 * 19 / 119 = 15.966
  EXPECT_TRUE(result->tax_included);
  EXPECT_EQ(result->total, euros(10000));
}

TEST(Totals, AddedTaxComesOnTopOfGoodsAndDelivery) {
  const PricedLine lines[] = {{euros(999), 1, true}};
  const auto result = totals(rules(), lines, "US", "world");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->tax, euros(82 + 164));  // 9.99 * 8.25 % = 0.824; 19.90 * 8.25 % = 1.642
  EXPECT_FALSE(result->tax_included);
  EXPECT_EQ(result->total, euros(999 + 1990 + 246));
}

TEST(Totals, RoundsHalfAwayFromZeroOncePerOrderAndNotPerUnit) {
  Rules half = rules();
  half.tax = {{"US", BasisPoints{5000}, false}};
  half.delivery[2].price = euros(0);
  const PricedLine one[] = {{euros(1), 1, true}};
  const PricedLine three[] = {{euros(1), 3, true}};
  EXPECT_EQ(totals(half, one, "US", "world")->tax, euros(1));    // 0.5 -> 1
  EXPECT_EQ(totals(half, three, "US", "world")->tax, euros(2));  // 1.5 -> 2, not 3 x 1
}

TEST(Totals, NonTaxableLinesAreNotTaxedNorTheirDeliveryWhenNothingElseIsOrdered) {
  const PricedLine mixed[] = {{euros(1000), 1, true}, {euros(1000), 1, false}};
  EXPECT_EQ(totals(rules(), mixed, "US", "world")->tax, euros(83 + 164));
  const PricedLine exempt[] = {{euros(1000), 1, false}};
  EXPECT_EQ(totals(rules(), exempt, "US", "world")->tax, euros(0));
}

TEST(Totals, ACountryWithoutARuleHasNoTaxUnlessTheStarHasOne) {
  const PricedLine lines[] = {{euros(1000), 1, true}};
  EXPECT_EQ(totals(rules(), lines, "FR", "express")->tax, euros(0));
  Rules starred = rules();
  starred.tax.push_back({"*", BasisPoints{1000}, false});
  EXPECT_EQ(totals(starred, lines, "FR", "express")->tax, euros(100 + 129));
}

TEST(Totals, NamesTheFieldThatDoesNotFit) {
  const PricedLine lines[] = {{euros(1000), 1, true}};
  EXPECT_EQ(totals(rules(), lines, "BR", "world").error().fields.front().field, "country");
  EXPECT_EQ(totals(rules(), lines, "DE", "pigeon").error().fields.front().field, "delivery_method");
  EXPECT_EQ(totals(rules(), lines, "DE", "world").error().fields.front().field, "delivery_method");
}

// Properties, over seeded random orders.
class Property : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Property, TotalsAddUpAndGrowWithTheOrder) {
  SeededRandom random(GetParam());
  Rules any = rules();
  any.tax = {{"*", BasisPoints{static_cast<std::int32_t>(random.below(5001))}, random.below(2) == 0}};
  any.delivery = {{"m", "M", {"*"}, euros(static_cast<std::int64_t>(random.below(5000))), std::nullopt}};
  std::vector<PricedLine> lines;
  orders::Totals before;
  for (int i = 0; i < 20; ++i) {
    lines.push_back({euros(static_cast<std::int64_t>(random.below(1'000'000))),
                     static_cast<std::int64_t>(1 + random.below(99)), random.below(4) != 0});
    const auto result = totals(any, lines, "JP", "m");
    ASSERT_TRUE(result);
    const orders::Totals& now = *result;
    const Money net = now.subtotal + now.delivery;
    EXPECT_EQ(now.total, now.tax_included ? net : net + now.tax);
    EXPECT_GE(now.tax.minor, 0);
    EXPECT_LE(now.tax.minor, now.total.minor);
    EXPECT_GE(now.subtotal.minor, before.subtotal.minor);
    EXPECT_GE(now.tax.minor, before.tax.minor);
    EXPECT_GE(now.total.minor, before.total.minor);
    // The rounding of two parts is at most one unit away from exact.
    __extension__ using Wide = __int128;
    const Wide rate = now.tax_rate.value;
    Wide base = 0;
    bool taxed = false;
    for (const PricedLine& line : lines) {
      if (line.taxable) base += Wide{line.unit_price.minor} * line.quantity;
      taxed = taxed || line.taxable;
    }
    if (taxed) base += now.delivery.minor;
    const Wide denominator = now.tax_included ? 10'000 + rate : 10'000;
    const Wide off = Wide{now.tax.minor} * denominator - base * rate;
    EXPECT_LE(off < 0 ? -off : off, denominator);
    before = now;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Property, testing::Range<std::uint64_t>(1, 51));

}  // namespace
}  // namespace ff::pricing
