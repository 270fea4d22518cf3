// A few threads that read a database beside its writer, each on a connection of its own.
//
// Invariant: each task sees one snapshot, that of some committed moment at or after it was queued; it never
// waits for the writer and can't write.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "sqlite/job.h"

namespace ff::sqlite {

/// Any thread may call read(). Same lifetimes as Writer.
class Reader {
 public:
  /// One thread per connection. `queued_max`: tasks waiting; beyond it read() fails with kOverloaded.
  Reader(std::vector<Database> connections, std::string name, std::size_t queued_max = 8192);
  Reader(const Reader&) = delete;
  ~Reader();

  /// Runs `work(Database&)`, which returns a Result<T>, on a snapshot.
  template <typename Work>
  auto read(Work work) -> Task<std::invoke_result_t<Work&, Database&>> {
    return queue_and_wait(queue_, std::move(work));
  }

  std::size_t queued() const { return queue_.size(); }

 private:
  void loop(Database& database);

  std::vector<Database> connections_;
  const std::string name_;
  JobQueue queue_;
  std::vector<std::thread> threads_;
};

}  // namespace ff::sqlite
