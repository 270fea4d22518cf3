// A clock for tests and simulations: time stands still until advance_to() moves it.
//
// Invariant: sleepers wake in the order of their times (then of their arrival), each on its own executor,
// never before now() has reached its time. One thread.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/time.h"

namespace ff {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Instant start) : now_(start) {}

  Instant now() const override { return now_; }

  Task<void> sleep_until(Instant at) override {
    if (at <= now_) co_return;
    auto initiate = [this, at](auto handler) {
      using Handler = decltype(handler);
      sleepers_.emplace(std::pair(at, ++arrivals_),
                        std::make_unique<TypedSleeper<Handler>>(std::move(handler)));
    };
    auto woken =
        asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate), asio::use_awaitable);
    co_await std::move(woken);
  }

  /// When the next sleeper is due.
  std::optional<Instant> next() const {
    if (sleepers_.empty()) return std::nullopt;
    return sleepers_.begin()->first.first;
  }

  /// Moves time to `to` (never back) and posts every sleeper that is due by then.
  void advance_to(Instant to) {
    if (to > now_) now_ = to;
    while (!sleepers_.empty() && sleepers_.begin()->first.first <= now_) {
      const std::unique_ptr<Sleeper> sleeper = std::move(sleepers_.begin()->second);
      sleepers_.erase(sleepers_.begin());
      sleeper->wake();
    }
  }

 private:
  struct Sleeper {
    virtual ~Sleeper() = default;
    virtual void wake() = 0;
  };
  template <typename Handler>
  struct TypedSleeper final : Sleeper {
    explicit TypedSleeper(Handler h) : handler(std::move(h)) {}
    void wake() override {
      const auto executor = asio::get_associated_executor(handler);
      asio::post(executor, [h = std::move(handler)]() mutable { std::move(h)(); });
    }
    Handler handler;
  };

  Instant now_;
  std::uint64_t arrivals_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, std::unique_ptr<Sleeper>> sleepers_;
};

}  // namespace ff
