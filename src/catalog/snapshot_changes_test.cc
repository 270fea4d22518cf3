// A catalogue reached by changes is the one that would have been read whole: random sequences of changes, and
// after each the snapshot and the index are asked everything that pages ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/testing/make.h"

namespace ff::catalog {

inline void PrintTo(const Product& product, std::ostream* out) { *out << product.id.value << product.handle; }
inline void PrintTo(const Collection& one, std::ostream* out) { *out << one.id.value << one.handle; }

namespace {

using testing::product;
using testing::snapshot;
using testing::with_option;

CatalogueChanges changes_of(std::vector<Product> products, std::vector<std::string> removed = {}) {
  CatalogueChanges changes;
  changes.version = 2;
  changes.products = std::move(products);
  changes.removed_handles = std::move(removed);
  return changes;
}

TEST(SnapshotChanges, AChangedPriceLeavesTheOtherProductsWhereTheyAreAndTheOldSnapshotAsItWas) {
  Product shirt = with_option(product(1, "Shirt"), "Size", {"S", "M"});
  const auto before = snapshot({shirt, product(2, "Scarf"), product(3, "Coat")});
  shirt.variants[1].price.minor += 100;
  const Snapshot after(*before, changes_of({shirt}));
  EXPECT_EQ(after.version(), 2u);
  EXPECT_EQ(after.product("scarf"), before->product("scarf"));
  EXPECT_EQ(after.product("coat"), before->product("coat"));
  EXPECT_EQ(after.variant(shirt.variants[1].id).variant->price.minor, shirt.variants[1].price.minor);
  EXPECT_EQ(before->variant(shirt.variants[1].id).variant->price.minor, shirt.variants[1].price.minor - 100);
  EXPECT_NE(after.fingerprint(*after.product("shirt")), before->fingerprint(*before->product("shirt")));
}

TEST(SnapshotChanges, ANewSnapshotOutlivesTheOneThatItWasMadeFrom) {
  auto before = snapshot({product(1, "Shirt"), product(2, "Scarf")});
  const Snapshot after(*before, changes_of({product(3, "Coat")}, {"shirt"}));
  before.reset();
  EXPECT_EQ(after.product("shirt"), nullptr);
  ASSERT_NE(after.product("scarf"), nullptr);
  EXPECT_EQ(after.product("scarf")->title, "Scarf");
  EXPECT_EQ(after.products().front().title, "Coat");
}

TEST(SnapshotChanges, AProductOfWhichOnlyStockChangedStaysTheSameOne) {
  const auto before = snapshot({product(1, "Shirt"), product(2, "Scarf")});
  const Snapshot after(*before, changes_of({product(1, "Shirt")}));
  EXPECT_EQ(after.product("shirt"), before->product("shirt"));
}

/// A shop that is changed at random, in words so few that some come and go.
class RandomShop {
 public:
  explicit RandomShop(std::uint64_t seed) : random_(seed) {}

  std::shared_ptr<const Snapshot> whole() const {
    Catalogue catalogue;
    catalogue.version = version_;
    for (const auto& [handle, one] : products_)
      catalogue.products.push_back(one);
    std::sort(catalogue.products.begin(), catalogue.products.end(),
              [](const Product& a, const Product& b) { return a.id < b.id; });
    for (const auto& [handle, one] : collections_)
      catalogue.collections.push_back(one);
    std::sort(catalogue.collections.begin(), catalogue.collections.end(),
              [](const Collection& a, const Collection& b) { return a.id < b.id; });
    return std::make_shared<const Snapshot>(std::move(catalogue));
  }

  CatalogueChanges change() {
    std::map<std::string, bool> touched, touched_collections;
    for (std::uint64_t n = 1 + random_.below(3); n > 0; --n) {
      if (one_in(8)) {
        touched_collections[change_collection()] = true;
      } else if (products_.empty() || one_in(5)) {
        touched[add()] = true;
      } else {
        auto at = products_.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(random_.below(products_.size())));
        touched[at->first] = true;
        if (one_in(5)) {
          products_.erase(at);
        } else {
          edit(at->second);
        }
      }
    }
    CatalogueChanges changes;
    changes.version = ++version_;
    for (const auto& [handle, yes] : touched) {
      const auto stands = products_.find(handle);
      if (stands == products_.end()) {
        changes.removed_handles.push_back(handle);
      } else {
        changes.products.push_back(stands->second);
      }
    }
    for (const auto& [handle, yes] : touched_collections)
      changes.collections.push_back(collections_.at(handle));
    return changes;
  }

  StockLabels labels() {
    std::vector<inventory::Stock> stocks;
    for (const auto& [handle, one] : products_) {
      for (const Variant& variant : one.variants) {
        const auto available = static_cast<std::int64_t>(random_.below(3));
        stocks.push_back({variant.id, inventory::Policy::kDeny, available, available, 0, 0});
      }
    }
    return StockLabels(stocks);
  }

 private:
  static constexpr std::array<std::string_view, 12> kWords{"Shirt", "shirts", "Dress", "Linen",
                                                           "linen", "Coat",   "belt",  "Jeans",
                                                           "écru",  "Ecru",   "Silk",  "scarves"};

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::string word() { return std::string(kWords[random_.below(kWords.size())]); }
  std::string words(std::uint64_t most) {
    std::string out;
    for (std::uint64_t n = random_.below(most + 1); n > 0; --n)
      out += (out.empty() ? "" : " ") + word();
    return out;
  }

  std::string add() {
    Product one;
    one.id = {++last_product_};
    // Few handles, so that some are used again by another product; few times, so that some are the same.
    one.handle = "p" + std::to_string(random_.below(60));
    one.created_at = {static_cast<std::int64_t>(random_.below(8))};
    set_variants(one);
    for (int n = 0; n < 6; ++n)
      edit(one);
    products_.insert_or_assign(one.handle, one);
    return one.handle;
  }

  void set_variants(Product& one) {
    one.options.clear();
    for (std::uint64_t n = random_.below(3); n > 0; --n)
      one.options.push_back(n == 1 ? (one_in(2) ? "Color" : "Colour") : (one_in(2) ? "Size" : word()));
    std::vector<Variant> variants;
    for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) {
      Variant variant;
      if (one_in(2) && one.variants.size() >= n) variant.id = one.variants[n - 1].id;
      if (variant.id.value == 0) variant.id = {++last_variant_};
      for (std::size_t o = 0; o < one.options.size(); ++o)
        variant.options[o] = one_in(2) ? std::string(1, "SML"[n % 3]) : word();
      variant.price = {static_cast<std::int64_t>(1000 + 500 * random_.below(5)), Currency{}};
      if (one_in(2)) variant.sku = "SKU " + std::to_string(random_.below(20));
      variants.push_back(std::move(variant));
    }
    one.variants = std::move(variants);
  }

  void edit(Product& one) {
    switch (random_.below(9)) {
      case 0:
        one.title = words(3);
        break;
      case 1:
        one.type = words(1);
        break;
      case 2:
        one.vendor = words(2);
        break;
      case 3: {
        std::set<std::string> tags;
        for (std::uint64_t n = random_.below(4); n > 0; --n)
          tags.insert(word());
        one.tags.assign(tags.begin(), tags.end());
        break;
      }
      case 4:
        one.body_html = "<p>" + words(6) + "</p>";
        break;
      case 5:
        set_variants(one);
        break;
      case 6:
        one.status = one_in(3) ? Status::kDraft : Status::kActive;
        break;
      case 7:
        one.pictures.clear();
        for (std::uint64_t n = random_.below(3); n > 0; --n)
          one.pictures.push_back({"https://h" + std::to_string(random_.below(50)) + ".example/a.jpg", ""});
        break;
      default:
        one.variants[random_.below(one.variants.size())].price.minor =
            static_cast<std::int64_t>(1000 + 500 * random_.below(5));
    }
  }

  std::string change_collection() {
    std::string handle = "c" + std::to_string(random_.below(5));
    Collection& one = collections_[handle];
    if (one.id.value == 0) one.id = {++last_collection_};
    one.handle = handle;
    one.title = words(2);
    one.handles.clear();
    for (std::uint64_t n = random_.below(4); n > 0; --n)
      one.handles.push_back("p" + std::to_string(random_.below(60)));
    one.tags = {word()};
    one.types = {word()};
    one.picture_url = one_in(2) ? "https://c.example/a.jpg" : "";
    return handle;
  }

  SeededRandom random_;
  std::map<std::string, Product> products_;
  std::map<std::string, Collection> collections_;
  std::uint64_t version_ = 1;
  std::int64_t last_product_ = 0, last_variant_ = 0, last_collection_ = 0;
};

void expect_same(const Snapshot& merged, const Snapshot& whole) {
  ASSERT_EQ(merged.version(), whole.version());
  ASSERT_TRUE(std::equal(merged.products().begin(), merged.products().end(), whole.products().begin(),
                         whole.products().end()));
  ASSERT_TRUE(std::equal(merged.collections().begin(), merged.collections().end(),
                         whole.collections().begin(), whole.collections().end()));
  ASSERT_EQ(merged.variant_count(), whole.variant_count());
  ASSERT_EQ(merged.picture_hosts(), whole.picture_hosts());
  for (std::uint32_t i = 0; i < whole.products().size(); ++i) {
    const Product& one = whole.products()[i];
    ASSERT_EQ(merged.position(one.handle), i);
    ASSERT_EQ(merged.product(one.handle), &merged.products()[i]);
    ASSERT_EQ(merged.fingerprint(merged.products()[i]), whole.fingerprint(one));
    for (const Variant& variant : one.variants) {
      ASSERT_EQ(merged.position(variant.id), i);
      ASSERT_EQ(merged.variant(variant.id).product, &merged.products()[i]);
      ASSERT_EQ(*merged.variant(variant.id).variant, variant);
    }
  }
  for (const Collection& collection : whole.collections()) {
    ASSERT_NE(merged.collection(collection.handle), nullptr);
    const auto is = merged.members(collection), should = whole.members(collection);
    ASSERT_TRUE(std::equal(is.begin(), is.end(), should.begin(), should.end())) << collection.handle;
  }
}

/// Everything of a page, in a form that compares and prints.
std::string told(const Result<Page>& page) {
  if (!page) return page.error().detail;
  std::string out;
  for (const Product* one : page->products)
    out += one->handle + " ";
  out += "of " + std::to_string(page->total) + ", " + std::to_string(page->available_count);
  out += ", " + std::to_string(page->price_lowest.value_or(-1)) + "-" +
         std::to_string(page->price_highest.value_or(-1)) + "\n";
  for (const Facet& facet : page->facets) {
    out += facet.name + "/" + facet.title + ":";
    for (const FacetValue& value : facet.values)
      out += " " + value.value + "=" + std::to_string(value.count) + (value.chosen ? "*" : "");
    out += "\n";
  }
  return out + page->corrected + " " + page->next_cursor;
}

void expect_same(const Index& merged, const Index& whole, const StockLabels& labels) {
  std::vector<Query> queries;
  for (const char* text : {"", "shirt", "shirts", "sh", "shrit", "dress", "linen", "lnien coat", "ecru", "b",
                           "sku 7", "SKU 12", "silk scarf", "jaens", "belts"}) {
    for (const Sort sort : {Sort::kRelevance, Sort::kPriceAscending, Sort::kPriceDescending, Sort::kNewest}) {
      Query query;
      query.text = text;
      query.sort = sort;
      query.limit = 5;
      queries.push_back(query);
    }
  }
  Query chosen;
  chosen.filters = {{"tag", {"Linen", "coat"}}, {"option.size", {"S", "shirt"}}};
  queries.push_back(chosen);
  chosen.filters = {{"option.colour", {"M"}}, {"vendor", {"silk"}}};
  chosen.available_only = true;
  queries.push_back(chosen);
  Query priced;
  priced.price_min = 1500;
  priced.price_max = 2000;
  queries.push_back(priced);
  for (const Collection& collection : whole.snapshot()->collections()) {
    Query query;
    query.collection = collection.handle;
    query.limit = 3;
    queries.push_back(query);
  }
  for (Query& query : queries) {
    for (int page = 0; page < 3; ++page) {
      const auto is = merged.search(query, labels), should = whole.search(query, labels);
      ASSERT_EQ(told(is), told(should)) << query.text << " " << query.collection;
      if (!should || should->next_cursor.empty()) break;
      query.cursor = should->next_cursor;
    }
  }
  for (const char* typed : {"s", "shrit", "lin", "dres", "ecr", "jaens"}) {
    const Suggestions is = merged.suggest(typed, 10), should = whole.suggest(typed, 10);
    ASSERT_EQ(testing::handles(is.products), testing::handles(should.products)) << typed;
    ASSERT_EQ(is.corrections, should.corrections) << typed;
    ASSERT_EQ(is.collections.size(), should.collections.size()) << typed;
    for (std::size_t i = 0; i < is.collections.size(); ++i)
      ASSERT_EQ(is.collections[i]->handle, should.collections[i]->handle) << typed;
  }
}

TEST(SnapshotChanges, AreTheSameAsAFullLoadWhateverChangesAndInWhateverOrder) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    RandomShop shop(seed);
    SeededRandom random(seed);
    std::shared_ptr<const Snapshot> merged = shop.whole();
    auto index = std::make_shared<const Index>(merged);
    for (int step = 0; step < 120; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      merged = std::make_shared<const Snapshot>(*merged, shop.change());
      const auto whole = shop.whole();
      expect_same(*merged, *whole);
      if (HasFatalFailure()) return;
      if (random.below(4) == 0) continue;  // the index is sometimes several changes behind
      index = std::make_shared<const Index>(merged, *index);
      if (step < 60 && step % 10 != 0) continue;  // asking takes longer than changing
      expect_same(*index, Index(whole), shop.labels());
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace ff::catalog
