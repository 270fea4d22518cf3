// The contract of the store ports. Every adapter passes it: memory is the reference, SQLite the default. Here
// the catalogue, stock and carts; orders have order_contract_test.cc.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using catalog::CatalogueChange;
using catalog::StockPolicy;
using inventory::Stock;
using orders::Shortage;
using orders::SoldOut;
using orders::State;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = orders::Settlement::Kind;

template <typename Adapter>
using CatalogueContract = StoreContract<Adapter>;
TYPED_TEST_SUITE(CatalogueContract, Adapters);

// The catalogue.

TYPED_TEST(CatalogueContract, EveryFieldOfTheCatalogueComesBack) {
  catalog::Product shirt = product("shirt", {variant("S"), variant("M", StockPolicy::kBackorder)});
  shirt.title = "Chemise \"Été\" <i> \xF0\x9F\x91\x95";
  shirt.body_html = "<p>Soft &amp; warm</p>\n";
  shirt.vendor = "Ffwd";
  shirt.type = "Shirts";
  shirt.tags = {"new", "summer"};
  shirt.options = {"Size", "Colour"};
  shirt.variants[0].options = {"S", "Navy", ""};
  shirt.variants[1].options = {"S", "Sand", ""};
  shirt.variants[0].sku = "SH-S";
  shirt.variants[0].barcode = "4006381333931";
  shirt.variants[0].compare_at = euros(2999);
  shirt.variants[0].grams = 250;
  shirt.variants[0].taxable = false;
  shirt.variants[0].requires_shipping = false;
  shirt.variants[0].picture = 0;
  shirt.pictures = {{"https://example.org/a.jpg", "A shirt"}, {"/pictures/b.svg", ""}};
  shirt.seo_title = "Shirt";
  shirt.seo_description = "Buy it";
  shirt.status = catalog::Status::kDraft;
  shirt.attributes = {{"Fabric", "Linen"}, {"Note", ""}};
  shirt.created_at = Instant{1'600'000'000'000'000};
  CatalogueChange change;
  change.upserts = {shirt};
  change.collections = {
      {{}, "summer", "Summer", "Light things", "/pictures/s.svg", {"shirt"}, {"summer"}, {"Shirts"}}};
  const auto counts = this->shop.apply(change);
  ASSERT_TRUE(counts.has_value()) << counts.error().detail;
  EXPECT_EQ(counts->created, 1);
  EXPECT_EQ(counts->variants_created, 2);

  const catalog::Catalogue stored = this->shop.load();
  EXPECT_EQ(stored.version, 1u);
  ASSERT_EQ(stored.products.size(), 1u);
  shirt.id = stored.products[0].id;
  shirt.variants[0].id = stored.products[0].variants[0].id;
  shirt.variants[1].id = stored.products[0].variants[1].id;
  EXPECT_NE(shirt.variants[0].id, shirt.variants[1].id);
  EXPECT_EQ(stored.products[0], shirt);
  ASSERT_EQ(stored.collections.size(), 1u);
  change.collections[0].id = stored.collections[0].id;
  EXPECT_EQ(stored.collections[0], change.collections[0]);
}

TYPED_TEST(CatalogueContract, AHandleIsKnownWhateverTheStatusOfItsProductUntilThatIsRemoved) {
  CatalogueChange change;
  change.upserts = {product("active", {variant("M")}), product("draft", {variant("M")}),
                    product("gone", {variant("M")})};
  change.upserts[1].status = catalog::Status::kDraft;
  ASSERT_TRUE(this->shop.apply(change).has_value());
  CatalogueChange removal;
  removal.removed_handles = {"gone"};
  ASSERT_TRUE(this->shop.apply(removal).has_value());
  catalog::CatalogStore& store = this->shop.store().catalog();
  EXPECT_THAT(run(store.unknown_handles({"zeppelin", "draft", "gone", "active"})).value(),
              ElementsAre("zeppelin", "gone"));
  EXPECT_THAT(run(store.unknown_handles({})).value(), IsEmpty());
}

TYPED_TEST(CatalogueContract, AnAmountMayBeInAnyCurrency) {
  catalog::Product kimono = product("kimono", {variant("M")});
  kimono.variants[0].price = {12000, Currency::parse("JPY").value()};
  CatalogueChange change;
  change.upserts = {kimono};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_EQ(this->shop.load("kimono").variants[0].price, kimono.variants[0].price);
}

TYPED_TEST(CatalogueContract, ApplyingTheSameAgainChangesNothing) {
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("S"), variant("M")}), product("socks", {variant("One")})};
  change.collections = {{{}, "all", "All", "", "", {"shirt"}, {}, {}}};
  change.stock = {{"shirt", 0, 5}, {"socks", 0, 7}};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  const catalog::Catalogue before = this->shop.load();
  this->clock.advance(seconds(60));
  const auto again = this->shop.apply(change);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->unchanged, 2);
  EXPECT_EQ(
      again->created + again->changed + again->removed + again->variants_changed + again->stock_adjusted, 0);
  const catalog::Catalogue after = this->shop.load();
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.products, before.products);
  EXPECT_EQ(after.collections, before.collections);
  EXPECT_EQ(run(this->shop.store().catalog().version()).value(), 1u);
}

TYPED_TEST(CatalogueContract, VariantsKeepTheirIdWhenTheirOptionValuesAreTheSame) {
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("S"), variant("M"), variant("L")})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  const catalog::Product before = this->shop.load("shirt");

  change.upserts = {product("shirt", {variant("L"), variant("XL"), variant("S")})};
  change.upserts[0].variants[0].price = euros(2500);
  const auto counts = this->shop.apply(change);
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->changed, 1);
  EXPECT_EQ(counts->variants_created, 1);
  EXPECT_EQ(counts->variants_changed, 1);
  EXPECT_EQ(counts->variants_removed, 1);
  const catalog::Product after = this->shop.load("shirt");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.created_at, before.created_at);
  ASSERT_EQ(after.variants.size(), 3u);
  EXPECT_EQ(after.variants[0].id, before.variants[2].id);
  EXPECT_EQ(after.variants[2].id, before.variants[0].id);
  EXPECT_GT(after.variants[1].id, before.variants[2].id);
  EXPECT_EQ(this->shop.load().version, 2u);
}

TYPED_TEST(CatalogueContract, AStockTargetIsWhatIsAvailableHoweverMuchIsHeld) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  this->shop.placed(this->shop.order({{shirt, 2}}));
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 3, 2, 0}));
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M")})};
  change.stock = {{"shirt", 0, 10}};
  const auto counts = this->shop.apply(change);
  EXPECT_EQ(counts->stock_adjusted, 1);
  EXPECT_EQ(counts->unchanged, 1);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 12, 10, 2, 0}));
}

TYPED_TEST(CatalogueContract, StockIsSetBelowZeroOnlyWhereItMayBeBackordered) {
  const VariantId shirt = this->shop.stocked("shirt", -3);
  const VariantId socks = this->shop.stocked("socks", -3, StockPolicy::kBackorder);
  EXPECT_EQ(this->shop.stock(shirt).available, 0);
  EXPECT_EQ(this->shop.stock(socks).available, -3);
}

TYPED_TEST(CatalogueContract, WhatMayNoLongerBeBackorderedIsNotLeftBelowZero) {
  const VariantId shirt = this->shop.stocked("shirt", 1, StockPolicy::kBackorder);
  this->shop.placed(this->shop.order({{shirt, 4}}, State::kPlaced));
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 4, 0, 0, 4}));
}

TYPED_TEST(CatalogueContract, ADryRunCountsEverythingAndWritesNothing) {
  this->shop.stocked("shirt", 5);
  const catalog::Catalogue before = this->shop.load();
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M"), variant("L")}), product("socks", {variant("One")})};
  change.stock = {{"shirt", 0, 9}};
  const auto counts = this->shop.apply(change, true);
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->created, 1);
  EXPECT_EQ(counts->changed, 1);
  EXPECT_EQ(counts->variants_created, 2);
  EXPECT_EQ(counts->stock_adjusted, 1);
  const catalog::Catalogue after = this->shop.load();
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.products, before.products);
  EXPECT_EQ(this->shop.stock(before.products[0].variants[0].id).available, 5);
  EXPECT_EQ(run(this->shop.store().stock().read_all())->size(), 1u);
}

TYPED_TEST(CatalogueContract, AChangeWithOneBadPartIsRefusedWhole) {
  CatalogueChange twice;
  twice.upserts = {product("socks", {variant("One")}), product("shirt", {variant("M")}),
                   product("shirt", {variant("L")})};
  CatalogueChange elsewhere;
  elsewhere.upserts = {product("socks", {variant("One")})};
  elsewhere.stock = {{"socks", 1, 5}};
  CatalogueChange empty;
  empty.upserts = {product("socks", {variant("One")}), product("shirt", {})};
  for (const CatalogueChange& change : {twice, elsewhere, empty}) {
    const auto counts = this->shop.apply(change);
    ASSERT_FALSE(counts.has_value());
    EXPECT_EQ(counts.error().code, ErrorCode::kInvalid);
  }
  EXPECT_THAT(this->shop.load().products, IsEmpty());
  EXPECT_EQ(this->shop.load().version, 0u);
}

TYPED_TEST(CatalogueContract, AVariantThatLeftCanNotBeOrderedAndItsOpenOrdersStillEnd) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order open = this->shop.placed(this->shop.order({{shirt, 2}}));
  CatalogueChange change;
  change.removed_handles = {"shirt", "never-there"};
  const auto counts = this->shop.apply(change);
  EXPECT_EQ(counts->removed, 1);
  EXPECT_EQ(counts->variants_removed, 1);
  EXPECT_THAT(this->shop.load().products, IsEmpty());

  const auto late =
      this->shop.place({this->shop.order({{shirt, 1}}), this->shop.order({{VariantId{999}, 1}})});
  EXPECT_THAT(std::get<SoldOut>(late[0]).shortages, ElementsAre(Shortage{shirt, 1, 0}));
  EXPECT_THAT(std::get<SoldOut>(late[1]).shortages, ElementsAre(Shortage{VariantId{999}, 1, 0}));
  this->settled(this->move(open, Kind::kClaim));
  EXPECT_EQ(this->shop.stock(shirt).sold, 2);
}

TYPED_TEST(CatalogueContract, StockOfAnUnknownVariantReadsAsUntracked) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const VariantId gift = this->shop.stocked("gift", 0, StockPolicy::kUntracked);
  const VariantId ids[] = {VariantId{999}, shirt, gift};
  const auto read = run(this->shop.store().stock().read(ids)).value();
  EXPECT_THAT(read, ElementsAre(Stock{VariantId{999}, StockPolicy::kUntracked, 0, 0, 0, 0},
                                Stock{shirt, StockPolicy::kDeny, 5, 5, 0, 0},
                                Stock{gift, StockPolicy::kUntracked, 0, 0, 0, 0}));
  EXPECT_THAT(run(this->shop.store().stock().read_all()).value(),
              ElementsAre(Stock{shirt, StockPolicy::kDeny, 5, 5, 0, 0}));
}

// Carts.

TYPED_TEST(CatalogueContract, ACartThatWasNeverStoredIsEmpty) {
  SeededRandom random(3);
  const CartId id{Token::make(random)};
  EXPECT_EQ(this->shop.cart(id), (cart::Cart{id, 0, {}, {}}));
  ASSERT_TRUE(this->shop.change({{id, cart::Change::Kind::kEmpty, {}, 0, {}}}).value()[0].has_value());
  EXPECT_EQ(this->shop.cart(id).version, 0u);
}

TYPED_TEST(CatalogueContract, ChangesOfOneCartInABatchApplyInOrderAndARefusedOneFailsAlone) {
  using Change = cart::Change;
  SeededRandom random(3);
  const CartId mine{Token::make(random)}, other{Token::make(random)};
  const VariantId shirt{1}, socks{2};
  const auto outcomes = this->shop
                            .change({{mine, Change::Kind::kAdd, shirt, 98, euros(100)},
                                     {mine, Change::Kind::kAdd, shirt, 2, euros(100)},
                                     {other, Change::Kind::kSet, socks, 3, euros(200)},
                                     {mine, Change::Kind::kAdd, shirt, 1, euros(150)},
                                     {mine, Change::Kind::kAdd, socks, 1, euros(200), 0, "Socks, \"6\""}})
                            .value();
  ASSERT_EQ(outcomes.size(), 5u);
  EXPECT_EQ(outcomes[0]->version, 1u);
  ASSERT_FALSE(outcomes[1].has_value());
  EXPECT_EQ(outcomes[1].error().code, ErrorCode::kInvalid);
  EXPECT_EQ(outcomes[1].error().fields.at(0).field, "quantity");
  EXPECT_EQ(outcomes[4]->version, 3u);
  const cart::Cart stored = this->shop.cart(mine);
  cart::Cart told = *outcomes[4];
  EXPECT_TRUE(std::exchange(told.made_line, false)) << "told of the change, and not kept";
  EXPECT_TRUE(outcomes[0]->made_line);
  EXPECT_FALSE(outcomes[3]->made_line);
  EXPECT_EQ(stored, told);
  EXPECT_THAT(stored.lines, ElementsAre(cart::Line{shirt, 99, euros(150)},
                                        cart::Line{socks, 1, euros(200), "Socks, \"6\""}));
  EXPECT_EQ(stored.updated_at, this->clock.now());
  EXPECT_THAT(this->shop.cart(other).lines, ElementsAre(cart::Line{socks, 3, euros(200)}));
}

TYPED_TEST(CatalogueContract, AnAdditionWithAKeyIsMadeOnceHoweverOftenItComes) {
  using Change = cart::Change;
  SeededRandom random(3);
  const CartId id{Token::make(random)};
  const VariantId shirt{1};
  const std::uint64_t key = ~std::uint64_t{6};  // a large one: all of its bits are kept
  const Change add{id, Change::Kind::kAdd, shirt, 2, euros(100), key};
  const cart::Cart first = *this->shop.change({add, add}).value()[1];
  EXPECT_EQ(first.version, 1u);
  EXPECT_THAT(first.lines, ElementsAre(cart::Line{shirt, 2, euros(100)}));
  EXPECT_EQ(*this->shop.change({add}).value()[0], first);
  EXPECT_EQ(this->shop.cart(id), first);

  const auto other = this->shop.change({{id, Change::Kind::kAdd, shirt, 3, euros(100), key}}).value();
  ASSERT_FALSE(other[0].has_value());
  EXPECT_EQ(other[0].error().code, ErrorCode::kKeyReused);

  // Emptied, it still knows what was added; and it forgets the oldest when there are too many.
  ASSERT_TRUE(this->shop.change({{id, Change::Kind::kEmpty, {}, 0, {}}}).value()[0].has_value());
  EXPECT_THAT(this->shop.change({add}).value()[0]->lines, testing::IsEmpty());
  for (std::uint64_t next = 1; next <= cart::kAdditionsMax; ++next) {
    ASSERT_TRUE(
        this->shop.change({{id, Change::Kind::kAdd, shirt, 1, euros(100), next}}).value()[0].has_value());
  }
  EXPECT_EQ(this->shop.cart(id).additions.size(), cart::kAdditionsMax);
  EXPECT_EQ(this->shop.change({add}).value()[0]->lines[0].quantity, 10);
}

TYPED_TEST(CatalogueContract, AFullCartComesBackWhole) {
  SeededRandom random(3);
  const CartId id{Token::make(random)};
  std::vector<cart::Change> changes;
  for (std::int64_t i = 1; i <= 101; ++i)
    changes.push_back({id, cart::Change::Kind::kAdd, VariantId{i}, 1, euros(i)});
  const auto outcomes = this->shop.change(changes).value();
  EXPECT_TRUE(outcomes[99].has_value());
  EXPECT_EQ(outcomes[100].error().fields.at(0).field, "lines");
  EXPECT_EQ(this->shop.cart(id).lines.size(), 100u);
}

TYPED_TEST(CatalogueContract, IdleCartsGoUpToTheLimitAndOthersStay) {
  SeededRandom random(3);
  std::vector<CartId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(CartId{Token::make(random)});
    this->shop.add_to_cart(ids.back(), VariantId{1}, 1);
    this->clock.advance(seconds(10));
  }
  const Instant before = this->clock.now() - seconds(15);  // the last was touched 10 seconds ago
  EXPECT_EQ(run(this->shop.store().carts().remove_idle(before, 3)).value(), 3);
  EXPECT_EQ(run(this->shop.store().carts().remove_idle(before, 3)).value(), 1);
  EXPECT_EQ(run(this->shop.store().carts().remove_idle(before, 3)).value(), 0);
  EXPECT_EQ(this->shop.cart(ids[0]).version, 0u);
  EXPECT_EQ(this->shop.cart(ids[4]).version, 1u);
}

}  // namespace
}  // namespace ff::storage
