// What tests of every room share: running one asynchronous operation to its end, and a clock that stands
// until the test moves it. Included by tests alone; no room's library sees it.
#pragma once

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/async.h"
#include "base/time.h"

namespace ff {

/// Any thread may read it; only the test moves it. Nobody sleeps by it: who would is let go on at once.
class StandingClock final : public Clock {
 public:
  Instant now() const override { return {us_.load()}; }
  Task<void> sleep_until(Instant) override { co_return; }
  void advance(Duration by) { us_ += by.count(); }

 private:
  std::atomic<std::int64_t> us_{1'700'000'000'000'000};
};

/// Runs one operation to its end on this thread; what it throws is thrown here.
template <typename T>
T run(Task<T> task) {
  asio::io_context context;
  std::optional<T> outcome;
  asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    outcome.emplace(std::move(value));
  });
  context.run();
  return std::move(*outcome);
}

inline void run(Task<void> task) {
  asio::io_context context;
  asio::co_spawn(context, std::move(task), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
}

}  // namespace ff
