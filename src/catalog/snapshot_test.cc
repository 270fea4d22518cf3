#include "catalog/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "catalog/testing/make.h"

namespace ff::catalog {
namespace {

using ::testing::ElementsAre;
using testing::product;
using testing::snapshot;
using testing::with_option;

std::vector<std::string> titles(Products products) {
  std::vector<std::string> out;
  for (const Product& one : products)
    out.push_back(one.title);
  return out;
}

std::vector<std::string> titles(const Snapshot& snap, std::string_view collection) {
  std::vector<std::string> out;
  for (const std::uint32_t i : snap.members(*snap.collection(collection)))
    out.push_back(snap.products()[i].title);
  return out;
}

TEST(Snapshot, HoldsActiveProductsOnlyNewestFirst) {
  Product draft = product(4, "Draft");
  draft.status = Status::kDraft;
  Product archived = product(5, "Archived");
  archived.status = Status::kArchived;
  const auto snap = snapshot({product(1, "Old"), product(3, "New"), draft, archived, product(2, "Middle")});
  EXPECT_THAT(titles(snap->products()), ElementsAre("New", "Middle", "Old"));
  EXPECT_EQ(snap->product("draft"), nullptr);
  EXPECT_FALSE(snap->variant(draft.variants[0].id));
}

TEST(Snapshot, KeepsTheOrderOfTheFileWithinOneImport) {
  Product first = product(1, "First"), second = product(2, "Second"), third = product(3, "Third");
  first.created_at = second.created_at = {7};
  third.created_at = {9};
  EXPECT_THAT(titles(snapshot({second, third, first})->products()), ElementsAre("Third", "First", "Second"));
}

TEST(Snapshot, FindsProductsByHandleAndVariantsById) {
  const auto snap = snapshot({with_option(product(1, "Shirt"), "Size", {"S", "M"}), product(2, "Scarf")});
  ASSERT_NE(snap->product("shirt"), nullptr);
  EXPECT_EQ(snap->product("shirt")->title, "Shirt");
  EXPECT_EQ(snap->product("nothing"), nullptr);
  const VariantRef medium = snap->variant(VariantId{11});
  ASSERT_TRUE(medium);
  EXPECT_EQ(medium.product, snap->product("shirt"));
  EXPECT_EQ(medium.variant->options[0], "M");
  EXPECT_FALSE(snap->variant(VariantId{12}));
  EXPECT_EQ(snap->variant_count(), 3u);
}

TEST(Snapshot, ListsACollectionAsNamedThenByTagAndTypeNewestFirst) {
  Product shirt = product(1, "Shirt"), dress = product(2, "Dress"), coat = product(3, "Coat"),
          bag = product(4, "Bag");
  shirt.tags = {"Summer"};
  dress.type = "dresses";
  coat.tags = {"winter"};
  Collection summer;
  summer.handle = "summer";
  summer.handles = {"bag", "gone", "bag"};
  summer.tags = {"SUMMER"};
  summer.types = {"Dresses"};
  const auto snap = snapshot({shirt, dress, coat, bag}, {summer});
  EXPECT_THAT(titles(*snap, "summer"), ElementsAre("Bag", "Dress", "Shirt"));
  EXPECT_EQ(snap->collection("winter"), nullptr);
}

TEST(Snapshot, AProductOfACollectionTwiceIsListedOnce) {
  Product shirt = product(1, "Shirt");
  shirt.tags = {"a", "b"};
  shirt.type = "shirts";
  Collection all{{}, "all", "All", "", "", {"shirt"}, {"a", "b"}, {"shirts"}};
  EXPECT_THAT(titles(*snapshot({shirt}, {all}), "all"), ElementsAre("Shirt"));
}

TEST(Snapshot, FingerprintChangesWithWhatAPageShowsAndWithNothingElse) {
  const Product base = with_option(product(1, "Shirt"), "Size", {"S", "M"});
  const auto print = [](const Product& one, std::vector<Product> others = {}) {
    others.push_back(one);
    const auto snap = snapshot(std::move(others));
    return snap->fingerprint(*snap->product(one.handle));
  };
  EXPECT_EQ(print(base), print(base, {product(9, "Other")}));
  Product changed = base;
  changed.variants[1].price.minor += 1;
  EXPECT_NE(print(changed), print(base));
  changed = base;
  changed.title = "Shirts";
  EXPECT_NE(print(changed), print(base));
  changed = base;
  changed.vendor = "a";
  Product moved = base;
  moved.type = "a";
  EXPECT_NE(print(changed), print(moved));
}

TEST(Snapshot, KeepsNothingOfTheMerchantsOwnColumns) {
  Product shirt = product(1, "Shirt");
  shirt.attributes = {{"Cost per item", "9.00"}};
  EXPECT_TRUE(snapshot({shirt})->product("shirt")->attributes.empty());
}

TEST(Snapshot, AllowsOnlyAsManyPictureHostsAsAHeaderCarriesMostUsedFirst) {
  Product shirt = product(1, "Shirt");
  for (std::size_t i = 0; i < kPictureHostsMax + 5; ++i)
    shirt.pictures.push_back({"https://h" + std::to_string(100 + i) + ".example/a.jpg", ""});
  for (int i = 0; i < 2; ++i)
    shirt.pictures.push_back({"https://z.example/" + std::to_string(i) + ".jpg", ""});
  const auto snap = snapshot({shirt});
  const auto& hosts = snap->picture_hosts();
  ASSERT_EQ(hosts.size(), kPictureHostsMax);
  EXPECT_TRUE(std::is_sorted(hosts.begin(), hosts.end()));
  EXPECT_EQ(hosts.front(), "https://h100.example");
  EXPECT_EQ(hosts.back(), "https://z.example");
  EXPECT_EQ(hosts[kPictureHostsMax - 2],
            "https://h" + std::to_string(100 + kPictureHostsMax - 2) + ".example");
}

TEST(Snapshot, NamesNoPictureHostThatIsNone) {
  Product shirt = product(1, "Shirt");
  for (const char* url :
       {"https:///x.jpg", "https://", "https://*/x", "https://me@a.example/x", "/pictures/x.svg"})
    shirt.pictures.push_back({url, ""});
  EXPECT_TRUE(snapshot({shirt})->picture_hosts().empty());
}

TEST(SnapshotHolder, CountsEverySwapAndKeepsTheOldOneAliveForItsReaders) {
  SnapshotHolder holder;
  EXPECT_EQ(holder.load(), nullptr);
  holder.store(snapshot({product(1, "Shirt")}));
  const auto old = holder.load();
  const std::uint64_t before = holder.generation();
  holder.store(snapshot({}));
  EXPECT_EQ(holder.generation(), before + 1);
  EXPECT_EQ(old->products().size(), 1u);
  EXPECT_EQ(holder.load()->products().size(), 0u);
}

}  // namespace
}  // namespace ff::catalog
