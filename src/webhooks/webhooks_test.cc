// Signing, the schedule, and delivery under a simulated clock against a memory store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>

#include "base/testing/simulated_time.h"
#include "storage/memory/memory_store.h"
#include "webhooks/deliverer.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace ff::webhooks {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(Signature, IsWhatTheStandardsPythonLibraryMakesOfItsExample) {
  EXPECT_EQ(sign(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})").value(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, SecretsAreMadeWithinTheStandardsBounds) {
  SeededRandom random(1);
  EXPECT_TRUE(check_secret(make_secret(random)).has_value());
  EXPECT_TRUE(check_secret(kSecret).has_value());
  for (const char* wrong : {"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!"})
    EXPECT_FALSE(check_secret(wrong).has_value()) << wrong;
}

TEST(RetrySchedule, LastsAboutThreeDaysAndVariesByAFifth) {
  const RetrySchedule schedule;
  SeededRandom random(1);
  Duration total{0};
  std::int32_t failures = 1;
  while (const auto delay = schedule.delay_after(failures, random)) {
    const Duration nominal = schedule.delays[static_cast<std::size_t>(failures - 1)];
    EXPECT_GE(*delay, nominal * 4 / 5);
    EXPECT_LE(*delay, nominal * 6 / 5);
    total += nominal;
    ++failures;
  }
  EXPECT_GE(total, hours(72));
  EXPECT_LE(total, hours(80));
}

TEST(Message, TheBodySaysWhatHappenedToTheOrderAndNothingOfThePerson) {
  orders::Order order;
  order.id = OrderId{Uuid::parse("01900000-0000-7000-8000-000000000001").value()};
  order.number = 1017;
  order.email = "ada@example.org";
  order.state = orders::State::kCancelled;  // later than the event
  order.totals.total = {2499, Currency{}};
  EXPECT_EQ(body_of({order.id, 2, "paid"}, Instant{1'700'000'000'000'000}, order),
            R"({"type":"order.paid","timestamp":"2023-11-14T22:13:20.000000Z","data":)"
            R"({"order_id":"01900000-0000-7000-8000-000000000001","number":1017,"sequence":2,"state":"paid",)"
            R"("total":{"amount":2499,"currency":"EUR"}}})");
}

/// What subscribers' servers do, by URL. Each answer takes `latency` of simulated time.
class Receivers final : public http_client::Client {
 public:
  explicit Receivers(Clock& clock) : clock_(clock) {}
  Task<Result<http_client::Response>> send(http_client::Request request) override {
    const Duration wait = latency[request.url];
    const std::string id = request.headers.at(1);
    co_await clock_.sleep_for(wait);
    const int status = answer ? answer(request.url, request.body) : 200;
    seen[request.url].push_back({clock_.now(), id.substr(id.find("msg_")), status});
    co_return http_client::Response{status, "", retry_after};
  }
  void close() override {}

  struct Seen {
    Instant at;
    std::string id;
    int status = 0;
  };
  std::map<std::string, Duration> latency;
  std::optional<Duration> retry_after;
  std::function<int(const std::string& url, const std::string& body)> answer;
  std::map<std::string, std::vector<Seen>> seen;

 private:
  Clock& clock_;
};

class DeliveryTest : public testing::Test, protected SimulatedTime {
 protected:
  DeliveryTest() : SimulatedTime(Instant{1'700'000'000'000'000}) {}
  Subscription subscribe(const std::string& url) {
    Subscription wanted;
    wanted.url = url;
    wanted.secret = kSecret;
    return run(store.webhooks().add(wanted)).value();
  }
  std::unique_ptr<Deliverer> start(std::string owner) {
    auto made = std::make_unique<Deliverer>(store.webhooks(), store.orders(), receivers, clock, random,
                                            settings, std::move(owner), metrics);
    asio::co_spawn(context, made->run(), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    return made;
  }
  /// An order with two events, "pending_payment" and "declined".
  orders::Order two_events() {
    orders::NewOrder wanted;
    wanted.order->id = OrderId{Uuid::v7(clock.now(), random)};
    wanted.order->cart = CartId{Token::make(random)};
    wanted.order->idempotency_key = "key";
    wanted.hold_for = wanted.lease_for = hours(1);
    const orders::NewOrder batch[] = {wanted};
    auto placed = run(store.orders().place(batch)).value();
    orders::Settlement decline;
    decline.order = wanted.order->id;
    decline.kind = orders::Settlement::Kind::kDecline;
    decline.reason = "because";
    const orders::Settlement moves[] = {decline};
    EXPECT_TRUE(run(store.orders().settle(moves)).has_value());
    return std::get<orders::Placed>(placed.at(0)).order;
  }
  std::vector<std::string> delivered(const std::string& url) {
    std::vector<std::string> ids;
    for (const auto& one : receivers.seen[url]) {
      if (one.status == 200) ids.push_back(one.id);
    }
    return ids;
  }

  SeededRandom random{3};
  telemetry::Registry metrics;
  storage::MemoryStore store{clock};
  Receivers receivers{clock};
  Settings settings;
};

TEST_F(DeliveryTest, EachEventArrivesOnceAndInOrderOfItsOrder) {
  subscribe("a");
  const auto deliverer = start("one");
  const orders::Order order = two_events();
  pass(seconds(10));
  EXPECT_THAT(delivered("a"), ElementsAre(message_id(order.id, 1), message_id(order.id, 2)));
  deliverer->stop();
  pass(seconds(10));
}

TEST_F(DeliveryTest, AFailingOrderHoldsBackItsOwnEventsOnly) {
  subscribe("a");
  const orders::Order failing = two_events();
  const orders::Order other = two_events();
  bool broken = true;
  receivers.answer = [&](const std::string&, const std::string& body) {
    return broken && body.find(failing.id.text()) != std::string::npos ? 500 : 200;
  };
  const auto deliverer = start("one");
  pass(seconds(3));
  EXPECT_THAT(delivered("a"), ElementsAre(message_id(other.id, 1), message_id(other.id, 2)));
  EXPECT_THAT(receivers.seen["a"], SizeIs(3)) << "the second event of the failing order was sent";
  broken = false;
  pass(seconds(10));
  EXPECT_THAT(delivered("a"), ElementsAre(message_id(other.id, 1), message_id(other.id, 2),
                                          message_id(failing.id, 1), message_id(failing.id, 2)));
  deliverer->stop();
  pass(seconds(10));
}

TEST_F(DeliveryTest, ASlowSubscriberDoesNotDelayAnother) {
  subscribe("slow");
  subscribe("quick");
  receivers.latency["slow"] = seconds(14);
  const auto deliverer = start("one");
  pass(seconds(1));
  const Instant before = clock.now();
  for (int i = 0; i < 50; ++i)
    two_events();
  pass(seconds(5));
  ASSERT_THAT(delivered("quick"), SizeIs(100));
  EXPECT_LT(receivers.seen["quick"].back().at - before, Duration(seconds(2)));
  EXPECT_THAT(delivered("slow"), IsEmpty());
  deliverer->stop();
  pass(seconds(60));
}

TEST_F(DeliveryTest, AfterThreeDaysADeliveryIsGivenUpAndTheOrdersNextEventGoes) {
  subscribe("a");
  receivers.answer = [&](const std::string&, const std::string& body) {
    return body.find("\"sequence\":1") != std::string::npos ? 500 : 200;
  };
  settings.poll_period = seconds(20);  // days pass quickly
  settings.lease_for = seconds(120);
  const auto deliverer = start("one");
  const orders::Order order = two_events();
  pass(hours(50));
  EXPECT_THAT(run(store.webhooks().dead_letters(10)).value(), IsEmpty());
  pass(hours(50));
  const auto dead = run(store.webhooks().dead_letters(10)).value();
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].attempts, 10);
  EXPECT_THAT(delivered("a"), ElementsAre(message_id(order.id, 2)));
  receivers.answer = nullptr;
  ASSERT_TRUE(run(store.webhooks().redeliver(dead[0].id)).has_value());
  pass(seconds(200));
  EXPECT_THAT(delivered("a"), ElementsAre(message_id(order.id, 2), message_id(order.id, 1)));
  deliverer->stop();
  pass(seconds(200));
}

TEST_F(DeliveryTest, ADeadLetterThatNobodyRedeliversIsRemovedAfterItsDays) {
  subscribe("a");
  receivers.answer = [](const std::string&, const std::string&) { return 500; };
  settings.poll_period = seconds(600);
  settings.lease_for = hours(1);
  settings.schedule.delays = {seconds(5)};
  settings.dead_letters_for = std::chrono::days(7);
  receivers.retry_after = hours(10);  // its days count from when it was given up
  const auto deliverer = start("one");
  two_events();
  pass(hours(6 * 24));
  EXPECT_THAT(run(store.webhooks().dead_letters(10)).value(), SizeIs(2));
  pass(hours(2 * 24));
  EXPECT_THAT(run(store.webhooks().dead_letters(10)).value(), IsEmpty());
  deliverer->stop();
  pass(hours(2));
}

TEST_F(DeliveryTest, GoneDisablesTheSubscription) {
  subscribe("a");
  receivers.answer = [](const std::string&, const std::string&) { return 410; };
  const auto deliverer = start("one");
  two_events();
  pass(seconds(30));
  EXPECT_THAT(receivers.seen["a"], SizeIs(1));
  const auto listed = run(store.webhooks().list()).value();
  EXPECT_FALSE(listed[0].subscription.enabled);
  EXPECT_NE(listed[0].subscription.disabled_reason, "");
  receivers.answer = nullptr;
  ASSERT_TRUE(run(store.webhooks().enable(listed[0].subscription.id)).has_value());
  pass(seconds(30));
  EXPECT_THAT(delivered("a"), SizeIs(2)) << "what had not arrived goes on";
  deliverer->stop();
  pass(seconds(10));
}

TEST_F(DeliveryTest, ADeadOwnersWorkIsTakenOverWithinSecondsAndNothingIsLost) {
  subscribe("a");
  const auto lost = run(store.webhooks().claim("dead", settings.lease_for)).value();
  ASSERT_THAT(lost.leases, SizeIs(1));
  const auto deliverer = start("alive");
  two_events();
  pass(seconds(5));
  EXPECT_THAT(delivered("a"), IsEmpty());
  pass(seconds(4));
  EXPECT_THAT(delivered("a"), SizeIs(2));
  deliverer->stop();
  pass(seconds(10));
}

TEST_F(DeliveryTest, TwoOwnersShareAndDeliverNothingTwice) {
  for (const char* url : {"a", "b", "c", "d"})
    subscribe(url);
  const auto one = start("one");
  const auto two = start("two");
  for (int i = 0; i < 20; ++i) {
    two_events();
    pass(seconds(1));
  }
  pass(seconds(10));
  for (const char* url : {"a", "b", "c", "d"})
    EXPECT_THAT(delivered(url), SizeIs(40)) << url;
  one->stop();
  two->stop();
  pass(seconds(10));
}

TEST_F(DeliveryTest, AfterAnOutageWhatWaitsGoesAtOnceAndTheOutboxKeepsTheRest) {
  subscribe("a");
  settings.queue.kept_max = 20;
  settings.queue.fresh_max = 20;
  settings.poll_period = seconds(5);
  settings.lease_for = seconds(30);
  const auto deliverer = start("one");
  bool down = true;
  receivers.answer = [&](const std::string&, const std::string&) { return down ? 500 : 200; };
  for (int i = 0; i < 100; ++i)
    two_events();
  pass(hours(12));
  EXPECT_LE(run(store.webhooks().list()).value()[0].pending, 60);
  down = false;
  pass(seconds(90));
  EXPECT_THAT(delivered("a"), SizeIs(200));
  deliverer->stop();
  pass(seconds(60));
}

}  // namespace
}  // namespace ff::webhooks
