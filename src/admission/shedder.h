// Which requests a serving thread works for when it can't keep up: the least valuable are refused first, the
// same shoppers each time.
//
// After DAGOR (Zhou et al., "Overload Control for Scaling WeChat Microservices", 2018). What is measured is
// how long ready work waited for the thread, not how long answers take: the first is ours to mend, the second
// may be the store's. Each request has a rank: its class first, and within a class a number that its shopper
// keeps for an hour, so that whoever got in gets on. Ranks below the cut are refused. Once per window the cut
// moves: up when the mean wait was over the target, so that `shed` of what was admitted goes; down when it
// was under half of it, so that `restore` of what was admitted comes back. Between the two it stays:
// hysteresis. A cut is begun only when waits were over the target for all of `interval` (as CoDel does it): a
// thread that the machine let wait once is not overloaded. Nor is one that had only a few requests in a
// window: it waits for a processor, and refusing would not help.
//
// Invariant: a class is refused anything only while every class below it is refused everything. Probes are
// never refused. One thread; no clock of its own.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "http/message.h"

namespace ff::admission {

struct ShedderSettings {
  Duration target = std::chrono::milliseconds(20);
  Duration window = std::chrono::milliseconds(20);
  std::size_t window_requests = 2000;  // a window ends with either
  std::size_t few_requests = 16;       // in a window: no sign of too many
  Duration interval = std::chrono::milliseconds(100);
  double shed = 0.05;
  double restore = 0.01;
};

class Shedder {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kShoppers = 64;  // numbers that shoppers are given

  explicit Shedder(ShedderSettings settings = {}) : settings_(settings) {}

  /// Whether to work for a request of this class, whose shopper has this number (below kShoppers), and which
  /// waited this long for the thread. Counts it.
  bool admits(http::Priority priority, std::size_t shopper, Duration waited, SteadyTime now);
  /// Time that passes without requests brings the refused back, too. Call it now and then.
  void pass(SteadyTime now);
  /// Ranks below it are refused: 0, nothing is.
  std::size_t cut() const { return cut_; }

 private:
  static constexpr std::size_t kClasses = 5;  // of http::Priority, without the probes
  static constexpr std::size_t kRanks = kClasses * kShoppers;

  /// How many of the window's requests had this rank: shoppers' numbers are spread evenly.
  double came_of(std::size_t rank) const { return came_[rank / kShoppers] / double{kShoppers}; }
  void move_cut(SteadyTime now);

  const ShedderSettings settings_;
  std::size_t cut_ = 0;        // ranks below it are refused
  SteadyTime behind_since_{};  // waits are over the target since then; zero: they are not
  // Of the window that runs:
  SteadyTime window_ends_{};
  std::array<std::uint32_t, kClasses> came_{};
  std::size_t requests_ = 0;
  Duration waited_{0};
};

/// A shopper's number, from what tells shoppers apart (a cookie, an address): another each hour, so that
/// nobody is refused all day.
std::size_t shopper_number(std::string_view shopper, Instant now);

}  // namespace ff::admission
