// Runs a transaction on a connection of the pool, again where that is safe and may help.
//
// Invariant: work whose commit is in doubt is never run again here: that is told as kUnknown, and only those
// who know the keys may repeat it.
#pragma once

#include "postgres/pool.h"

namespace ff::postgres {

inline constexpr int kAttemptsMax = 6;  // of one transaction: after serialisation failures, deadlocks, ...

/// Ends what the work left open, so that the connection can be used again.
Task<void> tidy(Connection& connection);
/// Between two attempts: short, and longer each time.
Task<void> pause_before_attempt(asio::any_io_executor executor, int attempt);

/// `work(Connection&)` gives a Task<Outcome<T>> and starts from scratch each time; what it captures lives
/// until this returns. It need not roll back.
template <typename T, typename Work>
Task<Result<T>> transact(Pool& pool, asio::any_io_executor executor, Use use, Work& work) {
  bool fresh = false;
  for (int attempt = 1;; ++attempt) {
    Failure failure;
    {
      auto lease = co_await pool.acquire(use, fresh);
      if (!lease) co_return tl::unexpected<Error>(std::move(lease.error()));
      Outcome<T> outcome = co_await work(**lease);
      co_await tidy(**lease);
      if (outcome) co_return std::move(*outcome);
      failure = std::move(outcome.error());
    }
    // A connection may have died while it was idle: nothing was committed, and the next one is new. Once:
    // otherwise it is the database that is going away.
    const bool was_idle = failure.lost && !failure.doubtful && !fresh;
    const bool again = !failure.error && (was_idle || may_be_repeated(failure));
    if (!again || attempt >= kAttemptsMax) co_return tl::unexpected<Error>(to_error(failure));
    fresh = fresh || was_idle;
    if (!was_idle) co_await pause_before_attempt(executor, attempt);
  }
}

}  // namespace ff::postgres
