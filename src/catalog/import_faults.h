// What is wrong with a file that is imported: all of it at once, so that a merchant mends the file in one go.
//
// Invariant: each fault names its line, its column and the rule that it breaks. The first `kept_max` are
// kept, the others counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/csv.h"

namespace ff::catalog {

/// Where something stands, for a person: "products.csv:3: Variant Price", or "line 3, Variant Price" of a
/// source without a name. `column` may be empty.
std::string place_in(std::string_view source, std::int64_t line, std::string_view column);

class Faults {
 public:
  /// `source`: the name of the file; may be empty.
  Faults(std::string source, std::size_t kept_max) : source_(std::move(source)), kept_max_(kept_max) {}

  void add(std::int64_t line, std::string_view column, std::string_view rule);
  /// What ended the reading: the format is broken (`format` says where), or the source can't be read.
  void add(const Error& error, const std::optional<csv::Fault>& format);
  std::int64_t count() const { return count_; }
  /// The first faults as fields, and how many there are as its detail. kInvalid, unless the source could not
  /// be read. Call when count() > 0.
  Error take();

 private:
  std::string source_;
  std::size_t kept_max_;
  std::int64_t count_ = 0;
  Error error_;
};

}  // namespace ff::catalog
