#include "app/shop_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/nearest.h"
#include "storage/store.h"

namespace ff::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNeighboursMax = 1000;  // looked at in a folder

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

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
  const fs::path folder =
      path && options.database_url.starts_with("sqlite:") ? fs::path(*path).parent_path() : "var";
  return (folder / ledger).string();
}

Result<void> check_folder(const std::string& path, Folder made) {
  const fs::path folder = folder_of(path);
  std::error_code error;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kUnavailable, fmt::format("database {}: {}", path, why));
  };
  if (!fs::exists(folder, error)) {
    if (made == Folder::kMayBeMade && fs::is_directory(folder_of(folder), error))
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
  for (fs::directory_iterator entry(folder, error), end;
       !error && entry != end && names.size() < kNeighboursMax; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().lexically_normal() == (folder / fs::path(but).filename()).lexically_normal()) continue;
    if (is_sqlite(entry->path())) names.push_back(name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto found = nearest(fs::path(path).filename().string(), known);
  if (!found) return std::nullopt;
  return fs::path(path).has_parent_path() ? (folder / *found).string() : std::string(*found);
}

}  // namespace ff::app
