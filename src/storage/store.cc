#include "storage/store.h"

#include "storage/migration.h"
#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"

namespace ff::storage {

Result<std::string> sqlite_path(const std::string& url) {
  static constexpr std::string_view kScheme = "sqlite:";
  std::string path = url;
  if (path.starts_with(kScheme)) {
    path.erase(0, kScheme.size());
    if (path.starts_with("//")) path.erase(0, 2);
  } else if (const std::size_t colon = path.find("://"); colon != std::string::npos) {
    return invalid("database-url", "must be sqlite:PATH or postgres://HOST/DATABASE, not " +
                                       path.substr(0, colon) + "://...");
  }
  if (path.empty()) return invalid("database-url", "names no file; give sqlite:PATH");
  return path;
}

static PostgresOptions postgres_options(const StoreOptions& options) {
  PostgresOptions postgres;
  postgres.connect.connect_timeout = options.connect_timeout;
  postgres.connect.statement_timeout = options.statement_timeout;
  postgres.connect.password_file = options.password_file;
  postgres.connect.prepared = options.prepared;
  postgres.pool.committers = options.committers;
  postgres.pool.readers = options.readers;
  postgres.metrics = options.metrics;
  return postgres;
}

Result<std::unique_ptr<Store>> open(const std::string& url, Clock& clock, const StoreOptions& options) {
  if (is_postgres_url(url)) {
    auto store = PostgresStore::open(url, postgres_options(options));
    if (!store) return tl::unexpected(std::move(store.error()));
    return std::unique_ptr<Store>(std::move(*store));
  }
  const auto path = sqlite_path(url);
  if (!path) return tl::unexpected(path.error());
  auto store = SqliteStore::open(*path, clock);
  if (!store) return tl::unexpected(std::move(store.error()));
  return std::unique_ptr<Store>(std::move(*store));
}

Result<std::vector<int>> migrate(const std::string& url, const StoreOptions& options) {
  if (is_postgres_url(url)) return PostgresStore::migrate(url, postgres_options(options));
  const auto path = sqlite_path(url);
  if (!path) return tl::unexpected(path.error());
  SystemClock clock;
  return SqliteStore::migrate(*path, clock);
}

int schema_of(const std::string& url) {
  const std::vector<Migration> ours = migrations_of(is_postgres_url(url) ? "postgres" : "sqlite");
  return ours.empty() ? 0 : ours.back().number;
}

}  // namespace ff::storage
