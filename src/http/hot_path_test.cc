// What a cached page costs: nothing is allocated between a request's bytes and its answer's.
//
// This file replaces operator new for the whole test program, to count what each thread allocates. Not with a
// sanitizer, which has its own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "http/page_cache.h"
#include "http/server.h"

namespace {

std::uint64_t& allocations() {
  thread_local std::uint64_t count = 0;
  return count;
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations();
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace ff::http {
namespace {

constexpr int kWarmUp = 200;
constexpr int kCounted = 2000;

class FixedClock final : public Clock {
 public:
  Instant now() const override { return {784'111'777'500'000}; }
  Task<void> sleep_until(Instant) override { co_return; }
};

class Page final : public Recipe {
 public:
  explicit Page(std::size_t bytes) : bytes_(bytes) {}
  std::uint64_t inputs() override { return bytes_; }
  Response render() override { return Response::html(200, std::string(bytes_, 'x')); }

 private:
  std::size_t bytes_;
};

/// Asks for the page again and again as a browser would; what the serving thread allocated for the last
/// kCounted requests.
std::uint64_t allocated_for(std::size_t page_bytes, const std::string& more_fields) {
  telemetry::Registry registry;
  PageCache cache("pages", 16 * 1024 * 1024, default_security_headers(), registry);
  Page page(page_bytes);
  int asked = 0;
  std::uint64_t at_start = 0;
  std::uint64_t at_end = 0;
  Router router;
  router.get("/products/{handle}", Priority::kBrowse, [&](const Request& request) {
    ++asked;
    if (asked == kWarmUp) at_start = allocations();
    if (asked == kWarmUp + kCounted) at_end = allocations();
    Response response;
    response.finished = cache.find(request.path, Encoding::kIdentity, {1, 1, 1});
    if (!response.finished) response.finished = cache.get(request.path, Encoding::kIdentity, {1, 1, 1}, page);
    return response;
  });
  const FixedClock clock;
  ServerOptions options;
  options.port = 0;
  Server server(router, Limits{}, options, clock, registry);
  EXPECT_TRUE(server.listen().has_value());
  server.start();

  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const std::string request =
      "GET /products/a-handle-that-is-longer-than-a-small-string HTTP/1.1\r\nHost: shop.example\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
      "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-GB,en;q=0.5\r\n"
      "Cookie: a=b; cart=0123456789abcdef0123456789abcdef\r\n" +
      more_fields + "\r\n";
  static char answer[256 * 1024];
  for (int i = 0; i < kWarmUp + kCounted; ++i) {
    if (::send(client, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      break;
    std::size_t have = 0;
    std::size_t wanted = 1;
    while (have < wanted) {
      const ssize_t got = ::recv(client, answer + have, sizeof answer - have, 0);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
      const std::string_view text(answer, have);
      const std::size_t end = text.find("\r\n\r\n");
      if (end == text.npos) continue;
      wanted = end + 4 + (text.substr(9, 3) == "304" ? 0 : page_bytes);
    }
  }
  ::close(client);
  server.join();
  EXPECT_EQ(asked, kWarmUp + kCounted);
  EXPECT_GT(at_start, 0U) << "the counter counts";
  return at_end - at_start;
}

TEST(HotPath, ACachedPageAllocatesNothing) { EXPECT_EQ(allocated_for(4'000, ""), 0U); }

TEST(HotPath, ALargeOneNeither) { EXPECT_EQ(allocated_for(40'000, ""), 0U); }

TEST(HotPath, NorDoes304) { EXPECT_EQ(allocated_for(4'000, "If-None-Match: *\r\n"), 0U); }

}  // namespace
}  // namespace ff::http

#endif
