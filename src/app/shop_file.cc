#include "app/shop_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/run_task.h"
#include "base/nearest.h"
#include "sqlite/read_file.h"
#include "storage/sqlite/file_audit.h"
#include "storage/store.h"

namespace ff::app {
namespace {

namespace fs = std::filesystem;

using sqlite::folder_of;

constexpr std::size_t kNeighboursMax = 1000;  // looked at in a folder

constexpr std::string_view kDefaultLedger = "demo-gateway.db";  // config/defaults.toml
constexpr std::string_view kDefaultFolder = "var";              // made when it is missing
constexpr std::string_view kFormerDefaultLedger = "var/demo-gateway.db";

bool is_sqlite(const fs::path& path) {
  static constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> head{};
  std::ifstream file(path, std::ios::binary);
  return file.read(head.data(), head.size()) && std::string_view(head.data(), head.size()) == kMagic;
}

}  // namespace

std::string payment_ledger(const config::Options& options) {
  const fs::path ledger = options.payment_ledger;
  if (ledger.is_absolute()) return ledger.string();
  const auto path = storage::sqlite_path(options.database_url);
  const fs::path folder = path ? fs::path(*path).parent_path() : fs::path(kDefaultFolder);
  return (folder / ledger).string();
}

Result<void> check_ledger(const config::Options& options) {
  if (!options.payment_gateway_url.empty()) return {};
  const std::string ledger = payment_ledger(options);
  std::error_code error;
  const auto path = storage::sqlite_path(options.database_url);
  if (path && fs::weakly_canonical(*path, error) == fs::weakly_canonical(ledger, error))
    return invalid("payment.ledger", "must be another file than the shop's database");
  if (fs::exists(ledger, error) || (path && !fs::exists(*path, error))) return {};
  const fs::path former = options.payment_ledger == kDefaultLedger ? kFormerDefaultLedger
                                                                   : std::string_view(options.payment_ledger);
  if (former.is_absolute() || !fs::is_regular_file(former, error)) return {};
  if (path) {
    const auto has_orders = storage::sqlite_file_has_orders(*path);
    if (!has_orders) return tl::unexpected(has_orders.error());
    if (!*has_orders) return {};
  }
  return fail(
      ErrorCode::kConflict,
      fmt::format("there is no payment ledger at {}, but one at {}, where an earlier release kept it; "
                  "stop all servers and move it there with its -wal file, if it has one, or name the "
                  "one that is meant by its whole path: payment.ledger, or FF_PAYMENT_LEDGER",
                  ledger, fs::absolute(former, error).string()));
}

Result<void> check_new_ledger(const std::string& ledger, storage::Store& store) {
  std::error_code error;
  if (fs::exists(ledger, error)) return {};
  const fs::path folder = folder_of(ledger);
  if (!fs::is_directory(folder, error) && folder != kDefaultFolder)
    return fail(ErrorCode::kUnavailable,
                fmt::format("payment ledger {}: there is no folder {}; make it first, or mend the setting "
                            "payment.ledger (FF_PAYMENT_LEDGER)",
                            ledger, folder.string()));
  const auto stock = run_task(store.stock().read_all());
  if (!stock) return tl::unexpected(stock.error());
  const auto unpaid = run_task(store.orders().overdue(1));
  if (!unpaid) return tl::unexpected(unpaid.error());
  const auto uncaptured = run_task(store.orders().captures_due(1));
  if (!uncaptured) return tl::unexpected(uncaptured.error());
  const bool sold = std::any_of(stock->begin(), stock->end(), [](const inventory::Stock& each) {
    return each.held != 0 || each.sold != 0;
  });
  if (!sold && unpaid->empty() && uncaptured->empty()) return {};
  return fail(
      ErrorCode::kConflict,
      fmt::format("there is no payment ledger at {}, but this shop has orders, which may be paid; name the "
                  "ledger that it was run with: payment.ledger, or FF_PAYMENT_LEDGER",
                  ledger));
}

Result<void> check_folder(const std::string& path, Folder made) {
  const fs::path folder = folder_of(path);
  std::error_code error;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kUnavailable, fmt::format("database {}: {}", path, why));
  };
  if (!fs::exists(folder, error)) {
    if (made == Folder::kMayBeMade && fs::is_directory(folder_of(folder.string()), error))
      return check_folder(folder.string(), Folder::kMustExist);
    return refuse(fmt::format("there is no folder {}; make it first, or mend the path", folder.string()));
  }
  if (!fs::is_directory(folder, error)) return refuse(fmt::format("{} is no folder", folder.string()));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return refuse(
        fmt::format("this user can't write in the folder {} ({}); SQLite makes files beside the database",
                    folder.string(), std::generic_category().message(errno)));
  return {};
}

std::optional<std::string> look_alike(const std::string& path, const std::string& but) {
  const fs::path folder = folder_of(path);
  std::vector<std::string> names;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && seen < kNeighboursMax;
       ++seen, entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().lexically_normal() == (folder / fs::path(but).filename()).lexically_normal()) continue;
    std::error_code unknown;  // about one entry, which is passed over then
    // To open anything else could wait for ever: a FIFO without a writer does.
    if (entry->is_regular_file(unknown) && is_sqlite(entry->path())) names.push_back(name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto found = nearest(fs::path(path).filename().string(), known);
  if (!found) return std::nullopt;
  return fs::path(path).has_parent_path() ? (folder / *found).string() : std::string(*found);
}

}  // namespace ff::app
