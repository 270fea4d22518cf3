// The rows that a statement gave, in binary.
//
// Invariant: reading never fails: a column of another type or a null reads as zero or nothing. Views live as
// long as the Rows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"

struct pg_result;

namespace ff::postgres {

class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);  // takes it over

  int count() const;
  /// Of an INSERT, UPDATE or DELETE.
  std::int64_t affected() const;
  bool is_null(int row, int column) const;
  std::int64_t integer(int row, int column) const;  // smallint, integer, bigint, boolean
  bool truth(int row, int column) const { return integer(row, column) != 0; }
  Instant instant(int row, int column) const { return {integer(row, column)}; }
  std::string_view text(int row, int column) const;
  /// A uuid as one of our identifiers.
  template <typename Id>
  Id id(int row, int column) const {
    Id id;
    bytes16(row, column, id.bytes);
    return id;
  }
  std::vector<std::int64_t> integers(int row, int column) const;  // bigint[]
  std::string_view command() const;                               // "COMMIT", "INSERT 0 3"
  pg_result* get() const { return result_.get(); }

 private:
  void bytes16(int row, int column, std::array<std::uint8_t, 16>& out) const;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace ff::postgres
