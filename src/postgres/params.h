// A statement's parameters in PostgreSQL's binary format: numbers, text, 16-byte identifiers, and arrays of
// them, so that one statement writes a whole batch.
//
// Invariant: what was added is copied; nothing that was passed in needs to live on.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace ff::postgres {

class Params {
 public:
  Params& integer(std::int64_t value);  // bigint
  Params& null();
  Params& text(std::string_view value);
  Params& uuid(std::span<const std::uint8_t, 16> bytes);

  /// One element per item of `range`, made by `project(item)`.
  template <typename Range, typename Project>
  Params& integers(const Range& range, Project project) {  // bigint[]
    open_array(kBigint, std::size(range));
    for (const auto& item : range)
      put_integer(static_cast<std::int64_t>(project(item)));
    return close();
  }
  template <typename Range, typename Project>
  Params& texts(const Range& range, Project project) {  // text[]
    open_array(kText, std::size(range));
    for (const auto& item : range)
      put_bytes(project(item));
    return close();
  }
  template <typename Range, typename Project>
  Params& uuids(const Range& range, Project project) {  // uuid[]; project gives a Uuid or a Token
    open_array(kUuid, std::size(range));
    for (const auto& item : range) {
      const auto& id = project(item);
      put_bytes({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
    }
    return close();
  }

  std::size_t size() const { return values_.size(); }
  /// The arrays that libpq takes; valid until the next change.
  void pointers(std::vector<const char*>& values, std::vector<int>& lengths) const;

 private:
  static constexpr std::uint32_t kBigint = 20, kText = 25, kUuid = 2950;  // oids of pg_type, fixed for ever
  struct Value {
    std::size_t begin = 0;
    int length = -1;  // -1: null
  };
  void open_array(std::uint32_t element_type, std::size_t count);
  void put_integer(std::int64_t value);
  void put_bytes(std::string_view bytes);
  Params& close();

  std::string bytes_;
  std::vector<Value> values_;
};

}  // namespace ff::postgres
