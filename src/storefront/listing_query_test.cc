#include "storefront/listing_query.h"

#include <gtest/gtest.h>

namespace ff::storefront {
namespace {

ListingAddress parsed(std::string_view query, std::string path = "/search") {
  const auto form = http::Form::parse(query);
  EXPECT_TRUE(form.has_value());
  return parse_listing(std::move(path), *form, Currency{});
}

std::string canonical(std::string_view query) { return address_of(parsed(query), true); }

TEST(ListingAddress, IsTheSameForTheSameListingHoweverItIsWritten) {
  EXPECT_EQ(canonical("option.size=M&vendor=Northgate&option.size=L&utm_source=mail"),
            canonical("vendor=Northgate&option.size=L&option.size=M&option.size=L&x=1"));
}

TEST(ListingAddress, ReadsWhatItWrites) {
  const std::string address =
      canonical("q=warm+coat&price_min=20&price_max=80.50&available=1&sort=-price&type=Coats&cursor=abc");
  const std::size_t mark = address.find('?');
  ASSERT_NE(mark, std::string::npos);
  EXPECT_EQ(canonical(std::string_view(address).substr(mark + 1)), address);
  const ListingAddress listing = parsed(std::string_view(address).substr(mark + 1));
  EXPECT_EQ(listing.query.text, "warm coat");
  EXPECT_EQ(listing.query.price_min, 2000);
  EXPECT_EQ(listing.query.price_max, 8050);
  EXPECT_TRUE(listing.query.available_only);
  EXPECT_EQ(listing.query.sort, catalog::Sort::kPriceDescending);
  EXPECT_EQ(listing.query.cursor, "abc");
}

TEST(ListingAddress, LeavesOutWhatItDoesNotUnderstand) {
  EXPECT_EQ(canonical("price_min=cheap&sort=magic&available=perhaps&colour=Navy&option.=x"), "/search");
}

TEST(ListingAddress, PutsPricesInOrder) {
  const ListingAddress listing = parsed("price_min=90&price_max=10");
  EXPECT_EQ(listing.query.price_min, 1000);
  EXPECT_EQ(listing.query.price_max, 9000);
}

TEST(ListingAddress, BoundsHowManyValuesAreChosen) {
  std::string query;
  for (int i = 0; i < 200; ++i)
    query += "tag=t" + std::to_string(i) + "&";
  const ListingAddress listing = parsed(query);
  ASSERT_EQ(listing.query.filters.size(), 1U);
  EXPECT_EQ(listing.query.filters.front().values.size(), kFilterValuesMax);
}

TEST(ListingAddress, TakesAValueAwayAndBeginsAtTheFirstPage) {
  const ListingAddress listing = parsed("option.size=M&option.size=L&cursor=abc");
  EXPECT_EQ(without_value(listing, "option.size", "M"), "/search?option.size=L");
  EXPECT_EQ(without_filters(listing), "/search");
  EXPECT_EQ(with_value(parsed("q=tee"), "vendor", "A & B"), "/search?q=tee&vendor=A%20%26%20B");
}

}  // namespace
}  // namespace ff::storefront
