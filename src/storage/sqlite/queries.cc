#include "storage/sqlite/queries.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include "base/text.h"
#include "embedded/storage_sql.h"

namespace ff::storage {

namespace {

using Queries = std::unordered_map<std::string_view, std::string_view>;

Queries split(std::string_view text) {
  static constexpr std::string_view kMark = "-- name: ";
  Queries queries;
  std::size_t at = text.find(kMark);
  while (at != std::string_view::npos) {
    const std::size_t name_at = at + kMark.size();
    const std::size_t line_end = text.find('\n', name_at);
    const std::size_t next = text.find(kMark, line_end);
    const std::string_view body =
        trim(text.substr(line_end, next == std::string_view::npos ? next : next - line_end));
    queries.emplace(trim(text.substr(name_at, line_end - name_at)), body);
    at = next;
  }
  return queries;
}

Queries embedded_queries() {
  for (const EmbeddedFile& file : embedded::storage_sql()) {
    if (file.path == "sqlite/queries.sql") return split(file.bytes);
  }
  return {};
}

}  // namespace

std::string_view query(std::string_view name) {
  static const Queries queries = embedded_queries();
  const auto found = queries.find(name);
  if (found == queries.end()) {
    fmt::print(stderr, "queries.sql has no statement named {}\n", name);
    std::abort();
  }
  return found->second;
}

}  // namespace ff::storage
