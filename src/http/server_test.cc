// The server as a client sees it: real sockets on the loopback.
#include "http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <semaphore>
#include <stdexcept>

#include "base/text.h"
#include "http/ops.h"
#include "telemetry/otlp.h"

namespace ff::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int kPatienceMs = 10'000;  // a test that waits longer has failed
constexpr std::size_t kBigBytes = 24 * 1024 * 1024;

class FixedClock final : public Clock {
 public:
  Instant now() const override { return {784'111'777'500'000}; }
  Task<void> sleep_until(Instant) override { co_return; }
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  std::string field(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(line.size() + 2, rest.size()));
      if (line.size() > name.size() && line[name.size()] == ':' &&
          iequals_ascii(line.substr(0, name.size()), name)) {
        return std::string(trim(line.substr(name.size() + 1)));
      }
    }
    return {};
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /// False when the server has closed (or reset, or the patience is over: see timed_out()).
  bool read_more() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, kPatienceMs) != 1) {
      timed_out_ = true;
      return false;
    }
    char bytes[65536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    reset_ = got < 0;
    if (got <= 0) return false;
    in_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  Answer answer(bool to_head = false) {
    Answer out;
    std::size_t end;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return out;
    }
    out.head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    out.status = std::stoi(out.head.substr(9, 3));
    const std::string length = out.field("Content-Length");
    if (to_head || length.empty()) return out;
    while (in_.size() < std::stoul(length)) {
      if (!read_more()) break;
    }
    out.body = in_.substr(0, std::stoul(length));
    in_.erase(0, std::stoul(length));
    return out;
  }
  Answer ask(std::string_view bytes, bool to_head = false) {
    send(bytes);
    return answer(to_head);
  }
  /// The server closes, in good order and without another byte.
  bool closed_cleanly() { return in_.empty() && !read_more() && !reset_ && !timed_out_; }

 private:
  int socket_;
  bool connected_ = false;
  bool timed_out_ = false;
  bool reset_ = false;
  std::string in_;
};

std::string get(std::string_view target, std::string_view fields = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: shop\r\n" + std::string(fields) + "\r\n";
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    Response page = Response::html(200, "<h1>Shop</h1>");
    page.header("Cache-Control", "public");
    finished = finish(page, "home");
    router.get("/", Priority::kBrowse, [this](const Request&) {
      Response response;
      response.finished = finished;
      return response;
    });
    router.get("/big", Priority::kBrowse, [](const Request&) {
      static const auto big = finish(Response::text(200, std::string(kBigBytes, 'b')), "big");
      Response response;
      response.finished = big;
      return response;
    });
    router.get("/throws", Priority::kBrowse,
               [](const Request&) -> Response { throw std::runtime_error("on purpose"); });
    router.get("/tag", Priority::kBrowse,
               [](const Request&) { return Response::json(200, "{}").header("ETag", "\"v1\""); });
    router.get("/who", Priority::kBrowse, [](const Request& request) {
      return Response::text(200, request.remote_address + (request.secure ? " secure " : " plain ") +
                                     request.request_id() + " " + request.trace().context().text());
    });
    router.get("/times", Priority::kBrowse, [](const Request& request) {
      return Response::text(200, rfc3339(request.received_at) + " " + rfc3339(request.deadline));
    });
    router.add(
        Method::kPost, "/echo", Priority::kCart,
        [](const Request& request) -> Task<Response> {
          co_return Response::text(201, request.body + "|" + std::string(request.header("X-Tag")));
        },
        1000);
    router.add(Method::kGet, "/async/{name}", Priority::kCheckout,
               [](const Request& request) -> Task<Response> {
                 // Suspends, so that what follows on the connection must wait for it.
                 asio::steady_timer timer(co_await asio::this_coro::executor, milliseconds(1));
                 co_await timer.async_wait(asio::use_awaitable);
                 co_return Response::text(
                     200, std::string(request.param("name")) + "?" + std::string(request.query));
               });
    router.add(Method::kGet, "/async-throws", Priority::kCheckout, [](const Request&) -> Task<Response> {
      asio::steady_timer timer(co_await asio::this_coro::executor, milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
      throw std::runtime_error("on purpose");
    });
    router.add(Method::kGet, "/gated", Priority::kCheckout, [this](const Request&) -> Task<Response> {
      asio::steady_timer closed(co_await asio::this_coro::executor, std::chrono::hours(1));
      gate = &closed;
      gate_reached.release();
      boost::system::error_code opened;
      co_await closed.async_wait(asio::redirect_error(asio::use_awaitable, opened));
      co_return Response::text(200, "through the gate");
    });
  }

  void start() {
    options.port = 0;
    server = std::make_unique<Server>(router, limits, options, clock, registry);
    const Result<void> bound = server->listen();
    ASSERT_TRUE(bound) << bound.error().detail;
    server->start();
  }
  void open_gate() {
    asio::post(server->executor(0), [this] { gate->cancel(); });
  }
  std::unique_ptr<Client> client() { return std::make_unique<Client>(server->port()); }

  std::shared_ptr<const FinishedBytes> finished;
  std::binary_semaphore gate_reached{0};
  asio::steady_timer* gate = nullptr;  // the handler's own, while it waits
  FixedClock clock;
  telemetry::Registry registry;
  Limits limits;
  ServerOptions options;
  Router router;
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, AnswersFinishedBytesWithTheDateOfNow) {
  start();
  const auto c = client();
  const Answer answer = c->ask(get("/"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "<h1>Shop</h1>");
  EXPECT_EQ(answer.field("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(answer.field("ETag"), finished->etag);
  EXPECT_EQ(answer.field("Connection"), "");
}

TEST_F(ServerTest, KeepsTheConnectionForFurtherRequests) {
  start();
  const auto c = client();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(c->ask(get("/")).status, 200);
    EXPECT_EQ(c->ask(get("/async/a?b=c")).body, "a?b=c");
  }
  EXPECT_EQ(server->open_connections(), 1u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  limits.pipelined_requests_max = 3;
  start();
  const auto c = client();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += get("/");
    requests += get("/async/" + std::to_string(i));
    requests +=
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX-Tag: " + std::to_string(i) + "\r\n\r\nhi";
    requests += get("/missing");
  }
  c->send(requests);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(c->answer().body, "<h1>Shop</h1>");
    ASSERT_EQ(c->answer().body, std::to_string(i) + "?");
    ASSERT_EQ(c->answer().body, "hi|" + std::to_string(i));
    ASSERT_EQ(c->answer().status, 404);
  }
}

TEST_F(ServerTest, TakesRequestsByteByByte) {
  start();
  const auto c = client();
  const std::string request = get("/async/x") +
                              "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                              "3\r\nabc\r\n0\r\n\r\n";
  for (const char byte : request)
    c->send(std::string_view(&byte, 1));
  EXPECT_EQ(c->answer().body, "x?");
  EXPECT_EQ(c->answer().body, "abc|");
}

TEST_F(ServerTest, LeavesTheBodyOutForHead) {
  start();
  const auto c = client();
  const Answer page = c->ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.field("Content-Length"), "13");
  const Answer built = c->ask("HEAD /tag HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(built.field("Content-Length"), "2");
  EXPECT_EQ(c->ask(get("/")).body, "<h1>Shop</h1>");
}

TEST_F(ServerTest, AsksForTheBodyThatIsExpected) {
  start();
  const auto c = client();
  const Answer proceed =
      c->ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", true);
  EXPECT_EQ(proceed.status, 100);
  EXPECT_EQ(c->ask("hello").body, "hello|");
}

TEST_F(ServerTest, RefusesATooLargeBodyBeforeItIsSent) {
  start();
  const auto c = client();
  const Answer refused =
      c->ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.field("Connection"), "close");
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, AClientThatSendsItsBodyAnywayStillReadsTheRefusal) {
  start();
  const auto c = client();
  c->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'));
  EXPECT_EQ(c->answer().status, 413);
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, RefusesATooLargeChunkedBody) {
  start();
  const auto c = client();
  EXPECT_EQ(c->ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3e9\r\n")
                .status,
            413);
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, SmugglingEndsTheConnection) {
  start();
  const auto c = client();
  c->send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      get("/"));
  const Answer refused = c->answer();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.field("Connection"), "close");
  EXPECT_THAT(refused.field("Content-Security-Policy"), StartsWith("default-src 'none'"));
  EXPECT_TRUE(c->closed_cleanly());
  EXPECT_THAT(registry.openmetrics(),
              HasSubstr("ff_http_refused_total{server=\"shop\",reason=\"bad_transfer_encoding\"} 1\n"));
}

TEST_F(ServerTest, SaysWhichMethodsAPathTakes) {
  start();
  const auto c = client();
  const Answer refused = c->ask(get("/echo"));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.field("Allow"), "POST, OPTIONS");
  const Answer allowed = c->ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.field("Allow"), "POST, OPTIONS");
  EXPECT_EQ(allowed.field("Content-Length"), "");
  EXPECT_EQ(c->ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 204);
  EXPECT_EQ(c->ask("OPTIONS /none HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
}

TEST_F(ServerTest, ErrorPagesAreTheRouters) {
  router.set_error_page([](const Request& request, int status, std::string_view title) {
    return Response::html(status, std::string(title) + " at " + request.path);
  });
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/none")).body, "Not Found at /none");
  EXPECT_EQ(c->ask(get("/throws")).body, "Internal Server Error at /throws");
  EXPECT_EQ(c->ask(get("/a/%zz")).body, "Bad Request at /a/%zz");
}

TEST_F(ServerTest, AnswersNotModified) {
  start();
  const auto c = client();
  const Answer first = c->ask(get("/"));
  for (const std::string& value : {first.field("ETag"), "W/" + first.field("ETag"), std::string("*"),
                                   "\"other\", " + first.field("ETag")}) {
    const Answer again = c->ask(get("/", "If-None-Match: " + value + "\r\n"));
    EXPECT_EQ(again.status, 304) << value;
    EXPECT_EQ(again.field("ETag"), first.field("ETag"));
    EXPECT_EQ(again.field("Cache-Control"), "public");
    EXPECT_EQ(again.field("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(again.field("Content-Length"), "");
  }
  EXPECT_EQ(c->ask(get("/", "If-None-Match: \"other\"\r\n")).status, 200);
  EXPECT_EQ(c->ask(get("/tag", "If-None-Match: \"v1\"\r\n")).status, 304);
  EXPECT_EQ(c->ask(get("/tag", "If-None-Match: \"v2\"\r\n")).status, 200);
}

TEST_F(ServerTest, SpeaksToOldClients) {
  start();
  const auto closing = client();
  const Answer once = closing->ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.status, 200);
  EXPECT_EQ(once.field("Connection"), "close");
  EXPECT_TRUE(closing->closed_cleanly());

  const auto keeping = client();
  for (int i = 0; i < 2; ++i) {
    const Answer answer = keeping->ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.field("Connection"), "keep-alive");
  }
  EXPECT_EQ(keeping->ask("GET /async/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").field("Connection"),
            "keep-alive");
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
  start();
  const auto c = client();
  c->send(get("/async/late"));
  c->finish_sending();
  EXPECT_EQ(c->answer().body, "late?");
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, AThrowingHandlerCostsOneAnswer) {
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/throws")).status, 500);
  EXPECT_EQ(c->ask(get("/async-throws")).status, 500);
  EXPECT_EQ(c->ask(get("/")).status, 200);
  EXPECT_THAT(registry.openmetrics(), HasSubstr("ff_http_handler_exceptions_total{server=\"shop\"} 2\n"));
}

TEST_F(ServerTest, AnUnfinishedHeadTimesOut) {
  limits.header_timeout = milliseconds(60);
  start();
  const auto c = client();
  EXPECT_EQ(c->ask("GET / HTTP/1.1\r\nHo").status, 408);
  EXPECT_TRUE(c->closed_cleanly());
  const auto silent = client();
  EXPECT_TRUE(silent->closed_cleanly());
}

TEST_F(ServerTest, AnUnfinishedBodyTimesOut) {
  limits.body_timeout = milliseconds(60);
  start();
  const auto c = client();
  EXPECT_EQ(c->ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel").status, 408);
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  limits.idle_timeout = milliseconds(60);
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/")).status, 200);
  EXPECT_TRUE(c->closed_cleanly());
}

TEST_F(ServerTest, ASlowReaderGetsEverythingAndHoldsUpNobody) {
  start();
  Client slow(server->port(), 4096);
  slow.send(get("/big") + get("/"));
  const auto other = client();
  EXPECT_EQ(other->ask(get("/")).status, 200);
  const Answer big = slow.answer();
  EXPECT_EQ(big.body.size(), kBigBytes);
  EXPECT_EQ(big.body.find_first_not_of('b'), std::string::npos);
  EXPECT_EQ(slow.answer().body, "<h1>Shop</h1>");
}

TEST_F(ServerTest, AClientThatDoesNotReadIsDropped) {
  limits.write_timeout = milliseconds(60);
  limits.write_bytes_per_second_min = kBigBytes * 100;
  start();
  Client stuck(server->port(), 4096);
  stuck.send(get("/big"));
  EXPECT_LT(stuck.answer().body.size(), kBigBytes) << "the server must have closed before the end";
  EXPECT_THAT(registry.openmetrics(), HasSubstr("ff_http_write_timeouts_total{server=\"shop\"} 1\n"));
}

TEST_F(ServerTest, TellsHandlersWhoAsksAndUntilWhen) {
  limits.request_timeout = milliseconds(2'000);
  start();
  const auto c = client();
  const Answer answer =
      c->ask(get("/who",
                 "X-Request-Id: abc-1\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
                 "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
  EXPECT_THAT(answer.body, StartsWith("127.0.0.1 plain abc-1 00-0af7651916cd43dd8448eb211c80319c-"));
  EXPECT_EQ(answer.field("X-Request-Id"), "abc-1");
  EXPECT_EQ(answer.field("Strict-Transport-Security"), "");
  EXPECT_THAT(c->ask(get("/who", "X-Request-Id: a b\r\n")).body, Not(HasSubstr("a b")));
  EXPECT_EQ(c->ask(get("/times")).body, "1994-11-06T08:49:37.500000Z 1994-11-06T08:49:39.500000Z");
}

TEST_F(ServerTest, BelievesOnlyTrustedProxies) {
  options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  start();
  const auto c = client();
  const Answer answer = c->ask(get(
      "/who",
      "X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\nX-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"));
  EXPECT_THAT(answer.body, StartsWith("203.0.113.7 secure "));
  EXPECT_THAT(answer.field("Strict-Transport-Security"), StartsWith("max-age="));
  EXPECT_THAT(c->ask(get("/", "X-Forwarded-Proto: https\r\n")).field("Strict-Transport-Security"),
              StartsWith("max-age="));
  EXPECT_THAT(c->ask(get("/who", "X-Forwarded-For: [2001:db8::1]:4711\r\n")).body,
              StartsWith("2001:db8::1 plain"));
  EXPECT_THAT(c->ask(get("/who", "X-Forwarded-For: nonsense\r\n")).body, StartsWith("127.0.0.1 plain"));
}

TEST_F(ServerTest, ARequestThatIsTracedIsASpanOfItsRouteThatNamesNeitherPathNorQuery) {
  telemetry::Tracer tracer({.sample = 0}, 1, registry);
  options.tracer = &tracer;
  options.trusted_proxies = {"127.0.0.0/8"};
  start();
  const auto c = client();
  constexpr std::string_view kSampled =
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: abc-1\r\n";
  EXPECT_EQ(c->ask(get("/")).status, 200);  // nobody decided, and of those none is taken
  EXPECT_EQ(c->ask(get("/async/secret?card=4242", kSampled)).status, 200);
  EXPECT_EQ(c->ask(get("/throws", kSampled)).status, 500);
  const auto spans = tracer.take(10);
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "GET /async/{name}");
  EXPECT_EQ(telemetry::hex(spans[0].context.trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(telemetry::hex(spans[0].parent), "b7ad6b7169203331");
  EXPECT_GE(spans[0].ended - spans[0].began, milliseconds(1)) << "it waited so long";
  EXPECT_FALSE(spans[0].failed);
  EXPECT_TRUE(spans[1].failed);
  const std::string told = telemetry::otlp_json({}, spans);
  EXPECT_THAT(told, HasSubstr("abc-1"));
  EXPECT_THAT(told, Not(HasSubstr("secret")));
  EXPECT_THAT(told, Not(HasSubstr("4242")));
}

TEST_F(ServerTest, AStrangerCantHaveItsRequestsRecorded) {
  telemetry::Tracer tracer({.sample = 0}, 1, registry);
  options.tracer = &tracer;
  start();
  const auto c = client();
  EXPECT_EQ(
      c->ask(get("/", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n")).status,
      200);
  EXPECT_TRUE(tracer.take(10).empty());
}

TEST_F(ServerTest, AtItsBoundIdleConnectionsGiveWay) {
  limits.connections_max = 2;
  start();
  const auto oldest = client();
  EXPECT_EQ(oldest->ask(get("/")).status, 200);
  const auto newer = client();
  EXPECT_EQ(newer->ask(get("/")).status, 200);
  const auto newest = client();
  EXPECT_EQ(newest->ask(get("/")).status, 200);
  EXPECT_TRUE(oldest->closed_cleanly());
  EXPECT_EQ(newer->ask(get("/")).status, 200);
}

TEST_F(ServerTest, AtItsBoundWithoutAnIdleConnectionItRefuses) {
  limits.connections_max = 1;
  start();
  const auto working = client();
  working->send(get("/gated"));
  gate_reached.acquire();
  const auto refused = client();
  const Answer answer = refused->answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
  open_gate();
  EXPECT_EQ(working->answer().status, 200);
}

TEST_F(ServerTest, DrainFinishesWhatRunsAndEndsWhatIdles) {
  start();
  const auto idle = client();
  EXPECT_EQ(idle->ask(get("/")).status, 200);
  auto working = client();
  working->send(get("/gated"));
  gate_reached.acquire();

  server->stop_accepting();
  EXPECT_TRUE(idle->closed_cleanly());
  open_gate();
  const Answer last = working->answer();
  EXPECT_EQ(last.body, "through the gate");
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(working->closed_cleanly());
  working.reset();
  EXPECT_TRUE(server->drain(milliseconds(kPatienceMs)));
  EXPECT_EQ(server->open_connections(), 0u);
  EXPECT_FALSE(client()->connected());
}

TEST_F(ServerTest, DrainAnswersWhoWasAlreadyInTheQueue) {
  options.threads = 2;
  options.port = 0;
  server = std::make_unique<Server>(router, limits, options, clock, registry);
  ASSERT_TRUE(server->listen());
  std::vector<std::unique_ptr<Client>> queued;
  for (int i = 0; i < 20; ++i) {
    queued.push_back(client());
    queued.back()->send(get("/"));
  }
  server->stop_accepting();  // reaches the threads before their first accept
  server->start();
  for (const auto& c : queued) {
    const Answer answer = c->answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Connection"), "close");
  }
  queued.clear();
  EXPECT_TRUE(server->drain(milliseconds(kPatienceMs)));
}

TEST_F(ServerTest, DrainGivesUpAfterItsGrace) {
  start();
  const auto working = client();
  working->send(get("/gated"));
  gate_reached.acquire();
  EXPECT_FALSE(server->drain(milliseconds(1)));
  server->join();
}

TEST_F(ServerTest, BeforeDrainingClientsAreAskedToLeave) {
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/")).field("Connection"), "");
  server->close_after_answers();
  EXPECT_EQ(c->ask(get("/")).field("Connection"), "close");
  EXPECT_TRUE(c->closed_cleanly());
  EXPECT_EQ(client()->ask(get("/")).status, 200) << "accepting goes on";
}

TEST_F(ServerTest, SaysThatThePortIsTaken) {
  start();
  options.port = server->port();
  telemetry::Registry other_registry;
  Server second(router, limits, options, clock, other_registry);
  const Result<void> bound = second.listen();
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, ErrorCode::kConflict);
  EXPECT_THAT(bound.error().detail, HasSubstr("port is in use"));
}

TEST_F(ServerTest, SaysWhatIsWrongWithItsAddresses) {
  options.address = "nowhere";
  Server lost(router, limits, options, clock, registry);
  EXPECT_EQ(lost.listen().error().code, ErrorCode::kInvalid);
  options.address = "127.0.0.1";
  options.trusted_proxies = {"10.0.0.0/33"};
  Server gullible(router, limits, options, clock, registry);
  EXPECT_THAT(gullible.listen().error().detail, HasSubstr("10.0.0.0/33"));
}

TEST_F(ServerTest, CountsRequestsByRouteAndStatus) {
  start();
  const auto c = client();
  c->ask(get("/"));
  c->ask(get("/none/such"));
  const std::string text = registry.openmetrics();
  for (
      const char* line :
      {R"(ff_http_requests_total{server="shop",method="GET",route="/",priority="browse",status="2xx"} 1)",
       R"(ff_http_requests_total{server="shop",method="other",route="none",priority="browse",status="4xx"} 1)",
       R"(ff_http_request_seconds_count{server="shop",method="GET",route="/",priority="browse"} 1)"})
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  EXPECT_THAT(text, HasSubstr("ff_http_connections{server=\"shop\"} 1\n"));
}

TEST_F(ServerTest, LogsFailuresByTheirRouteAndNeverWithThePath) {
  router.get("/carts/{cart_id}", Priority::kCart, [](const Request& request) {
    return Response::text(request.query == "busy" ? 503 : 500, "no");
  });
  ::testing::internal::CaptureStderr();
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/carts/secret-token")).status, 500);
  EXPECT_EQ(c->ask(get("/carts/secret-token?busy")).status, 503);
  server.reset();
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, Not(HasSubstr("secret-token")));
  const auto line_with = [&](std::string_view part) {
    const std::size_t at = logged.find(part);
    if (at == std::string::npos) return std::string();
    const std::size_t from = logged.rfind('\n', at) + 1;
    return logged.substr(from, logged.find('\n', at) - from);
  };
  EXPECT_THAT(line_with(R"("status":500)"), HasSubstr(R"("level":"error")"));
  EXPECT_THAT(line_with(R"("status":500)"), HasSubstr(R"("route":"/carts/{cart_id}")"));
  EXPECT_EQ(line_with(R"("status":503)"), "") << "refused by thousands: whoever decides it says why";
}

TEST_F(ServerTest, TellsOfWhatClientsSendWronglyOnceAndNeverAsAnError) {
  ::testing::internal::CaptureStderr();
  start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client()->ask("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status, 501);
    EXPECT_EQ(client()->ask("PRI * HTTP/2.0\r\n\r\n").status, 505);
    EXPECT_EQ(client()->ask("\x16\x03\x01 hello\r\n\r\n").status, 400);
  }
  server.reset();
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, Not(HasSubstr(R"("level":"error")")));
  std::size_t lines = 0;
  for (std::size_t at = logged.find("request refused"); at != std::string::npos;
       at = logged.find("request refused", at + 1))
    ++lines;
  EXPECT_LE(lines, 3U) << "at most one for each reason\n" << logged;
}

TEST_F(ServerTest, SendsReadersOfAPathWithASlashTooManyToThePage) {
  router.get("/help/{topic}", Priority::kBrowse, [](const Request&) { return Response::text(200, "help"); });
  start();
  const auto c = client();
  const auto moved = c->ask(get("/help/a%20b/?q=1"));
  EXPECT_EQ(moved.status, 308);
  EXPECT_EQ(moved.field("Location"), "/help/a%20b?q=1");
  EXPECT_EQ(c->ask(get("//help/a/")).status, 404);
  EXPECT_EQ(c->ask(get("/nothing/")).status, 404);
}

// Refuses what changes anything, and keeps what it was told.
class NoForms final : public Gate {
 public:
  struct Seen {
    std::atomic<int> asked{0};
    std::atomic<std::int64_t> longest_wait_us{0};
  };
  explicit NoForms(Seen& seen) : seen_(seen) {}
  std::shared_ptr<const FinishedBytes> refusal(const Request& request, Priority, Duration waited,
                                               SteadyTime) override {
    ++seen_.asked;
    seen_.longest_wait_us = std::max<std::int64_t>(seen_.longest_wait_us, waited.count());
    if (request.method != Method::kPost) return nullptr;
    static const auto busy = finish(Response::text(503, "later").header("Retry-After", "3"), {});
    return busy;
  }
  void tick(SteadyTime) override {}

 private:
  Seen& seen_;
};

class GateTest : public ServerTest {
 protected:
  GateTest() {
    options.gate = [this](unsigned) { return std::make_unique<NoForms>(seen); };
  }
  NoForms::Seen seen;
};

TEST_F(GateTest, ARequestThatIsRefusedSkipsABodyThatCameAndTheConnectionGoesOn) {
  start();
  const auto c = client();
  c->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" + get("/") +
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" + get("/async/x"));
  const Answer refused = c->answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body, "later");
  EXPECT_EQ(refused.field("Retry-After"), "3");
  EXPECT_EQ(refused.field("ETag"), "");
  EXPECT_EQ(refused.field("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(c->answer().body, "<h1>Shop</h1>");
  EXPECT_EQ(c->answer().status, 503);
  EXPECT_EQ(c->answer().body, "x?");
  EXPECT_EQ(seen.asked.load(), 4);
}

TEST_F(GateTest, ABodyThatHasNotComeIsNotWaitedForAndTheRefusalArrivesWhole) {
  start();
  const auto c = client();
  c->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nonly this");
  const Answer refused = c->answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body, "later");
  EXPECT_EQ(refused.field("Connection"), "close");
  c->send(std::string(891, 'x'));
  EXPECT_TRUE(c->closed_cleanly());

  const auto chunked = client();
  const Answer also = chunked->ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(also.status, 503);
  EXPECT_EQ(also.field("Connection"), "close");
}

TEST_F(GateTest, WhatLayReadyWhileTheThreadWorkedIsToldToHaveWaited) {
  std::atomic<bool> working = false, sent = false;
  router.get("/work", Priority::kBrowse, [&](const Request&) {
    working = true;
    while (!sent.load())
      std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(50));
    return Response::text(200, "done");
  });
  start();
  const auto slow = client();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/")).status, 200);
  slow->send(get("/work"));
  while (!working.load())
    std::this_thread::yield();
  c->send(get("/"));
  sent = true;
  EXPECT_EQ(c->answer().status, 200);
  EXPECT_GE(seen.longest_wait_us.load(), 50'000);
}

TEST_F(ServerTest, OpsRoutesSayHowThingsAre) {
  std::atomic<bool> ready = false;
  OpsChecks checks;
  checks.ready = [&ready]() -> Result<void> {
    if (!ready) return fail(ErrorCode::kUnavailable, "draining");
    return {};
  };
  add_ops_routes(router, std::move(checks), registry);
  start();
  const auto c = client();
  EXPECT_EQ(c->ask(get("/livez")).status, 200);
  EXPECT_EQ(c->ask(get("/startupz")).status, 200);
  const Answer waiting = c->ask(get("/readyz"));
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(waiting.body, "draining\n");
  ready = true;
  EXPECT_EQ(c->ask(get("/readyz")).status, 200);
  const Answer metrics = c->ask(get("/metrics"));
  EXPECT_EQ(metrics.field("Content-Type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(metrics.body.ends_with("# EOF\n"));
}

TEST(ListenAddress, IsLocalhostOrANumber) {
  EXPECT_EQ(listen_address("localhost")->to_string(), "127.0.0.1");
  EXPECT_EQ(listen_address("::")->to_string(), "::");
  EXPECT_EQ(listen_address("example.com").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace ff::http
