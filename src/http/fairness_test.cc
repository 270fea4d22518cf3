// Who has a turn when one connection sends more than can be answered at once.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "http/server.h"

namespace ff::http {
namespace {

constexpr std::size_t kFlood = 4000;
constexpr int kSendBufferBytes = 1024 * 1024;

class FixedClock final : public Clock {
 public:
  Instant now() const override { return {784'111'777'500'000}; }
  Task<void> sleep_until(Instant) override { co_return; }
};

class Socket {
 public:
  explicit Socket(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Socket() { ::close(socket_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connected() const { return connected_; }
  bool send(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// So many heads of answers without content.
  bool read_answers(std::size_t count) {
    std::string received;
    char bytes[65536];
    for (std::size_t found = 0; found < count;) {
      const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return false;
      received.append(bytes, static_cast<std::size_t>(got));
      std::size_t end;
      while ((end = received.find("\r\n\r\n")) != std::string::npos) {
        received.erase(0, end + 4);
        ++found;
      }
    }
    return true;
  }

 private:
  int socket_;
  bool connected_ = false;
};

TEST(Fairness, AConnectionThatFloodsDoesNotKeepOthersFromTheirTurn) {
  std::string order;  // touched by the server's one thread, read after join()
  Router router;
  const auto note = [&order](char who) {
    return [&order, who](const Request&) {
      order += who;
      return Response();
    };
  };
  router.get("/flood", Priority::kBrowse, note('f'));
  router.get("/polite", Priority::kBrowse, note('p'));
  const FixedClock clock;
  telemetry::Registry registry;
  ServerOptions options;
  options.port = 0;
  Server server(router, Limits{}, options, clock, registry);
  ASSERT_TRUE(server.listen().has_value());

  // All of it has arrived before the server looks.
  Socket flooding(server.port());
  Socket polite(server.port());
  ASSERT_TRUE(flooding.connected() && polite.connected());
  std::string flood;
  for (std::size_t i = 0; i < kFlood; ++i)
    flood += "HEAD /flood HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_TRUE(flooding.send(flood));
  ASSERT_TRUE(polite.send("HEAD /polite HTTP/1.1\r\nHost: a\r\n\r\n"));
  server.start();
  EXPECT_TRUE(flooding.read_answers(kFlood));
  EXPECT_TRUE(polite.read_answers(1));
  server.join();

  EXPECT_EQ(order.size(), kFlood + 1);
  EXPECT_LT(order.find('p'), 4 * Limits{}.pipelined_requests_max) << "answered after that many of the flood";
}

}  // namespace
}  // namespace ff::http
