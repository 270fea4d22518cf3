// The connections that a store may have: a fixed number for each use, so that processes times connections
// never passes what the database was sized for.
//
// Invariants: at most `limit(use)` connections of a use are open, and whoever finds them all busy waits in
// line, in a queue with a bound. While the database is away nobody waits: acquire() fails at once, one
// coroutine tries to reach it again (capped, jittered backoff), and there is one log line when it went and
// one when it is back. All on the one thread of `context`.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <vector>

#include "base/random.h"
#include "postgres/connection.h"
#include "telemetry/metrics.h"

namespace ff::postgres {

enum class Use { kCommit, kRead, kListen };

struct PoolLimits {
  int committers = 3;  // one for each kind of batch: placing, settling, carts
  int readers = 2;     // one may be busy with an audit while the other answers
  std::size_t waiting_max = 8192;
  Duration wait_max = std::chrono::seconds(10);
  Duration backoff_first = std::chrono::milliseconds(50);
  Duration backoff_max = std::chrono::seconds(2);
};

class Pool {
 public:
  /// A connection for as long as it lives. What it left open is closed with it.
  class Lease {
   public:
    Lease(Pool& pool, std::size_t slot) : pool_(&pool), slot_(slot) {}
    Lease(Lease&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), slot_(other.slot_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_) pool_->release(slot_);
    }
    Connection& operator*() const { return *pool_->slots_[slot_].connection; }
    Connection* operator->() const { return pool_->slots_[slot_].connection.get(); }

   private:
    Pool* pool_;
    std::size_t slot_;
  };

  /// `metrics` may be null; it outlives the pool, and so does `context`.
  Pool(asio::io_context& context, ConnectOptions options, PoolLimits limits, telemetry::Registry* metrics);

  /// kUnavailable: the database is away, or could not be reached. kOverloaded: all connections were busy for
  /// too long. `fresh`: not one that has been idle, because the last of those turned out to be dead.
  Task<Result<Lease>> acquire(Use use, bool fresh = false);
  bool available() const { return !away_; }
  /// No more reconnecting; those who wait are refused; idle connections close. Before the context ends.
  void close();

 private:
  struct Slot {
    Use use;
    std::unique_ptr<Connection> connection;
    bool busy = false;
  };
  struct Waiter {
    explicit Waiter(asio::io_context& context) : served(context) {}
    asio::steady_timer served;
    int slot = -1;
  };

  int free_slot(Use use) const;
  void release(std::size_t slot);
  void show() const;
  void went_away(const std::string& why);
  Task<void> reach_again();
  tl::unexpected<Error> refused() const;

  asio::io_context& context_;
  const ConnectOptions options_;
  const PoolLimits limits_;
  SecureRandom random_;
  std::vector<Slot> slots_;
  std::array<std::deque<std::shared_ptr<Waiter>>, 3> waiting_;
  asio::steady_timer backoff_;
  bool away_ = false;
  bool closed_ = false;
  std::string why_away_;
  struct Gauges {
    telemetry::Gauge *open = nullptr, *busy = nullptr, *waiting = nullptr;
  };
  std::array<Gauges, 3> gauges_{};
  telemetry::Gauge* available_ = nullptr;
  telemetry::Counter* connects_ = nullptr;
};

}  // namespace ff::postgres
