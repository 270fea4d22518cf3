#include "admission/gatekeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace ff::admission {
namespace {

using http::Method;
using http::Priority;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

constexpr Instant kNoon{1'800'000'000'000'000};

http::Response page(const http::Request& request, int status, int retry_after_s) {
  std::string body = request.path.starts_with("/api/") ? "problem" : "page";
  if (request.method == Method::kPost) body += request.path == "/" ? " after a form" : " after the way in";
  return http::Response::text(status, body).header("Retry-After", std::to_string(retry_after_s));
}

class GatekeeperTest : public testing::Test {
 protected:
  House& open(std::optional<ClientRateSettings> rates = {}) {
    house.emplace(
        page, http::default_security_headers(), rates, [this](Priority priority) { return full == priority; },
        "ff_cart", 7);
    keeper.emplace(*house, 0, 1, metrics);
    return *house;
  }

  /// The status of the refusal; 0: it is worked for.
  int ask(Method method, std::string path, Priority priority, Duration waited = {},
          const std::string& shopper = {}) {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    request.received_at = now;
    request.client = boost::asio::ip::make_address(address);
    const std::string cookie = "ff_cart=" + shopper;
    if (!shopper.empty()) request.headers.emplace_back("Cookie", cookie);
    last = keeper->refusal(request, priority, waited, steady);
    return last ? std::stoi(last->head.substr(9, 3)) : 0;
  }
  void pass(Duration time) {
    now = now + time;
    steady += time;
  }
  /// A request each millisecond, each of which waited too long.
  void fall_behind(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(1)) {
      (void)ask(Method::kGet, "/", Priority::kBrowse, milliseconds(50));
      pass(milliseconds(1));
    }
  }
  std::uint64_t counted(std::string priority, std::string reason) {
    return metrics
        .counter("ff_admission_refused_total", "Requests refused before any work was done for them",
                 {{"class", std::move(priority)}, {"reason", std::move(reason)}})
        .value();
  }

  telemetry::Registry metrics;
  std::optional<Priority> full;
  std::optional<House> house;
  std::optional<Gatekeeper> keeper;
  Instant now = kNoon;
  Gatekeeper::SteadyTime steady{std::chrono::hours(1)};
  std::string address = "192.0.2.1";
  std::shared_ptr<const http::FinishedBytes> last;
};

TEST_F(GatekeeperTest, WorksForEverybodyWhileItKeepsUp) {
  open();
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse, milliseconds(5)), 0);
    pass(milliseconds(1));
  }
  EXPECT_FALSE(house->pressure.since(now));
}

TEST_F(GatekeeperTest, AThreadThatFallsBehindRefusesBrowsersAndStillSells) {
  open();
  fall_behind(milliseconds(6000));
  EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse, milliseconds(50)), 503);
  EXPECT_EQ(ask(Method::kGet, "/search", Priority::kSearch, milliseconds(50)), 503);
  EXPECT_EQ(ask(Method::kPost, "/checkout", Priority::kCheckout, milliseconds(50)), 0);
  EXPECT_EQ(ask(Method::kGet, "/livez", Priority::kProbe, milliseconds(50)), 0);
  EXPECT_GT(counted("browse", "thread_behind"), 1000u);
  EXPECT_EQ(counted("checkout", "thread_behind"), 0u);
  EXPECT_FALSE(house->pressure.since(now)) << "nobody who buys was refused";
}

TEST_F(GatekeeperTest, AfterTheStormSilenceAloneBringsEverybodyBack) {
  open();
  fall_behind(milliseconds(6000));
  telemetry::Gauge& cut = metrics.gauge(
      "ff_admission_cut", "Ranks (of 64 in a class) that a thread refuses; 0: nothing", {{"thread", "0"}});
  EXPECT_EQ(cut.value(), 0) << "gauges are the tick's business";
  keeper->tick(steady);
  EXPECT_GT(cut.value(), 0);
  for (int i = 0; i < 40; ++i) {
    pass(milliseconds(250));
    keeper->tick(steady);
  }
  EXPECT_EQ(cut.value(), 0);
  EXPECT_EQ(ask(Method::kGet, "/search", Priority::kSearch), 0);
}

TEST_F(GatekeeperTest, TheFirstWhoComesAfterALongSilenceIsServed) {
  open();
  fall_behind(milliseconds(6000));
  pass(std::chrono::seconds(30));
  EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse), 0);
}

TEST_F(GatekeeperTest, WhoeverIsRefusedACartIsNoPressureOnTheCheckout) {
  open();
  full = Priority::kCart;
  EXPECT_EQ(ask(Method::kPost, "/api/v1/sales/drop/tickets", Priority::kCart), 503);
  EXPECT_FALSE(house->pressure.since(now));
}

TEST_F(GatekeeperTest, AShopperWhoIsLetInIsLetInAgain) {
  open();
  fall_behind(milliseconds(250));
  std::set<int> fates;
  for (int shopper = 0; shopper < 50; ++shopper) {
    const std::string name = "shopper " + std::to_string(shopper);
    const int first = ask(Method::kGet, "/", Priority::kBrowse, milliseconds(15), name);
    fates.insert(first);
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse, milliseconds(15), name), first);
  }
  EXPECT_THAT(fates, testing::ElementsAre(0, 503)) << "some are let in, and some are not";
}

TEST_F(GatekeeperTest, AFullStoreRefusesWhatItWouldHaveToKeepAndNothingElse) {
  open();
  full = Priority::kCheckout;
  EXPECT_EQ(ask(Method::kPost, "/api/v1/checkouts", Priority::kCheckout), 503);
  EXPECT_EQ(ask(Method::kGet, "/orders/1", Priority::kCheckout), 0);
  EXPECT_EQ(ask(Method::kPost, "/cart/lines", Priority::kCart), 0);
  EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse), 0);
  EXPECT_EQ(counted("checkout", "store_full"), 1u);
  EXPECT_EQ(house->pressure.since(now), kNoon);
}

TEST_F(GatekeeperTest, ASpellOfPressureLastsUntilNothingWasRefusedForAWhile) {
  open();
  full = Priority::kCheckout;
  for (int i = 0; i < 5; ++i) {
    (void)ask(Method::kPost, "/checkout", Priority::kCheckout);
    pass(std::chrono::seconds(1));
  }
  EXPECT_EQ(house->pressure.since(now), kNoon);
  pass(std::chrono::seconds(2));
  EXPECT_FALSE(house->pressure.since(now));
  (void)ask(Method::kPost, "/checkout", Priority::kCheckout);
  EXPECT_EQ(house->pressure.since(now), now);
}

TEST_F(GatekeeperTest, AClientThatAsksTooOftenIsToldSoAndNobodyElse) {
  open(ClientRateSettings{.per_second = 1, .burst = 5});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse), 0);
  EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse), 429);
  EXPECT_THAT(last->head, HasSubstr("\r\nRetry-After: "));
  EXPECT_EQ(counted("browse", "client_rate"), 1u);
  address = "192.0.2.2";
  EXPECT_EQ(ask(Method::kGet, "/", Priority::kBrowse), 0);
}

TEST_F(GatekeeperTest, RefusalsSpeakTheLanguageOfTheirPathAndSpreadTheReturns) {
  open();
  full = Priority::kCheckout;
  std::set<std::string> heads;
  for (int i = 0; i < 200; ++i) {
    (void)ask(Method::kPost, "/api/v1/checkouts", Priority::kCheckout);
    EXPECT_EQ(last->body, "problem");
    heads.insert(last->head);
  }
  EXPECT_EQ(heads.size(), Refusals::kVariants);
  (void)ask(Method::kPost, "/checkout", Priority::kCheckout);
  EXPECT_EQ(last->body, "page after a form");
  (void)ask(Method::kPost, "/queue/drop/enter", Priority::kCheckout);
  EXPECT_EQ(last->body, "page after the way in");
  EXPECT_THAT(last->head, AllOf(HasSubstr("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: "),
                                testing::Not(HasSubstr("ETag"))));
}

}  // namespace
}  // namespace ff::admission
