#include "app/healthcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "base/text.h"
#include "http/server.h"

namespace ff::app {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

// A probe's answer is a head and a line; of a longer one the rest is not read.
constexpr std::size_t kAnswerBytesMax = 16 * 1024;
// Of its first line, what is repeated: Docker keeps 4 KiB of what a check says.
constexpr std::size_t kSaidBytesMax = 200;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

struct Heard {
  error_code error;    // of connecting or asking
  std::string answer;  // as far as it came
};

// Every address includes the loopback one, which is there in a container without any network too.
asio::ip::address address_to_ask(const asio::ip::address& listening) {
  if (!listening.is_unspecified()) return listening;
  if (listening.is_v6()) return asio::ip::address_v6::loopback();
  return asio::ip::address_v4::loopback();
}

// The arguments outlive the coroutine: its context is healthcheck()'s own.
Task<void> ask(const tcp::endpoint& server, const std::string& request, std::optional<Heard>& heard) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  Heard got;
  const auto [not_connected] = co_await socket.async_connect(server, kNoThrow);
  got.error = not_connected;
  if (!got.error) {
    const auto [not_sent, sent] = co_await asio::async_write(socket, asio::buffer(request), kNoThrow);
    got.error = not_sent;
  }
  if (!got.error) {
    auto buffer = asio::dynamic_buffer(got.answer, kAnswerBytesMax);
    const auto [end, length] = co_await asio::async_read(socket, buffer, kNoThrow);
    if (end && end != asio::error::eof) got.error = end;
  }
  heard.emplace(std::move(got));
}

Result<void> judge(const std::string& url, const Heard& heard) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  constexpr std::size_t kStatusDigits = 3;
  if (heard.error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", url, heard.error.message()));
  const std::string_view answer = heard.answer;
  const auto status =
      answer.starts_with(kVersion) ? parse_int(answer.substr(kVersion.size(), kStatusDigits)) : std::nullopt;
  if (!status) return fail(ErrorCode::kUnavailable, fmt::format("{}: the answer is not HTTP/1.1", url));
  if (*status == 200) return {};
  std::string_view said;
  if (const std::size_t end = answer.find("\r\n\r\n"); end != answer.npos) said = answer.substr(end + 4);
  said = said.substr(0, std::min(kSaidBytesMax, said.find_first_of("\r\n")));
  return fail(ErrorCode::kUnavailable,
              fmt::format("{} answered {}{}{}", url, *status, said.empty() ? "" : ": ", said));
}

}  // namespace

Result<void> healthcheck(const config::Options& options, const HealthQuestion& question) {
  const auto listening = http::listen_address(options.ops_listen.address);
  if (!listening) return invalid("ops_listen", listening.error().fields.front().message);
  const tcp::endpoint server(address_to_ask(*listening), options.ops_listen.port);
  const std::string host = server.address().is_v6()
                               ? fmt::format("[{}]:{}", server.address().to_string(), server.port())
                               : fmt::format("{}:{}", server.address().to_string(), server.port());
  const std::string url = fmt::format("http://{}/{}", host, question.probe);
  const std::string request = fmt::format(
      "GET /{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: fashionforward-healthcheck\r\nConnection: close\r\n\r\n",
      question.probe, host);

  std::optional<Heard> heard;
  asio::io_context context(1);
  asio::co_spawn(context, ask(server, request, heard), asio::detached);
  context.run_for(question.timeout);
  if (!heard) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(question.timeout);
    return fail(ErrorCode::kUnavailable, fmt::format("{}: no answer within {} ms", url, waited.count()));
  }
  return judge(url, *heard);
}

}  // namespace ff::app
