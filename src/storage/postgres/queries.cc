#include "storage/postgres/queries.h"

#include "storage/sql_file.h"

namespace ff::storage::pg {

postgres::Statement query(std::string_view name) {
  static const SqlFile file("postgres/queries.sql");
  const auto& [key, text] = file.statement(name);
  return {key, text};
}

}  // namespace ff::storage::pg
