#include "storefront/queue_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sales/testing/posted_sale.h"
#include "storefront/buying_test_shop.h"
#include "storefront/queue_cookies.h"
#include "storefront/queue_words.h"

namespace ff::storefront {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A shop with a sale of the shirt, whose queue stands wherever the test puts it.
class WaitingRoomTest : public testing::Test {
 protected:
  WaitingRoomTest() { shop.shop.door = &sale.door; }

  void SetUp() override { sale.put(shop.clock.now() + minutes(30), shop.clock.now() + hours(5)); }
  /// Puts up a board with so many tickets in the line by bucket.
  void post(std::vector<sales::BucketCount> line = {}, bool sold_out = false) {
    sale.line = std::move(line);
    sale.sold_out = sold_out;
    sale.post();
  }
  void start() { shop.clock.advance_to(sale.settings.starts_at + seconds(1)); }
  void call_everybody() {
    sale.queue.rate = 2;
    sale.line = {{0, 100}};
    sale.call_everybody();
  }
  void add(Browser& who, const std::string& handle) {
    who.post("/cart/lines", {{"variant", shop.variant(handle, 0)}, {"quantity", "1"}});
  }
  Fields filled(const std::string& page) {
    return {{"idempotency_key", value_of(page, "idempotency_key")},
            {"expected_total", value_of(page, "expected_total")},
            {"email", "mia@example.com"},
            {"country", "DE"},
            {"name", "Mia Muster"},
            {"line1", "Hauptstr. 1"},
            {"postcode", "10115"},
            {"city", "Berlin"},
            {"delivery_method", "standard"},
            {"payment_method", "on_delivery"}};
  }
  std::size_t orders() const { return shop.store.state().orders.size(); }
  std::string where(const http::Response& response) const { return header_of(response, "Location"); }

  TestShop shop;
  sales::PostedSale sale{shop.store.sales(), shop.random, shop.metrics, "linen-shirt"};
  void stand_in_line_and_be_called() {
    add(browser, "linen-shirt");
    browser.get("/checkout");
    start();
    call_everybody();
  }

  Browser browser{shop};
};

TEST_F(WaitingRoomTest, SendsWhoHasNoPassFromTheCheckoutToTheLineWithATicket) {
  add(browser, "linen-shirt");
  const http::Response response = browser.get("/checkout");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(where(response), "/queue/drop");
  EXPECT_THAT(header_of(response, "Set-Cookie"), StartsWith("ff_tickets=drop."));
  EXPECT_THAT(header_of(response, "Set-Cookie"), HasSubstr("HttpOnly"));
  EXPECT_THAT(header_of(response, "Set-Cookie"), HasSubstr("SameSite=Lax"));
  EXPECT_EQ(header_of(response, "Cache-Control"), "private, no-store");
  const std::string ticket = browser.cookies["ff_tickets"];
  EXPECT_EQ(header_of(browser.get("/checkout"), "Set-Cookie"), "") << "a place is kept, not taken anew";
  EXPECT_EQ(browser.cookies["ff_tickets"], ticket);
}

TEST_F(WaitingRoomTest, LeavesTheCheckoutOfOtherProductsAlone) {
  add(browser, "scarf");
  EXPECT_EQ(browser.get("/checkout").status, 200);
}

TEST_F(WaitingRoomTest, ShowsNoPlaceBeforeTheStartButWhatTheDrawIsCheckedBy) {
  const http::Response page = browser.get("/queue/drop");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("The &lt;Drop&gt;"));
  EXPECT_THAT(page.body, HasSubstr("data-state=\"draw\""));
  EXPECT_THAT(page.body, HasSubstr("Drawn at the start"));
  EXPECT_THAT(page.body, Not(HasSubstr("data-place")));
  EXPECT_THAT(page.body, HasSubstr(sales::to_hex(sales::commitment_to(sale.secrets.seed))));
  EXPECT_THAT(page.body, Not(HasSubstr(sales::to_hex(sale.secrets.seed))));
  EXPECT_THAT(header_of(page, "Refresh"), HasSubstr("; url=/queue/drop"));
  EXPECT_EQ(header_of(page, "Cache-Control"), "private, no-store");
}

TEST_F(WaitingRoomTest, ShowsATicketThatChecksTheDrawAndCannotBeUsed) {
  const std::string body = browser.get("/queue/drop").body;
  const std::string ticket = browser.cookies["ff_tickets"];
  EXPECT_THAT(body, Not(HasSubstr(ticket)));
  const std::size_t at = body.find("<code>drop.");
  ASSERT_NE(at, std::string::npos);
  const std::string shown = body.substr(at + 6, body.find('<', at + 6) - at - 6);
  EXPECT_EQ(sales::parse_ticket_unverified(shown)->id, sales::parse_ticket_unverified(ticket)->id);
  EXPECT_FALSE(sales::read_ticket(sale.secrets, sale.settings.id, shown));
}

TEST_F(WaitingRoomTest, ShowsPlaceAndEstimateAfterTheStart) {
  browser.get("/queue/drop");
  start();
  post({{0, 5000}});
  sale.queue.rate = 10;
  post({{0, 5000}});
  const http::Response page = browser.get("/queue/drop");
  EXPECT_THAT(page.body, HasSubstr("data-state=\"waiting\""));
  EXPECT_THAT(page.body, HasSubstr("ahead of you"));
  EXPECT_THAT(page.body, HasSubstr(" minute"));
  EXPECT_THAT(page.body, HasSubstr(sales::to_hex(sale.secrets.seed)));
  sale.queue.rate = 0;
  post({{0, 5000}});
  EXPECT_THAT(browser.get("/queue/drop").body, HasSubstr("be known yet")) << "no rate, no estimate";
}

TEST_F(WaitingRoomTest, AsksAgainInAMomentWhereNobodyWaits) {
  start();
  browser.get("/queue/drop");
  const http::Response page = browser.get("/queue/drop");
  EXPECT_THAT(page.body, HasSubstr("You&#39;re next"));
  const std::string refresh = header_of(page, "Refresh");
  const std::string wait = refresh.substr(0, refresh.find(';'));
  EXPECT_THAT(wait, testing::AnyOf("2", "3", "4"));
  EXPECT_THAT(page.body, HasSubstr("data-retry=\"" + wait + "\"")) << "the script is told the same";
}

TEST_F(WaitingRoomTest, LetsInWhoIsCalledAndSellsToThem) {
  stand_in_line_and_be_called();
  const http::Response turn = browser.get("/queue/drop");
  EXPECT_THAT(turn.body, HasSubstr("action=\"/queue/drop/enter\""));
  EXPECT_EQ(header_of(turn, "Refresh"), "") << "the button must not be torn away";
  const http::Response in = browser.post("/queue/drop/enter", {});
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(where(in), "/checkout");
  EXPECT_THAT(browser.cookies["ff_passes"], StartsWith("drop."));
  const http::Response form = browser.get("/checkout");
  ASSERT_EQ(form.status, 200);
  EXPECT_THAT(where(browser.post("/checkout", filled(form.body))), StartsWith("/orders/"));
  EXPECT_EQ(orders(), 1u);
}

TEST_F(WaitingRoomTest, KeepsOutWhoIsNotCalled) {
  add(browser, "linen-shirt");
  browser.get("/checkout");
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/queue/drop") << "nobody before the start";
  start();
  post({{0, 5000}});
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/queue/drop");
  EXPECT_EQ(browser.cookies.count("ff_passes"), 0u);
  EXPECT_EQ(where(browser.get("/checkout")), "/queue/drop");
}

TEST_F(WaitingRoomTest, RefusesAFormThatWasOpenedBeforeTheLine) {
  sale.queue.open = false;
  post();
  add(browser, "linen-shirt");
  const Fields form = filled(browser.get("/checkout").body);
  sale.queue.open = true;
  post();
  EXPECT_EQ(where(browser.post("/checkout", form)), "/queue/drop");
  browser.extra_headers = {{"X-Piece", "checkout"}};
  const http::Response by_script = browser.post("/checkout", form);
  EXPECT_EQ(by_script.status, 201);
  EXPECT_EQ(where(by_script), "/queue/drop");
  EXPECT_EQ(orders(), 0u);
}

TEST_F(WaitingRoomTest, GivesARecordedAnswerAgainAlsoWithoutAPass) {
  sale.queue.open = false;
  post();
  add(browser, "linen-shirt");
  const Fields form = filled(browser.get("/checkout").body);
  const std::string order = where(browser.post("/checkout", form));
  ASSERT_THAT(order, StartsWith("/orders/"));
  sale.queue.open = true;
  post();
  EXPECT_EQ(where(browser.post("/checkout", form)), order);
  EXPECT_EQ(orders(), 1u);
}

TEST_F(WaitingRoomTest, LetsOneCartInWithCopiesOfATicket) {
  stand_in_line_and_be_called();
  Browser other{shop};
  add(other, "linen-shirt");
  other.cookies["ff_tickets"] = browser.cookies["ff_tickets"];
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/checkout");
  EXPECT_EQ(where(other.post("/queue/drop/enter", {})), "/queue/drop?again=used");
  EXPECT_NE(other.cookies["ff_tickets"], browser.cookies["ff_tickets"]) << "a new place, at the end";
  EXPECT_THAT(other.get("/queue/drop?again=used").body, HasSubstr("was used already"));
  other.cookies["ff_passes"] = browser.cookies["ff_passes"];
  EXPECT_EQ(where(other.get("/checkout")), "/queue/drop") << "a pass is good for its cart alone";
}

TEST_F(WaitingRoomTest, TellsNobodyThatItsTheirTurnWhoseTicketWasUsed) {
  sale.settings.per_shopper_max = 2;
  stand_in_line_and_be_called();
  Browser other{shop};
  other.cookies["ff_tickets"] = browser.cookies["ff_tickets"];
  EXPECT_THAT(other.get("/queue/drop").body, HasSubstr("It&#39;s your turn")) << "nobody went in with it yet";
  browser.post("/queue/drop/enter", {});
  const http::Response page = other.get("/queue/drop");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, Not(HasSubstr("It&#39;s your turn")));
  EXPECT_THAT(page.body, HasSubstr("data-state=\"spent\""));
  EXPECT_THAT(page.body, HasSubstr("from another browser or with another cart"));
  EXPECT_EQ(header_of(page, "Refresh"), "") << "nothing changes by waiting";
  EXPECT_EQ(where(browser.get("/queue/drop")), "/checkout") << "who has the pass goes on";
}

TEST_F(WaitingRoomTest, TellsWhoBoughtThatTheOrderStandsAndHowToBuyAgain) {
  sale.settings.per_shopper_max = 2;
  stand_in_line_and_be_called();
  browser.post("/queue/drop/enter", {});
  const Fields form = filled(browser.get("/checkout").body);
  ASSERT_THAT(where(browser.post("/checkout", form)), StartsWith("/orders/"));
  shop.clock.advance_to(shop.clock.now() + sale.settings.pass_for + seconds(1));
  const std::string ticket = browser.cookies["ff_tickets"];
  const std::string body = browser.get("/queue/drop").body;
  EXPECT_THAT(body, Not(HasSubstr("It&#39;s your turn")));
  EXPECT_THAT(body, HasSubstr("your time at the checkout ended on"));
  EXPECT_THAT(body, HasSubstr("your order stands"));
  EXPECT_THAT(body, HasSubstr("One shopper may buy 2 in this sale"));
  EXPECT_THAT(body, HasSubstr("action=\"/queue/drop/enter?anew\""));
  EXPECT_EQ(browser.cookies["ff_tickets"], ticket) << "nothing is taken from who only looks";
  EXPECT_EQ(where(browser.post("/queue/drop/enter?anew", {})), "/queue/drop");
  EXPECT_NE(browser.cookies["ff_tickets"], ticket);
  EXPECT_THAT(browser.get("/queue/drop").body, Not(HasSubstr("was used")));
}

TEST_F(WaitingRoomTest, TellsHowManyOneShopperMayBuyBeforeAnOrderIsRefused) {
  sale.settings.per_shopper_max = 2;
  post();
  const auto said = HasSubstr("At most 2 for each shopper in this sale");
  EXPECT_THAT(browser.get("/queue/drop").body, said);
  add(browser, "linen-shirt");
  const std::string before = browser.get("/cart").body;
  EXPECT_THAT(before, HasSubstr("The &lt;Drop&gt; starts on <time"));
  EXPECT_THAT(before, HasSubstr("href=\"/queue/drop\""));
  EXPECT_THAT(before, HasSubstr("At most 2 for each shopper in The &lt;Drop&gt;"));
  start();
  post({{0, 100}});
  EXPECT_THAT(browser.get("/queue/drop").body, AllOf(HasSubstr("data-state=\"waiting\""), said));
  EXPECT_THAT(browser.get("/cart").body, Not(HasSubstr("starts on")));
  call_everybody();
  EXPECT_THAT(browser.get("/queue/drop").body, AllOf(HasSubstr("data-state=\"turn\""), said));
  browser.post("/queue/drop/enter", {});
  EXPECT_THAT(browser.get("/checkout").body, HasSubstr("At most 2 for each shopper in The &lt;Drop&gt;"));
  add(browser, "linen-shirt");
  add(browser, "linen-shirt");
  EXPECT_THAT(browser.get("/cart").body, HasSubstr("and your cart holds 3"));
}

TEST_F(WaitingRoomTest, SaysNothingOfALimitWhereThereIsNoneOrForOtherPieces) {
  add(browser, "linen-shirt");
  EXPECT_THAT(browser.get("/queue/drop").body, Not(HasSubstr("for each shopper")));
  EXPECT_THAT(browser.get("/cart").body, Not(HasSubstr("for each shopper")));
  sale.settings.per_shopper_max = 2;
  post();
  Browser other{shop};
  add(other, "scarf");
  EXPECT_THAT(other.get("/cart").body, Not(HasSubstr("for each shopper")));
  shop.clock.advance_to(sale.settings.ends_at);
  EXPECT_THAT(browser.get("/cart").body, Not(HasSubstr("for each shopper"))) << "it is over";
}

TEST_F(WaitingRoomTest, EndsAPassWithItsTime) {
  stand_in_line_and_be_called();
  browser.post("/queue/drop/enter", {});
  const Fields form = filled(browser.get("/checkout").body);
  shop.clock.advance_to(shop.clock.now() + sale.settings.pass_for + seconds(1));
  EXPECT_EQ(where(browser.post("/checkout", form)), "/queue/drop");
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/queue/drop?again=used");
  EXPECT_EQ(orders(), 0u);
}

TEST_F(WaitingRoomTest, TakesNoTicketThatWasAlteredAndSaysSo) {
  browser.get("/queue/drop");
  std::string& ticket = browser.cookies["ff_tickets"];
  ticket[ticket.size() - 5] = ticket[ticket.size() - 5] == 'A' ? 'B' : 'A';
  EXPECT_THAT(browser.get("/queue/drop").body, HasSubstr("not good any more"));
  start();
  call_everybody();
  ticket[ticket.size() - 5] = ticket[ticket.size() - 5] == 'A' ? 'B' : 'A';
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/queue/drop?again=invalid");
}

TEST_F(WaitingRoomTest, GivesWhoComesWithoutACartOneThatThePassIsFor) {
  browser.get("/queue/drop");
  start();
  call_everybody();
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})), "/products/linen-shirt");
  add(browser, "linen-shirt");
  EXPECT_EQ(browser.get("/checkout").status, 200);
}

TEST_F(WaitingRoomTest, LetsWhoeverHadNoCartTryTheWayInAgain) {
  browser.get("/queue/drop");
  start();
  call_everybody();
  browser.get("/queue/drop");  // it is called, and has a cart from here on
  Browser impatient = browser;
  EXPECT_EQ(where(impatient.post("/queue/drop/enter", {})), "/products/linen-shirt");
  EXPECT_EQ(where(browser.post("/queue/drop/enter", {})),
            "/products/linen-shirt");  // the first answer was lost
}

TEST_F(WaitingRoomTest, TellsAtOnceThatTheGoodsAreGone) {
  browser.get("/queue/drop");
  start();
  post({{0, 5000}}, true);
  const std::string body = browser.get("/queue/drop").body;
  EXPECT_THAT(body, HasSubstr("It has sold out"));
  EXPECT_THAT(body, HasSubstr("/products/scarf")) << "what else there is";
  EXPECT_THAT(body, Not(HasSubstr("/products/linen-shirt")));
}

TEST_F(WaitingRoomTest, SaysWhenItGivesNoMoreTicketsAndWhenToAskAgain) {
  sale.tickets_left = false;
  const http::Response page = browser.get("/queue/drop");
  EXPECT_EQ(page.status, 429);
  EXPECT_NE(header_of(page, "Retry-After"), "");
  EXPECT_NE(header_of(page, "Refresh"), "");
  EXPECT_EQ(browser.cookies.count("ff_tickets"), 0u);
}

TEST_F(WaitingRoomTest, GivesNoPlaceToWhoOnlyAsksForTheHead) {
  add(browser, "linen-shirt");
  for (const bool started : {false, true}) {
    if (started) start();
    const http::Response page = browser.send(http::Method::kHead, "/queue/drop", "");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(header_of(page, "Set-Cookie"), "");
    EXPECT_EQ(header_of(page, "Cache-Control"), "private, no-store");
    EXPECT_THAT(header_of(page, "Refresh"), HasSubstr("; url=/queue/drop"));
    const http::Response checkout = browser.send(http::Method::kHead, "/checkout", "");
    EXPECT_EQ(where(checkout), "/queue/drop");
    EXPECT_EQ(header_of(checkout, "Set-Cookie"), "");
  }
  EXPECT_EQ(
      shop.metrics.counter("ff_sale_tickets_issued_total", "Tickets that this process gave out").value(), 0u);
  EXPECT_THAT(header_of(browser.get("/queue/drop"), "Set-Cookie"), StartsWith("ff_tickets=drop."));
  const std::string ticket = browser.cookies["ff_tickets"];
  browser.send(http::Method::kHead, "/queue/drop", "");
  EXPECT_EQ(browser.cookies["ff_tickets"], ticket) << "who has a place keeps it";
}

TEST_F(WaitingRoomTest, IsNoPlaceWithoutALine) {
  EXPECT_EQ(browser.get("/queue/nothing").status, 404);
  EXPECT_EQ(browser.get("/queue/No_Sale").status, 404);
  sale.queue.open = false;
  post();
  EXPECT_EQ(where(browser.get("/queue/drop")), "/products/linen-shirt");
  add(browser, "linen-shirt");
  EXPECT_EQ(where(browser.get("/queue/drop")), "/checkout");
  shop.clock.advance_to(sale.settings.ends_at);
  EXPECT_THAT(browser.get("/queue/drop").body, HasSubstr("This sale is over"));
  shop.shop.door = nullptr;
  EXPECT_EQ(browser.get("/queue/drop").status, 404);
}

TEST_F(WaitingRoomTest, TakesNoWayInFromAnotherSite) {
  browser.get("/queue/drop");
  start();
  call_everybody();
  browser.extra_headers = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(browser.post("/queue/drop/enter", {}).status, 403);
}

TEST(QueueWords, NeverSayMoreThanIsKnown) {
  constexpr std::int64_t kLeft = 100'000;
  EXPECT_EQ(wait_words(std::nullopt, kLeft), "How long it takes can't be known yet");
  EXPECT_EQ(wait_words(0, kLeft), "Less than a minute");
  EXPECT_EQ(wait_words(60, kLeft), "About a minute");
  EXPECT_EQ(wait_words(61, kLeft), "About 2 minutes");
  EXPECT_EQ(wait_words(3 * 3600, kLeft), "About 3 hours");
  EXPECT_EQ(wait_words(3 * 3600, 3600), "At this pace the sale ends before your turn comes");
}

TEST(QueueWords, WriteNumbersAndMomentsAsPeopleDo) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(moment_words(Instant{1'795'770'000'000'000}), "Friday 27 November 2026, 09:00 UTC");
  EXPECT_EQ(span_words(minutes(10)), "10 minutes");
  EXPECT_EQ(span_words(hours(1)), "an hour");
  EXPECT_EQ(span_words(seconds(45)), "45 seconds");
}

}  // namespace
}  // namespace ff::storefront
