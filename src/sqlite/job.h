// Work that a coroutine hands to a database thread, and how the answer gets back to the coroutine's executor.
//
// Invariant: a job that was queued is answered exactly once, on the executor of the coroutine that awaits it,
// also when the thread shuts down; that executor's context can't run dry meanwhile. Used by Writer and
// Reader.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/async.h"
#include "sqlite/database.h"

namespace ff::sqlite {

class Job {
 public:
  virtual ~Job() = default;
  virtual void run(Database& database) = 0;  // may run again after a rollback: only the last run counts
  virtual bool succeeded() const = 0;        // of the last run
  virtual void fail(Error error) = 0;        // overrides the outcome of the last run
  virtual void answer() = 0;                 // once, after it is known whether the outcome is durable
};

/// Jobs in arrival order, at most `jobs_max` of them. Any thread.
class JobQueue {
 public:
  explicit JobQueue(std::size_t jobs_max) : jobs_max_(jobs_max) {}

  /// False when the queue is full or closed: the job was not taken.
  bool push(std::unique_ptr<Job>& job);
  /// Waits, then moves up to `batch_max` jobs into `batch`. False when the queue is closed and empty.
  bool take(std::vector<std::unique_ptr<Job>>& batch, std::size_t batch_max);
  void close();
  std::size_t size() const;

 private:
  const std::size_t jobs_max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<std::unique_ptr<Job>> jobs_;
  bool closed_ = false;
};

template <typename Work, typename Outcome, typename Handler>
class TypedJob final : public Job {
 public:
  TypedJob(Work work, Handler handler)
      : work_(std::move(work)),
        handler_(std::move(handler)),
        guard_(asio::get_associated_executor(handler_)) {}

  void run(Database& database) override { outcome_.emplace(work_(database)); }
  bool succeeded() const override { return outcome_.has_value() && outcome_->has_value(); }
  void fail(Error error) override { outcome_.emplace(tl::unexpected(std::move(error))); }
  void answer() override {
    asio::post(guard_.get_executor(),
               [handler = std::move(handler_), outcome = std::move(*outcome_)]() mutable {
                 std::move(handler)(std::move(outcome));
               });
    guard_.reset();
  }

 private:
  Work work_;
  Handler handler_;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
  std::optional<Outcome> outcome_;
};

/// Queues `work` (a function of Database& that returns a Result) and waits for its answer.
template <typename Work>
auto queue_and_wait(JobQueue& queue, Work work) -> Task<std::invoke_result_t<Work&, Database&>> {
  using Outcome = std::invoke_result_t<Work&, Database&>;
  auto initiate = [&queue](auto handler, Work moved) {
    using Handler = decltype(handler);
    std::unique_ptr<Job> job =
        std::make_unique<TypedJob<Work, Outcome, Handler>>(std::move(moved), std::move(handler));
    if (!queue.push(job)) {
      job->fail(Error{ErrorCode::kOverloaded, "the database's queue is full", {}});
      job->answer();
    }
  };
  auto answered = asio::async_initiate<const asio::use_awaitable_t<>, void(Outcome)>(
      std::move(initiate), asio::use_awaitable, std::move(work));
  Outcome outcome = co_await std::move(answered);
  co_return outcome;
}

}  // namespace ff::sqlite
