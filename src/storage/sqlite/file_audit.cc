#include "storage/sqlite/file_audit.h"

#include <utility>

#include "sqlite/read_file.h"
#include "storage/sqlite/order_rows.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/stock_rows.h"

namespace ff::storage {

Result<void> audit_sqlite_file(const std::string& path, orders::Auditor& auditor) {
  return sqlite::read_file(path, [&auditor](sqlite::Database& database) -> Result<void> {
    if (auto ok = check_schema(database, sqlite_migrations(), FF_VERSION); !ok) return ok;
    audit_stock(database, auditor);
    audit_orders(database, auditor);
    return {};
  });
}

Result<bool> sqlite_file_has_orders(const std::string& path) {
  bool has_orders = false;
  auto read = sqlite::read_file(path, [&has_orders](sqlite::Database& database) -> Result<void> {
    if (auto ok = check_schema(database, sqlite_migrations(), FF_VERSION); !ok) return ok;
    sqlite::Statement any = database.statement("SELECT 1 FROM orders LIMIT 1");
    has_orders = any.query().step();
    return {};
  });
  if (!read) return tl::unexpected(std::move(read.error()));
  return has_orders;
}

}  // namespace ff::storage
