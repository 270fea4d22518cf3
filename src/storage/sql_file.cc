#include "storage/sql_file.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "embedded/storage_sql.h"

namespace ff::storage {

SqlFile::SqlFile(std::string_view path) : path_(path) {
  static constexpr std::string_view kMark = "-- name: ";
  std::string_view text;
  for (const EmbeddedFile& file : embedded::storage_sql()) {
    if (file.path == path) text = file.bytes;
  }
  std::size_t at = text.find(kMark);
  while (at != std::string_view::npos) {
    const std::size_t name_at = at + kMark.size();
    const std::size_t line_end = text.find('\n', name_at);
    const std::size_t next = text.find(kMark, line_end);
    const std::string_view body =
        trim(text.substr(line_end, next == std::string_view::npos ? next : next - line_end));
    statements_.emplace(trim(text.substr(name_at, line_end - name_at)), body);
    at = next;
  }
}

const std::pair<const std::string_view, std::string_view>& SqlFile::statement(std::string_view name) const {
  const auto found = statements_.find(name);
  if (found == statements_.end()) {
    fmt::print(stderr, "{} has no statement named {}\n", path_, name);
    std::abort();
  }
  return *found;
}

}  // namespace ff::storage
