#include "catalog/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using ::testing::ElementsAre;
using testing::handles;
using ::testing::IsEmpty;
using testing::product;
using testing::snapshot;
using ::testing::UnorderedElementsAre;
using testing::with_option;

Product dressed(Product one, std::string vendor, std::string type, std::vector<std::string> tags) {
  one.vendor = std::move(vendor);
  one.type = std::move(type);
  one.tags = std::move(tags);
  return one;
}

/// A small shop: ids, and so newness, rise in this order.
std::vector<Product> shop() {
  std::vector<Product> out;
  out.push_back(with_option(dressed(product(1, "Linen Shirt", 50), "Nordlys", "Shirts", {"men", "summer"}),
                            "Size", {"S", "M", "L"}));
  out.push_back(with_option(dressed(product(2, "Shirt Dress", 90), "Plain", "Dresses", {"women"}), "Size",
                            {"XS", "S"}));
  out.push_back(with_option(dressed(product(3, "Silk Blouse", 70), "Nordlys", "Blouses", {"women"}), "Size",
                            {"M", "L"}));
  out.push_back(with_option(dressed(product(4, "Écru Jumper", 110), "Märit", "Knitwear", {"women", "winter"}),
                            "Colour", {"Écru", "Navy"}));
  out.push_back(dressed(product(5, "Leather Belt", 30), "Plain", "Accessories", {"men"}));
  out.push_back(with_option(dressed(product(6, "Men's T-Shirt", 20), "Plain", "T-Shirts", {"men", "summer"}),
                            "Size", {"S", "M"}));
  out.back().body_html = "<p>Soft jersey. Goes with a belt &amp; jeans.</p>";
  return out;
}

class SearchTest : public ::testing::Test {
 protected:
  void build(std::vector<Product> products, std::vector<Collection> collections = {}) {
    index_ = std::make_unique<Index>(snapshot(std::move(products), std::move(collections)));
  }
  Page page(const Query& query) {
    auto found = index_->search(query, labels_);
    EXPECT_TRUE(found) << found.error().detail;
    return found ? std::move(*found) : Page{};
  }
  std::vector<std::string> found(std::string text) {
    Query query;
    query.text = std::move(text);
    return handles(page(query).products);
  }
  std::string corrected(std::string text) {
    Query query;
    query.text = std::move(text);
    return page(query).corrected;
  }
  static std::vector<std::string> values(const Page& page, std::string_view facet) {
    std::vector<std::string> out;
    for (const Facet& one : page.facets) {
      if (one.name != facet) continue;
      for (const FacetValue& value : one.values) {
        out.push_back(value.value + "=" + std::to_string(value.count) + (value.chosen ? "*" : ""));
      }
    }
    return out;
  }
  std::string refused(const Query& query) {
    const auto found = index_->search(query, labels_);
    if (found) return "";
    return found.error().fields.empty() ? "not found" : found.error().fields[0].field;
  }

  std::unique_ptr<Index> index_;
  StockLabels labels_;
};

TEST_F(SearchTest, FindsWordsInEveryField) {
  build(shop());
  EXPECT_THAT(found("blouse"), ElementsAre("silk-blouse"));
  EXPECT_THAT(found("nordlys"), UnorderedElementsAre("linen-shirt", "silk-blouse"));
  EXPECT_THAT(found("knitwear"), ElementsAre("ecru-jumper"));
  EXPECT_THAT(found("winter"), ElementsAre("ecru-jumper"));
  EXPECT_THAT(found("navy"), ElementsAre("ecru-jumper"));
  EXPECT_THAT(found("jersey"), ElementsAre("men-s-t-shirt"));
}

TEST_F(SearchTest, FindsTheProductOfAnSkuOrABarcodeAndNothingThatOnlyResemblesThem) {
  std::vector<Product> products = shop();
  products[0].variants[1].sku = "LS-M/07 b";
  products[0].variants[2].barcode = "4006381333931";
  products[4].variants[0].sku = "linen";
  build(std::move(products));
  EXPECT_THAT(found(" ls-m/07 B "), ElementsAre("linen-shirt"));
  EXPECT_THAT(found("4006381333931"), ElementsAre("linen-shirt"));
  EXPECT_THAT(found("400638133393"), IsEmpty());
  EXPECT_THAT(found("4006381333932"), IsEmpty());
  // A code that is also a word: its product first, then what has the word.
  EXPECT_THAT(found("linen"), ElementsAre("leather-belt", "linen-shirt"));
  const Suggestions typed = index_->suggest("4006381333931", 5);
  EXPECT_THAT(handles(typed.products), ElementsAre("linen-shirt"));
}

TEST_F(SearchTest, WantsEveryWord) {
  build(shop());
  EXPECT_THAT(found("nordlys shirt"), ElementsAre("linen-shirt"));
  EXPECT_THAT(found("silk belt"), IsEmpty());
}

TEST_F(SearchTest, IgnoresCaseAccentsAndSmallWords) {
  build(shop());
  EXPECT_THAT(found("ECRU"), ElementsAre("ecru-jumper"));
  EXPECT_THAT(found("écru"), ElementsAre("ecru-jumper"));
  EXPECT_THAT(found("a jumper for the winter"), ElementsAre("ecru-jumper"));
}

TEST_F(SearchTest, TakesSingularAndPluralForOne) {
  build(shop());
  EXPECT_THAT(found("belts"), ::testing::Contains("leather-belt"));
  EXPECT_THAT(found("blouses"), ElementsAre("silk-blouse"));
  EXPECT_THAT(found("dress"), ElementsAre("shirt-dress"));
  EXPECT_THAT(found("woman blouse"), ElementsAre("silk-blouse"));
}

TEST_F(SearchTest, FindsWordsWrittenWithHyphensBothWays) {
  build(shop());
  EXPECT_THAT(found("tshirt"), ElementsAre("men-s-t-shirt"));
  EXPECT_THAT(found("t-shirt"), ElementsAre("men-s-t-shirt"));
  EXPECT_THAT(found("mens tshirts"), ElementsAre("men-s-t-shirt"));
}

TEST_F(SearchTest, TakesTheLastWordForABeginning) {
  build(shop());
  EXPECT_THAT(found("leath"), ElementsAre("leather-belt"));
  EXPECT_THAT(found("silk bl"), ElementsAre("silk-blouse"));
  EXPECT_EQ(corrected("leath"), "");
}

TEST_F(SearchTest, RanksTheTitleAboveTheTextAndTheThingAboveItsKind) {
  build(shop());
  EXPECT_THAT(found("belt"), ElementsAre("leather-belt", "men-s-t-shirt"));
  EXPECT_THAT(found("shirt"), ::testing::Not(::testing::Contains("silk-blouse")));
  EXPECT_EQ(found("shirt").back(), "shirt-dress");
}

TEST_F(SearchTest, RanksAWholeWordAboveABeginning) {
  build({product(1, "Cord Trousers"), product(2, "Corduroy Trousers")});
  EXPECT_THAT(found("cord"), ElementsAre("cord-trousers", "corduroy-trousers"));
}

TEST_F(SearchTest, ReadsSmallMisspellings) {
  build(shop());
  EXPECT_EQ(corrected("shrit"), "shirt");     // two letters exchanged
  EXPECT_EQ(corrected("jumpr"), "jumper");    // one missing
  EXPECT_EQ(corrected("juumper"), "jumper");  // one too many
  EXPECT_EQ(corrected("bluose"), "blouse");
  EXPECT_EQ(corrected("lether belt"), "leather belt");
  EXPECT_EQ(corrected("acesories"), "accessories");  // two, in a long word
  EXPECT_THAT(found("bluose"), ElementsAre("silk-blouse"));
}

TEST_F(SearchTest, OfTwoReadingsAsNearTakesTheOneThatPeopleMean) {
  build({product(1, "Bait"), product(2, "Beat")});
  EXPECT_EQ(corrected("baet"), "beat");  // exchanged, rather than another letter
  build({product(1, "Best"), product(2, "Post"), product(3, "Post 2"), product(4, "Post 3")});
  EXPECT_EQ(corrected("bost"), "best");  // the first letter is nearly always right
  build({product(1, "Sialk"), product(2, "Silk")});
  EXPECT_EQ(corrected("sillk"), "silk");  // doubled, rather than another letter
  build({product(1, "Bast"), product(2, "Belt")});
  EXPECT_EQ(corrected("balt"), "belt");  // a vowel misheard, rather than a wrong consonant
  build({product(1, "Tunic"), product(2, "Tonic"), product(3, "Tunic 2")});
  EXPECT_EQ(corrected("tynic"), "tunic");  // alike slips: what the shop has more of
}

TEST_F(SearchTest, ReadsAMisspellingAsAWordOfTitlesBeforeOneOfDescriptions) {
  std::vector<Product> products{product(1, "Wool Skirt")};
  for (int i = 2; i < 6; ++i) {
    products.push_back(product(i, "Plain Belt"));
    products.back().body_html = "<p>Smirt.</p>";
  }
  build(std::move(products));
  EXPECT_EQ(corrected("srirt"), "skirt");
}

TEST_F(SearchTest, CorrectsNothingThatIsTooShortTooFarOrANumber) {
  build({product(1, "Red Jeans 501"), product(2, "Blouse")});
  EXPECT_THAT(found("rad"), IsEmpty());
  EXPECT_THAT(found("5012"), IsEmpty());
  EXPECT_THAT(found("bxxuse"), IsEmpty());
  EXPECT_EQ(corrected("rad"), "");
}

TEST_F(SearchTest, CorrectsNothingThatIsFoundAsItIs) {
  build({product(1, "Short"), product(2, "Shirt")});
  EXPECT_THAT(found("short"), ElementsAre("short"));
  EXPECT_EQ(corrected("shor"), "");
}

TEST_F(SearchTest, WithoutTextListsEverythingNewestFirst) {
  build(shop());
  EXPECT_THAT(found(""), ElementsAre("men-s-t-shirt", "leather-belt", "ecru-jumper", "silk-blouse",
                                     "shirt-dress", "linen-shirt"));
  EXPECT_THAT(found("   "), ::testing::SizeIs(6));
}

TEST_F(SearchTest, SignsAloneFindNothingAndDoNoHarm) {
  build(shop());
  for (const std::string text : {"!!!", "%", "\xFF\xFE", "'", "--", "<script>alert(1)</script>"}) {
    EXPECT_THAT(found(text), IsEmpty()) << text;
  }
  EXPECT_THAT(found(std::string(10'000, 'x')), IsEmpty());
  EXPECT_THAT(found(std::string(10'000, ' ') + "belt"), IsEmpty());  // only 200 bytes are looked at
}

TEST_F(SearchTest, SortsByPriceAndNewness) {
  build(shop());
  Query query;
  query.sort = Sort::kPriceAscending;
  EXPECT_THAT(handles(page(query).products), ElementsAre("men-s-t-shirt", "leather-belt", "linen-shirt",
                                                         "silk-blouse", "shirt-dress", "ecru-jumper"));
  query.sort = Sort::kPriceDescending;
  EXPECT_EQ(page(query).products.front()->handle, "ecru-jumper");
  query.text = "shirt";
  query.sort = Sort::kNewest;
  EXPECT_THAT(handles(page(query).products), ElementsAre("men-s-t-shirt", "shirt-dress", "linen-shirt"));
}

TEST_F(SearchTest, EqualPricesStandNewestFirstBothWays) {
  build({product(1, "A", 10), product(2, "B", 10), product(3, "C", 10)});
  Query query;
  query.sort = Sort::kPriceAscending;
  EXPECT_THAT(handles(page(query).products), ElementsAre("c", "b", "a"));
  query.sort = Sort::kPriceDescending;
  EXPECT_THAT(handles(page(query).products), ElementsAre("c", "b", "a"));
}

TEST_F(SearchTest, ListsACollectionInItsOwnOrder) {
  Collection picks{{}, "picks", "Our Picks", "", "", {"leather-belt", "silk-blouse", "linen-shirt"}, {}, {}};
  build(shop(), {picks});
  Query query;
  query.collection = "picks";
  EXPECT_THAT(handles(page(query).products), ElementsAre("leather-belt", "silk-blouse", "linen-shirt"));
  query.sort = Sort::kNewest;
  EXPECT_THAT(handles(page(query).products), ElementsAre("leather-belt", "silk-blouse", "linen-shirt"));
  query.sort = Sort::kPriceDescending;
  EXPECT_THAT(handles(page(query).products), ElementsAre("silk-blouse", "linen-shirt", "leather-belt"));
  query = {};
  query.collection = "picks";
  query.text = "shirt";
  EXPECT_THAT(handles(page(query).products), ElementsAre("linen-shirt"));
}

TEST_F(SearchTest, SaysThatACollectionIsNotThere) {
  build(shop());
  Query query;
  query.collection = "gone";
  EXPECT_EQ(index_->search(query, labels_).error().code, ErrorCode::kNotFound);
}

TEST_F(SearchTest, CountsFacetsOfWhatMatches) {
  build(shop());
  const Page all = page({});
  EXPECT_THAT(values(all, "vendor"), ElementsAre("Plain=3", "Nordlys=2", "Märit=1"));
  EXPECT_THAT(values(all, "tag"), ElementsAre("men=3", "women=3", "summer=2", "winter=1"));
  EXPECT_THAT(values(all, "option.colour"), ElementsAre("Écru=1", "Navy=1"));
  Query query;
  query.text = "shirt";
  EXPECT_THAT(values(page(query), "vendor"), ElementsAre("Plain=2", "Nordlys=1"));
  EXPECT_EQ(page(query).facets[0].title, "Brand");
}

TEST_F(SearchTest, ListsSizesInTheirNaturalOrder) {
  build(shop());
  EXPECT_THAT(values(page({}), "option.size"), ElementsAre("XS=1", "S=3", "M=3", "L=2"));
  build({with_option(product(1, "Jeans"), "Waist", {"32", "8", "10", "10.5"})});
  EXPECT_THAT(values(page({}), "option.waist"), ElementsAre("8=1", "10=1", "10.5=1", "32=1"));
}

TEST_F(SearchTest, CountsEachFacetAsIfItsOwnFilterWereLifted) {
  build(shop());
  Query query;
  query.filters = {{"vendor", {"plain"}}, {"tag", {"men"}}};
  const Page found = page(query);
  EXPECT_THAT(handles(found.products), ElementsAre("men-s-t-shirt", "leather-belt"));
  EXPECT_THAT(values(found, "vendor"), ElementsAre("Plain=2*", "Nordlys=1"));
  EXPECT_THAT(values(found, "tag"), ElementsAre("men=2*", "summer=1", "women=1"));
  EXPECT_THAT(values(found, "type"), ElementsAre("Accessories=1", "T-Shirts=1"));
}

TEST_F(SearchTest, SpellingsOfOneOptionAreOneFacetAndAnyOfThemFilters) {
  std::vector<Product> products;
  products.push_back(with_option(product(1, "Old Cap"), "Colour", {"Navy", "Red"}));
  products.push_back(with_option(product(2, "New Cap"), "Color", {"navy"}));
  build(std::move(products));
  Page all = page({});
  ASSERT_EQ(all.facets.size(), 1u);
  EXPECT_EQ(all.facets[0].name, "option.colour");
  EXPECT_EQ(all.facets[0].title, "Color") << "as the newest product spells it";
  EXPECT_EQ(all.facets[0].values[0].count, 2);
  for (const char* name : {"option.color", "option.Colour", "option.colour"}) {
    Query query;
    query.filters = {{name, {"Navy"}}};
    EXPECT_EQ(page(query).total, 2) << name;
  }
  Query twice;
  twice.filters = {{"option.color", {"Navy"}}, {"option.colour", {"Red"}}};
  EXPECT_FALSE(index_->search(twice, labels_));
}

TEST_F(SearchTest, AnyValueOfAFacetPasses) {
  build(shop());
  Query query;
  query.filters = {{"option.size", {"XS", "L"}}};
  EXPECT_THAT(handles(page(query).products), ElementsAre("silk-blouse", "shirt-dress", "linen-shirt"));
}

TEST_F(SearchTest, KeepsAChosenValueInSightEvenWhenNothingHasIt) {
  build(shop());
  Query query;
  query.filters = {{"vendor", {"Nobody"}}, {"option.length", {"32"}}};
  const Page found = page(query);
  EXPECT_EQ(found.total, 0);
  EXPECT_THAT(values(found, "vendor"), ElementsAre("Nobody=0*"));
  EXPECT_THAT(values(found, "option.length"), ElementsAre("32=0*"));
}

TEST_F(SearchTest, FiltersByThePriceOfAnyVariant) {
  Product coat = with_option(product(1, "Coat"), "Size", {"S", "L"});
  coat.variants[1].price = testing::euros(200);
  build({coat, product(2, "Belt", 100)});
  Query query;
  query.price_min = 15000;
  EXPECT_THAT(handles(page(query).products), ElementsAre("coat"));
  query.price_min = 6000;
  query.price_max = 15000;
  EXPECT_THAT(handles(page(query).products), ElementsAre("belt"));
  EXPECT_EQ(page(query).price_lowest, 5000);
  EXPECT_EQ(page(query).price_highest, 20000);
  query.price_min = 15000;
  query.price_max = 6000;
  EXPECT_EQ(page(query).total, 0);
}

TEST_F(SearchTest, FiltersByWhatCanBeBoughtAndFollowsTheLabels) {
  build(shop());
  const std::vector<inventory::Stock> sold_out = {{VariantId{50}, inventory::Policy::kDeny, 0, 0, 0, 0},
                                                  {VariantId{10}, inventory::Policy::kDeny, 0, 0, 0, 0}};
  Query query;
  query.available_only = true;
  EXPECT_EQ(page(query).total, 6);
  labels_ = StockLabels(sold_out);
  EXPECT_EQ(page(query).total, 5);  // one size of the shirt is left: only the belt is gone
  query.available_only = false;
  EXPECT_EQ(page(query).total, 6);
  EXPECT_EQ(page(query).available_count, 5);
}

TEST_F(SearchTest, AnswersTheSameWhetherLabelsWerePreparedOrNot) {
  build(shop());
  Query query;
  query.available_only = true;
  for (std::int64_t variant = 10; variant <= 60; variant += 10) {
    const std::vector<inventory::Stock> stocks = {{VariantId{variant}, inventory::Policy::kDeny, 0, 0, 0, 0},
                                                  {VariantId{50}, inventory::Policy::kDeny, 0, 0, 0, 0}};
    labels_ = StockLabels(stocks);
    if (variant % 20 == 0) index_->prepare(labels_);
    const std::int64_t expected =
        std::count_if(index_->snapshot()->products().begin(), index_->snapshot()->products().end(),
                      [&](const Product& one) { return labels_.available(one); });
    EXPECT_EQ(page(query).total, expected) << variant;
  }
}

TEST_F(SearchTest, PagesThroughEveryOrderWithoutRepeatingOrMissing) {
  SeededRandom random(5);
  std::vector<Product> products;
  Collection odd{{}, "odd", "Odd", "", "", {}, {"odd"}, {}};
  for (std::int64_t i = 1; i <= 200; ++i) {
    Product one = product(i, "Shirt " + std::to_string(i), 10 + static_cast<std::int64_t>(random.below(5)));
    one.created_at = {static_cast<std::int64_t>(random.below(20))};
    if (i % 2 == 1) one.tags = {"odd"};
    products.push_back(one);
  }
  build(products, {odd});
  for (const Sort sort : {Sort::kRelevance, Sort::kPriceAscending, Sort::kPriceDescending, Sort::kNewest}) {
    for (const std::string text : {"", "shirt"}) {
      for (const std::string collection : {"", "odd"}) {
        Query query;
        query.text = text;
        query.collection = collection;
        query.sort = sort;
        query.limit = 7;
        std::vector<std::string> all;
        for (int pages = 0; pages < 40; ++pages) {
          const Page one = page(query);
          EXPECT_EQ(one.total, collection.empty() ? 200 : 100);
          for (const std::string& handle : handles(one.products))
            all.push_back(handle);
          query.cursor = one.next_cursor;
          if (query.cursor.empty()) break;
        }
        EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
        query.cursor.clear();
        query.limit = 100;
        const std::vector<std::string> whole = handles(page(query).products);
        ASSERT_EQ(all.size(), collection.empty() ? 200u : 100u) << to_string(sort) << " " << text;
        EXPECT_EQ(std::vector<std::string>(all.begin(), all.begin() + 100), whole);
      }
    }
  }
}

TEST_F(SearchTest, ACursorSurvivesProductsThatComeAndGo) {
  std::vector<Product> products;
  for (std::int64_t i = 1; i <= 10; ++i)
    products.push_back(product(i, "Shirt " + std::to_string(i), i));
  build(products);
  Query query;
  query.sort = Sort::kPriceAscending;
  query.limit = 4;
  query.cursor = page(query).next_cursor;
  products.erase(products.begin() + 3);  // the last of that page
  products.erase(products.begin());
  products.push_back(product(11, "Cheap", 2));
  build(products);
  EXPECT_THAT(handles(page(query).products), ElementsAre("shirt-5", "shirt-6", "shirt-7", "shirt-8"));
}

TEST_F(SearchTest, RefusesACursorThatIsDamagedOrOfAnotherQuery) {
  build(shop());
  Query query;
  query.limit = 2;
  const std::string cursor = page(query).next_cursor;
  ASSERT_FALSE(cursor.empty());
  query.cursor = cursor;
  EXPECT_EQ(refused(query), "");
  query.limit = 3;  // another length of page is the same query
  EXPECT_EQ(refused(query), "");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    query.cursor = cursor;
    query.cursor[i] = query.cursor[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refused(query), "cursor") << i;
  }
  for (const std::string bad : {"x", "AAAA", "%%%%"}) {
    query.cursor = bad;
    EXPECT_EQ(refused(query), "cursor");
  }
  query.cursor = cursor;
  query.text = "shirt";
  EXPECT_EQ(refused(query), "cursor");
  query.text = "";
  query.sort = Sort::kNewest;
  EXPECT_EQ(refused(query), "cursor");
  query.sort = Sort::kRelevance;
  query.filters = {{"vendor", {"Plain"}}};
  EXPECT_EQ(refused(query), "cursor");
}

TEST_F(SearchTest, RefusesWhatIsOutOfRange) {
  build(shop());
  Query query;
  query.limit = 0;
  EXPECT_EQ(refused(query), "limit");
  query.limit = 101;
  EXPECT_EQ(refused(query), "limit");
  query = {};
  query.filters = {{"price", {"1"}}};
  EXPECT_EQ(refused(query), "filters");
  query.filters = {{"vendor", {"a"}}, {"vendor", {"b"}}};
  EXPECT_EQ(refused(query), "filters");
  query.filters = {{"vendor", std::vector<std::string>(65, "a")}};
  EXPECT_EQ(refused(query), "filters");
  query.filters.assign(17, {"vendor", {"a"}});
  EXPECT_EQ(refused(query), "filters");
}

TEST_F(SearchTest, AgreesWithASlowCountOfTheSameThing) {
  SeededRandom random(11);
  const std::vector<std::string> vendors = {"A", "B", "C"}, tags = {"x", "y", "z"},
                                 sizes = {"S", "M", "L", "XL"};
  std::vector<Product> products;
  for (std::int64_t i = 1; i <= 500; ++i) {
    Product one = product(i, "Shirt " + std::to_string(i), 10 + static_cast<std::int64_t>(random.below(50)));
    one.vendor = vendors[random.below(3)];
    for (const std::string& tag : tags) {
      if (random.below(3) == 0) one.tags.push_back(tag);
    }
    std::vector<std::string> own;
    for (const std::string& size : sizes) {
      if (random.below(2) == 0) own.push_back(size);
    }
    products.push_back(own.empty() ? one : with_option(one, "Size", own));
  }
  build(products);
  const auto has = [](const Product& one, const std::string& facet, const std::string& value) {
    if (facet == "vendor") return one.vendor == value;
    if (facet == "tag") return std::find(one.tags.begin(), one.tags.end(), value) != one.tags.end();
    return std::any_of(one.variants.begin(), one.variants.end(),
                       [&](const Variant& v) { return v.options[0] == value; });
  };
  for (int round = 0; round < 40; ++round) {
    Query query;
    if (random.below(2) == 0) query.filters.push_back({"vendor", {vendors[random.below(3)]}});
    if (random.below(2) == 0)
      query.filters.push_back({"tag", {tags[random.below(3)], tags[random.below(3)]}});
    if (random.below(2) == 0) query.filters.push_back({"option.size", {sizes[random.below(4)]}});
    if (random.below(2) == 0) query.price_max = 1000 + static_cast<std::int64_t>(random.below(5000));
    const auto passes = [&](const Product& one, std::string_view but) {
      if (query.price_max && one.variants[0].price.minor > *query.price_max) return false;
      return std::all_of(query.filters.begin(), query.filters.end(), [&](const Filter& filter) {
        return filter.facet == but ||
               std::any_of(filter.values.begin(), filter.values.end(),
                           [&](const std::string& value) { return has(one, filter.facet, value); });
      });
    };
    const Page found = page(query);
    EXPECT_EQ(found.total, std::count_if(products.begin(), products.end(),
                                         [&](const Product& p) { return passes(p, ""); }));
    for (const Facet& facet : found.facets) {
      for (const FacetValue& value : facet.values) {
        EXPECT_EQ(value.count, std::count_if(products.begin(), products.end(),
                                             [&](const Product& p) {
                                               return passes(p, facet.name) &&
                                                      has(p, facet.name, value.value);
                                             }))
            << facet.name << " " << value.value;
      }
    }
  }
}

TEST_F(SearchTest, SuggestsProductsCollectionsAndSpellings) {
  Collection shirts{{}, "shirts", "Shirts & Blouses", "", "", {}, {}, {"Shirts"}};
  Collection coats{{}, "coats", "Coats", "", "", {}, {}, {"Coats"}};
  build(shop(), {shirts, coats});
  const Suggestions some = index_->suggest("shi", 2);
  EXPECT_EQ(some.products.size(), 2u);
  ASSERT_EQ(some.collections.size(), 1u);
  EXPECT_EQ(some.collections[0]->handle, "shirts");
  EXPECT_THAT(some.corrections, IsEmpty());
  const Suggestions misspelt = index_->suggest("blosue", 5);
  EXPECT_THAT(handles(misspelt.products), ElementsAre("silk-blouse"));
  EXPECT_THAT(misspelt.corrections, ElementsAre("blouse"));
  EXPECT_THAT(index_->suggest("", 5).products, IsEmpty());
  EXPECT_THAT(index_->suggest("shi", 0).products, IsEmpty());
}

TEST_F(SearchTest, AnEmptyShopAnswersWithNothing) {
  build({});
  EXPECT_THAT(found("shirt"), IsEmpty());
  EXPECT_THAT(page({}).facets, IsEmpty());
  EXPECT_FALSE(page({}).price_lowest);
}

TEST(Sort, HasOneNameEach) {
  for (const Sort sort : {Sort::kRelevance, Sort::kPriceAscending, Sort::kPriceDescending, Sort::kNewest}) {
    EXPECT_EQ(parse_sort(to_string(sort)), sort);
  }
  EXPECT_EQ(parse_sort("cheapest"), std::nullopt);
}

}  // namespace
}  // namespace ff::catalog
