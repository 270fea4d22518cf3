// One queue of operations of one kind on its way to the store: the group commit of the Committer.
//
// Invariants: one batch is in flight, and what waits is bounded: by what the store can take in time
// (Limiter), or by queued_max for operations that must not be refused while there is memory; operations reach
// the store in arrival order; each is answered exactly once, on the executor of the coroutine that waits for
// it; nobody's going away takes an operation back once it is queued.
//
// submit(): any thread. The batches run on the executor of whoever found the lane idle: on a serving thread
// all requests that are ready then are read before the first batch goes, and no other thread has to wake for
// it.
#pragma once

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/time.h"
#include "checkout/committer.h"
#include "checkout/limiter.h"
#include "telemetry/metrics.h"
#include "telemetry/tracer.h"

namespace ff::checkout {

inline constexpr Duration kReplayDelayFirst = std::chrono::milliseconds(10);
inline constexpr Duration kReplayDelayMax = std::chrono::seconds(1);

template <typename Operation, typename Outcome>
class Lane : public std::enable_shared_from_this<Lane<Operation, Outcome>> {
 public:
  using Commit = std::function<BatchTask<Outcome>(std::span<const Operation>)>;
  using MayReplay = std::function<bool(const Operation&)>;
  using Settles = std::function<bool(const Outcome&)>;

  /// `may_replay`: whether doing the operation a second time changes nothing. `settles`: whether this outcome
  /// of a replay also says what became of the earlier tries; otherwise it stays unknown. `adaptive`: refuses
  /// what the store could not do in time.
  Lane(std::string kind, Commit commit, MayReplay may_replay, Settles settles, Clock& clock,
       CommitterLimits limits, bool adaptive, telemetry::Registry& metrics)
      : kind_(std::move(kind)),
        commit_(std::move(commit)),
        may_replay_(std::move(may_replay)),
        settles_(std::move(settles)),
        clock_(clock),
        limits_(limits),
        adaptive_(adaptive),
        limiter_({.batch_max = limits.batch_orders_max, .most = limits.queued_max}),
        batch_size_(metrics.histogram("ff_commit_batch_size", "Operations in one commit",
                                      {1, 2, 4, 8, 16, 32, 64, 128, 256}, {{"kind", kind_}})),
        wait_seconds_(metrics.histogram("ff_commit_wait_seconds", "From queued to taken into a commit",
                                        telemetry::latency_bounds(), {{"kind", kind_}})),
        commit_seconds_(metrics.histogram("ff_commit_seconds", "From taken into a commit to its outcome",
                                          telemetry::latency_bounds(), {{"kind", kind_}})),
        queue_(metrics.gauge("ff_commit_queue", "Operations waiting for a commit", {{"kind", kind_}})),
        bound_(metrics.gauge("ff_commit_bound", "Operations that may wait or be in a commit at once",
                             {{"kind", kind_}})),
        refused_(metrics.counter("ff_commit_refused_total", "Operations refused because the queue was full",
                                 {{"kind", kind_}})),
        replays_(metrics.counter("ff_commit_replays_total",
                                 "Commits repeated because their outcome was unknown", {{"kind", kind_}})),
        bisections_(metrics.counter("ff_commit_bisections_total", "Batches halved to find what fails in them",
                                    {{"kind", kind_}})) {
    note_bound();
  }

  /// `trace`: of who waits; what the queue and the batch took is noted there.
  Task<Result<Outcome>> submit(Operation operation, telemetry::Trace trace = {}) {
    // Operations and outcomes are large: they lie still in the entry while it goes from hand to hand. Whoever
    // has it in hand owns it, not this coroutine, which it owns: resume() holds it until the outcome is out.
    auto made = std::make_shared<Entry>(std::move(operation));
    Entry& entry = *made;
    entry.trace = trace;
    auto initiate = [this](auto handler, std::shared_ptr<Entry> queued) {
      queued->executor = asio::get_associated_executor(handler);
      queued->waiter = std::make_unique<TypedWaiter<decltype(handler)>>(std::move(handler));
      enqueue(std::move(queued));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        std::move(initiate), asio::use_awaitable, std::move(made));
    co_return std::move(entry.outcome);
  }

  std::size_t pending() const {
    const std::lock_guard lock(mutex_);
    return entries_.size() + in_flight_;
  }
  /// Whether the next operation would be refused. A guess: others come and go.
  bool full() const { return adaptive_ && limiter_.full(); }
  /// What the store takes; 0: not known yet.
  double per_second() const { return limiter_.per_second(); }

 private:
  // A coroutine that waits, wherever it runs.
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void resume() = 0;  // on its own executor
  };
  template <typename Handler>
  class TypedWaiter final : public Waiter {
   public:
    explicit TypedWaiter(Handler handler)
        : handler_(std::move(handler)), guard_(asio::get_associated_executor(handler_)) {}
    void resume() override { std::move(handler_)(); }

   private:
    Handler handler_;
    asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
  };
  struct Entry {
    explicit Entry(Operation asked) : operation(std::move(asked)) {}
    Operation operation;
    Result<Outcome> outcome = fail(ErrorCode::kInternal);
    std::unique_ptr<Waiter> waiter;
    asio::any_io_executor executor;  // the waiter's
    Instant queued_at;
    telemetry::Trace trace;
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;
  using Outcomes = std::vector<Result<Outcome>>;

  void enqueue(std::shared_ptr<Entry> entry) {
    entry->queued_at = clock_.now();
    const asio::any_io_executor executor = entry->executor;
    bool start = false;
    {
      std::unique_lock lock(mutex_);
      const bool room = adaptive_ ? limiter_.enter() : entries_.size() < limits_.queued_max;
      if (!room) {
        lock.unlock();
        refuse(std::move(entry));
        return;
      }
      entries_.push_back(std::move(entry));
      start = !std::exchange(running_, true);
    }
    queue_.add(1);
    if (!start) return;
    // A lane that stopped without a word would leave every later waiter hanging: let it end the program.
    asio::post(executor, [executor, self = this->shared_from_this()] {
      asio::co_spawn(executor, drain(self), [](const std::exception_ptr& broken) {
        if (broken) std::rethrow_exception(broken);
      });
    });
  }

  void refuse(std::shared_ptr<Entry> entry) {
    refused_.add();
    entry->outcome = fail(ErrorCode::kOverloaded, "the commit queue of '" + kind_ + "' is full");
    resume({std::move(entry)});
  }

  // Posted, not called: the lane takes its next batch before any of the last one's waiters run. One post for
  // all that wait on one executor.
  static void resume(Entries entries) {
    while (!entries.empty()) {
      const asio::any_io_executor executor = entries.front()->executor;
      const auto others = std::stable_partition(
          entries.begin(), entries.end(), [&](const auto& entry) { return entry->executor == executor; });
      Entries theirs(std::make_move_iterator(entries.begin()), std::make_move_iterator(others));
      entries.erase(entries.begin(), others);
      asio::post(executor, [theirs = std::move(theirs)] {
        for (const std::shared_ptr<Entry>& entry : theirs) {
          const std::unique_ptr<Waiter> waiter = std::move(entry->waiter);
          waiter->resume();
        }
      });
    }
  }

  // False: the queue was empty and the lane stands still until the next enqueue().
  bool take(Entries& taken) {
    const Instant now = clock_.now();
    {
      const std::lock_guard lock(mutex_);
      const std::size_t count = std::min(entries_.size(), limits_.batch_orders_max);
      in_flight_ = count;
      if (count == 0) {
        running_ = false;
        return false;
      }
      const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
      taken.assign(std::make_move_iterator(entries_.begin()), std::make_move_iterator(end));
      entries_.erase(entries_.begin(), end);
    }
    for (const std::shared_ptr<Entry>& entry : taken) {
      wait_seconds_.observe(std::chrono::duration<double>(now - entry->queued_at).count());
      if (entry->trace) entry->trace.note(kind_ + ".queue", entry->queued_at, now);
    }
    queue_.add(-static_cast<std::int64_t>(taken.size()));
    batch_size_.observe(static_cast<double>(taken.size()));
    return true;
  }

  // Keeps the lane alive by itself, so that a coroutine frame that outlives the Committer stays harmless.
  static Task<void> drain(std::shared_ptr<Lane> self) {
    for (;;) {
      Entries entries;
      if (!self->take(entries)) co_return;
      std::vector<Operation> operations;
      operations.reserve(entries.size());
      for (const std::shared_ptr<Entry>& entry : entries)
        operations.push_back(std::move(entry->operation));
      const Instant started = self->clock_.now();
      const std::span<const Operation> batch(operations);
      const std::uint64_t tried = self->tries_;
      Outcomes outcomes = co_await self->settle(batch, false);
      const Duration took = self->clock_.now() - started;
      self->commit_seconds_.observe(std::chrono::duration<double>(took).count());
      self->learn(outcomes, took, self->tries_ - tried == 1);
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i]->trace) self->note_batch(entries[i]->trace, started, took, entries.size());
        entries[i]->outcome = std::move(outcomes[i]);
      }
      resume(std::move(entries));
    }
  }

  void note_batch(const telemetry::Trace& trace, Instant started, Duration took,
                  std::size_t operations) const {
    trace.note(kind_ + ".batch", started, started + took,
               {{"ff.batch.size", static_cast<std::int64_t>(operations)}});
  }

  void learn(const Outcomes& outcomes, Duration took, bool at_once) {
    if (!adaptive_) return;
    limiter_.leave(outcomes.size());
    // How long a store takes to fail, or until it is back, says nothing about what it can do.
    if (!at_once || !outcomes.front()) return;
    limiter_.came_back(outcomes.size(), took);
    note_bound();
  }

  void note_bound() {
    bound_.set(static_cast<std::int64_t>(adaptive_ ? limiter_.bound() : limits_.queued_max));
  }

  // One outcome for each operation. `doubtful`: an earlier try of these may have been committed, so that
  // a later failure says nothing about them.
  Task<Outcomes> settle(std::span<const Operation> batch, bool doubtful) {
    const bool whole = std::all_of(batch.begin(), batch.end(), may_replay_);
    Result<std::vector<Outcome>> answer = fail(ErrorCode::kInternal);
    for (int replay = 0;; ++replay) {
      ++tries_;
      answer = co_await commit_(batch);
      if (answer && answer->size() != batch.size())
        answer = fail(ErrorCode::kInternal, "the store answered for another number of operations");
      if (answer) break;
      const ErrorCode code = answer.error().code;
      doubtful = doubtful || code == ErrorCode::kUnknown;
      const bool again = doubtful && (code == ErrorCode::kUnknown || code == ErrorCode::kUnavailable);
      if (!again || !whole || replay == limits_.replays_max) break;
      replays_.add();
      co_await clock_.sleep_for(std::min(kReplayDelayFirst * (1 << std::min(replay, 10)), kReplayDelayMax));
    }

    Outcomes outcomes;
    outcomes.reserve(batch.size());
    if (answer) {
      for (Outcome& outcome : *answer) {
        if (doubtful && !settles_(outcome)) {
          outcomes.emplace_back(fail(ErrorCode::kUnknown, "an earlier try may still be committed"));
        } else {
          outcomes.emplace_back(std::move(outcome));
        }
      }
      co_return outcomes;
    }
    // What can't be done twice is told apart from what can: one by one, in order.
    const bool mixed = doubtful && !whole && batch.size() > 1;
    if (mixed) {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!may_replay_(batch[i])) {
          outcomes.emplace_back(fail(ErrorCode::kUnknown, answer.error().detail));
          continue;
        }
        Outcomes one = co_await settle(batch.subspan(i, 1), true);
        outcomes.push_back(std::move(one.front()));
      }
      co_return outcomes;
    }
    const ErrorCode code = answer.error().code;
    const bool of_the_store =
        code == ErrorCode::kUnknown || code == ErrorCode::kUnavailable || code == ErrorCode::kOverloaded;
    if (of_the_store || batch.size() == 1) {
      Error error = answer.error();
      if (doubtful) error.code = ErrorCode::kUnknown;
      for (std::size_t i = 0; i < batch.size(); ++i)
        outcomes.emplace_back(tl::unexpected<Error>(error));
      co_return outcomes;
    }
    // Something in it can't be done: halve until it stands alone, so that the others succeed.
    bisections_.add();
    const std::size_t half = batch.size() / 2;
    outcomes = co_await settle(batch.first(half), doubtful);
    Outcomes rest = co_await settle(batch.subspan(half), doubtful);
    std::move(rest.begin(), rest.end(), std::back_inserter(outcomes));
    co_return outcomes;
  }

  const std::string kind_;
  const Commit commit_;
  const MayReplay may_replay_;
  const Settles settles_;
  Clock& clock_;
  const CommitterLimits limits_;
  const bool adaptive_;
  Limiter limiter_;
  telemetry::Histogram& batch_size_;
  telemetry::Histogram& wait_seconds_;
  telemetry::Histogram& commit_seconds_;
  telemetry::Gauge& queue_;
  telemetry::Gauge& bound_;
  telemetry::Counter& refused_;
  telemetry::Counter& replays_;
  telemetry::Counter& bisections_;

  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Entry>> entries_;
  std::size_t in_flight_ = 0;
  bool running_ = false;
  std::uint64_t tries_ = 0;  // commits begun; of the batch's executor alone
};

}  // namespace ff::checkout
