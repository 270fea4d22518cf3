#include "catalog/product.h"

#include <gtest/gtest.h>

#include <functional>

#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using testing::product;
using testing::with_option;

/// The first field that validate() names; "" when the product holds.
std::string fault_of(const Product& one) {
  const auto valid = validate(one);
  return valid ? "" : valid.error().fields.at(0).field;
}

std::string fault_after(const std::function<void(Product&)>& change) {
  Product one = with_option(product(1, "Linen Shirt"), "Size", {"S", "M"});
  change(one);
  return fault_of(one);
}

TEST(Validate, AcceptsAProductWithoutOptionsAndOneWithThree) {
  EXPECT_EQ(fault_of(product(1, "Linen Shirt")), "");
  Product full = with_option(product(1, "Linen Shirt"), "Size", {"S", "M"});
  full.options = {"Size", "Colour", "Cut"};
  for (Variant& variant : full.variants)
    variant.options = {variant.options[0], "Navy", "Slim"};
  EXPECT_EQ(fault_of(full), "");
}

TEST(Validate, NeedsAHandleThatIsASlug) {
  for (const std::string handle : {"", "Linen", "linen shirt", "-linen", "linen--shirt", "línen"}) {
    EXPECT_EQ(fault_after([&](Product& p) { p.handle = handle; }), "handle") << handle;
  }
}

TEST(Validate, NeedsATitleAndAVariant) {
  EXPECT_EQ(fault_after([](Product& p) { p.title = "  "; }), "title");
  EXPECT_EQ(fault_after([](Product& p) { p.variants.clear(); }), "variants");
}

TEST(Validate, NeedsAValueForEachOptionAndNoOther) {
  EXPECT_EQ(fault_after([](Product& p) { p.variants[1].options[0].clear(); }), "variants[1].options[0]");
  EXPECT_EQ(fault_after([](Product& p) { p.variants[1].options[1] = "Navy"; }), "variants[1].options[1]");
}

TEST(Validate, RefusesTwoVariantsThatAreTheSame) {
  EXPECT_EQ(fault_after([](Product& p) { p.variants[1].options[0] = "S"; }), "variants[1].options");
}

TEST(Validate, RefusesAmountsBelowZeroAndOtherCurrencies) {
  EXPECT_EQ(fault_after([](Product& p) { p.variants[0].price.minor = -1; }), "variants[0].price");
  EXPECT_EQ(fault_after([](Product& p) { p.variants[1].price.currency = *Currency::parse("USD"); }),
            "variants[1].price");
  EXPECT_EQ(fault_after([](Product& p) {
              p.variants[1].compare_at = Money{5, *Currency::parse("USD")};
            }),
            "variants[1].compare_at");
}

TEST(Validate, RefusesAPictureThatIsNotThere) {
  EXPECT_EQ(fault_after([](Product& p) { p.variants[1].picture = 0; }), "variants[1].picture");
}

TEST(Validate, RefusesPicturesThatAreNeitherOursNorOverHttps) {
  for (const std::string url : {"http://a.example/x.jpg", "javascript:alert(1)", "//a.example/x.jpg",
                                "https:///x", "https://A.example/x", ""}) {
    EXPECT_EQ(fault_after([&](Product& p) { p.pictures.push_back({url, ""}); }), "pictures[0].url") << url;
  }
  EXPECT_EQ(fault_after([](Product& p) {
              p.pictures = {{"/pictures/shirt.svg", ""}, {"https://a.example/x.jpg", ""}};
            }),
            "");
}

TEST(Validate, WantsTagsSortedAndDifferent) {
  EXPECT_EQ(fault_after([](Product& p) { p.tags = {"b", "a"}; }), "tags");
  EXPECT_EQ(fault_after([](Product& p) { p.tags = {"a", "a"}; }), "tags");
  EXPECT_EQ(fault_after([](Product& p) { p.tags = {"a", "b"}; }), "");
}

TEST(Validate, RefusesBrokenText) {
  EXPECT_EQ(fault_after([](Product& p) { p.vendor = "caf\xE9"; }), "vendor");
  EXPECT_EQ(fault_after([](Product& p) { p.variants[0].sku = "\xFF"; }), "variants[0].sku");
}

TEST(Validate, NamesEveryFaultAtOnce) {
  Product one = product(1, "Linen Shirt");
  one.handle = "No Slug";
  one.title.clear();
  one.variants[0].grams = -5;
  const auto valid = validate(one);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(valid.error().fields.size(), 3u);
}

}  // namespace
}  // namespace ff::catalog
