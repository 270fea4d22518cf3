#include "storage/sqlite/file_audit.h"

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

}  // namespace ff::storage
