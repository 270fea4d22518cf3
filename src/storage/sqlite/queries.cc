#include "storage/sqlite/queries.h"

#include "storage/sql_file.h"

namespace ff::storage {

std::string_view query(std::string_view name) {
  static const SqlFile file("sqlite/queries.sql");
  return file.statement(name).second;
}

}  // namespace ff::storage
