// How a process of ours is told to stop. SIGTERM or SIGINT drains a server, a second one ends it at once; any
// other subcommand ends where it stands, as databases and files are left whole by whoever is cut off.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>

namespace ff::app {

/// For every subcommand, before it begins: says so in one line and ends with 128 + the signal. A container's
/// first process has no default action for a signal, so that a pod of `migrate` or `import` would outlast its
/// grace. What was not committed is undone by the database.
void end_as_told();

/// Until the ports are open nobody waits for an answer, and nothing is lost by ending at once. Without this a
/// container's first process would not even be ended: it has no default action for a signal.
void end_at_once_when_told();

/// Blocks until SIGTERM or SIGINT. From then on a second one ends the process at once.
class Signals {
 public:
  void wait();
  ~Signals();

 private:
  boost::asio::io_context context_{1};
  boost::asio::signal_set set_{context_, SIGTERM, SIGINT};
  std::thread second_;
};

}  // namespace ff::app
