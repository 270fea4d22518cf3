// An embedded file of SQL statements, each under a line "-- name: NAME".
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ff::storage {

/// Immutable. Names and texts live as long as the program.
class SqlFile {
 public:
  /// `path`: "sqlite/queries.sql". A file that there is not has no statements.
  explicit SqlFile(std::string_view path);
  /// Its name and its text, without the blank space around them. A statement that the file lacks is our own
  /// mistake: aborts, saying which.
  const std::pair<const std::string_view, std::string_view>& statement(std::string_view name) const;

 private:
  std::string path_;
  std::unordered_map<std::string_view, std::string_view> statements_;
};

}  // namespace ff::storage
