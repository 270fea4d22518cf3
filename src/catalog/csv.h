// Comma-separated values as RFC 4180 describes them and as exports really are: a byte order mark, CRLF, LF or
// CR, quoted fields over several lines, doubled quotes, rows of unequal length.
//
// Invariant: a reader holds one row at a time and never more than its limits, whatever the file holds; what
// it hands out is well-formed UTF-8 without NUL. What write_row() wrote is read back as the same fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ff::catalog::csv {

struct Limits {
  std::size_t field_bytes_max = 1024 * 1024;
  std::size_t row_bytes_max = 4 * 1024 * 1024;
  std::size_t columns_max = 1024;
};

/// Where something stands in the file, as an editor shows it: from 1; columns count bytes.
struct Place {
  std::int64_t line = 1;
  std::int64_t column = 1;
  bool operator==(const Place&) const = default;
};

/// One row. Its views live until the reader's next row.
class Row {
 public:
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  /// The field's text, unquoted; "" beyond the row's end.
  std::string_view operator[](std::size_t i) const {
    if (i >= fields_.size()) return {};
    return std::string_view(text_).substr(fields_[i].begin, fields_[i].size);
  }
  Place place(std::size_t i) const { return i < fields_.size() ? fields_[i].place : place_; }
  Place place() const { return place_; }  // of the row
  bool blank() const;                     // nothing but empty fields

 private:
  friend class Reader;
  struct Field {
    std::size_t begin, size;
    Place place;
  };
  std::string text_;
  std::vector<Field> fields_;
  Place place_;
};

/// What breaks the format, and where: the file can't be read past it.
struct Fault {
  Place place;
  std::string rule;
  Error error() const;
};

/// Where the bytes come from. The importer reads a file; tests and fuzzers read memory.
class Source {
 public:
  virtual ~Source() = default;
  /// Up to out.size() bytes; 0 at the end.
  virtual Result<std::size_t> read(std::span<char> out) = 0;
};

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::string_view bytes, std::size_t chunk_max = SIZE_MAX)
      : bytes_(bytes), chunk_max_(chunk_max) {}
  Result<std::size_t> read(std::span<char> out) override;

 private:
  std::string_view bytes_;
  std::size_t chunk_max_;  // a test's way to put the seams anywhere
};

class Reader {
 public:
  explicit Reader(Source& source, Limits limits = {});

  /// The next row into `row` (its memory is used again): true, or false at the end. Rows without a single
  /// character are skipped. kInvalid carries the place and the rule; after an error there is no more to read.
  Result<bool> next(Row& row);
  std::int64_t bytes_read() const { return bytes_read_; }
  /// What next() refused, when it was the format that broke.
  const std::optional<Fault>& fault() const { return fault_; }

 private:
  enum class State : std::uint8_t { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };

  Result<bool> fill();
  Result<bool> stop(Place place, std::string_view rule);
  bool begin_field(Row& row, Place place);
  Result<bool> end_field(Row& row);

  Source& source_;
  Limits limits_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, size_ = 0;
  std::int64_t bytes_read_ = 0;
  std::int64_t line_ = 1;
  std::int64_t line_begin_ = 0;  // offset in the file of the line's first byte
  bool after_cr_ = false;
  bool started_ = false;
  bool ended_ = false;
  std::optional<Fault> fault_;
};

/// Appends one row, ended by CRLF; quotes the fields that need it.
void write_row(std::string& out, std::span<const std::string_view> fields);
void write_field(std::string& out, std::string_view field);

}  // namespace ff::catalog::csv
