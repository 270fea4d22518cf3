#include "sqlite/writer.h"

#include <pthread.h>

namespace ff::sqlite {

Writer::Writer(Database database, std::string name, WriterLimits limits)
    : database_(std::move(database)),
      name_(std::move(name)),
      limits_(limits),
      queue_(limits.queued_max),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
  queue_.close();
  thread_.join();
}

void Writer::loop() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  std::vector<std::unique_ptr<Job>> batch;
  while (queue_.take(batch, limits_.commit_tasks_max)) {
    commit_together(batch);
    for (const auto& job : batch)
      job->answer();
    batch.clear();
  }
}

void Writer::commit_together(std::span<const std::unique_ptr<Job>> jobs) {
  if (try_together(jobs)) return;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    (void)try_together(jobs.subspan(i, 1));
}

/// Runs the jobs in one transaction. False when one of several failed after it wrote: all is rolled back and
/// none is decided. Otherwise every job has its outcome.
bool Writer::try_together(std::span<const std::unique_ptr<Job>> jobs) {
  const auto fail_all = [&](const Error& error) {
    for (const auto& job : jobs)
      job->fail(error);
  };
  const std::int64_t before_all = database_.total_changes();
  database_.begin();
  if (database_.failure()) {  // another process keeps the lock: each alone would wait for it all over again
    fail_all(*database_.failure());
    database_.rollback();
    return true;
  }
  for (const auto& job : jobs) {
    const std::int64_t before = database_.total_changes();
    job->run(database_);
    const bool broke = database_.failure().has_value();
    const bool undo = broke || (!job->succeeded() && database_.total_changes() != before);
    if (!undo) continue;
    if (jobs.size() > 1) {
      database_.rollback();
      return false;
    }
    if (broke) job->fail(*database_.failure());
    database_.rollback();
    return true;
  }
  if (database_.total_changes() == before_all) {  // nothing to make durable
    database_.rollback();
    return true;
  }
  if (auto committed = database_.commit(); !committed) {
    fail_all(committed.error());
  } else {
    commits_.fetch_add(1, std::memory_order_relaxed);
  }
  return true;
}

}  // namespace ff::sqlite
