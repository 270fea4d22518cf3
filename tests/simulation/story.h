// What happened under a seed, in one line each: written only while a seed is replayed with --trace.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace ff::simulation {

class Story {
 public:
  /// `truth` outlives it. No line is written unless `told`.
  Story(const Clock& truth, bool told) : truth_(truth), told_(told) {}
  bool told() const { return told_; }

  /// "     12.345678  process 1: place: lost on its way back": seconds since the start.
  template <typename... Args>
  void line(std::string_view who, fmt::format_string<Args...> format, Args&&... args) const {
    if (!told_) return;
    const double seconds = std::chrono::duration<double>(truth_.now() - start_).count();
    fmt::print("{:14.6f}  {}: {}\n", seconds, who, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const Clock& truth_;
  const bool told_;
  const Instant start_ = truth_.now();
};

}  // namespace ff::simulation
