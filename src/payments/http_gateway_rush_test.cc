// A shop's client of a gateway elsewhere when many ask at once: the line of those that wait, and how what one
// has met is known to all. The client below it is the test's own where the order of events is what matters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <thread>

#include "payments/gateway_wire.h"
#include "payments/test_gateway_process.h"

namespace ff::payments {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

using Answered = Result<http_client::Response>;

Answered found(const http_client::Request& request) {
  Payment payment;
  payment.key = request.url.substr(request.url.rfind('/') + 1);
  payment.status = Status::kAuthorised;
  return http_client::Response{200, wire::write(payment), {}};
}
Answered refused() { return fail(ErrorCode::kUnavailable, "connection refused"); }

class ScriptedClient final : public http_client::Client {
 public:
  std::function<Task<Answered>(http_client::Request)> answer;
  Task<Answered> send(http_client::Request request) override { return answer(std::move(request)); }
  void close() override {}
};

/// Asks through a gateway whose client does as the test says; keeps what came of it.
class HttpGatewayInARush : public testing::Test {
 protected:
  HttpGateway& gateway() {
    if (!gateway_) gateway_.emplace("http://gateway", std::nullopt, client, clock, random, settings, metrics);
    return *gateway_;
  }
  void ask(const std::string& key, Duration within = seconds(30)) {
    asio::co_spawn(context, gateway().lookup(key, clock.now() + within),
                   [this, key](const std::exception_ptr& broken, Result<Payment> outcome) {
                     if (broken) std::rethrow_exception(broken);
                     ended.emplace_back(key, outcome ? ErrorCode{} : outcome.error().code);
                     succeeded += outcome ? 1 : 0;
                     last_error = outcome ? "" : outcome.error().detail;
                   });
    context.restart();
    context.poll();
  }
  Result<void> reachable() {
    std::optional<Result<void>> answer;
    asio::co_spawn(context, gateway().reachable(),
                   [&](const std::exception_ptr&, Result<void> outcome) { answer = std::move(outcome); });
    while (!answer) {
      context.restart();
      context.run_one();
    }
    return *answer;
  }
  void finish() {
    context.restart();
    context.run();
  }
  /// Nobody is answered before let_go().
  void hold_answers() {
    client.answer = [this](http_client::Request request) -> Task<Answered> {
      sent.push_back(request.url.substr(request.url.rfind('/') + 1));
      boost::system::error_code ignored;
      co_await held.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      Answered answered = found(request);
      co_return answered;
    };
  }
  void let_go() { held.expires_at(asio::steady_timer::time_point::min()); }

  asio::io_context context;
  asio::steady_timer held{context, asio::steady_timer::time_point::max()};
  SystemClock clock;
  SecureRandom random;
  telemetry::Registry metrics;
  ScriptedClient client;
  HttpGatewaySettings settings = TestShop::quick();
  std::vector<std::string> sent;
  std::vector<std::pair<std::string, ErrorCode>> ended;
  int succeeded = 0;
  std::string last_error;

 private:
  std::optional<HttpGateway> gateway_;
};

TEST_F(HttpGatewayInARush, WhoWaitsIsSentInTheOrderOfComingAndOnce) {
  settings.in_flight_max = 2;
  hold_answers();
  for (const char* key : {"a", "b", "c", "d", "e"})
    ask(key);
  EXPECT_THAT(sent, ElementsAre("a", "b"));
  let_go();
  finish();
  EXPECT_THAT(sent, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(succeeded, 5);
}

TEST_F(HttpGatewayInARush, TheLineIsBoundedAndBeforeItIsFullNoMoreOrdersAreWorthPlacing) {
  settings.in_flight_max = 1;
  settings.waiting_full = 2;
  settings.waiting_max = 3;
  hold_answers();
  ask("a");
  ask("b");
  EXPECT_TRUE(reachable().has_value());
  ask("c");
  ASSERT_FALSE(reachable().has_value());
  EXPECT_EQ(reachable().error().code, ErrorCode::kOverloaded);
  ask("d");
  EXPECT_TRUE(ended.empty());
  ask("e");
  EXPECT_THAT(ended, ElementsAre(std::pair<std::string, ErrorCode>("e", ErrorCode::kUnavailable)));
  EXPECT_THAT(last_error, HasSubstr("too many requests wait"));
  let_go();
  finish();
  EXPECT_EQ(succeeded, 4);
  EXPECT_THAT(sent, ElementsAre("a", "b", "c", "d"));
  EXPECT_TRUE(reachable().has_value()) << "who is full is not away";
}

TEST_F(HttpGatewayInARush, NobodyWaitsBeyondTheirDeadlineAndWhoLeavesTheLineTakesNoTurn) {
  settings.in_flight_max = 1;
  hold_answers();
  ask("a");
  ask("b", milliseconds(10));
  ask("c");
  while (ended.empty())
    context.run_one();
  EXPECT_THAT(ended, ElementsAre(std::pair<std::string, ErrorCode>("b", ErrorCode::kUnavailable)));
  let_go();
  finish();
  EXPECT_THAT(sent, ElementsAre("a", "c"));
  EXPECT_EQ(succeeded, 2);
}

TEST_F(HttpGatewayInARush, ThreadsShareTheLineAndNobodyIsForgotten) {
  constexpr int kThreads = 4, kCalls = 250, kMost = 3;
  settings.in_flight_max = kMost;
  std::atomic<int> under_way{0}, most{0}, paid{0};
  client.answer = [&](http_client::Request request) -> Task<Answered> {
    const int now = ++under_way;
    for (int seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    co_await clock.sleep_for(Duration(50));
    --under_way;
    Answered answered = found(request);
    co_return answered;
  };
  HttpGateway& shared = gateway();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      asio::io_context mine(1);
      for (int call = 0; call < kCalls; ++call) {
        const std::string key = std::to_string(thread * kCalls + call);
        asio::co_spawn(
            mine, shared.lookup(key, clock.now() + seconds(300)),
            [&](const std::exception_ptr&, const Result<Payment>& outcome) { paid += outcome ? 1 : 0; });
      }
      mine.run();
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(paid.load(), kThreads * kCalls);
  EXPECT_EQ(most.load(), kMost);
}

TEST_F(HttpGatewayInARush, WhereOneAttemptReachedSomebodyNobodyIsNotTheVerdict) {
  int attempts = 0;
  client.answer = [&](http_client::Request) -> Task<Answered> {
    Answered answered = ++attempts == 1 ? Answered(http_client::Response{500, "", {}}) : refused();
    co_return answered;
  };
  ask("a");
  finish();
  EXPECT_EQ(attempts, settings.attempts_max);
  EXPECT_THAT(ended, ElementsAre(std::pair<std::string, ErrorCode>("a", ErrorCode::kUnknown)));
  EXPECT_TRUE(reachable().has_value());
}

TEST_F(HttpGatewayInARush, AnAnswerToAnotherMeanwhileOutweighsTheVerdictOfWhoBeganBefore) {
  int attempts = 0;
  client.answer = [&](http_client::Request request) -> Task<Answered> {
    if (request.url.ends_with("/b")) {
      Answered answered = found(request);
      co_return answered;
    }
    if (++attempts == settings.attempts_max) {
      std::string key = "b";
      Result<Payment> other = co_await gateway().lookup(std::move(key), clock.now() + seconds(10));
      EXPECT_TRUE(other);
    }
    co_return refused();
  };
  ask("a");
  finish();
  EXPECT_EQ(attempts, settings.attempts_max);
  EXPECT_THAT(ended, ElementsAre(std::pair<std::string, ErrorCode>("a", ErrorCode::kUnavailable)));
  EXPECT_TRUE(reachable().has_value());
}

/// A port whose queue of connections is full: like a machine that is gone, it does not even refuse.
class DeafPort {
 public:
  DeafPort() {
    acceptor_.listen(0);
    for (tcp::socket& socket : callers_) {
      socket.open(tcp::v4());
      socket.native_non_blocking(true);
      const tcp::endpoint here = acceptor_.local_endpoint();
      ::connect(socket.native_handle(), here.data(),
                static_cast<socklen_t>(here.size()));  // asio's would wait
    }
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

 private:
  static tcp::acceptor bound(asio::io_context& context) {
    tcp::acceptor acceptor(context, tcp::v4());
    acceptor.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return acceptor;
  }
  asio::io_context context_;
  tcp::acceptor acceptor_ = bound(context_);
  tcp::socket callers_[3] = {tcp::socket(context_), tcp::socket(context_), tcp::socket(context_)};
};

TEST(HttpGatewayOfAMachineThatIsGone, IsKnownToBeAwayLongBeforeAnyCallHasGivenUp) {
  DeafPort deaf;
  asio::io_context context;
  SystemClock clock;
  SecureRandom random;
  telemetry::Registry metrics;
  http_client::ClientLimits limits;
  limits.connect_timeout = milliseconds(600);
  http_client::CurlClient client("test/1", {true, true}, limits);
  HttpGatewaySettings settings;
  settings.attempts_max = 1000;
  HttpGateway gateway(deaf.url(), std::nullopt, client, clock, random, settings, metrics);
  int given_up = 0;
  for (int call = 0; call < settings.failures_max; ++call)
    asio::co_spawn(context, gateway.lookup("order-" + std::to_string(call), clock.now() + seconds(300)),
                   [&](const std::exception_ptr&, const Result<Payment>&) { ++given_up; });
  std::optional<ErrorCode> told;
  for (int look = 0; look < 3000 && !told; ++look) {
    context.run_for(milliseconds(10));
    asio::co_spawn(context, gateway.reachable(), [&](const std::exception_ptr&, const Result<void>& is) {
      if (!is) told = is.error().code;
    });
    context.restart();
  }
  EXPECT_EQ(told, ErrorCode::kUnavailable);
  EXPECT_EQ(given_up, 0);
}

}  // namespace
}  // namespace ff::payments
