// How many operations may be on their way to the store at once: as many as it can take while each still comes
// back within its target.
//
// The store commits batches, and a batch of n takes fixed + n * each: the two are measured (least squares
// over the latest batches, older ones fading; nothing is concluded from fewer than 32 operations), and the
// bound is what they allow: so many operations that the last of them still comes back within `target`,
// counting the batch under way that it has to wait for. Where
// a commit alone takes longer than that, fewer operations would only make smaller batches, each as slow: then
// two batches are let in that are large enough to spend four fifths of their time on operations. Why a law
// and not a probe (TCP's increase and decrease, gradients): with a store that commits in batches latency does
// not fall when fewer are let in, so that a probe starves it (docs/adr/0011).
//
// Invariant: at most bound() operations were let in and have not left. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>

#include "base/time.h"

namespace ff::checkout {

struct LimiterSettings {
  Duration target = std::chrono::milliseconds(70);  // from let in to on disk
  std::size_t batch_max = 256;                      // what the store is given at once
  std::size_t first = 512;                          // bound before anything was measured: two full batches
  std::size_t least = 4;
  std::size_t most = 8192;  // memory: each holds a request and an order
};

class Limiter {
 public:
  explicit Limiter(LimiterSettings settings = {})
      : settings_(settings), bound_(std::min(settings.first, settings.most)) {}
  Limiter(const Limiter&) = delete;

  /// False: the bound is reached, and nothing was counted. Otherwise leave() once.
  bool enter();
  void leave(std::size_t count = 1) { inside_.fetch_sub(count, std::memory_order_relaxed); }

  /// A batch of `size` operations took this long from its start to its outcome.
  void came_back(std::size_t size, Duration took);

  /// Operations a second that the store takes in full batches; 0 before anything was measured.
  double per_second() const { return per_second_.load(std::memory_order_relaxed); }
  bool full() const { return inside() >= bound(); }
  std::size_t inside() const { return inside_.load(std::memory_order_relaxed); }
  std::size_t bound() const { return bound_.load(std::memory_order_relaxed); }

 private:
  const LimiterSettings settings_;
  std::atomic<std::size_t> inside_{0};
  std::atomic<std::size_t> bound_;
  std::atomic<double> per_second_{0};

  std::mutex mutex_;
  // Sums over batches, each weighing kFade of the one after it: 1, n, t, n*n, n*t (t in us).
  double batches_ = 0, n_ = 0, t_ = 0, nn_ = 0, nt_ = 0;
};

}  // namespace ff::checkout
