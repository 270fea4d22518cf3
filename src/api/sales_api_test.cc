#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "api/api_test_shop.h"
#include "sales/testing/posted_sale.h"

namespace ff::api {
namespace {

using http::Method;
using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;
using Reply = TestShop::Reply;
using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

/// A sale of the scarf that runs, with its queue wherever the test puts it.
class SalesApi : public testing::Test {
 protected:
  SalesApi() { shop.shop.door = &sale.door; }

  void SetUp() override {
    sale.put(shop.clock.now() - hours(1), shop.clock.now() + hours(1));
    sale.queue.rate = 3;
    sale.line = {{0, 60}, {100, 40}};
    sale.post();
  }
  std::string checkout(std::string_view handle) const {
    return fmt::format(R"({{"cart_id": "{}", "lines": [{{"variant_id": {}, "quantity": 1}}],
      "email": "ada@example.com", "address": {{"name": "Ada", "line1": "12 Rose Street", "city": "Berlin",
      "postcode": "10115", "country": "DE"}}, "delivery_method": "standard",
      "payment": {{"method": "on_delivery"}}}})",
                       TestShop::kCart, shop.variant(handle, 0).value);
  }
  Reply buy(std::string_view handle, Headers headers = {}) {
    headers.emplace_back("Idempotency-Key", "key-1");
    return shop.send(Method::kPost, "/api/v1/checkouts", checkout(handle), headers);
  }
  Reply take_pass(std::string_view ticket, std::string_view cart = TestShop::kCart) {
    return shop.send(Method::kPost, "/api/v1/sales/drop/passes", fmt::format(R"({{"cart_id": "{}"}})", cart),
                     {{"Queue-Ticket", ticket}});
  }
  std::string take_ticket() {
    const Reply taken = shop.send(Method::kPost, "/api/v1/sales/drop/tickets");
    EXPECT_EQ(taken.status, 201);
    return text_at(taken.body, "/ticket");
  }

  TestShop shop;
  sales::PostedSale sale{shop.store.sales(), shop.random, shop.metrics, "wool-scarf"};
};

TEST_F(SalesApi, TellsEverybodyHowFarTheLineHasComeForASecond) {
  const Reply reply = shop.get("/api/v1/sales/drop");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text_at(reply.body, "/phase"), "running");
  EXPECT_EQ(number_at(reply.body, "/line_length"), 100);
  EXPECT_EQ(number_at(reply.body, "/drawn_tickets"), 60);
  EXPECT_EQ(number_at(reply.body, "/called_per_minute"), 180);
  EXPECT_EQ(text_at(reply.body, "/commitment"), sales::to_hex(sales::commitment_to(sale.secrets.seed)));
  EXPECT_EQ(text_at(reply.body, "/seed"), sales::to_hex(sale.secrets.seed));
  EXPECT_THAT(reply.head, HasSubstr("Cache-Control: public, max-age=1, s-maxage=1\r\n"));
  EXPECT_THAT(reply.head, HasSubstr("CDN-Cache-Control: max-age=1, stale-while-revalidate=5\r\n"));
  EXPECT_EQ(shop.get("/api/v1/sales/nothing").status, 404);
  EXPECT_EQ(text_at(shop.get("/api/v1/sales").body, "/sales/0/products/0"), "wool-scarf");
}

TEST_F(SalesApi, KeepsTheSeedUntilTheStart) {
  sale.settings.starts_at = shop.clock.now() + hours(1);
  sale.settings.ends_at = shop.clock.now() + hours(2);
  sale.queue.opened_at = sale.settings.starts_at;
  sale.post();
  for (const char* target : {"/api/v1/sales", "/api/v1/sales/drop"}) {
    EXPECT_THAT(shop.get(target).body, Not(HasSubstr(sales::to_hex(sale.secrets.seed)))) << target;
    EXPECT_THAT(shop.get(target).body, HasSubstr(sales::to_hex(sales::commitment_to(sale.secrets.seed))));
  }
  const Reply place = shop.send(Method::kPost, "/api/v1/sales/drop/tickets");
  EXPECT_THAT(place.body, HasSubstr(R"("place":null)"));
}

TEST_F(SalesApi, PutsACheckoutWithoutAPassInLine) {
  const Reply refused = buy("wool-scarf");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(text_at(refused.body, "/type"), "/api/problems/queued");
  EXPECT_EQ(text_at(refused.body, "/sale"), "drop");
  EXPECT_EQ(text_at(refused.body, "/passes_url"), "/api/v1/sales/drop/passes");
  EXPECT_GE(number_at(refused.body, "/place"), 1);
  EXPECT_GE(number_at(refused.body, "/estimate_s"), 0);
  EXPECT_EQ(refused.header("Retry-After"), std::to_string(number_at(refused.body, "/retry_after_s")));
  const std::string ticket = text_at(refused.body, "/ticket");
  EXPECT_EQ(text_at(buy("wool-scarf", {{"Queue-Ticket", ticket}}).body, "/ticket"), ticket)
      << "the place is kept";
  EXPECT_EQ(buy("linen-shirt").status, 201) << "what no queue stands before is sold as ever";
}

TEST_F(SalesApi, TellsWhoIsNextToAskAgainInAMoment) {
  sale.queue.frontier = 100;  // all were called
  sale.post();
  const std::string ticket = take_ticket();
  const Headers mine{{"Queue-Ticket", ticket}};
  const Reply place = shop.send(Method::kGet, "/api/v1/sales/drop/ticket", {}, mine);
  EXPECT_THAT(place.header("Retry-After"), testing::AnyOf("2", "3", "4"));
  EXPECT_THAT(buy("wool-scarf", mine).header("Retry-After"), testing::AnyOf("2", "3", "4"));
}

TEST_F(SalesApi, SellsToACartThatHasAPass) {
  const std::string ticket = take_ticket();
  const Reply early = take_pass(ticket);
  EXPECT_EQ(early.status, 503);
  EXPECT_EQ(text_at(early.body, "/type"), "/api/problems/queued");
  EXPECT_NE(early.header("Retry-After"), "");
  sale.call_everybody();
  const Reply place =
      shop.send(Method::kGet, "/api/v1/sales/drop/ticket", {}, {{"Queue-Ticket", std::string_view(ticket)}});
  EXPECT_EQ(place.status, 200);
  EXPECT_THAT(place.body, HasSubstr(R"("reached":true)"));
  const Reply in = take_pass(ticket);
  ASSERT_EQ(in.status, 201);
  EXPECT_EQ(take_pass(ticket).body, in.body) << "asking again gives the same";
  const std::string pass = text_at(in.body, "/pass");
  EXPECT_EQ(buy("wool-scarf", {{"Sale-Pass", pass}}).status, 201);
  EXPECT_EQ(buy("wool-scarf").status, 201) << "what is recorded is answered again without a pass";
}

TEST_F(SalesApi, LetsATicketInOnce) {
  const std::string ticket = take_ticket();
  sale.call_everybody();
  EXPECT_EQ(take_pass(ticket).status, 201);
  const Reply copied = take_pass(ticket, "ffffffffffffffffffffffffffffffff");
  EXPECT_EQ(copied.status, 409);
  EXPECT_EQ(text_at(copied.body, "/type"), "/api/problems/ticket-used");
}

TEST_F(SalesApi, RefusesWhatItDidNotSign) {
  const std::string ticket = take_ticket();
  sale.call_everybody();
  std::string altered = ticket;
  altered[altered.size() - 4] = altered[altered.size() - 4] == 'A' ? 'B' : 'A';
  EXPECT_EQ(take_pass(altered).status, 422);
  EXPECT_EQ(take_pass("drop.AQAAAAE").status, 422);
  EXPECT_EQ(take_pass("other.AQAAAAE").status, 422);
  EXPECT_EQ(
      shop.send(Method::kGet, "/api/v1/sales/drop/ticket", {}, {{"Queue-Ticket", std::string_view(altered)}})
          .status,
      422);
  const std::string pass = text_at(take_pass(ticket, "ffffffffffffffffffffffffffffffff").body, "/pass");
  EXPECT_EQ(buy("wool-scarf", {{"Sale-Pass", pass}}).status, 503) << "a pass is good for its cart alone";
}

TEST_F(SalesApi, SaysThatThereIsNoQueue) {
  sale.queue.open = false;
  sale.post();
  EXPECT_EQ(shop.send(Method::kPost, "/api/v1/sales/drop/tickets").status, 409);
  EXPECT_EQ(take_pass("drop.AQAAAAE").status, 409);
  EXPECT_EQ(buy("wool-scarf").status, 201);
}

TEST_F(SalesApi, LimitsHowManyTicketsOneAddressTakes) {
  sale.tickets_left = false;
  const Reply refused = shop.send(Method::kPost, "/api/v1/sales/drop/tickets");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_THAT(buy("wool-scarf").body, HasSubstr(R"("ticket":null)"));
}

TEST_F(SalesApi, SaysThatTheGoodsAreGone) {
  sale.sold_out = true;
  sale.post();
  EXPECT_THAT(shop.get("/api/v1/sales/drop").body, HasSubstr(R"("sold_out":true)"));
  EXPECT_THAT(buy("wool-scarf").body, HasSubstr(R"("sold_out":true)"));
}

}  // namespace
}  // namespace ff::api
