#include "storage/postgres/queries.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "storage/sql_file.h"

namespace ff::storage::pg {

postgres::Statement query(std::string_view name) {
  static const auto queries = statements_of("postgres/queries.sql");
  const auto found = queries.find(name);
  if (found == queries.end()) {
    fmt::print(stderr, "queries.sql has no statement named {}\n", name);
    std::abort();
  }
  return {found->first, found->second};
}

}  // namespace ff::storage::pg
