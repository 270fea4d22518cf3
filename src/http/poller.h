// Tells the connections of one thread when their sockets can be read or written: an edge-triggered epoll set,
// nested in the thread's io_context, which stays the loop for everything else.
//
// Why not Asio's own waits: before each it either re-arms the set or tries the socket in vain, one system
// call a request; and it carries each wake through its executors. This is 7 % of a small answer
// (bench/README.md).
//
// Invariant: touched by its thread only; after remove() a source is never called again, also when its event
// was already fetched. Edges are told once: whoever is told keeps it in mind until the socket says "would
// block".
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/async.h"

namespace ff::http {

class Poller {
 public:
  /// What stands behind one socket.
  class Source {
   public:
    /// `events` as epoll names them. May end this source and others.
    virtual void ready(std::uint32_t events) = 0;

   protected:
    ~Source() = default;
  };

  /// Begins to wait in `context`. Throws when the system has no descriptor left: at start, not while serving.
  void start(asio::io_context& context);
  /// Before the context ends. Nobody is told anything any more.
  void stop() { set_.reset(); }

  /// From now on `source` hears of `socket`'s edges. False: the system refuses, and the socket is of no use.
  bool add(int socket, Source& source);
  /// The thread has nothing to do and is about to sleep.
  void rest() { rested_ = true; }
  /// What is ready `now` was so no earlier than this: since then the thread was never without work.
  std::chrono::steady_clock::time_point busy_since(std::chrono::steady_clock::time_point now) const {
    return rested_ ? now : busy_since_;
  }
  /// Before the socket is closed, which takes it out of the set.
  void remove(const Source& source);

 private:
  static constexpr std::size_t kEventsMax = 256;  // fetched at once
  static constexpr int kRoundsMax = 4;            // fetches before the context's other work has its turn

  void wait();
  void dispatch();

  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
  std::optional<Descriptor> set_;
  std::array<epoll_event, kEventsMax> events_{};
  std::size_t next_ = 0, count_ = 0;  // of events_, while dispatch() runs
  bool rested_ = false;
  std::chrono::steady_clock::time_point busy_since_{}, fetched_at_{};
};

}  // namespace ff::http
