// The contract of CatalogStore::changes_since(): who follows it has what load() gives.
#include <map>
#include <thread>

#include "storage/contract_fixture.h"
#include "storage/copy.h"

namespace ff::storage {
namespace {

using catalog::CatalogueChange;
using catalog::CatalogueChanges;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

CatalogueChanges changes_since(Store& store, std::uint64_t version) {
  return run(store.catalog().changes_since(version)).value();
}

std::vector<std::string> handles(const CatalogueChanges& changes) {
  std::vector<std::string> out;
  for (const catalog::Product& one : changes.products)
    out.push_back(one.handle);
  return out;
}

/// Keeps a copy of a catalogue by its changes alone.
class Follower {
 public:
  /// False: it has to be loaded whole.
  bool follow(Store& store) {
    CatalogueChanges changes = changes_since(store, version_);
    if (changes.all) return false;
    EXPECT_GE(changes.version, version_);
    version_ = changes.version;
    for (const std::string& handle : changes.removed_handles)
      products_.erase(handle);
    for (catalog::Product& one : changes.products)
      products_.insert_or_assign(one.handle, std::move(one));
    for (catalog::Collection& one : changes.collections)
      collections_.insert_or_assign(one.handle, std::move(one));
    return true;
  }
  void expect_all_of(const catalog::Catalogue& whole) {
    EXPECT_EQ(version_, whole.version);
    EXPECT_EQ(products_.size(), whole.products.size());
    for (const catalog::Product& one : whole.products)
      EXPECT_EQ(products_[one.handle], one) << one.handle;
    EXPECT_EQ(collections_.size(), whole.collections.size());
    for (const catalog::Collection& one : whole.collections)
      EXPECT_EQ(collections_[one.handle], one) << one.handle;
  }

 private:
  std::uint64_t version_ = 0;
  std::map<std::string, catalog::Product> products_;
  std::map<std::string, catalog::Collection> collections_;
};

template <typename Adapter>
class ChangesContract : public StoreContract<Adapter> {
 protected:
  void change(std::vector<catalog::Product> upserts, std::vector<std::string> removed = {},
              std::vector<catalog::Collection> collections = {}) {
    CatalogueChange change;
    change.upserts = std::move(upserts);
    change.removed_handles = std::move(removed);
    change.collections = std::move(collections);
    const auto applied = this->shop.apply(std::move(change));
    EXPECT_TRUE(applied.has_value()) << applied.error().detail;
  }
  CatalogueChanges since(std::uint64_t version) { return changes_since(this->shop.store(), version); }
  std::uint64_t version() { return run(this->shop.store().catalog().version()).value(); }

  static catalog::Product dearer(catalog::Product one, std::int64_t cents) {
    one.variants[0].price = euros(cents);
    return one;
  }
};
TYPED_TEST_SUITE(ChangesContract, Adapters);

TYPED_TEST(ChangesContract, OnlyWhatChangedAfterTheVersionIsTold) {
  this->change({product("shirt", {variant("M")}), product("socks", {variant("One")})});
  const catalog::Product shirt = this->shop.load("shirt");
  this->change({this->dearer(shirt, 2500)});
  this->change({product("hat", {variant("One")})});

  const CatalogueChanges from_one = this->since(1);
  EXPECT_FALSE(from_one.all);
  EXPECT_EQ(from_one.version, 3u);
  EXPECT_THAT(handles(from_one), UnorderedElementsAre("shirt", "hat"));
  EXPECT_THAT(from_one.removed_handles, IsEmpty());
  EXPECT_THAT(from_one.collections, IsEmpty());
  const CatalogueChanges from_two = this->since(2);
  ASSERT_THAT(handles(from_two), ElementsAre("hat"));
  EXPECT_EQ(from_two.products[0], this->shop.load("hat"));
  EXPECT_THAT(handles(this->since(0)), UnorderedElementsAre("shirt", "socks", "hat"));
  const CatalogueChanges none = this->since(3);
  EXPECT_FALSE(none.all);
  EXPECT_EQ(none.version, 3u);
  EXPECT_THAT(none.products, IsEmpty());
}

TYPED_TEST(ChangesContract, AProductWhoseStockTheCatalogueAdjustedIsAmongThem) {
  this->shop.stocked("shirt", 5);
  this->shop.stocked("socks", 5);
  const std::uint64_t before = this->version();
  this->shop.stocked("shirt", 9);  // the same product: only its stock changes
  EXPECT_EQ(this->version(), before + 1);
  EXPECT_THAT(handles(this->since(before)), ElementsAre("shirt"));
}

TYPED_TEST(ChangesContract, ARemovedProductIsNamedAndOneThatCameAgainIsAChangedOne) {
  this->change({product("shirt", {variant("M")}), product("socks", {variant("One")})});
  this->change({}, {"shirt", "socks", "never there"});
  EXPECT_THAT(this->since(1).removed_handles, UnorderedElementsAre("shirt", "socks"));
  this->change({product("socks", {variant("One")})});
  const CatalogueChanges changes = this->since(1);
  EXPECT_THAT(changes.removed_handles, ElementsAre("shirt"));
  EXPECT_THAT(handles(changes), ElementsAre("socks"));
  EXPECT_THAT(this->since(2).removed_handles, IsEmpty());
}

TYPED_TEST(ChangesContract, AMoveBetweenCollectionsIsToldByTheProductOrByTheCollection) {
  catalog::Product shirt = product("shirt", {variant("M")});
  shirt.tags = {"summer"};
  this->change(
      {shirt}, {},
      {{{}, "summer", "Summer", "", "", {}, {"summer"}, {}}, {{}, "sale", "Sale", "", "", {}, {"sale"}, {}}});
  shirt.tags = {"sale"};
  this->change({shirt});
  EXPECT_THAT(handles(this->since(1)), ElementsAre("shirt"));
  EXPECT_THAT(this->since(1).collections, IsEmpty());
  this->change({}, {}, {{{}, "summer", "Summer", "", "", {"shirt"}, {"summer"}, {}}});
  const CatalogueChanges changes = this->since(2);
  EXPECT_THAT(changes.products, IsEmpty());
  ASSERT_EQ(changes.collections.size(), 1u);
  EXPECT_EQ(changes.collections[0], this->shop.load().collections[0]);
}

TYPED_TEST(ChangesContract, WhatChangesNothingOrIsOnlyTriedTellsNothing) {
  this->change({product("shirt", {variant("M")})});
  this->change({product("shirt", {variant("M")})});
  CatalogueChange tried;
  tried.upserts = {product("hat", {variant("One")})};
  tried.removed_handles = {"shirt"};
  ASSERT_TRUE(this->shop.apply(tried, true).has_value());
  const CatalogueChanges changes = this->since(1);
  EXPECT_EQ(changes.version, 1u);
  EXPECT_THAT(changes.products, IsEmpty());
  EXPECT_THAT(changes.removed_handles, IsEmpty());
}

TYPED_TEST(ChangesContract, AVersionThatWasNeverThereAsksForTheWhole) {
  this->change({product("shirt", {variant("M")})});
  EXPECT_TRUE(this->since(7).all);
}

TYPED_TEST(ChangesContract, AVersionTooLongAgoAsksForTheWholeAndTheOldestKeptOneDoesNot) {
  const catalog::Product shirt = product("shirt", {variant("M")});
  this->change({shirt, product("socks", {variant("One")})});
  this->change({}, {"socks"});
  for (std::int64_t n = 0; n < catalog::kVersionsKept; ++n)
    this->change({this->dearer(shirt, 3000 + n)});
  const auto newest = static_cast<std::uint64_t>(catalog::kVersionsKept + 2);
  ASSERT_EQ(this->version(), newest);
  EXPECT_TRUE(this->since(1).all);
  EXPECT_FALSE(this->since(2).all);
  EXPECT_THAT(handles(this->since(newest - 1)), ElementsAre("shirt"));
}

TYPED_TEST(ChangesContract, MoreChangedProductsThanAreToldAskForTheWholeAndFillNothing) {
  std::vector<catalog::Product> many;
  for (std::size_t n = 0; n < catalog::kChangedProductsMax; ++n)
    many.push_back(product("shirt " + std::to_string(n), {variant("M")}));
  this->change(std::move(many), {}, {{{}, "all", "All", "", "", {}, {}, {}}});
  const CatalogueChanges told = this->since(0);
  EXPECT_FALSE(told.all);
  EXPECT_EQ(told.products.size(), catalog::kChangedProductsMax);
  this->change({product("hat", {variant("One")}), product("socks", {variant("One")})}, {"shirt 0"});
  this->change({product("belt", {variant("One")})}, {"socks"});
  const CatalogueChanges too_many = this->since(0);
  EXPECT_TRUE(too_many.all);
  EXPECT_EQ(too_many.version, 3u);
  EXPECT_THAT(too_many.products, IsEmpty());
  EXPECT_THAT(too_many.collections, IsEmpty());
  EXPECT_THAT(too_many.removed_handles, IsEmpty());
  EXPECT_THAT(handles(this->since(2)), ElementsAre("belt"));
}

TYPED_TEST(ChangesContract, ACopyTellsOnlyWhatChangedAfterIt) {
  this->change({product("shirt", {variant("M")})});
  this->change({product("socks", {variant("One")})});
  TypeParam target;
  Shop copy(target.open(this->clock), this->clock);
  ASSERT_TRUE(run(storage::copy(this->shop.store(), copy.store(), {})).has_value());
  EXPECT_TRUE(changes_since(copy.store(), 1).all);
  EXPECT_FALSE(changes_since(copy.store(), 2).all);
  copy.stocked("hat", 1);
  EXPECT_THAT(handles(changes_since(copy.store(), 2)), ElementsAre("hat"));
}

TYPED_TEST(ChangesContract, WhoFollowsMissesNothingOfTwoWhoWriteAtOnce) {
  constexpr int kChanges = 40;
  const auto write = [this](const std::string& mine) {
    for (int n = 0; n < kChanges; ++n) {
      const std::string handle = mine + std::to_string(n % 7);
      CatalogueChange change;
      if (n % 11 == 10) {
        change.removed_handles = {handle};
      } else {
        change.upserts = {this->dearer(product(handle, {variant("M")}), 1000 + n),
                          this->dearer(product("of both", {variant("M")}), 1000 + n)};
      }
      ASSERT_TRUE(run(this->shop.store().catalog().apply(std::move(change), false)).has_value());
    }
  };
  std::thread one(write, "a"), other(write, "b");
  Follower follower;
  for (int n = 0; n < kChanges; ++n)
    ASSERT_TRUE(follower.follow(this->shop.store()));
  one.join();
  other.join();
  ASSERT_TRUE(follower.follow(this->shop.store()));
  follower.expect_all_of(this->shop.load());
}

}  // namespace
}  // namespace ff::storage
