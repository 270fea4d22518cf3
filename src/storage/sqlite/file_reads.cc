#include "storage/sqlite/file_reads.h"

#include <utility>

#include "sqlite/read_file.h"
#include "storage/sqlite/catalogue_rows.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/stock_rows.h"
#include "storage/sqlite/webhook_rows.h"

namespace ff::storage {
namespace {

template <typename T, typename Read>
Result<T> read_one(const std::string& path, Read read) {
  T found;
  auto done = sqlite::read_file(path, [&](sqlite::Database& database) -> Result<void> {
    if (auto ok = check_schema(database, sqlite_migrations(), FF_VERSION); !ok) return ok;
    found = read(database);
    return {};
  });
  if (!done) return tl::unexpected<Error>(std::move(done.error()));
  return found;
}

}  // namespace

Result<Goods> read_sqlite_goods(const std::string& path) {
  return read_one<Goods>(path, [](sqlite::Database& database) {
    Goods goods;
    goods.catalogue = load_catalogue(database);
    goods.stock = read_tracked_stock(database);
    return goods;
  });
}

Result<std::vector<webhooks::Listed>> read_sqlite_webhooks(const std::string& path) {
  return read_one<std::vector<webhooks::Listed>>(path, list_subscriptions);
}

Result<std::vector<webhooks::Delivery>> read_sqlite_dead_letters(const std::string& path,
                                                                 std::int64_t limit) {
  return read_one<std::vector<webhooks::Delivery>>(
      path, [limit](sqlite::Database& database) { return dead_letters(database, limit); });
}

}  // namespace ff::storage
