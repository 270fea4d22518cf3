#include "storage/sqlite/queries.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "storage/sql_file.h"

namespace ff::storage {

std::string_view query(std::string_view name) {
  static const auto queries = statements_of("sqlite/queries.sql");
  const auto found = queries.find(name);
  if (found == queries.end()) {
    fmt::print(stderr, "queries.sql has no statement named {}\n", name);
    std::abort();
  }
  return found->second;
}

}  // namespace ff::storage
