#include "sqlite/reader.h"

#include <pthread.h>

namespace ff::sqlite {

namespace {
// Many small reads share one snapshot; a long one should not hold up those queued behind it on this thread.
constexpr std::size_t kSnapshotTasksMax = 16;
}  // namespace

Reader::Reader(std::vector<Database> connections, std::string name, std::size_t queued_max)
    : connections_(std::move(connections)), name_(std::move(name)), queue_(queued_max) {
  for (Database& database : connections_)
    threads_.emplace_back([this, &database] { loop(database); });
}

Reader::~Reader() {
  queue_.close();
  for (std::thread& thread : threads_)
    thread.join();
}

void Reader::loop(Database& database) {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  std::vector<std::unique_ptr<Job>> batch;
  while (queue_.take(batch, kSnapshotTasksMax)) {
    database.snapshot();
    for (auto& job : batch) {
      job->run(database);
      if (database.failure()) {
        job->fail(*database.failure());
        database.rollback();
        database.snapshot();
      }
      job->answer();
    }
    database.rollback();
    batch.clear();
  }
}

}  // namespace ff::sqlite
