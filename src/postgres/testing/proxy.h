// A network that the tests can break: relays bytes to a server until it is told to lose some.
//
// Invariant: what was armed happens once, at a place in the conversation that the bytes name, never at a
// time.
#pragma once

#include <poll.h>

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "postgres/testing/server.h"

namespace ff::postgres {

class Proxy {
 public:
  explicit Proxy(int server_port) : server_port_(server_port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0)
      std::abort();
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { relay(); });
  }
  Proxy(const Proxy&) = delete;
  ~Proxy() {
    stopping_ = true;
    thread_.join();
    for (const Pair& pair : pairs_)
      close(pair);
    ::close(listener_);
  }

  int port() const { return port_; }
  /// The next request that contains `marker` reaches the server, its answer does not come back, and the
  /// connection ends.
  void lose_answer_to(std::string marker) { arm(std::move(marker), true); }
  /// The next request that contains `marker` does not reach the server, and the connection ends.
  void lose_request(std::string marker) { arm(std::move(marker), false); }
  /// Nothing gets through any more, in either direction, and nobody is told.
  void swallow(bool on) { swallowing_ = on; }

 private:
  struct Pair {
    int client = -1, server = -1;
  };

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }
  static void close(const Pair& pair) {
    ::close(pair.client);
    ::close(pair.server);
  }
  void arm(std::string marker, bool reaches_server) {
    const std::lock_guard lock(mutex_);
    marker_ = std::move(marker);
    reaches_server_ = reaches_server;
  }

  void relay() {
    while (!stopping_) {
      std::vector<pollfd> fds{{listener_, POLLIN, 0}};
      if (!swallowing_) {
        for (const Pair& pair : pairs_) {
          fds.push_back({pair.client, POLLIN, 0});
          fds.push_back({pair.server, POLLIN, 0});
        }
      }
      if (::poll(fds.data(), fds.size(), 10) <= 0) continue;
      if (!swallowing_) {
        std::size_t at = 1;
        for (auto pair = pairs_.begin(); pair != pairs_.end() && at + 1 < fds.size(); at += 2) {
          const bool alive = (fds[at].revents == 0 || pass_request(*pair)) &&
                             (fds[at + 1].revents == 0 || pass(pair->server, pair->client));
          if (!alive) close(*pair);
          pair = alive ? std::next(pair) : pairs_.erase(pair);
        }
      }
      if (fds[0].revents != 0) accept();
    }
  }

  void accept() {
    const Pair pair{::accept(listener_, nullptr, nullptr), ::socket(AF_INET, SOCK_STREAM, 0)};
    const sockaddr_in address = loopback(server_port_);
    if (::connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(pair);
    } else {
      pairs_.push_back(pair);
    }
  }

  static bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  static std::string receive(int fd) {
    std::string bytes(64 * 1024, '\0');
    const ssize_t received = ::recv(fd, bytes.data(), bytes.size(), 0);
    bytes.resize(received > 0 ? static_cast<std::size_t>(received) : 0);
    return bytes;
  }
  static bool pass(int from, int to) {
    const std::string bytes = receive(from);
    return !bytes.empty() && send_all(to, bytes);
  }
  bool pass_request(const Pair& pair) {
    const std::string bytes = receive(pair.client);
    if (bytes.empty()) return false;
    bool hit = false, reaches_server = false;
    {
      const std::lock_guard lock(mutex_);
      hit = !marker_.empty() && bytes.find(marker_) != bytes.npos;
      if (hit) marker_.clear();
      reaches_server = reaches_server_;
    }
    if (!hit) return send_all(pair.server, bytes);
    // Having answered, the server has done it.
    if (reaches_server && send_all(pair.server, bytes)) (void)receive(pair.server);
    return false;
  }

  const int server_port_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false}, swallowing_{false};
  std::mutex mutex_;
  std::string marker_;
  bool reaches_server_ = false;
  std::list<Pair> pairs_;
  std::thread thread_;
};

}  // namespace ff::postgres
