#include "app/demo_shop.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "app/open_store.h"
#include "app/run_task.h"
#include "app/shop_file.h"
#include "catalog/collections_file.h"
#include "catalog/shopify_import.h"
#include "embedded/web.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

std::string_view embedded_file(std::string_view path) {
  for (const EmbeddedFile& file : embedded::web()) {
    if (file.path == path) return file.bytes;
  }
  return {};
}

Result<catalog::ChangeCounts> make_shop(const config::Options& options) {
  if (auto migrated = storage::migrate(options.database_url, store_options(options)); !migrated)
    return tl::unexpected(std::move(migrated.error()));
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(std::move(store.error()));
  return load_demo_catalogue(**store, options.rules.currency);
}

Result<void> may_be_made(const config::Options& options, const std::string& path) {
  const Folder folder = options.database_is_default ? Folder::kMayBeMade : Folder::kMustExist;
  if (auto ok = check_folder(path, folder); !ok) return ok;
  const auto other = look_alike(path, payment_ledger(options));
  if (!other) return {};
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no database at {}, but one at {}; serve that one, or make a second shop: "
                          "fashionforward migrate --database-url {}",
                          path, *other, options.database_url));
}

}  // namespace

Result<catalog::ChangeCounts> load_demo_catalogue(storage::Store& store, Currency currency) {
  catalog::csv::MemorySource products(embedded_file("demo/catalogue.csv"));
  catalog::ImportOptions reading;
  reading.currency = currency;
  auto change = catalog::read_shopify_csv(products, reading);
  if (!change) return tl::unexpected(std::move(change.error()));
  catalog::csv::MemorySource collections(embedded_file("demo/collections.csv"));
  auto read = catalog::read_collections_csv(collections);
  if (!read) return tl::unexpected(std::move(read.error()));
  change->collections = std::move(*read);
  return run_task(store.catalog().apply(std::move(*change), false));
}

Result<void> make_demo_shop_if_absent(const config::Options& options) {
  if (!options.demo) return {};
  const auto path = storage::sqlite_path(options.database_url);
  std::error_code error;
  if (!path || std::filesystem::exists(*path, error)) return {};
  if (auto ok = may_be_made(options, *path); !ok) return ok;
  const std::string whole_path = std::filesystem::absolute(*path, error).string();
  log::warning("app", "there is no database yet: making a demo shop",
               {{"path", whole_path},
                {"for_a_shop_of_your_own", "fashionforward migrate, then fashionforward import FILE"}});
  const std::string unfinished = *path + ".making";
  for (const char* file : {"", "-wal", "-shm"})
    std::filesystem::remove(unfinished + file, error);
  config::Options making = options;
  making.database_url = "sqlite:" + unfinished;
  const auto counts = make_shop(making);
  if (!counts) return tl::unexpected(counts.error());
  // Its last connection is closed, so all of it is in this one file.
  std::filesystem::rename(unfinished, *path, error);
  if (error) return fail(ErrorCode::kUnavailable, fmt::format("{}: {}", *path, error.message()));
  log::info("app", "made a demo shop", {{"path", whole_path}, {"products", counts->created}});
  return {};
}

}  // namespace ff::app
