// The contract of the store ports. Every adapter passes it: memory is the reference, SQLite the default.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using catalog::CatalogueChange;
using catalog::StockPolicy;
using inventory::Stock;
using orders::HoldLost;
using orders::NotApplied;
using orders::PaymentState;
using orders::Placed;
using orders::Settled;
using orders::Settlement;
using orders::Shortage;
using orders::SoldOut;
using orders::State;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Settlement::Kind;

template <typename Adapter>
class StoreContract : public testing::Test {
 protected:
  ~StoreContract() override { EXPECT_THAT(shop.violations(), IsEmpty()); }

  Settlement move(const orders::Order& order, Kind kind) {
    Settlement made;
    made.order = order.id;
    made.kind = kind;
    if (kind == Kind::kClaim) {
      made.payment = PaymentState::kAuthorised;
      made.payment_reference = "pay_1";
      made.card_hint = "Visa ending 4242";
    }
    if (kind == Kind::kCapture) made.payment = PaymentState::kCaptured;
    if (kind == Kind::kDecline || kind == Kind::kCancel) made.reason = "because";
    return made;
  }
  orders::Order settled(Settlement asked) {
    auto outcome = shop.settle(std::move(asked));
    EXPECT_TRUE(std::holds_alternative<Settled>(outcome)) << "outcome " << outcome.index();
    return std::holds_alternative<Settled>(outcome) ? std::get<Settled>(outcome).order : orders::Order{};
  }

  StandingClock clock;
  Adapter adapter;
  Shop shop{adapter.open(clock), clock};
};

using Adapters = testing::Types<MemoryAdapter, SqliteAdapter>;
TYPED_TEST_SUITE(StoreContract, Adapters);

// The catalogue.

TYPED_TEST(StoreContract, EveryFieldOfTheCatalogueComesBack) {
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

TYPED_TEST(StoreContract, AnAmountMayBeInAnyCurrency) {
  catalog::Product kimono = product("kimono", {variant("M")});
  kimono.variants[0].price = {12000, Currency::parse("JPY").value()};
  CatalogueChange change;
  change.upserts = {kimono};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_EQ(this->shop.load("kimono").variants[0].price, kimono.variants[0].price);
}

TYPED_TEST(StoreContract, ApplyingTheSameAgainChangesNothing) {
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

TYPED_TEST(StoreContract, VariantsKeepTheirIdWhenTheirOptionValuesAreTheSame) {
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

TYPED_TEST(StoreContract, AStockTargetIsWhatIsAvailableHoweverMuchIsHeld) {
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

TYPED_TEST(StoreContract, StockIsSetBelowZeroOnlyWhereItMayBeBackordered) {
  const VariantId shirt = this->shop.stocked("shirt", -3);
  const VariantId socks = this->shop.stocked("socks", -3, StockPolicy::kBackorder);
  EXPECT_EQ(this->shop.stock(shirt).available, 0);
  EXPECT_EQ(this->shop.stock(socks).available, -3);
}

TYPED_TEST(StoreContract, WhatMayNoLongerBeBackorderedIsNotLeftBelowZero) {
  const VariantId shirt = this->shop.stocked("shirt", 1, StockPolicy::kBackorder);
  this->shop.placed(this->shop.order({{shirt, 4}}, State::kPlaced));
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 4, 0, 0, 4}));
}

TYPED_TEST(StoreContract, ADryRunCountsEverythingAndWritesNothing) {
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

TYPED_TEST(StoreContract, AChangeWithOneBadPartIsRefusedWhole) {
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

TYPED_TEST(StoreContract, AVariantThatLeftCanNotBeOrderedAndItsOpenOrdersStillEnd) {
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

TYPED_TEST(StoreContract, StockOfAnUnknownVariantReadsAsUntracked) {
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

TYPED_TEST(StoreContract, ACartThatWasNeverStoredIsEmpty) {
  SeededRandom random(3);
  const CartId id{Token::make(random)};
  EXPECT_EQ(this->shop.cart(id), (cart::Cart{id, 0, {}, {}}));
  ASSERT_TRUE(this->shop.change({{id, cart::Change::Kind::kEmpty, {}, 0, {}}}).value()[0].has_value());
  EXPECT_EQ(this->shop.cart(id).version, 0u);
}

TYPED_TEST(StoreContract, ChangesOfOneCartInABatchApplyInOrderAndARefusedOneFailsAlone) {
  using Change = cart::Change;
  SeededRandom random(3);
  const CartId mine{Token::make(random)}, other{Token::make(random)};
  const VariantId shirt{1}, socks{2};
  const auto outcomes = this->shop
                            .change({{mine, Change::Kind::kAdd, shirt, 98, euros(100)},
                                     {mine, Change::Kind::kAdd, shirt, 2, euros(100)},
                                     {other, Change::Kind::kSet, socks, 3, euros(200)},
                                     {mine, Change::Kind::kAdd, shirt, 1, euros(150)},
                                     {mine, Change::Kind::kAdd, socks, 1, euros(200)}})
                            .value();
  ASSERT_EQ(outcomes.size(), 5u);
  EXPECT_EQ(outcomes[0]->version, 1u);
  ASSERT_FALSE(outcomes[1].has_value());
  EXPECT_EQ(outcomes[1].error().code, ErrorCode::kInvalid);
  EXPECT_EQ(outcomes[1].error().fields.at(0).field, "quantity");
  EXPECT_EQ(outcomes[4]->version, 3u);
  const cart::Cart stored = this->shop.cart(mine);
  EXPECT_EQ(stored, *outcomes[4]);
  EXPECT_THAT(stored.lines, ElementsAre(cart::Line{shirt, 99, euros(150)}, cart::Line{socks, 1, euros(200)}));
  EXPECT_EQ(stored.updated_at, this->clock.now());
  EXPECT_THAT(this->shop.cart(other).lines, ElementsAre(cart::Line{socks, 3, euros(200)}));
}

TYPED_TEST(StoreContract, AFullCartComesBackWhole) {
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

TYPED_TEST(StoreContract, IdleCartsGoUpToTheLimitAndOthersStay) {
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

// Placing orders.

TYPED_TEST(StoreContract, APendingOrderHoldsItsStockAndComesBackAsItWasAnswered) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 2}});
  const orders::Order order = this->shop.placed(wanted);
  orders::Order expected = wanted.order;
  expected.number = 1;
  expected.holding = true;
  expected.created_at = expected.updated_at = this->clock.now();
  expected.hold_expires_at = this->clock.now() + seconds(90);
  expected.lease_expires_at = this->clock.now() + seconds(20);
  EXPECT_EQ(order, expected);
  EXPECT_EQ(this->shop.read(order.id), order);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 3, 2, 0}));
}

TYPED_TEST(StoreContract, AnInstantOrderSellsAtOnce) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order placed = this->shop.placed(this->shop.order({{shirt, 2}}, State::kPlaced));
  const orders::Order paid = this->shop.placed(this->shop.order({{shirt, 1}}, State::kPaid));
  EXPECT_FALSE(placed.holding);
  EXPECT_EQ(placed.lease_expires_at, Instant{});
  EXPECT_GT(paid.number, placed.number);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 2, 0, 3}));
}

TYPED_TEST(StoreContract, NoOrderIsPlacedInAStateThatItCanOnlyReach) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const std::vector wanted{this->shop.order({{shirt, 1}}), this->shop.order({{shirt, 1}}, State::kDeclined)};
  const auto refused = run(this->shop.store().orders().place(wanted));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(this->shop.read(wanted[0].order.id), std::nullopt);
  EXPECT_EQ(this->shop.stock(shirt).available, 5);
}

TYPED_TEST(StoreContract, AnOrderThatCanNotBeHadTakesNothingAndThoseBehindItMaySucceed) {
  const VariantId shirt = this->shop.stocked("shirt", 3), socks = this->shop.stocked("socks", 9);
  const auto outcomes =
      this->shop.place({this->shop.order({{shirt, 2}}), this->shop.order({{socks, 1}, {shirt, 2}}),
                        this->shop.order({{shirt, 1}}), this->shop.order({{shirt, 1}, {socks, 10}})});
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[0]));
  EXPECT_THAT(std::get<SoldOut>(outcomes[1]).shortages, ElementsAre(Shortage{shirt, 2, 1}));
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[2]));
  EXPECT_THAT(std::get<SoldOut>(outcomes[3]).shortages,
              ElementsAre(Shortage{shirt, 1, 0}, Shortage{socks, 10, 9}));
  EXPECT_EQ(this->shop.stock(shirt).held, 3);
  EXPECT_EQ(this->shop.stock(socks).held, 0);
}

TYPED_TEST(StoreContract, LinesOfOneVariantAreWantedTogether) {
  const VariantId shirt = this->shop.stocked("shirt", 3);
  const auto outcomes = this->shop.place(
      {this->shop.order({{shirt, 2}, {shirt, 2}}), this->shop.order({{shirt, 1}, {shirt, 2}})});
  EXPECT_THAT(std::get<SoldOut>(outcomes[0]).shortages, ElementsAre(Shortage{shirt, 4, 3}));
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[1]));
  EXPECT_EQ(this->shop.stock(shirt).held, 3);
}

TYPED_TEST(StoreContract, BackordersGoBelowZeroAndNobodyCountsTheUntracked) {
  const VariantId shirt = this->shop.stocked("shirt", 1, StockPolicy::kBackorder);
  const VariantId gift = this->shop.stocked("gift", 0, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 3}, {gift, 9}}));
  EXPECT_TRUE(order.lines[0].counted);
  EXPECT_FALSE(order.lines[1].counted);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kBackorder, 1, -2, 3, 0}));
  EXPECT_EQ(this->shop.stock(gift), (Stock{gift, StockPolicy::kUntracked, 0, 0, 0, 0}));
}

TYPED_TEST(StoreContract, AHoldEndsAsItBeganWhenThePolicyChangesMeanwhile) {
  const VariantId counted = this->shop.stocked("counted", 5);
  const VariantId uncounted = this->shop.stocked("uncounted", 0, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{counted, 2}, {uncounted, 2}}));
  CatalogueChange change;
  change.upserts = {product("counted", {variant("M", StockPolicy::kUntracked)}),
                    product("uncounted", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  this->settled(this->move(order, Kind::kCancel));
  EXPECT_EQ(this->shop.stock(counted).held, 0);
  EXPECT_EQ(this->shop.stock(counted).available, 5);
  EXPECT_EQ(this->shop.stock(uncounted), (Stock{uncounted, StockPolicy::kDeny, 0, 0, 0, 0}));
}

TYPED_TEST(StoreContract, OneKeyOneOrderEvenWithinABatch) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder first = this->shop.order({{shirt, 1}});
  orders::NewOrder second = this->shop.order({{shirt, 3}});
  second.order.cart = first.order.cart;
  const auto outcomes = this->shop.place({first, second, first});
  EXPECT_TRUE(std::holds_alternative<Placed>(outcomes[0]));
  const auto& retry = std::get<orders::Existing>(outcomes[1]);
  EXPECT_EQ(retry.order, std::get<Placed>(outcomes[0]).order);
  EXPECT_FALSE(retry.fresh);
  EXPECT_FALSE(retry.lease_expired);
  EXPECT_TRUE(std::get<orders::Existing>(outcomes[2]).fresh);
  EXPECT_EQ(this->shop.stock(shirt).held, 1);
}

TYPED_TEST(StoreContract, AReplayReadsWhatStandsEvenWhenNothingIsLeft) {
  const VariantId shirt = this->shop.stocked("shirt", 1);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  const orders::Order order = this->shop.placed(wanted);
  this->clock.advance(seconds(20));
  const auto replay = this->shop.place({wanted});
  EXPECT_EQ(std::get<orders::Existing>(replay[0]).order, order);
  EXPECT_TRUE(std::get<orders::Existing>(replay[0]).fresh);
  EXPECT_TRUE(std::get<orders::Existing>(replay[0]).lease_expired);
}

TYPED_TEST(StoreContract, TheSameKeyOfAnotherCartIsAnotherOrder) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  this->shop.placed(this->shop.order({{shirt, 1}}));
  this->shop.placed(this->shop.order({{shirt, 1}}));
  EXPECT_EQ(this->shop.stock(shirt).held, 2);
}

TYPED_TEST(StoreContract, ASoldOutKeyIsNotRecorded) {
  const VariantId shirt = this->shop.stocked("shirt", 0);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  EXPECT_TRUE(std::holds_alternative<SoldOut>(this->shop.place({wanted})[0]));
  EXPECT_EQ(this->shop.stocked("shirt", 1), shirt);
  this->shop.placed(wanted);
}

TYPED_TEST(StoreContract, AnOrderIdThatIsUsedTwiceIsOurMistakeAndWritesNothing) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 1}});
  this->shop.placed(wanted);
  orders::NewOrder clash = this->shop.order({{shirt, 1}});
  clash.order.id = wanted.order.id;
  const std::vector batch{this->shop.order({{shirt, 1}}), clash};
  const auto refused = run(this->shop.store().orders().place(batch));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(this->shop.read(batch[0].order.id), std::nullopt);
  EXPECT_EQ(this->shop.stock(shirt).held, 1);
}

TYPED_TEST(StoreContract, AFusedSaleTakesTheOrderedQuantitiesOutOfItsCart) {
  const VariantId shirt = this->shop.stocked("shirt", 9), socks = this->shop.stocked("socks", 9);
  orders::NewOrder wanted = this->shop.order({{shirt, 2}}, State::kPlaced);
  wanted.empty_cart = true;
  this->shop.add_to_cart(wanted.order.cart, shirt, 3);
  this->shop.add_to_cart(wanted.order.cart, socks, 1);
  this->shop.placed(wanted);
  const cart::Cart cart = this->shop.cart(wanted.order.cart);
  EXPECT_THAT(cart.lines, ElementsAre(cart::Line{shirt, 1, euros(1999)}, cart::Line{socks, 1, euros(1999)}));
  EXPECT_EQ(cart.version, 3u);
  this->shop.place({wanted});  // replayed: the cart is emptied once
  EXPECT_EQ(this->shop.cart(wanted.order.cart), cart);
}

TYPED_TEST(StoreContract, OrdersAreFoundByTheirKeys) {
  const VariantId shirt = this->shop.stocked("shirt", 9);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const orders::OrderKey keys[] = {{order.cart, "another"}, {order.cart, order.idempotency_key}};
  const auto found = run(this->shop.store().orders().find(keys)).value();
  EXPECT_THAT(found, ElementsAre(std::nullopt, order));
  SeededRandom random(9);
  EXPECT_EQ(this->shop.read(OrderId{Uuid::v7(this->clock.now(), random)}), std::nullopt);
}

// Settling them.

TYPED_TEST(StoreContract, AClaimSellsWhatWasHeld) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::NewOrder wanted = this->shop.order({{shirt, 2}});
  this->shop.add_to_cart(wanted.order.cart, shirt, 2);
  orders::Order expected = this->shop.placed(wanted);
  this->clock.advance(seconds(3));
  Settlement claim = this->move(expected, Kind::kClaim);
  claim.empty_cart = true;
  const orders::Order paid = this->settled(claim);
  expected.state = State::kPaid;
  expected.payment = PaymentState::kAuthorised;
  expected.payment_reference = "pay_1";
  expected.card_hint = "Visa ending 4242";
  expected.version = 2;
  expected.holding = false;
  expected.updated_at = this->clock.now();
  EXPECT_EQ(paid, expected);
  EXPECT_EQ(this->shop.read(paid.id), paid);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 3, 0, 2}));
  EXPECT_THAT(this->shop.cart(wanted.order.cart).lines, IsEmpty());
}

TYPED_TEST(StoreContract, ADeclineAndACancelGiveTheStockBack) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  for (const Kind kind : {Kind::kDecline, Kind::kCancel}) {
    const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
    const orders::Order ended = this->settled(this->move(order, kind));
    EXPECT_EQ(ended.state, kind == Kind::kDecline ? State::kDeclined : State::kCancelled);
    EXPECT_EQ(ended.reason, "because");
    EXPECT_EQ(ended.version, 2);
    EXPECT_FALSE(ended.holding);
    EXPECT_EQ(this->shop.read(order.id), ended);
    EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 5, 0, 0}));
  }
}

TYPED_TEST(StoreContract, EveryMoveThatTheStateMachineLacksIsRefused) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  const auto in_state = [&](State state) {
    if (state == State::kPlaced) return this->shop.placed(this->shop.order({{shirt, 1}}, state));
    orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
    if (state == State::kPaid) order = this->settled(this->move(order, Kind::kClaim));
    if (state == State::kDeclined) order = this->settled(this->move(order, Kind::kDecline));
    if (state == State::kCancelled) order = this->settled(this->move(order, Kind::kCancel));
    return order;
  };
  for (const State state :
       {State::kPendingPayment, State::kPaid, State::kPlaced, State::kDeclined, State::kCancelled}) {
    for (const Kind kind : {Kind::kClaim, Kind::kDecline, Kind::kCancel, Kind::kCapture, Kind::kSuspend}) {
      const bool is_capture_of_paid = state == State::kPaid && kind == Kind::kCapture;
      const bool is_move_of_pending = state == State::kPendingPayment && kind != Kind::kCapture;
      const orders::Order order = in_state(state);
      const Stock before = this->shop.stock(shirt);
      const auto outcome = this->shop.settle(this->move(order, kind));
      if (is_capture_of_paid || is_move_of_pending) {
        EXPECT_TRUE(std::holds_alternative<Settled>(outcome))
            << to_string(state) << " " << static_cast<int>(kind);
        continue;
      }
      ASSERT_TRUE(std::holds_alternative<NotApplied>(outcome))
          << to_string(state) << " " << static_cast<int>(kind);
      EXPECT_EQ(std::get<NotApplied>(outcome).order, order);
      EXPECT_EQ(this->shop.read(order.id), order);
      EXPECT_EQ(this->shop.stock(shirt), before);
    }
  }
}

TYPED_TEST(StoreContract, AReplayedMoveChangesNothingMore) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const std::vector moves{this->move(order, Kind::kClaim), this->move(order, Kind::kClaim),
                          this->move(order, Kind::kCapture)};
  const auto outcomes = run(this->shop.store().orders().settle(moves)).value();
  EXPECT_TRUE(std::holds_alternative<Settled>(outcomes[0]));
  EXPECT_EQ(std::get<NotApplied>(outcomes[1]).order, std::get<Settled>(outcomes[0]).order);
  EXPECT_EQ(std::get<Settled>(outcomes[2]).order.version, 3);
  EXPECT_EQ(std::get<Settled>(outcomes[2]).order.payment, PaymentState::kCaptured);
  EXPECT_EQ(this->shop.stock(shirt).sold, 2);
}

TYPED_TEST(StoreContract, AnOrderThatDoesNotExistCanNotBeSettled) {
  SeededRandom random(9);
  Settlement claim;
  claim.order = OrderId{Uuid::v7(this->clock.now(), random)};
  EXPECT_TRUE(std::holds_alternative<orders::NoSuchOrder>(this->shop.settle(claim)));
}

TYPED_TEST(StoreContract, ACaptureIsDueFromTheClaimUntilItIsDone) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  std::vector<orders::Order> paid;
  for (int i = 0; i < 3; ++i) {
    const orders::Order order = this->shop.placed(this->shop.order({{shirt, 1}}));
    paid.push_back(this->settled(this->move(order, Kind::kClaim)));
  }
  this->shop.placed(this->shop.order({{shirt, 1}}));
  this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  EXPECT_THAT(this->shop.captures_due(), ElementsAre(paid[0], paid[1], paid[2]));
  EXPECT_THAT(this->shop.captures_due(2), ElementsAre(paid[0], paid[1]));
  EXPECT_EQ(this->settled(this->move(paid[0], Kind::kCapture)).payment, PaymentState::kCaptured);
  EXPECT_THAT(this->shop.captures_due(), ElementsAre(paid[1], paid[2]));
}

// Holds, leases and those who come after.

TYPED_TEST(StoreContract, OrdersAreOverdueOnceTheirLeaseIsOverLongestFirst) {
  const VariantId shirt = this->shop.stocked("shirt", 50);
  orders::NewOrder slow = this->shop.order({{shirt, 1}});
  slow.lease_for = seconds(40);
  const orders::Order late = this->shop.placed(slow);
  const orders::Order soon = this->shop.placed(this->shop.order({{shirt, 1}}));
  const orders::Order done = this->shop.placed(this->shop.order({{shirt, 1}}));
  this->settled(this->move(done, Kind::kDecline));
  this->clock.advance(seconds(20) - Duration(1));
  EXPECT_THAT(this->shop.overdue(), IsEmpty());
  this->clock.advance(Duration(1));
  EXPECT_THAT(this->shop.overdue(), ElementsAre(soon));
  this->clock.advance(seconds(20));
  EXPECT_THAT(this->shop.overdue(), ElementsAre(soon, late));
  EXPECT_THAT(this->shop.overdue(1), ElementsAre(soon));
}

TYPED_TEST(StoreContract, AHoldIsReleasedOnlyWhenItHasExpired) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  const orders::Order sold = this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  this->clock.advance(seconds(90) - Duration(1));
  this->shop.release_holds({order.id, sold.id});
  EXPECT_EQ(this->shop.stock(shirt).held, 2);
  this->clock.advance(Duration(1));
  SeededRandom random(9);
  this->shop.release_holds({OrderId{Uuid::v7(this->clock.now(), random)}, order.id, sold.id, order.id});
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 5, 4, 0, 1}));
  const orders::Order released = this->shop.read(order.id).value();
  EXPECT_EQ(released.state, State::kPendingPayment);
  EXPECT_FALSE(released.holding);
  EXPECT_EQ(released.version, 1);
}

TYPED_TEST(StoreContract, AClaimAfterItsHoldWasReleasedTakesStockAgain) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  const orders::Order paid = this->settled(this->move(order, Kind::kClaim));
  EXPECT_EQ(paid.state, State::kPaid);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 0, 0, 2}));
}

TYPED_TEST(StoreContract, AClaimWhoseStockIsGoneIsHoldLostAndMayStillBeCancelled) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  this->shop.placed(this->shop.order({{shirt, 1}}, State::kPlaced));
  const orders::Order released = this->shop.read(order.id).value();
  const auto outcome = this->shop.settle(this->move(order, Kind::kClaim));
  ASSERT_TRUE(std::holds_alternative<HoldLost>(outcome));
  EXPECT_THAT(std::get<HoldLost>(outcome).shortages, ElementsAre(Shortage{shirt, 2, 1}));
  EXPECT_EQ(this->shop.read(order.id), released);
  EXPECT_EQ(this->settled(this->move(order, Kind::kCancel)).state, State::kCancelled);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 1, 0, 1}));
}

TYPED_TEST(StoreContract, AClaimThatTakesStockAgainRemembersWhatIsCountedNow) {
  const VariantId shirt = this->shop.stocked("shirt", 2, StockPolicy::kUntracked);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  EXPECT_FALSE(order.lines[0].counted);
  this->clock.advance(seconds(90));
  this->shop.release_holds({order.id});
  CatalogueChange change;
  change.upserts = {product("shirt", {variant("M", StockPolicy::kDeny)})};
  ASSERT_TRUE(this->shop.apply(change).has_value());
  EXPECT_TRUE(this->settled(this->move(order, Kind::kClaim)).lines[0].counted);
  EXPECT_TRUE(this->shop.read(order.id)->lines[0].counted);
  EXPECT_EQ(this->shop.stock(shirt), (Stock{shirt, StockPolicy::kDeny, 2, 0, 0, 2}));
}

TYPED_TEST(StoreContract, ARetryAdoptsAnOrderOnceItsLeaseIsOver) {
  const VariantId shirt = this->shop.stocked("shirt", 2);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  EXPECT_EQ(this->shop.take_over(order.id, 1).error().code, ErrorCode::kConflict);
  this->clock.advance(seconds(20));
  EXPECT_EQ(this->shop.take_over(order.id, 2).error().code, ErrorCode::kConflict);
  const auto adopted = this->shop.take_over(order.id, 1);
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->attempt, 2);
  EXPECT_EQ(adopted->lease_expires_at, this->clock.now() + seconds(20));
  EXPECT_EQ(adopted->version, 1);
  EXPECT_EQ(this->shop.read(order.id), *adopted);
  EXPECT_EQ(this->shop.take_over(order.id, 1).error().code, ErrorCode::kConflict);
  EXPECT_THAT(this->shop.overdue(), IsEmpty());

  Settlement stale = this->move(order, Kind::kClaim);
  stale.attempt = 1;
  EXPECT_TRUE(std::holds_alternative<NotApplied>(this->shop.settle(stale)));
  stale.attempt = 2;
  this->settled(stale);
  EXPECT_EQ(this->shop.take_over(order.id, 2).error().code, ErrorCode::kConflict);
  SeededRandom random(9);
  const OrderId unknown{Uuid::v7(this->clock.now(), random)};
  EXPECT_EQ(this->shop.take_over(unknown, 1).error().code, ErrorCode::kNotFound);
}

TYPED_TEST(StoreContract, ASuspendedOrderIsOverdueAtOnceAndOneGivenUpIsNeverClaimed) {
  const VariantId shirt = this->shop.stocked("shirt", 5);
  const orders::Order order = this->shop.placed(this->shop.order({{shirt, 2}}));
  this->clock.advance(seconds(1));
  const orders::Order suspended = this->settled(this->move(order, Kind::kSuspend));
  EXPECT_EQ(suspended.state, State::kPendingPayment);
  EXPECT_EQ(suspended.version, 1);
  EXPECT_TRUE(suspended.holding);
  EXPECT_THAT(this->shop.overdue(), ElementsAre(suspended));

  Settlement give_up = this->move(order, Kind::kSuspend);
  give_up.reason = "given up";
  EXPECT_EQ(this->settled(give_up).reason, "given up");
  EXPECT_TRUE(std::holds_alternative<NotApplied>(this->shop.settle(this->move(order, Kind::kClaim))));
  this->settled(this->move(order, Kind::kCancel));
  EXPECT_EQ(this->shop.stock(shirt).available, 5);
}

TYPED_TEST(StoreContract, AnEmptyBatchIsAnsweredWithNothing) {
  EXPECT_THAT(this->shop.place({}), IsEmpty());
  EXPECT_THAT(run(this->shop.store().orders().settle({})).value(), IsEmpty());
  EXPECT_THAT(this->shop.change({}).value(), IsEmpty());
  EXPECT_TRUE(run(this->shop.store().check_writable()).has_value());
}

}  // namespace
}  // namespace ff::storage
