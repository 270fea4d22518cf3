// The HTTP client against a server of the test's own, and the addresses that it refuses.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "http_client/curl_client.h"

namespace ff::http_client {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

/// Answers each connection with the same bytes, or never.
class Server {
 public:
  explicit Server(std::string answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] {
      boost::system::error_code error;
      while (!error) {
        tcp::socket socket(context_);
        acceptor_.accept(socket, error);
        if (error) return;
        if (answer_.empty()) {
          kept_.push_back(std::move(socket));
          continue;
        }
        std::string request;
        boost::system::error_code ignored;
        asio::read_until(socket, asio::dynamic_buffer(request), "the-end", ignored);
        request_ = request;
        asio::write(socket, asio::buffer(answer_), ignored);
      }
    });
  }
  ~Server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook";
  }
  const std::string& request() const { return request_; }

 private:
  const std::string answer_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::vector<tcp::socket> kept_;
  std::string request_;
  std::thread thread_;
};

Result<Response> send(Client& client, Request request) {
  asio::io_context context;
  std::optional<Result<Response>> outcome;
  asio::co_spawn(context, client.send(std::move(request)),
                 [&](std::exception_ptr thrown, Result<Response> answer) {
                   if (thrown) std::rethrow_exception(thrown);
                   outcome.emplace(std::move(answer));
                 });
  context.run();
  return std::move(*outcome);
}
Result<Response> post(Client& client, std::string url, Duration timeout = seconds(10)) {
  return send(client, {std::move(url), {"webhook-id: msg_1"}, "body the-end", timeout});
}
Result<Response> get(Client& client, std::string url) {
  return send(client, {std::move(url), {}, {}, seconds(10), Method::kGet});
}

TEST(CurlClient, PostsTheBodyWithItsHeadersAndGivesTheAnswer) {
  Server server("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlater");
  CurlClient client("test/1", {true});
  const auto answer = post(client, server.url());
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "later");
  EXPECT_EQ(answer->retry_after, Duration(seconds(7)));
  EXPECT_THAT(server.request(), HasSubstr("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("webhook-id: msg_1\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("User-Agent: test/1\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("\r\n\r\nbody the-end"));
}

TEST(CurlClient, ARedirectIsAnAnswerAndIsNotFollowed) {
  Server server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  CurlClient client("test/1", {true});
  const auto answer = post(client, server.url());
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 302);
}

TEST(CurlClient, ALongBodyIsCut) {
  Server server("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(1 << 20, 'x'));
  ClientLimits limits;
  limits.response_bytes_max = 100;
  CurlClient client("test/1", {true}, limits);
  const auto answer = post(client, server.url());
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body.size(), 100u);
}

TEST(CurlClient, ASilentServerIsGivenUpAndMayHaveHeardTheQuestion) {
  Server server("");
  CurlClient client("test/1", {true});
  const auto answer = post(client, server.url(), milliseconds(100));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnknown);
}

TEST(CurlClient, WhereNobodyListensNothingWasSent) {
  std::string url;
  {
    const Server server("");
    url = server.url();
  }
  CurlClient client("test/1", {true});
  const auto answer = post(client, url);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST(CurlClient, AGetHasNoBody) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  CurlClient client("test/1", {true});
  const auto answer = get(client, server.url() + "?the-end");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_THAT(server.request(), HasSubstr("GET /hook?the-end HTTP/1.1\r\n"));
  EXPECT_THAT(server.request(), Not(HasSubstr("Content-Length")));
}

TEST(CurlClient, ClosingEndsWhatIsUnderWayAndRefusesTheRest) {
  Server server("");
  CurlClient client("test/1", {true});
  std::thread closer([&] { client.close(); });
  EXPECT_FALSE(post(client, server.url()).has_value());
  closer.join();
  EXPECT_EQ(post(client, server.url()).error().code, ErrorCode::kUnavailable);
}

TEST(CurlClient, ANameThatLeadsToAPrivateAddressIsRefusedWhenTheSocketIsOpened) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  std::string url = server.url();
  url.replace(0, std::string("http://127.0.0.1").size(), "https://localhost");
  CurlClient client("test/1", {false});
  const auto answer = post(client, url);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(answer.error().detail, HasSubstr("private address"));
  EXPECT_EQ(server.request(), "");
}

struct Socket {
  explicit Socket(const std::string& text) {
    auto* four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
      storage.ss_family = AF_INET;
    } else {
      EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr), 1) << text;
      storage.ss_family = AF_INET6;
    }
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr_storage storage{};
};

TEST(TargetPolicy, OnlyGloballyReachableAddressesArePublic) {
  for (const char* text :
       {"1.1.1.1",         "8.8.8.8",         "9.255.255.255", "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.1",     "169.253.0.1",    "172.15.255.255",
        "172.32.0.0",      "192.167.0.1",     "192.169.0.1",   "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450::1",  "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_TRUE(is_public(Socket(text).get())) << text;
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.0.9",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "3fff::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"})
    EXPECT_FALSE(is_public(Socket(text).get())) << text;
}

TEST(TargetPolicy, PrivateIsAllowedOnlyWhenSaidAndPlainHttpOnlyToLoopback) {
  EXPECT_TRUE(may_connect(Socket("1.1.1.1").get(), false, {false}));
  EXPECT_FALSE(may_connect(Socket("10.0.0.1").get(), false, {false}));
  EXPECT_TRUE(may_connect(Socket("10.0.0.1").get(), false, {true}));
  EXPECT_FALSE(may_connect(Socket("1.1.1.1").get(), true, {true}));
  EXPECT_FALSE(may_connect(Socket("127.0.0.1").get(), true, {false}));
  EXPECT_TRUE(may_connect(Socket("127.0.0.1").get(), true, {true}));
  EXPECT_FALSE(may_connect(Socket("0.0.0.0").get(), false, {true}));
  EXPECT_FALSE(may_connect(Socket("ff02::1").get(), false, {true}));
}

TEST(TargetPolicy, PlainHttpIntoAPrivateNetworkIsAllowedOnlyWhenSaid) {
  const TargetPolicy policy{true, true};
  EXPECT_TRUE(may_connect(Socket("10.0.0.1").get(), true, policy));
  EXPECT_TRUE(may_connect(Socket("127.0.0.1").get(), true, policy));
  EXPECT_FALSE(may_connect(Socket("1.1.1.1").get(), true, policy));
  EXPECT_TRUE(check_url("http://payment-gateway:8090", policy).has_value());
  EXPECT_TRUE(check_url("http://10.0.0.1:8090", policy).has_value());
  EXPECT_FALSE(check_url("http://1.1.1.1:8090", policy).has_value());
  EXPECT_TRUE(check_url("https://1.1.1.1", policy).has_value());
}

TEST(TargetPolicy, UrlsAreHttpsWithAHostAndNoPassword) {
  for (const char* url : {"https://example.org/hook", "https://example.org:8443/a?b=c", "https://1.1.1.1/"})
    EXPECT_TRUE(check_url(url, {false}).has_value()) << url;
  for (const char* url :
       {"", "example.org/hook", "http://example.org/", "ftp://example.org/", "file:///etc/passwd",
        "https://user:pw@example.org/", "https://exa mple.org/", "https://example.org/\r\nX: y",
        "https://localhost/", "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/",
        "https://[::1]/", "https://[fe80::1%25eth0]/", "https://10.0.0.1/", "https://169.254.169.254/latest"})
    EXPECT_FALSE(check_url(url, {false}).has_value()) << url;
  EXPECT_FALSE(check_url("https://example.org/" + std::string(2048, 'x'), {false}).has_value());
  EXPECT_TRUE(check_url("http://127.0.0.1:9/hook", {true}).has_value());
  EXPECT_TRUE(check_url("http://localhost:9/hook", {true}).has_value());
  EXPECT_TRUE(check_url("https://10.0.0.1/hook", {true}).has_value());
  EXPECT_FALSE(check_url("http://example.org/", {true}).has_value());
  EXPECT_FALSE(check_url("http://10.0.0.1/", {true}).has_value());
}

}  // namespace
}  // namespace ff::http_client
