#include "payments/reachability.h"

#include <algorithm>
#include <utility>

namespace ff::payments {

bool Reachability::answered(Instant now) {
  const std::lock_guard lock(mutex_);
  last_answer_ = std::max(last_answer_, now);
  failures_ = 0;
  return std::exchange(away_, false);
}

bool Reachability::attempt_failed(Instant began, Instant now) {
  const std::lock_guard lock(mutex_);
  if (began <= last_answer_) return false;
  first_failed_ = failures_ == 0 ? began : std::min(first_failed_, began);
  failures_ = std::min(failures_ + 1, failures_max_);
  return failures_ == failures_max_ && now - first_failed_ >= silence_ && leave(now);
}

bool Reachability::call_failed(Instant began, Instant now) {
  const std::lock_guard lock(mutex_);
  return began > last_answer_ && leave(now);
}

bool Reachability::leave(Instant now) {
  if (std::exchange(away_, true)) return false;
  next_probe_ = now + probe_period_;
  return true;
}

bool Reachability::away() const {
  const std::lock_guard lock(mutex_);
  return away_;
}

bool Reachability::probe_is_due(Instant now) {
  const std::lock_guard lock(mutex_);
  if (!away_ || now < next_probe_) return false;
  next_probe_ = now + probe_period_;
  return true;
}

}  // namespace ff::payments
