#include "admission/shedder.h"

#include <algorithm>
#include <functional>

namespace ff::admission {

bool Shedder::admits(http::Priority priority, std::size_t shopper, Duration waited, SteadyTime now) {
  const auto rank = static_cast<std::size_t>(priority) * kShoppers + shopper;
  if (rank >= kRanks) return true;
  pass(now);
  ++came_[static_cast<std::size_t>(priority)];
  ++requests_;
  waited_ += waited;
  return rank >= cut_;
}

void Shedder::pass(SteadyTime now) {
  if (now < window_ends_ && requests_ < settings_.window_requests) return;
  move_cut(now);
  // Windows in which nobody asked: each restores a rank, as one does in which nobody was admitted.
  if (now > window_ends_ && window_ends_ != SteadyTime{})
    cut_ -= std::min(cut_, static_cast<std::size_t>((now - window_ends_) / settings_.window));
  window_ends_ = now + settings_.window;
}

/// To where the admitted would have been fewer, or more, by the share that is wanted: as the requests of the
/// window that ends were spread over the classes.
void Shedder::move_cut(SteadyTime now) {
  double admitted = 0;
  for (std::size_t rank = cut_; rank < kRanks; ++rank)
    admitted += came_of(rank);
  const Duration mean_wait = requests_ == 0 ? Duration(0) : waited_ / static_cast<std::int64_t>(requests_);
  const bool behind = mean_wait > settings_.target && requests_ > settings_.few_requests;
  if (!behind) {
    behind_since_ = {};
  } else if (behind_since_ == SteadyTime{}) {
    behind_since_ = now;
  }
  if (behind && (cut_ > 0 || now - behind_since_ >= settings_.interval)) {
    double surplus = admitted * settings_.shed;
    while (surplus > 0 && cut_ < kRanks - 1)
      surplus -= came_of(cut_++);
  } else if (mean_wait < settings_.target / 2 && cut_ > 0) {
    // At least one rank: where nothing was admitted there is no share to go by.
    double room = admitted * settings_.restore;
    do {
      room -= came_of(--cut_);
    } while (room > 0 && cut_ > 0);
  }
  came_.fill(0);
  requests_ = 0;
  waited_ = Duration(0);
}

std::size_t shopper_number(std::string_view shopper, Instant now) {
  const std::int64_t hour = now.us / std::chrono::microseconds(std::chrono::hours(1)).count();
  const std::size_t mixed =
      std::hash<std::string_view>()(shopper) ^ (static_cast<std::size_t>(hour) * 0x9e3779b97f4a7c15ULL);
  return (mixed * 0xff51afd7ed558ccdULL >> 32) % Shedder::kShoppers;
}

}  // namespace ff::admission
