#include "storefront/cart_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storefront/buying_test_shop.h"

namespace ff::storefront {
namespace {

using testing::HasSubstr;
using testing::Not;

class CartPageTest : public testing::Test {
 protected:
  http::Response add(const std::string& handle, std::size_t variant, int quantity) {
    return browser.post("/cart/lines",
                        {{"variant", shop.variant(handle, variant)}, {"quantity", std::to_string(quantity)}});
  }
  TestShop shop;
  Browser browser{shop};
};

TEST_F(CartPageTest, LookingAtTheCartMakesNone) {
  const http::Response response = browser.get("/cart");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("Your cart is empty"));
  EXPECT_TRUE(browser.cookies.empty());
  EXPECT_EQ(header_of(response, "Cache-Control"), "private, no-store");
}

TEST_F(CartPageTest, AddingMakesTheCartAndSendsTheShopperToIt) {
  const http::Response response = add("linen-shirt", 0, 2);
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(browser.cookies["ff_cart_count"], "2");
  EXPECT_TRUE(Token::parse(browser.cookies["ff_cart"]));
  const http::Response page = browser.get(header_of(response, "Location"));
  EXPECT_THAT(page.body, HasSubstr("Linen &lt;Shirt&gt;")) << "text from the catalogue is escaped";
  EXPECT_THAT(page.body, HasSubstr("Navy / M"));
  EXPECT_THAT(page.body, HasSubstr("€118.00"));
  EXPECT_THAT(page.body, HasSubstr("is in your cart"));
}

TEST_F(CartPageTest, HidesTheTokenFromScriptsButNotTheCount) {
  const http::Response response = add("scarf", 0, 1);
  std::vector<std::string> set;
  for (const auto& [name, value] : response.headers) {
    if (name == "Set-Cookie") set.push_back(value);
  }
  ASSERT_EQ(set.size(), 2u);
  EXPECT_THAT(set[0], testing::AllOf(HasSubstr("ff_cart="), HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax"),
                                     HasSubstr("Max-Age=2592000"), Not(HasSubstr("Secure"))));
  EXPECT_THAT(set[1], testing::AllOf(HasSubstr("ff_cart_count=1"), Not(HasSubstr("HttpOnly"))));
}

TEST_F(CartPageTest, NamesThePieceThatIsNoLongerSoldAlsoWhenItIsTakenOut) {
  add("linen-shirt", 0, 1);
  add("scarf", 0, 1);
  const std::string gone = shop.variant("linen-shirt", 0);
  catalog::CatalogueChange change;
  change.removed_handles = {"linen-shirt"};
  shop.apply(std::move(change));
  const std::string page = browser.get("/cart").body;
  EXPECT_THAT(page, HasSubstr("Linen &lt;Shirt&gt;, Navy / M"));
  EXPECT_THAT(page, HasSubstr("We no longer sell it"));
  browser.extra_headers = {{"X-Piece", "cart"}};
  const http::Response removed = browser.post("/cart/lines/remove", {{"variant", gone}});
  EXPECT_THAT(removed.body, HasSubstr("Linen &lt;Shirt&gt;, Navy / M"));
}

TEST_F(CartPageTest, FindsTheVariantByTheValuesChosen) {
  const http::Response response = browser.post("/cart/lines", {{"variant", ""},
                                                               {"product", "linen-shirt"},
                                                               {"option1", "Navy"},
                                                               {"option2", "L"},
                                                               {"quantity", "1"}});
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("Navy / L"));
}

TEST_F(CartPageTest, RefusesACombinationThatIsNotMadeAndWritesNothing) {
  const http::Response response =
      browser.post("/cart/lines", {{"product", "linen-shirt"}, {"option1", "Red"}, {"option2", "L"}});
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("made in that combination"));
  EXPECT_TRUE(browser.cookies.empty());
}

TEST_F(CartPageTest, RefusesQuantitiesOutOfRangeInWords) {
  EXPECT_EQ(add("scarf", 0, 0).status, 422);
  EXPECT_EQ(add("scarf", 0, 100).status, 422);
  EXPECT_EQ(add("scarf", 0, 99).status, 303);
  const http::Response over = add("scarf", 0, 1);
  EXPECT_EQ(over.status, 422);
  EXPECT_THAT(over.body, HasSubstr("99 of one piece at most"));
  EXPECT_EQ(browser.cookies["ff_cart_count"], "99");
}

TEST_F(CartPageTest, ChangesAQuantityAndStepsIt) {
  add("scarf", 0, 2);
  const std::string scarf = shop.variant("scarf", 0);
  browser.post("/cart/lines/update", {{"variant", scarf}, {"quantity", "5"}});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "5");
  browser.post("/cart/lines/update", {{"variant", scarf}, {"quantity", "5"}, {"step", "more"}});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "6");
  browser.post("/cart/lines/update", {{"variant", scarf}, {"quantity", "6"}, {"step", "less"}});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "5");
}

TEST_F(CartPageTest, OffersToUndoARemovalAndUndoesItOnce) {
  add("scarf", 0, 3);
  const http::Response removed = browser.post("/cart/lines/remove", {{"variant", shop.variant("scarf", 0)}});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "0");
  const http::Response page = browser.get(header_of(removed, "Location"));
  EXPECT_THAT(page.body, HasSubstr("Scarf was removed"));
  EXPECT_EQ(value_of(page.body, "quantity"), "3");
  for (int press = 0; press < 2; ++press)
    browser.post("/cart/lines/restore", {{"variant", shop.variant("scarf", 0)}, {"quantity", "3"}});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "3");
}

TEST_F(CartPageTest, SettingALineToZeroRemovesIt) {
  add("scarf", 0, 3);
  const http::Response response =
      browser.post("/cart/lines/update", {{"variant", shop.variant("scarf", 0)}, {"quantity", "0"}});
  EXPECT_THAT(header_of(response, "Location"), HasSubstr("removed="));
}

TEST_F(CartPageTest, TellsThatAPriceChangedUntilItWasSeen) {
  add("scarf", 0, 1);
  shop.set_price("scarf", 2900);
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("changed from €25.00 to €29.00"));
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("changed from €25.00 to €29.00"))
      << "looking is not enough";
  browser.post("/cart/lines/seen", {{"variant", shop.variant("scarf", 0)}});
  EXPECT_THAT(browser.get("/cart").body, Not(HasSubstr("changed from")));
}

TEST_F(CartPageTest, TellsWhatIsLeftAndOffersToKeepIt) {
  add("linen-shirt", 1, 2);
  add("scarf", 0, 1);
  shop.set_stock("linen-shirt", 1, 1);
  shop.set_stock("scarf", 0, 0);
  const std::string page = browser.get("/cart").body;
  EXPECT_THAT(page, HasSubstr("Only 1 left"));
  EXPECT_THAT(page, HasSubstr("Sold out since you added it"));
  EXPECT_THAT(page, Not(HasSubstr("href=\"/checkout")));
  browser.post("/cart/reconcile", {});
  EXPECT_EQ(browser.cookies["ff_cart_count"], "1");
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("href=\"/checkout"));
}

TEST_F(CartPageTest, TellsHowFarItIsToFreeDeliveryAndWhatDeliveryCosts) {
  add("scarf", 0, 1);
  EXPECT_THAT(browser.get("/cart").body,
              HasSubstr("Add <strong>€55.00</strong> more for free delivery to Germany"));
  EXPECT_THAT(browser.get("/cart?country=US").body, HasSubstr("€19.90"));
  add("linen-shirt", 0, 1);
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("Delivery is free to Germany"));
}

TEST_F(CartPageTest, AnswersScriptsWithThePieceTheyAskFor) {
  browser.extra_headers = {{"X-Piece", "drawer"}};
  const http::Response drawer = add("scarf", 0, 1);
  EXPECT_EQ(drawer.status, 200);
  EXPECT_THAT(drawer.body, HasSubstr("data-piece=\"drawer\""));
  EXPECT_THAT(drawer.body, Not(HasSubstr("<html")));
  EXPECT_EQ(browser.cookies["ff_cart_count"], "1");
  browser.extra_headers = {{"X-Piece", "cart"}};
  const http::Response cart = browser.post("/cart/lines/remove", {{"variant", shop.variant("scarf", 0)}});
  EXPECT_THAT(cart.body, HasSubstr("data-piece=\"cart\""));
  EXPECT_THAT(cart.body, HasSubstr("Undo"));
}

TEST_F(CartPageTest, RefusesAFormOfAnotherSiteAndChangesNothing) {
  add("scarf", 0, 1);
  browser.extra_headers = {{"Sec-Fetch-Site", "cross-site"}};
  const http::Response response = browser.post("/cart/lines/remove", {{"variant", shop.variant("scarf", 0)}});
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, HasSubstr("came from another site"));
  browser.extra_headers.clear();
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("Scarf"));
}

TEST_F(CartPageTest, KeepsNothingOfABrokenCookieOrForm) {
  browser.cookies["ff_cart"] = "not-a-token";
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("Your cart is empty"));
  EXPECT_EQ(browser.send(http::Method::kPost, "/cart/lines", "variant=%ZZ").status, 400);
  EXPECT_EQ(browser.post("/cart/lines/remove", {{"variant", "999999"}}).status, 303);
}

TEST(ErrorPages, SaysWhenToComeBackAndAsksAgainByItself) {
  TestShop shop;
  http::Request request;
  request.target = "/products/linen-shirt";
  const http::Response busy = shop.errors.page(request, 503, "Service Unavailable");
  EXPECT_EQ(busy.status, 503);
  const int wait_s = std::stoi(header_of(busy, "Retry-After"));
  EXPECT_GE(wait_s, 4);
  EXPECT_LE(wait_s, 9);
  EXPECT_EQ(header_of(busy, "Refresh"), std::to_string(wait_s));
}

TEST(ErrorPages, TellsWhoSentAFormThatItWasNotDoneAndTearsNothingAway) {
  TestShop shop;
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/checkout";
  for (const int status : {429, 503}) {
    const http::Response page = shop.errors.refusal(request, status, 7);
    EXPECT_EQ(page.status, status);
    EXPECT_EQ(header_of(page, "Retry-After"), "7");
    EXPECT_EQ(header_of(page, "Refresh"), "") << "elsewhere what was typed would be gone";
    EXPECT_THAT(page.body, HasSubstr("What you sent was not done"));
    EXPECT_THAT(page.body, HasSubstr("about 7 seconds"));
    EXPECT_THAT(page.body, Not(HasSubstr("asks again by itself")));
    EXPECT_THAT(page.body, Not(HasSubstr("Nothing is lost")));
  }
}

TEST(ErrorPages, SaysSoWhereItIsNotKnownWhetherAFormWasDone) {
  TestShop shop;
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/cart/lines";
  const http::Response page = shop.errors.of(request, Error{ErrorCode::kUnknown, "reply lost", {}});
  EXPECT_EQ(page.status, 503);
  EXPECT_EQ(header_of(page, "Refresh"), "");
  EXPECT_THAT(page.body, HasSubstr("look at your cart before you send it again"));
  EXPECT_THAT(page.body, Not(HasSubstr("was not done")));
  EXPECT_THAT(shop.errors.of(request, Error{ErrorCode::kUnavailable, "away", {}}).body,
              HasSubstr("was not done"));
}

TEST(ErrorPages, TakesWhoWasRefusedAtTheWayInBackToTheirPlace) {
  TestShop shop;
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/queue/drop/enter";
  const http::Response page = shop.errors.refusal(request, 503, 3);
  EXPECT_EQ(header_of(page, "Refresh"), "3; url=.") << "the same bytes for every sale";
  EXPECT_THAT(page.body, HasSubstr("your place in the line is kept"));
}

TEST(ErrorPages, KeepsTheOperatorsDetailFromTheShopper) {
  TestShop shop;
  const http::Request request;
  const http::Response page = shop.errors.of(request, Error{ErrorCode::kInternal, "row 17 of secrets", {}});
  EXPECT_EQ(page.status, 500);
  EXPECT_THAT(page.body, Not(HasSubstr("secrets")));
}

}  // namespace
}  // namespace ff::storefront
