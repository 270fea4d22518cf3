#include "sqlite/read_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace ff::sqlite {
namespace {

bool may_write(const std::string& path) {
  return ::access(path.c_str(), W_OK) == 0 && ::access(folder_of(path).c_str(), W_OK | X_OK) == 0;
}

/// What of a file changes when somebody writes it.
struct Look {
  ino_t file;
  off_t bytes;
  time_t second;
  long nanosecond;
  bool operator==(const Look&) const = default;
};
std::optional<Look> look_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Look{status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

/// A connection to a WAL file makes the index; a log with something in it is not in the file yet.
bool has_wal(const std::string& path) {
  const auto log = look_at(path + "-wal");
  return look_at(path + "-shm").has_value() || (log && log->bytes > 0);
}

Result<void> read_snapshot(const std::string& path, OpenOptions::Mode mode,
                           const std::function<Result<void>(Database&)>& read) {
  OpenOptions options;
  options.mode = mode;
  auto database = Database::open(path, options);
  if (!database) return tl::unexpected(std::move(database.error()));
  database->snapshot();
  Result<void> done = read(*database);
  if (auto whole = database->take_failure(); !whole && done) done = std::move(whole);
  database->rollback();
  return done;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Result<void> read_file(const std::string& path, const std::function<Result<void>(Database&)>& read) {
  const auto before = look_at(path);
  if (!before) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR)
      return fail(ErrorCode::kNotFound, fmt::format("there is no database at {}", path));
    return fail(ErrorCode::kUnavailable,
                fmt::format("database {}: {}", path, std::generic_category().message(reason)));
  }
  if (may_write(path)) return read_snapshot(path, OpenOptions::Mode::kReadOnly, read);
  if (has_wal(path)) {
    auto done = read_snapshot(path, OpenOptions::Mode::kReadOnly, read);
    if (!done && done.error().code == ErrorCode::kUnavailable)
      done.error().detail += fmt::format(
          "; this user may not write it, so {0}-wal and {0}-shm must be there and readable (they are while a "
          "server "
          "runs), or neither (after one was stopped)",
          path);
    return done;
  }
  auto done = read_snapshot(path, OpenOptions::Mode::kImmutable, read);
  if (done && (has_wal(path) || look_at(path) != before))
    return fail(ErrorCode::kUnavailable,
                fmt::format("database {}: a server opened it while it was read; run this again", path));
  return done;
}

}  // namespace ff::sqlite
