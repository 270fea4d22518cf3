#include "storage/sql_file.h"

#include "base/text.h"
#include "embedded/storage_sql.h"

namespace ff::storage {

std::unordered_map<std::string_view, std::string_view> statements_of(std::string_view path) {
  static constexpr std::string_view kMark = "-- name: ";
  std::string_view text;
  for (const EmbeddedFile& file : embedded::storage_sql()) {
    if (file.path == path) text = file.bytes;
  }
  std::unordered_map<std::string_view, std::string_view> statements;
  std::size_t at = text.find(kMark);
  while (at != std::string_view::npos) {
    const std::size_t name_at = at + kMark.size();
    const std::size_t line_end = text.find('\n', name_at);
    const std::size_t next = text.find(kMark, line_end);
    const std::string_view body =
        trim(text.substr(line_end, next == std::string_view::npos ? next : next - line_end));
    statements.emplace(trim(text.substr(name_at, line_end - name_at)), body);
    at = next;
  }
  return statements;
}

}  // namespace ff::storage
