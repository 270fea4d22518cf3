#include "storefront/checkout_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storefront/buying_test_shop.h"

namespace ff::storefront {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CheckoutPageTest : public testing::Test {
 protected:
  void add(const std::string& handle, std::size_t variant, int quantity) {
    browser.post("/cart/lines",
                 {{"variant", shop.variant(handle, variant)}, {"quantity", std::to_string(quantity)}});
  }
  /// The form as a shopper fills it in on `page`; `changed` replaces fields or adds them.
  Fields filled(const std::string& page, const Fields& changed = {}) {
    Fields fields{{"idempotency_key", value_of(page, "idempotency_key")},
                  {"expected_total", value_of(page, "expected_total")},
                  {"email", "mia@example.com"},
                  {"country", "DE"},
                  {"name", "Mia <b>Muster</b>"},
                  {"line1", "Hauptstr. 1"},
                  {"line2", ""},
                  {"postcode", "10115"},
                  {"city", "Berlin"},
                  {"phone", ""},
                  {"delivery_method", "standard"},
                  {"payment_method", "card"},
                  {"card_number", "4242 4242 4242 4242"},
                  {"card_expiry", "12 / 29"},
                  {"card_cvc", "123"}};
    for (const auto& [name, value] : changed) {
      bool known = false;
      for (auto& [field, old] : fields) {
        if (field != name) continue;
        old = value;
        known = true;
      }
      if (!known) fields.emplace_back(name, value);
    }
    return fields;
  }
  std::size_t orders() const { return shop.store.state().orders.size(); }

  TestShop shop;
  Browser browser{shop};
};

TEST_F(CheckoutPageTest, SendsAShopperWithNothingToBuyToTheCart) {
  const http::Response response = browser.get("/checkout");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(header_of(response, "Location"), "/cart");
}

TEST_F(CheckoutPageTest, ShowsTheWholePriceOnTheButtonWithTheTaxInWords) {
  add("linen-shirt", 0, 2);
  const std::string page = browser.get("/checkout").body;
  EXPECT_THAT(page, HasSubstr("Pay €118.00"));
  EXPECT_THAT(page, HasSubstr("includes €18.84 VAT (19 %)"));
  EXPECT_EQ(value_of(page, "expected_total"), "118.00");
  EXPECT_THAT(page, HasSubstr("autocomplete=\"shipping postal-code\""));
  EXPECT_THAT(page, HasSubstr("4242 4242 4242 4242")) << "a demo shop lists its test cards";
}

TEST_F(CheckoutPageTest, BuysAndShowsTheOrderBehindItsSecretLink) {
  add("linen-shirt", 0, 2);
  const std::string page = browser.get("/checkout").body;
  const http::Response paid = browser.post("/checkout", filled(page));
  ASSERT_EQ(paid.status, 303);
  const std::string link = header_of(paid, "Location");
  EXPECT_THAT(link, StartsWith("/orders/"));
  const http::Response order = browser.get(link);
  EXPECT_EQ(order.status, 200);
  EXPECT_THAT(order.body, HasSubstr("Paid"));
  EXPECT_THAT(order.body, HasSubstr("€118.00"));
  EXPECT_THAT(order.body, HasSubstr("Mia &lt;b&gt;Muster")) << "what was typed is text";
  EXPECT_EQ(header_of(order, "Cache-Control"), "private, no-store");
  EXPECT_EQ(header_of(order, "Referrer-Policy"), "same-origin");
  EXPECT_EQ(browser.cookies["ff_cart_count"], "0");
}

TEST_F(CheckoutPageTest, ShowsNoOrderWithoutItsKey) {
  add("scarf", 0, 1);
  const std::string link =
      header_of(browser.post("/checkout", filled(browser.get("/checkout").body)), "Location");
  const std::string path = link.substr(0, link.find('?'));
  Browser stranger(shop);
  EXPECT_EQ(stranger.get(path).status, 404);
  EXPECT_EQ(stranger.get(path + "?key=00000000000000000000000000000000").status, 404);
  EXPECT_EQ(stranger.get("/orders/nonsense?key=x").status, 404);
  EXPECT_EQ(stranger.get(link).status, 200);
}

TEST_F(CheckoutPageTest, TheSameFormSentTwiceIsOneOrderAndOneCharge) {
  add("scarf", 0, 1);
  const Fields form = filled(browser.get("/checkout").body);
  const http::Response first = browser.post("/checkout", form);
  const http::Response second = browser.post("/checkout", form);
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(header_of(second, "Location"), header_of(first, "Location"));
  EXPECT_EQ(orders(), 1u);
  EXPECT_EQ(shop.gateway.authorisations, 1);
}

TEST_F(CheckoutPageTest, ASecondPressDuringTheFirstWaitsForItsAnswer) {
  add("scarf", 0, 1);
  shop.gateway.takes = std::chrono::seconds(3);
  const Fields form = filled(browser.get("/checkout").body);
  std::optional<http::Response> pressed;
  asio::co_spawn(shop.context, browser.serve(http::Method::kPost, "/checkout", body_of(form)),
                 [&](const std::exception_ptr&, http::Response answer) { pressed = std::move(answer); });
  shop.poll();
  const http::Response second = browser.post("/checkout", form);
  shop.run_until([&] { return pressed.has_value(); });
  const http::Response first = *pressed;
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(header_of(second, "Location"), header_of(first, "Location"));
  EXPECT_EQ(shop.gateway.authorisations, 1);
}

TEST_F(CheckoutPageTest, NamesEveryErrorBesideItsFieldAndOnTopAndKeepsWhatWasTyped) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  const http::Response response = browser.post(
      "/checkout",
      filled(page, {{"email", "not an address"}, {"postcode", "1"}, {"card_number", "4242 4242 4242 4241"}}));
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("<title>Error: Checkout"));
  EXPECT_THAT(response.body, HasSubstr("<a href=\"#email\">"));
  EXPECT_THAT(response.body, HasSubstr("<a href=\"#postcode\">Postcode must be like 10115</a>"));
  EXPECT_THAT(response.body, HasSubstr("<a href=\"#card_number\">"));
  EXPECT_THAT(response.body, HasSubstr("aria-describedby=\"email-error email-hint\""));
  EXPECT_EQ(value_of(response.body, "email"), "not an address");
  EXPECT_EQ(value_of(response.body, "city"), "Berlin");
  EXPECT_EQ(value_of(response.body, "idempotency_key"), value_of(page, "idempotency_key"));
  EXPECT_EQ(orders(), 0u);
}

TEST_F(CheckoutPageTest, NeverWritesCardDetailsIntoAPage) {
  add("scarf", 0, 1);
  const http::Response response = browser.post(
      "/checkout", filled(browser.get("/checkout").body,
                          {{"email", ""}, {"card_number", "5555 5555 5555 4444"}, {"card_cvc", "987"}}));
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, Not(HasSubstr("5555 5555")));
  EXPECT_THAT(response.body, Not(HasSubstr("987")));
  EXPECT_THAT(response.body, Not(HasSubstr("12 / 29")));
  EXPECT_THAT(response.body, HasSubstr("type them again"));
}

TEST_F(CheckoutPageTest, ADeclinedCardKeepsTheFormUnderANewKey) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  const http::Response declined =
      browser.post("/checkout", filled(page, {{"card_number", "4000 0000 0000 0002"}}));
  EXPECT_EQ(declined.status, 402);
  EXPECT_THAT(declined.body, HasSubstr("The payment was refused"));
  EXPECT_EQ(value_of(declined.body, "line1"), "Hauptstr. 1");
  EXPECT_NE(value_of(declined.body, "idempotency_key"), value_of(page, "idempotency_key"));
  EXPECT_EQ(browser.post("/checkout", filled(declined.body)).status, 303) << "another card pays";
}

TEST_F(CheckoutPageTest, TheOldFormAfterADeclineIsAnotherTryUnderANewKey) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  browser.post("/checkout", filled(page, {{"card_number", "4000 0000 0000 0002"}}));
  // Back in the browser, and another card into the form that was there.
  const http::Response again = browser.post("/checkout", filled(page));
  EXPECT_EQ(again.status, 402);
  EXPECT_THAT(again.body, HasSubstr("The payment was refused"));
  EXPECT_THAT(again.body, Not(HasSubstr("An order stands")));
  EXPECT_EQ(value_of(again.body, "line1"), "Hauptstr. 1");
  EXPECT_NE(value_of(again.body, "idempotency_key"), value_of(page, "idempotency_key"));
  EXPECT_EQ(shop.gateway.authorisations, 1) << "nothing was tried behind the shopper's back";
  EXPECT_EQ(browser.post("/checkout", filled(again.body)).status, 303);
  EXPECT_EQ(shop.gateway.authorisations, 2);
}

TEST_F(CheckoutPageTest, WhileAPaymentIsUnknownTheOldFormWithOtherDetailsBuysNothing) {
  add("scarf", 0, 1);
  std::string lost;
  for (const payments::TestCard& card : payments::test_cards()) {
    if (card.behaviour == payments::Behaviour::kRequestLost) lost = card.number;
  }
  const std::string page = browser.get("/checkout").body;
  const http::Response first = browser.post("/checkout", filled(page, {{"card_number", lost}}));
  ASSERT_EQ(first.status, 303);
  std::string form = page;
  for (int press = 0; press < 2; ++press) {
    const http::Response again = browser.post("/checkout", filled(form));
    EXPECT_EQ(again.status, 409);
    EXPECT_THAT(again.body, HasSubstr("still being confirmed"));
    EXPECT_THAT(again.body, HasSubstr(header_of(first, "Location")));
    form = again.body;
  }
  EXPECT_EQ(orders(), 1u);
}

TEST_F(CheckoutPageTest, TriesNoSixthCardForOneCartWithinAnHour) {
  add("scarf", 0, 1);
  std::string page = browser.get("/checkout").body;
  for (int n = 0; n < 5; ++n) {
    const http::Response declined =
        browser.post("/checkout", filled(page, {{"card_number", "4000 0000 0000 0002"}}));
    EXPECT_EQ(declined.status, 402);
    page = declined.body;
  }
  const http::Response refused = browser.post("/checkout", filled(page));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("Too many cards were refused"));
  EXPECT_EQ(header_of(refused, "Retry-After"), "3600");
  EXPECT_EQ(value_of(refused.body, "line1"), "Hauptstr. 1");
  EXPECT_EQ(shop.gateway.authorisations, 5);
  EXPECT_EQ(browser.post("/checkout", filled(refused.body, {{"payment_method", "on_delivery"}})).status, 303);
  add("scarf", 0, 1);
  shop.clock.advance_to(shop.clock.now() + std::chrono::hours(1));
  EXPECT_EQ(browser.post("/checkout", filled(browser.get("/checkout").body)).status, 303);
}

TEST_F(CheckoutPageTest, TellsAChangedTotalInsteadOfChargingIt) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  shop.set_price("scarf", 2900);
  const http::Response response = browser.post("/checkout", filled(page));
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("It is now €33.90"));
  EXPECT_EQ(shop.gateway.authorisations, 0);
  EXPECT_EQ(browser.post("/checkout", filled(response.body)).status, 303);
}

TEST_F(CheckoutPageTest, SaysWhichLineSoldOutHowManyAreLeftAndGoesOnWithThose) {
  add("linen-shirt", 1, 2);
  const std::string page = browser.get("/checkout").body;
  shop.set_stock("linen-shirt", 1, 1);
  const http::Response refused = browser.post("/checkout", filled(page));
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("Navy / L: you want 2, only 1 is left"));
  EXPECT_EQ(orders(), 0u);
  const http::Response fewer = browser.post("/checkout", filled(refused.body, {{"reconcile", "1"}}));
  EXPECT_EQ(fewer.status, 200);
  EXPECT_THAT(fewer.body, HasSubstr("Pay €65.90"));
  EXPECT_EQ(value_of(fewer.body, "city"), "Berlin");
  EXPECT_EQ(browser.post("/checkout", filled(fewer.body)).status, 303);
}

TEST_F(CheckoutPageTest, ChangingTheCountryLosesNothingAndAsksWhatThatCountryNeeds) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  EXPECT_THAT(page, Not(HasSubstr("name=\"region\"")));
  const http::Response updated =
      browser.post("/checkout", filled(page, {{"country", "US"}, {"update", "country"}}));
  EXPECT_EQ(updated.status, 200);
  EXPECT_THAT(updated.body, HasSubstr("name=\"region\""));
  EXPECT_THAT(updated.body, HasSubstr("ZIP code"));
  EXPECT_THAT(updated.body, HasSubstr("Worldwide"));
  EXPECT_THAT(updated.body, HasSubstr("Pay €44.90"));
  EXPECT_EQ(value_of(updated.body, "email"), "mia@example.com");
  EXPECT_EQ(orders(), 0u);
}

TEST_F(CheckoutPageTest, TellsAnUnknownOutcomeAsBeingConfirmedAndLooksAgainByItself) {
  add("scarf", 0, 1);
  std::string lost;
  for (const payments::TestCard& card : payments::test_cards()) {
    if (card.behaviour == payments::Behaviour::kRequestLost) lost = card.number;
  }
  ASSERT_FALSE(lost.empty());
  const http::Response response =
      browser.post("/checkout", filled(browser.get("/checkout").body, {{"card_number", lost}}));
  EXPECT_EQ(response.status, 303);
  const http::Response order = browser.get(header_of(response, "Location"));
  EXPECT_THAT(order.body, HasSubstr("We are confirming your payment"));
  EXPECT_EQ(header_of(order, "Refresh"), "3");
}

TEST_F(CheckoutPageTest, TakesAnOrderThatIsPaidOnDelivery) {
  add("scarf", 0, 1);
  const http::Response response = browser.post(
      "/checkout",
      filled(
          browser.get("/checkout").body,
          {{"payment_method", "on_delivery"}, {"card_number", ""}, {"card_expiry", ""}, {"card_cvc", ""}}));
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(browser.get(header_of(response, "Location")).body, HasSubstr("You pay when they reach you"));
}

TEST_F(CheckoutPageTest, PointsToTheOrderThatStandsWhenTheFormCameBackChanged) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  const http::Response first = browser.post("/checkout", filled(page));
  add("scarf", 0, 1);
  const http::Response again = browser.post("/checkout", filled(page, {{"city", "Potsdam"}}));
  EXPECT_EQ(again.status, 422);
  EXPECT_THAT(again.body, HasSubstr("This form was sent before"));
  EXPECT_THAT(again.body, HasSubstr(header_of(first, "Location")));
  EXPECT_NE(value_of(again.body, "idempotency_key"), value_of(page, "idempotency_key"));
  EXPECT_EQ(orders(), 1u);
}

TEST_F(CheckoutPageTest, AnswersScriptsWithThePieceOrTheOrdersAddress) {
  add("scarf", 0, 1);
  const std::string page = browser.get("/checkout").body;
  browser.extra_headers = {{"X-Piece", "checkout"}};
  const http::Response wrong = browser.post("/checkout", filled(page, {{"email", ""}}));
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("data-piece=\"checkout\""));
  EXPECT_THAT(wrong.body, Not(HasSubstr("<html")));
  const http::Response paid = browser.post("/checkout", filled(page));
  EXPECT_EQ(paid.status, 201);
  EXPECT_THAT(header_of(paid, "Location"), StartsWith("/orders/"));
}

TEST_F(CheckoutPageTest, SendsAScriptToTheCartWhenNothingIsLeftToBuy) {
  browser.extra_headers = {{"X-Piece", "checkout"}};
  const http::Response response = browser.post("/checkout", {{"email", ""}});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(header_of(response, "Location"), "/cart");
}

TEST_F(CheckoutPageTest, RefusesToPayForAnotherSitesForm) {
  add("scarf", 0, 1);
  const Fields form = filled(browser.get("/checkout").body);
  browser.extra_headers = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(browser.post("/checkout", form).status, 403);
  EXPECT_EQ(orders(), 0u);
}

TEST_F(CheckoutPageTest, StaysWithinItsSizeBudgetWithAFullCart) {
  add("linen-shirt", 0, 99);
  EXPECT_LT(browser.get("/checkout").body.size(), 40u * 1024) << "about 8 KB compressed";
}

}  // namespace
}  // namespace ff::storefront
