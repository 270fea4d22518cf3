// How bad things are: the one place that decides, from the seed, whether and how the next call goes wrong.
#pragma once

#include <chrono>

#include "base/random.h"
#include "base/time.h"
#include "simulation/sabotage.h"

namespace ff::simulation {

class Weather {
 public:
  Weather(Random& random, Sabotage sabotage_in) : sabotage(sabotage_in), random_(random) {
    // Seeds differ in what they have much of.
    trouble_percent_ = 2 + below(25);
    slow_percent_ = below(50);
    very_slow_percent_ = below(40);
    crash_per_mille_ = below(8);
    stall_per_mille_ = below(4);
    jump_per_mille_ = below(3);
  }

  const Sabotage sabotage;

  void calm_down() { calm_ = true; }
  bool calm() const { return calm_; }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  bool trouble() { return !calm_ && chance(trouble_percent_); }
  bool stall() { return !calm_ && below(1000) < stall_per_mille_; }
  bool jump() { return !calm_ && below(1000) < jump_per_mille_; }
  bool crash() { return !calm_ && below(1000) < crash_per_mille_; }

  Duration stall_time() { return std::chrono::milliseconds(1 + below(chance(50) ? 5'000 : 150'000)); }

  /// What somebody does to a machine's clock: a correction, minutes, or a wrong date; forward or back.
  Duration jump_by() {
    const std::uint64_t kind = below(3);
    const std::uint64_t milliseconds = kind == 0 ? 5'000 : kind == 1 ? 600'000 : 36 * 3'600'000;
    const Duration by = std::chrono::milliseconds(1 + below(milliseconds));
    return chance(50) ? by : -by;
  }

  /// Nothing, some milliseconds, seconds, or longer than any timeout.
  Duration delay() {
    if (calm_ || !chance(slow_percent_)) return Duration(0);
    if (chance(very_slow_percent_)) return std::chrono::seconds(1 + below(150));
    return std::chrono::milliseconds(1 + below(chance(20) ? 12'000 : 200));
  }

 private:
  Random& random_;
  std::uint64_t trouble_percent_ = 0, slow_percent_ = 0, very_slow_percent_ = 0;
  std::uint64_t crash_per_mille_ = 0, stall_per_mille_ = 0, jump_per_mille_ = 0;
  bool calm_ = false;
};

}  // namespace ff::simulation
