// A non-blocking TCP connection within the loopback network, with an address of its own as its source: so
// that a shop that counts by address sees many shoppers, and no address runs out of ports.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace ff::storm {

/// "127.0.0.1:8080". Throws std::runtime_error for what is not of this machine's loopback network.
sockaddr_in loopback_endpoint(const std::string& text);

class Socket {
 public:
  Socket() = default;
  Socket(const Socket&) = delete;
  ~Socket() { close(); }

  /// Begins to connect from the `source`-th address and tells `epoll`, edge-triggered, under `key`. False:
  /// the system has no socket for us, or the connection was refused at once.
  bool connect(const sockaddr_in& to, std::uint32_t source, int epoll, std::uint64_t key);
  /// What epoll said of it. False: the connection was refused.
  bool heard(std::uint32_t events);
  bool connected() const { return connected_; }
  bool open() const { return fd_ >= 0; }
  void close();

  /// Sends from the front of `bytes`; how much. -1: the connection is gone.
  std::int64_t send(std::string_view bytes);
  /// Receives into the buffer; 0: nothing there now; -1: the other side has ended it or it is gone.
  std::int64_t receive(char* buffer, std::size_t size);

 private:
  int fd_ = -1;
  bool connected_ = false;
};

}  // namespace ff::storm
