#include "sqlite/job.h"

#include <algorithm>

namespace ff::sqlite {

bool JobQueue::push(std::unique_ptr<Job>& job) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || jobs_.size() >= jobs_max_) return false;
    jobs_.push_back(std::move(job));
  }
  filled_.notify_one();
  return true;
}

bool JobQueue::take(std::vector<std::unique_ptr<Job>>& batch, std::size_t batch_max) {
  batch.clear();
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
  if (jobs_.empty()) return false;
  const auto end = jobs_.begin() + static_cast<std::ptrdiff_t>(std::min(batch_max, jobs_.size()));
  std::move(jobs_.begin(), end, std::back_inserter(batch));
  jobs_.erase(jobs_.begin(), end);
  return true;
}

void JobQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

std::size_t JobQueue::size() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace ff::sqlite
