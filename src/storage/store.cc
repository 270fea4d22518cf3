#include "storage/store.h"

#include "storage/sqlite/sqlite_store.h"

namespace ff::storage {

Result<std::string> sqlite_path(const std::string& url) {
  static constexpr std::string_view kScheme = "sqlite:";
  std::string path = url;
  if (path.starts_with(kScheme)) {
    path.erase(0, kScheme.size());
    if (path.starts_with("//")) path.erase(0, 2);
  } else if (const std::size_t colon = path.find("://"); colon != std::string::npos) {
    return invalid("database-url", "this build stores in SQLite only; give sqlite:PATH, not " +
                                       path.substr(0, colon) + "://...");
  }
  if (path.empty()) return invalid("database-url", "names no file; give sqlite:PATH");
  return path;
}

Result<std::unique_ptr<Store>> open(const std::string& url, Clock& clock) {
  const auto path = sqlite_path(url);
  if (!path) return tl::unexpected(path.error());
  auto store = SqliteStore::open(*path, clock);
  if (!store) return tl::unexpected(std::move(store.error()));
  return std::unique_ptr<Store>(std::move(*store));
}

Result<std::vector<int>> migrate(const std::string& url) {
  const auto path = sqlite_path(url);
  if (!path) return tl::unexpected(path.error());
  SystemClock clock;
  return SqliteStore::migrate(*path, clock);
}

}  // namespace ff::storage
