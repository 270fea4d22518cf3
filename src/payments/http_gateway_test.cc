// A shop's client of a gateway elsewhere, when the way there or the other side fails; and who the server
// admits.
#include "payments/http_gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <mutex>
#include <thread>

#include "payments/gateway_wire.h"
#include "payments/test_gateway_process.h"

namespace ff::payments {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

Result<Payment> pay(TestShop& shop, Duration within = seconds(10), std::string number = "4242424242424242") {
  AuthoriseRequest request;
  request.key = "order-1";
  request.amount = Money{5000, {}};
  request.card = {std::move(number), 12, 2040, "737"};
  request.deadline = shop.clock.now() + within;
  return shop.run(shop.gateway.authorise(std::move(request)));
}
Result<Payment> look_up(TestShop& shop, Duration within = seconds(10)) {
  return shop.run(shop.gateway.lookup("order-1", shop.clock.now() + within));
}

/// A server that answers authorise as `answers` says, one after the other, the last one for ever.
class Scripted {
 public:
  explicit Scripted(std::vector<http::Response> answers) : answers_(std::move(answers)) {
    http::Router router;
    router.add(http::Method::kPost, "/v1/payments/{key}/authorise", http::Priority::kCheckout,
               [this](const http::Request& request) { return answer(request); });
    server_.emplace(std::move(router));
  }
  ~Scripted() { server_->stop(); }
  std::string url() const { return server_->url(); }
  std::vector<std::string> bodies() {
    const std::scoped_lock lock(mutex_);
    return bodies_;
  }

 private:
  Task<http::Response> answer(const http::Request& request) {
    const std::scoped_lock lock(mutex_);
    bodies_.push_back(request.body);
    const std::size_t index = std::min(bodies_.size(), answers_.size()) - 1;
    co_return answers_[index];
  }
  const std::vector<http::Response> answers_;
  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::optional<TestServer> server_;
};

http::Response authorised(const std::string& key = "order-1") {
  Payment payment;
  payment.key = key;
  payment.status = Status::kAuthorised;
  return http::Response::json(200, wire::write(payment));
}

std::uint16_t free_port() {
  asio::io_context context;
  const tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  return acceptor.local_endpoint().port();
}

TEST(HttpGateway, AsksAgainWhereTheServerFailed) {
  Scripted server({http::Response::text(503, "busy"), http::Response::text(500, "broken"), authorised()});
  TestShop shop(server.url());
  const auto paid = pay(shop);
  ASSERT_TRUE(paid) << paid.error().detail;
  EXPECT_EQ(paid->status, Status::kAuthorised);
  EXPECT_EQ(server.bodies().size(), 3u);
}

TEST(HttpGateway, AsksSoOftenAndNoMoreAndThenDoesNotKnow) {
  Scripted server({http::Response::text(500, "broken")});
  TestShop shop(server.url());
  EXPECT_EQ(pay(shop).error().code, ErrorCode::kUnknown);
  EXPECT_EQ(server.bodies().size(), static_cast<std::size_t>(TestShop::quick().attempts_max));
  EXPECT_TRUE(shop.run(shop.gateway.reachable()).has_value()) << "a gateway that fails is there";
}

TEST(HttpGateway, AnAnswerThatCantBeReadOrIsOfAnotherPaymentIsNone) {
  for (const http::Response& strange : {http::Response::json(200, "{"), http::Response::json(200, "[]"),
                                        http::Response::text(200, "<html>"), authorised("order-2")}) {
    Scripted server({strange});
    TestShop shop(server.url());
    EXPECT_EQ(pay(shop).error().code, ErrorCode::kUnknown) << strange.body;
  }
}

TEST(HttpGateway, AConnectionThatBreaksAfterTheRequestLeavesTheOutcomeUnknown) {
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::thread breaker([&] {
    boost::system::error_code error;
    while (!error) {
      tcp::socket socket(context);
      acceptor.accept(socket, error);
      if (error) return;
      char byte = 0;
      boost::system::error_code ignored;
      socket.read_some(asio::buffer(&byte, 1), ignored);
      socket.set_option(asio::socket_base::linger(true, 0), ignored);  // a reset
    }
  });
  TestShop shop("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  EXPECT_EQ(pay(shop).error().code, ErrorCode::kUnknown);
  EXPECT_TRUE(shop.run(shop.gateway.reachable()).has_value());
  ::shutdown(acceptor.native_handle(), SHUT_RDWR);
  breaker.join();
}

TEST(HttpGateway, WhereNobodyListensNothingWasSentAndOrdersAreKeptBackUntilSomebodyDoes) {
  TestFolder folder;
  const std::uint16_t port = free_port();
  TestShop shop("http://127.0.0.1:" + std::to_string(port));
  EXPECT_TRUE(shop.run(shop.gateway.reachable()).has_value()) << "until it is known otherwise";
  EXPECT_EQ(pay(shop).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(shop.run(shop.gateway.reachable()).error().code, ErrorCode::kUnavailable);

  TestGatewayProcess process(folder.file("bank.db"), std::nullopt, {}, port);
  bool back = false;
  for (int i = 0; i < 500 && !back; ++i) {
    back = shop.run(shop.gateway.reachable()).has_value();
    if (!back) std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(back);
  EXPECT_EQ(pay(shop)->status, Status::kAuthorised);
}

TEST(HttpGateway, AProbeFindsOutWhetherItIsThere) {
  TestFolder folder;
  TestGatewayProcess process(folder.file("bank.db"), std::nullopt);
  TestShop shop(process.server().url());
  EXPECT_TRUE(shop.run(shop.gateway.probe()));
  TestShop lost("http://127.0.0.1:" + std::to_string(free_port()));
  EXPECT_FALSE(lost.run(lost.gateway.probe()));
  EXPECT_FALSE(lost.run(lost.gateway.reachable()).has_value());
}

TEST(HttpGateway, IsAskedAgainWhileItStarts) {
  TestFolder folder;
  const std::uint16_t port = free_port();
  HttpGatewaySettings settings;
  settings.attempts_max = 1000;
  settings.pause_max = milliseconds(50);
  TestShop shop("http://127.0.0.1:" + std::to_string(port), std::nullopt, settings);
  std::optional<TestGatewayProcess> process;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(200));
    process.emplace(folder.file("bank.db"), std::nullopt, DemoGatewaySettings{}, port);
  });
  const auto paid = pay(shop, seconds(30));
  later.join();
  ASSERT_TRUE(paid) << paid.error().detail;
  EXPECT_EQ(paid->status, Status::kAuthorised);
}

TEST(HttpGateway, OnlyTestNumbersTravelWholeAndNoSecurityCodeEver) {
  Scripted server({authorised()});
  TestShop shop(server.url());
  pay(shop, seconds(10), "4000000000000002");
  pay(shop, seconds(10), "4111111111111111");
  const std::vector<std::string> bodies = server.bodies();
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_THAT(bodies[0], HasSubstr(R"("card":"4000000000000002")"));
  EXPECT_THAT(bodies[1], HasSubstr(R"("card":"411111xxxxxx1111")"));
  for (const std::string& body : bodies) {
    EXPECT_THAT(body, Not(HasSubstr("737")));
    EXPECT_THAT(body, Not(HasSubstr("2040")));
  }
}

class Admission : public testing::Test {
 protected:
  SharedSecret secret(const std::string& text) { return *SharedSecret::read(folder.write("token", text)); }
  TestFolder folder;
  TestGatewayProcess process{folder.file("bank.db"), secret("the-one-and-only-token")};
  std::string url = process.server().url();

  int ask(std::vector<std::string> headers, std::string path = "/order-1/refund", std::string body = {}) {
    TestShop shop(url);
    http_client::Request request{url + "/v1/payments" + std::move(path), std::move(headers), std::move(body)};
    const auto answer = shop.run(shop.client.send(std::move(request)));
    return answer ? answer->status : 0;
  }
};

TEST_F(Admission, IsByTheSharedSecretOnly) {
  TestShop shop(url, secret("the-one-and-only-token"));
  EXPECT_EQ(pay(shop)->status, Status::kAuthorised);
  for (const char* wrong : {"another-token-of-16", "the-one-and-only-token2", "the-one-and-only-toke"}) {
    TestShop stranger(url, secret(wrong));
    EXPECT_EQ(look_up(stranger).error().code, ErrorCode::kUnavailable);
    EXPECT_FALSE(stranger.run(stranger.gateway.ledger()));
    EXPECT_FALSE(stranger.run(stranger.gateway.close("order-1", stranger.clock.now() + seconds(5))));
  }
  EXPECT_EQ(look_up(shop)->status, Status::kAuthorised) << "nobody has given it back";
  EXPECT_EQ(ask({}), 401);
  EXPECT_EQ(ask({"Authorization: Basic dGhlLW9uZS1hbmQtb25seS10b2tlbg=="}), 401);
  EXPECT_EQ(ask({"Authorization: bearer the-one-and-only-token"}), 200) << "schemes have no case";
}

TEST_F(Admission, IsForNoBrowser) {
  EXPECT_EQ(ask({"Authorization: Bearer the-one-and-only-token", "Origin: http://evil.example"}), 403);
}

TEST_F(Admission, IsForNoRequestThatDoesNotFit) {
  const std::vector<std::string> token = {"Authorization: Bearer the-one-and-only-token"};
  const std::string fine = R"({"amount":{"amount":1,"currency":"EUR"},"card":"4242424242424242"})";
  EXPECT_EQ(ask(token, "/order-9/authorise", fine), 200);
  EXPECT_EQ(ask(token, "/order-9/authorise", "{}"), 422);
  EXPECT_EQ(ask(token, "/order-9/authorise", ""), 422);
  EXPECT_EQ(ask(token, "/order-9/authorise", std::string(5000, ' ') + fine), 413);
  EXPECT_EQ(ask(token, "/" + std::string(200, 'k') + "/authorise", fine), 404);
  EXPECT_EQ(ask(token, "/order%209/authorise", fine), 404);
  EXPECT_EQ(ask(token, "/order-9/steal", fine), 404);
}

TEST(SharedSecret, IsOneLineOfEnoughPlainCharacters) {
  TestFolder folder;
  EXPECT_TRUE(SharedSecret::read(folder.write("a", "sixteen-letters-")));
  EXPECT_TRUE(SharedSecret::read(folder.write("b", "sixteen-letters-\r\n")));
  for (const char* text : {"", "short", "sixteen letters and spaces", "two-lines-of-16-\nand-another-one"})
    EXPECT_FALSE(SharedSecret::read(folder.write("c", text))) << text;
  EXPECT_FALSE(SharedSecret::read(folder.write("d", std::string(513, 'a'))));
  const auto missing = SharedSecret::read(folder.file("none"));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().detail, HasSubstr(folder.file("none") + ": can't be read"));
}

}  // namespace
}  // namespace ff::payments
