#include "checkout/limiter.h"

#include <algorithm>
#include <cmath>

namespace ff::checkout {
namespace {

constexpr double kFade = 0.98;  // half is forgotten after 34 batches
constexpr double kSpreadMin =
    0.02;  // of the sizes' variance to their mean squared: with less there is no slope
constexpr double kOperationsMin = 32;     // before that a cold store's first order would speak for all
constexpr double kFixedShareInverse = 4;  // operations may take so many times what the commit alone takes

}  // namespace

bool Limiter::enter() {
  std::size_t inside = inside_.load(std::memory_order_relaxed);
  do {
    if (inside >= bound()) return false;
  } while (!inside_.compare_exchange_weak(inside, inside + 1, std::memory_order_relaxed));
  return true;
}

void Limiter::came_back(std::size_t size, Duration took) {
  if (size == 0) return;
  const auto n = static_cast<double>(size);
  const auto t = static_cast<double>(std::max<std::int64_t>(1, took.count()));
  const std::lock_guard lock(mutex_);
  batches_ = batches_ * kFade + 1;
  n_ = n_ * kFade + n;
  t_ = t_ * kFade + t;
  nn_ = nn_ * kFade + n * n;
  nt_ = nt_ * kFade + n * t;
  if (n_ < kOperationsMin) return;

  // Batches of one size don't tell the commit from its operations: then all is the operations'.
  double each = t_ / n_, fixed = 0;
  const double variance = nn_ / batches_ - (n_ / batches_) * (n_ / batches_);
  if (variance > kSpreadMin * (n_ / batches_) * (n_ / batches_)) {
    const double slope = (nt_ / batches_ - (n_ / batches_) * (t_ / batches_)) / variance;
    each = std::clamp(slope, each / 1000, each);
    fixed = std::max(0.0, (t_ - each * n_) / batches_);
  }

  const auto batch_max = static_cast<double>(settings_.batch_max);
  const double share = each + fixed / batch_max;  // of an operation, in full batches
  const double in_time = (static_cast<double>(settings_.target.count()) - 2 * fixed) / share;
  const double worth_while = 2 * std::min(batch_max, std::ceil(kFixedShareInverse * fixed / each));
  const auto most = static_cast<double>(settings_.most);
  const double bound =
      std::clamp(std::max(in_time, worth_while), std::min(static_cast<double>(settings_.least), most), most);
  bound_.store(static_cast<std::size_t>(bound), std::memory_order_relaxed);
  per_second_.store(1e6 / share, std::memory_order_relaxed);
}

}  // namespace ff::checkout
