// The faults of a file that is imported: all of them at once, so that a merchant mends the file in one go.
//
// Invariant: each names its line, its column and the rule that it breaks; at most `faults_max` are kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ff::catalog {

class Faults {
 public:
  explicit Faults(std::size_t faults_max) : faults_max_(faults_max) {}

  void add(std::int64_t line, std::string_view column, std::string_view rule);
  /// An error of the format itself, which ends the reading.
  void add(const Error& error);
  std::int64_t count() const { return count_; }
  bool full() const { return error_.fields.size() >= faults_max_; }
  /// kInvalid with every fault. Call when count() > 0.
  Error take();

 private:
  std::size_t faults_max_;
  std::int64_t count_ = 0;
  Error error_;
};

}  // namespace ff::catalog
