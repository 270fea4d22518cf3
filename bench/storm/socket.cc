#include "storm/socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "base/text.h"

namespace ff::storm {

namespace {

constexpr std::uint32_t kLoopback = 0x7f000000, kLoopbackMask = 0xff000000;
constexpr std::uint32_t kFirstSource = 0x7f100001, kSources = 1U << 19;  // 127.16.0.1 and on

}  // namespace

sockaddr_in loopback_endpoint(const std::string& text) {
  sockaddr_in endpoint{};
  endpoint.sin_family = AF_INET;
  const std::size_t colon = text.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : parse_int(std::string_view(text).substr(colon + 1));
  if (!port || *port < 1 || *port > 65535 ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &endpoint.sin_addr) != 1 ||
      (ntohl(endpoint.sin_addr.s_addr) & kLoopbackMask) != kLoopback) {
    throw std::runtime_error(text + " is no loopback address with a port, like 127.0.0.1:8080");
  }
  endpoint.sin_port = htons(static_cast<std::uint16_t>(*port));
  return endpoint;
}

bool Socket::connect(const sockaddr_in& to, std::uint32_t source, int epoll, std::uint64_t key) {
  close();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(kFirstSource + source % kSources);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = key;
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) ||
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd_, &event) != 0) {
    close();
    return false;
  }
  return true;
}

bool Socket::heard(std::uint32_t events) {
  if (connected_) return true;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return false;
  connected_ = (events & EPOLLOUT) != 0;
  return true;
}

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  connected_ = false;
}

std::int64_t Socket::send(std::string_view bytes) {
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent < 0 ? (errno == EAGAIN ? 0 : -1) : sent;
}

std::int64_t Socket::receive(char* buffer, std::size_t size) {
  const auto got = ::recv(fd_, buffer, size, 0);
  if (got > 0) return got;
  return got < 0 && errno == EAGAIN ? 0 : -1;
}

}  // namespace ff::storm
