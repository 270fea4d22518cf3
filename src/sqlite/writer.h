// The one thread that writes to a database: group commit.
//
// It takes everything that has queued, runs each task inside one transaction, commits once (one fsync), and
// then answers every task. Nobody waits for a timer: with an idle queue a task commits alone at once.
//
// Invariants: a task's success is told only after its commit is on disk (with Synchronous::kFull). A task
// that fails fails alone and leaves nothing behind: there is no savepoint per task; when one fails after it
// wrote, the transaction is rolled back and its tasks run again, each in a transaction of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "sqlite/job.h"

namespace ff::sqlite {

struct WriterLimits {
  std::size_t queued_max = 8192;       // tasks waiting; beyond it write() fails with kOverloaded
  std::size_t commit_tasks_max = 256;  // tasks in one transaction
};

/// Any thread may call write(). Outlives every task that it gave out; the contexts of those who wait must
/// live until the writer is gone (its destructor finishes what has queued).
class Writer {
 public:
  /// `name`: of the thread, at most 15 characters ("ff-shop-writer").
  Writer(Database database, std::string name, WriterLimits limits = {});
  Writer(const Writer&) = delete;
  ~Writer();

  /// Runs `work(Database&)`, which returns a Result<T>, in a transaction and answers when that is durable.
  /// `work` runs on the writer's thread, perhaps more than once (see above): it must change nothing but the
  /// database, and start from scratch each time. What it captures by reference must live until the answer.
  /// kOverloaded: the queue is full. kUnavailable, kInternal: nothing was written. kUnknown: the commit
  /// itself failed, it may be on disk or not.
  template <typename Work>
  auto write(Work work) -> Task<std::invoke_result_t<Work&, Database&>> {
    return queue_and_wait(queue_, std::move(work));
  }

  std::size_t queued() const { return queue_.size(); }
  std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  void loop();
  void commit_together(std::span<const std::unique_ptr<Job>> jobs);
  bool try_together(std::span<const std::unique_ptr<Job>> jobs);

  Database database_;
  const std::string name_;
  const WriterLimits limits_;
  JobQueue queue_;
  std::atomic<std::uint64_t> commits_{0};
  std::thread thread_;
};

}  // namespace ff::sqlite
