// A loop whose time is simulated: it stands while anything can happen, then jumps to the next sleeper. The
// base of fixtures; no room's library sees it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/async.h"
#include "base/simulated_clock.h"

namespace ff {

class SimulatedTime {
 public:
  explicit SimulatedTime(Instant start) : clock(start) {}

  /// What can happen now.
  void poll() {
    context.restart();
    context.poll();
  }
  /// What happens in the next `time`.
  void pass(Duration time) {
    const Instant until = clock.now() + time;
    for (poll(); clock.next() && *clock.next() <= until; poll())
      clock.advance_to(*clock.next());
    clock.advance_to(until);
    poll();
  }
  /// All that will ever happen.
  void finish() {
    for (poll(); clock.next(); poll())
      clock.advance_to(*clock.next());
  }
  /// What happens until `done()`. Throws std::logic_error when that never comes.
  template <typename Done>
  void run_until(Done done) {
    for (poll(); !done(); poll()) {
      if (!clock.next()) throw std::logic_error("it waits for something that never comes");
      clock.advance_to(*clock.next());
    }
  }
  /// Runs one operation to its end; what it throws is thrown here.
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> outcome;
    asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      outcome.emplace(std::move(value));
    });
    run_until([&] { return outcome.has_value(); });
    return std::move(*outcome);
  }

  asio::io_context context;
  SimulatedClock clock;  // its sleepers go before the context
};

}  // namespace ff
