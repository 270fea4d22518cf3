// The routes, as a client meets them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_shop.h"

namespace ff::api {
namespace {

using http::Method;
using testing::HasSubstr;
using testing::Not;
using Reply = TestShop::Reply;

constexpr std::string_view kLines = "/api/v1/carts/0123456789abcdef0123456789abcdef/lines";

class Api : public testing::Test {
 protected:
  std::string line(std::string_view handle, std::size_t i, int quantity) {
    return fmt::format(R"({{"variant_id":{},"quantity":{}}})", shop.variant(handle, i).value, quantity);
  }

  /// Buys one small linen shirt at once; `more` are further members, which win over those here by replacing.
  std::string order(std::string_view payment, std::string_view lines, std::string_view more = "") {
    return fmt::format(
        R"({{"cart_id":"{}","lines":[{}],"email":"ada@example.com",)"
        R"("address":{{"name":"Ada Lovelace","line1":"12 Rose Street","city":"Berlin","postcode":"10115","country":"DE"}},)"
        R"("delivery_method":"standard","payment":{}{}}})",
        TestShop::kCart, lines, payment, more);
  }
  static std::string card(std::string_view number = "4242424242424242") {
    return fmt::format(R"({{"method":"card","card":{{"number":"{}","expiry":"12/40","cvc":"123"}}}})",
                       number);
  }
  Reply checkout(std::string body, std::string_view key = "key-1") {
    return shop.send(Method::kPost, "/api/v1/checkouts", std::move(body), {{"Idempotency-Key", key}});
  }

  TestShop shop;
};

TEST_F(Api, ListsProductsAPageAtATime) {
  const Reply first = shop.get("/api/v1/products?limit=1&sort=price");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(text_at(first.body, "/products/0/handle"), "wool-scarf");
  EXPECT_EQ(number_at(first.body, "/total"), 2);
  const Reply second = shop.get("/api/v1/products?limit=1&sort=price&cursor=" +
                                http::percent_encode(text_at(first.body, "/next_cursor")));
  EXPECT_EQ(text_at(second.body, "/products/0/handle"), "linen-shirt");
  EXPECT_THAT(second.body, HasSubstr(R"("next_cursor":null)"));
}

TEST_F(Api, LetsARequestWaitForTheIndexThatIsBeingBuilt) {
  const std::shared_ptr<const catalog::Index> built = shop.index.load();
  shop.index.store(nullptr);
  asio::co_spawn(
      shop.context,
      [&]() -> Task<void> {
        co_await shop.clock.sleep_for(std::chrono::milliseconds(1));
        shop.index.store(built);
      },
      asio::detached);
  EXPECT_EQ(shop.get("/api/v1/suggestions?q=wo").status, 200);
}

TEST_F(Api, FiltersByFacetAndCollection) {
  EXPECT_EQ(number_at(shop.get("/api/v1/products?filter=option.size%3AM").body, "/total"), 1);
  EXPECT_EQ(number_at(shop.get("/api/v1/products?filter=type:Shirts&filter=type:Accessories").body, "/total"),
            2);
  EXPECT_EQ(number_at(shop.get("/api/v1/products?collection=shirts").body, "/total"), 1);
  EXPECT_EQ(shop.get("/api/v1/products?collection=hats").status, 404);
}

TEST_F(Api, SearchesAndSuggests) {
  EXPECT_EQ(text_at(shop.get("/api/v1/search?q=linnen").body, "/products/0/handle"), "linen-shirt");
  EXPECT_EQ(text_at(shop.get("/api/v1/suggestions?q=wo").body, "/products/0/handle"), "wool-scarf");
}

TEST_F(Api, AnswersLaterRatherThanWithoutTheIndexForSuggestionsAsForListings) {
  shop.index.store(nullptr);
  for (const char* target : {"/api/v1/suggestions?q=wo", "/api/v1/search?q=wo", "/api/v1/products"}) {
    const Reply early = shop.get(target);
    EXPECT_EQ(early.status, 503) << target;
    EXPECT_EQ(text_at(early.body, "/type"), "/api/problems/unavailable") << target;
    EXPECT_FALSE(early.header("Retry-After").empty()) << target;
  }
}

TEST_F(Api, SpeaksOfVaryingEncodingsOnlyWhereAnAnswerIsLargeEnoughToBeCompressed) {
  EXPECT_THAT(shop.get("/api/v1/products").head, HasSubstr("Vary: Accept-Encoding"));
  EXPECT_THAT(shop.get("/api/v1/collections").head, Not(HasSubstr("Vary:")));
}

TEST_F(Api, NamesParametersThatItDoesNotKnowOrCantRead) {
  const Reply reply =
      shop.get("/api/v1/products?colour=red&limit=0&price_min=-1&available=yes&sort=best&filter=x");
  EXPECT_EQ(reply.status, 422);
  for (const char* name : {"colour", "limit", "price_min", "available", "sort", "filter"}) {
    EXPECT_THAT(reply.body, HasSubstr(fmt::format(R"("field":"{}")", name)));
  }
  EXPECT_EQ(shop.get("/api/v1/products?limit=1&limit=2").status, 422);
  EXPECT_EQ(shop.get("/api/v1/search").status, 422);
  EXPECT_EQ(shop.get("/api/v1/products?cursor=forged").status, 422);
  EXPECT_EQ(shop.get("/api/v1/products?limit=%").status, 400);
}

TEST_F(Api, ShowsAProductWithItsVariantsAndTheirStock) {
  const Reply reply = shop.get("/api/v1/products/linen-shirt");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(number_at(reply.body, "/variants/0/price/amount"), 4900);
  EXPECT_EQ(number_at(reply.body, "/variants/0/compare_at_price/amount"), 5900);
  EXPECT_EQ(text_at(reply.body, "/variants/0/stock"), "in_stock");
  EXPECT_EQ(text_at(reply.body, "/variants/1/stock"), "few_left");
  EXPECT_EQ(text_at(reply.body, "/variants/2/stock"), "sold_out");
  EXPECT_EQ(text_at(reply.body, "/options/0/values/2"), "L");
  EXPECT_EQ(shop.get("/api/v1/products/nothing").status, 404);
  EXPECT_EQ(shop.get("/api/v1/products/No%20Handle").status, 404);
}

TEST_F(Api, GivesCatalogueAnswersATagThatChangesWithThem) {
  const Reply shirt = shop.get("/api/v1/products/linen-shirt");
  EXPECT_NE(shirt.etag, "");
  EXPECT_EQ(shop.get("/api/v1/products/linen-shirt").etag, shirt.etag);
  EXPECT_NE(shop.get("/api/v1/products/wool-scarf").etag, shirt.etag);
  EXPECT_THAT(shirt.head, HasSubstr("s-maxage"));
  shop.labels.store(std::make_shared<const catalog::StockLabels>());
  EXPECT_NE(shop.get("/api/v1/products/linen-shirt").etag, shirt.etag);
}

TEST_F(Api, ListsCollections) {
  EXPECT_EQ(number_at(shop.get("/api/v1/collections").body, "/collections/0/product_count"), 1);
  EXPECT_EQ(text_at(shop.get("/api/v1/collections/shirts").body, "/title"), "Shirts");
  EXPECT_EQ(shop.get("/api/v1/collections/hats").status, 404);
}

TEST_F(Api, ListsDeliveryWithThePriceForThatSubtotal) {
  EXPECT_EQ(number_at(shop.get("/api/v1/delivery?country=DE&subtotal=4900").body, "/methods/0/price/amount"),
            490);
  EXPECT_EQ(number_at(shop.get("/api/v1/delivery?country=DE&subtotal=10000").body, "/methods/0/price/amount"),
            0);
  EXPECT_EQ(shop.get("/api/v1/delivery?country=de").status, 422);
}

TEST_F(Api, MakesACartWithoutStoringAnything) {
  const Reply made = shop.send(Method::kPost, "/api/v1/carts");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Location"), "/api/v1/carts/" + text_at(made.body, "/id"));
  const Reply again = shop.send(Method::kPost, "/api/v1/carts", "{}");
  EXPECT_NE(text_at(made.body, "/id"), text_at(again.body, "/id"));
  EXPECT_EQ(shop.get(made.header("Location")).body, made.body);
}

TEST_F(Api, AddsSetsAndRemovesLines) {
  shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 2));
  Reply cart = shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 1));
  EXPECT_EQ(cart.status, 200);
  EXPECT_EQ(number_at(cart.body, "/lines/0/quantity"), 3);
  EXPECT_EQ(number_at(cart.body, "/subtotal/amount"), 3 * 4900);
  EXPECT_EQ(cart.header("Cache-Control"), "no-store");
  const std::string one = fmt::format("{}/{}", kLines, shop.variant("linen-shirt", 0).value);
  cart = shop.send(Method::kPut, one, R"({"quantity":1})");
  EXPECT_EQ(cart.status, 200);
  EXPECT_EQ(number_at(cart.body, "/quantity"), 1);
  EXPECT_EQ(shop.get("/api/v1/carts/0123456789abcdef0123456789abcdef").body, cart.body);
  cart = shop.send(Method::kDelete, one);
  EXPECT_THAT(cart.body, HasSubstr(R"("lines":[])"));
  EXPECT_EQ(shop.send(Method::kDelete, one).status, 200);
}

TEST_F(Api, TellsByPutWhetherItMadeTheLine) {
  const std::string one = fmt::format("{}/{}", kLines, shop.variant("linen-shirt", 0).value);
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":0})").status, 200) << "none was there, and none is";
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":1})").status, 201);
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":1})").status, 200) << "nothing changed";
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":2})").status, 200);
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":0})").status, 200);
  EXPECT_EQ(shop.send(Method::kPut, one, R"({"quantity":2})").status, 201);
}

TEST_F(Api, RefusesLinesBeyondTheLimitsOfACart) {
  shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 99));
  const Reply more = shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 1));
  EXPECT_EQ(more.status, 422);
  EXPECT_EQ(text_at(more.body, "/errors/0/field"), "quantity");
}

TEST_F(Api, RefusesToAddWhatIsSoldOutOrNotSold) {
  const Reply sold_out = shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 2, 1));
  EXPECT_EQ(sold_out.status, 409);
  EXPECT_EQ(text_at(sold_out.body, "/type"), "/api/problems/sold-out");
  EXPECT_EQ(number_at(sold_out.body, "/lines/0/available"), 0);
  EXPECT_EQ(shop.send(Method::kPost, std::string(kLines), R"({"variant_id":999,"quantity":1})").status, 404);
}

TEST_F(Api, TellsWhenAPriceChangedOrAPieceIsGone) {
  const std::string id(TestShop::kCart);
  shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 1));
  shop.send(Method::kPost, std::string(kLines), line("wool-scarf", 0, 1));
  catalog::CatalogueChange change;
  catalog::Product dearer = *shop.catalogue.load()->product("linen-shirt");
  dearer.variants[0].price.minor = 5200;
  change.upserts = {dearer};
  change.removed_handles = {"wool-scarf"};
  ASSERT_TRUE(shop.run(shop.store.catalog().apply(change, false)));
  shop.catalogue.store(std::make_shared<const catalog::Snapshot>(*shop.run(shop.store.catalog().load())));
  const Reply cart = shop.get("/api/v1/carts/" + id);
  EXPECT_EQ(number_at(cart.body, "/lines/0/unit_price/amount"), 5200);
  EXPECT_EQ(number_at(cart.body, "/lines/0/previous_unit_price/amount"), 4900);
  EXPECT_EQ(text_at(cart.body, "/lines/1/availability"), "gone");
  EXPECT_EQ(text_at(cart.body, "/lines/1/title"), "Wool Scarf") << "the cart remembers what it was";
  EXPECT_EQ(number_at(cart.body, "/subtotal/amount"), 5200);
}

TEST_F(Api, TakesOnlyJsonBodies) {
  const auto with_type = [&](std::string_view type) {
    return shop.send(Method::kPost, std::string(kLines), line("linen-shirt", 0, 1), {{"Content-Type", type}})
        .status;
  };
  EXPECT_EQ(with_type("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(with_type("text/plain"), 415);
  EXPECT_EQ(with_type("application/json; charset=latin1"), 415);
  EXPECT_EQ(with_type("application/json; charset=UTF-8"), 200);
  EXPECT_EQ(with_type("Application/JSON"), 200);
  EXPECT_EQ(shop.send(Method::kPost, std::string(kLines)).status, 415);
  EXPECT_EQ(shop.send(Method::kPost, std::string(kLines), "{").status, 400);
}

TEST_F(Api, SellsAndShowsTheOrderToWhoeverHasItsKey) {
  const Reply paid = checkout(order(card(), line("linen-shirt", 0, 1)));
  ASSERT_EQ(paid.status, 201) << paid.body;
  EXPECT_EQ(text_at(paid.body, "/status"), "paid");
  EXPECT_EQ(number_at(paid.body, "/total/amount"), 4900 + 490);
  const std::string location = paid.header("Location");
  const std::string key = text_at(paid.body, "/key");
  const Reply shown = shop.get(location + "?key=" + key);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(text_at(shown.body, "/status"), "paid");
  EXPECT_EQ(text_at(shown.body, "/card"), "Visa ending 4242");
  EXPECT_EQ(shop.send(Method::kGet, location, {}, {{"Order-Key", key}}).body, shown.body);
  EXPECT_EQ(shop.get(location).status, 404);
  EXPECT_EQ(shop.get(location + "?key=0123456789abcdef0123456789abcdef").status, 404);
}

TEST_F(Api, GivesARetryTheSameBytes) {
  const std::string body = order(card(), line("linen-shirt", 0, 1));
  const Reply first = checkout(body);
  const Reply second = checkout(body);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(shop.gateway.authorisations, 1);
}

TEST_F(Api, GivesARetryOfADeclineTheSameBytes) {
  const std::string body = order(card("4000000000000002"), line("linen-shirt", 0, 1));
  const Reply first = checkout(body);
  ASSERT_EQ(first.status, 402) << first.body;
  EXPECT_EQ(text_at(first.body, "/detail"), "Your bank refused the card.");
  EXPECT_EQ(checkout(body).body, first.body);
}

TEST_F(Api, SaysWhichThingIsEmpty) {
  std::string body = order(card(), "");
  body.erase(body.find(R"("lines":[],)"), 11);
  const Reply reply = checkout(body);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(text_at(reply.body, "/errors/0/field"), "cart_id");
  EXPECT_EQ(text_at(reply.body, "/errors/0/message"), "names a cart that is empty");
}

TEST_F(Api, SaysWhichMemberIsGivenTwice) {
  std::string body = order(card(), line("linen-shirt", 0, 1));
  body.insert(1, R"("cart_id":"0123456789abcdef0123456789abcdef",)");
  const Reply reply = checkout(body);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(text_at(reply.body, "/errors/0/field"), "cart_id");
  EXPECT_EQ(text_at(reply.body, "/errors/0/message"), "is given twice");
}

TEST_F(Api, TriesNoSixthCardForOneCartWithinAnHour) {
  const auto try_card = [&](int n, const std::string& number) {
    return checkout(order(card(number), line("linen-shirt", 0, 1)), "key-" + std::to_string(n));
  };
  for (int n = 0; n < 5; ++n)
    EXPECT_EQ(try_card(n, "4000000000000002").status, 402);
  const int tried = shop.gateway.authorisations;
  const Reply refused = try_card(5, "4242424242424242");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(text_at(refused.body, "/type"), "/api/problems/too-many-requests");
  EXPECT_GT(std::stoi(refused.header("Retry-After")), 3500);
  EXPECT_EQ(try_card(3, "4000000000000002").status, 402) << "what is recorded is answered";
  EXPECT_EQ(shop.gateway.authorisations, tried);
  EXPECT_EQ(checkout(order(R"({"method":"on_delivery"})", line("linen-shirt", 0, 1)), "key-6").status, 201);
}

TEST_F(Api, RefusesAKeyThatBelongsToAnotherBody) {
  checkout(order(card(), line("linen-shirt", 0, 1)));
  const Reply other = checkout(order(card(), line("linen-shirt", 0, 2)));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(text_at(other.body, "/type"), "/api/problems/idempotency-key-reused");
}

TEST_F(Api, RefusesAKeyThatBelongsToAnotherCard) {
  const std::string lines = line("linen-shirt", 0, 1);
  checkout(order(card("4000000000000002"), lines));
  const Reply other = checkout(order(card(), lines));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(text_at(other.body, "/type"), "/api/problems/idempotency-key-reused");
}

TEST_F(Api, AddsOnceForOneKeyAndAgainWithoutOne) {
  const std::string body = line("linen-shirt", 0, 2);
  const auto add = [&](std::string sent, std::string_view key) {
    return shop.send(Method::kPost, std::string(kLines), std::move(sent), {{"Idempotency-Key", key}});
  };
  EXPECT_EQ(number_at(add(body, "a").body, "/quantity"), 2);
  EXPECT_EQ(number_at(add(body, "a").body, "/quantity"), 2);
  EXPECT_EQ(number_at(add(body, "b").body, "/quantity"), 4);
  const Reply other = add(line("linen-shirt", 0, 1), "a");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(text_at(other.body, "/type"), "/api/problems/idempotency-key-reused");
  shop.send(Method::kPost, std::string(kLines), body);
  EXPECT_EQ(number_at(shop.send(Method::kPost, std::string(kLines), body).body, "/quantity"), 8);
}

TEST_F(Api, PlacesAnOrderThatIsPaidOnDelivery) {
  const Reply placed = checkout(order(R"({"method":"on_delivery"})", line("linen-shirt", 0, 1)));
  EXPECT_EQ(placed.status, 201) << placed.body;
  EXPECT_EQ(text_at(placed.body, "/status"), "placed");
}

TEST_F(Api, AnswersPendingWhileTheOutcomeIsUnknown) {
  const Reply pending = checkout(order(card("4000000000000119"), line("linen-shirt", 0, 1)));
  EXPECT_EQ(pending.status, 202) << pending.body;
  EXPECT_EQ(text_at(pending.body, "/status"), "pending");
}

TEST_F(Api, SaysWhichLineIsSoldOutAndHowManyAreLeft) {
  const Reply reply = checkout(order(card(), line("linen-shirt", 0, 1) + "," + line("linen-shirt", 1, 3)));
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(text_at(reply.body, "/type"), "/api/problems/sold-out");
  EXPECT_EQ(number_at(reply.body, "/lines/0/variant_id"), shop.variant("linen-shirt", 1).value);
  EXPECT_EQ(number_at(reply.body, "/lines/0/wanted"), 3);
  EXPECT_EQ(number_at(reply.body, "/lines/0/available"), 2);
}

TEST_F(Api, OrdersTheCartWhenNoLinesAreSent) {
  shop.send(Method::kPost, std::string(kLines), line("wool-scarf", 0, 2));
  std::string body = order(card(), "");
  const std::string none = R"("lines":[],)";
  body.erase(body.find(none), none.size());
  const Reply paid = checkout(body);
  EXPECT_EQ(paid.status, 201) << paid.body;
  EXPECT_EQ(number_at(paid.body, "/total/amount"), 7000 + 490);
  EXPECT_THAT(shop.get("/api/v1/carts/" + std::string(TestShop::kCart)).body, HasSubstr(R"("lines":[])"));
}

TEST_F(Api, NamesFieldsByWhereTheyStandInTheBody) {
  std::string body = order(card("4242424242424241"), line("linen-shirt", 0, 1));
  body.replace(body.find("10115"), 5, "nope");
  const Reply reply = checkout(body);
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr(R"("field":"address.postcode")"));
  EXPECT_THAT(reply.body, HasSubstr(R"("field":"payment.card.number")"));
  EXPECT_EQ(shop.gateway.authorisations, 0);
}

TEST_F(Api, RefusesAnotherTotalThanTheShopperSaw) {
  const std::string_view seen = R"(,"expected_total":{"amount":4900,"currency":"EUR"})";
  const Reply reply = checkout(order(card(), line("linen-shirt", 0, 1), seen));
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr("expected_total"));
  const std::string_view dollars = R"(,"expected_total":{"amount":5390,"currency":"USD"})";
  EXPECT_EQ(checkout(order(card(), line("linen-shirt", 0, 1), dollars)).status, 422);
}

TEST_F(Api, NeedsAnIdempotencyKeyToSell) {
  const Reply none = shop.send(Method::kPost, "/api/v1/checkouts", order(card(), line("linen-shirt", 0, 1)));
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(text_at(none.body, "/errors/0/field"), "Idempotency-Key");
  EXPECT_EQ(checkout(order(card(), line("linen-shirt", 0, 1)), "two words").status, 422);
}

TEST_F(Api, NeverRepeatsACardNumber) {
  for (const char* number :
       {"4000000000000002", "4242424242424242", "4000000000000119", "4242424242424241"}) {
    const Reply reply = checkout(order(card(number), line("linen-shirt", 0, 1)), number);
    EXPECT_THAT(reply.body, Not(HasSubstr(number)));
  }
}

TEST_F(Api, ExplainsItsProblems) {
  const Reply reply = shop.get("/api/problems/sold-out");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(number_at(reply.body, "/status"), 409);
  EXPECT_EQ(shop.get("/api/problems/nothing").status, 404);
}

TEST_F(Api, ServesItsDocument) {
  const Reply reply = shop.get("/api/openapi.json");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text_at(reply.body, "/openapi"), "3.1.0");
}

TEST_F(Api, SaysWhichMethodsAPathTakes) {
  EXPECT_EQ(shop.send(Method::kPatch, "/api/v1/products").status, 405);
}

}  // namespace
}  // namespace ff::api
