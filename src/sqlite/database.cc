#include "sqlite/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <deque>
#include <set>

#include <filesystem>
#include <system_error>
#include <unordered_map>

namespace ff::sqlite {

namespace {

ErrorCode code_of(int rc) {
  switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOTADB:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

/// See sqlite.org/uri.html.
std::string immutable_uri(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", c);
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Prepared {
  sqlite3_stmt* statement = nullptr;
  bool in_use = false;
};

}  // namespace

// What watch_rows() remembers: rows_[i] was written as number first + i.
struct Watched {
  std::string table;
  std::size_t most = 0;
  std::deque<std::int64_t> rows{};
  std::int64_t first = 0;
  std::int64_t data_version = 0;  // SQLite's own: it moves when another connection has committed

  std::int64_t end() const { return first + static_cast<std::int64_t>(rows.size()); }

  static void written(void* self, int, const char*, const char* table, sqlite3_int64 row) {
    auto& watched = *static_cast<Watched*>(self);
    if (watched.table != table) return;
    watched.rows.push_back(row);
    if (watched.rows.size() <= watched.most) return;
    watched.rows.pop_front();
    ++watched.first;
  }
};

struct Database::State {
  sqlite3* handle = nullptr;
  std::string path;
  std::optional<Error> failure;
  int failure_rc = SQLITE_OK;  // SQLite's own code for it
  Watched watched;
  std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> prepared;

  State() = default;
  State(const State&) = delete;
  ~State() {
    for (auto& [sql, entry] : prepared)
      sqlite3_finalize(entry.statement);
    sqlite3_close_v2(handle);
  }

  Error error(int rc, std::string_view doing) const {
    std::string why = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(rc);
    if (handle && ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN)) {
      if (const int number = sqlite3_system_errno(handle); number != 0) {
        why += " (" + std::generic_category().message(number) + ")";
      }
    }
    return Error{code_of(rc), fmt::format("database {}: {}: {}", path, doing, why), {}};
  }
  void failed(int rc, const char* sql) {
    if (failure) return;
    failure = error(rc, sql ? std::string_view(sql).substr(0, 120) : "prepare");
    failure_rc = rc;
  }
  sqlite3_stmt* prepare(std::string_view sql, unsigned flags) {
    sqlite3_stmt* statement = nullptr;
    const int rc =
        sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), flags, &statement, nullptr);
    if (rc != SQLITE_OK) failed(rc, std::string(sql).c_str());
    return statement;
  }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path, const OpenOptions& options) {
  auto state = std::make_unique<State>();
  state->path = path;
  const bool in_memory = path == ":memory:";
  const std::filesystem::path file(path);
  std::error_code ignored;
  if (options.mode != OpenOptions::Mode::kReadWrite && !in_memory &&
      !std::filesystem::exists(file, ignored)) {
    return ff::fail(ErrorCode::kNotFound, fmt::format("there is no database at {}", path));
  }
  if (options.mode == OpenOptions::Mode::kReadWrite && !in_memory && file.has_parent_path()) {
    std::filesystem::create_directory(file.parent_path(), ignored);  // what fails here fails again below
  }
  if (options.mode == OpenOptions::Mode::kReadWrite && !in_memory) {
    // Made here when there is none, so that only its owner may read it: names and addresses live in it.
    // SQLite gives the files beside it the same mode.
    const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (made >= 0) ::close(made);
  }
  const bool immutable = options.mode == OpenOptions::Mode::kImmutable;
  const bool writes = !immutable && options.mode != OpenOptions::Mode::kReadOnly;
  // A reader of a WAL file needs to write its shared index, so it opens for writing and is held to reading.
  // Who may not write it shares the index of a server that runs.
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) |
                    (options.mode == OpenOptions::Mode::kReadWrite ? SQLITE_OPEN_CREATE : 0);
  const std::string name = immutable ? immutable_uri(path) : path;
  int rc = sqlite3_open_v2(name.c_str(), &state->handle, flags,
                           options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (rc != SQLITE_OK) {
    return tl::unexpected(state->error(rc, "can't be opened"));
  }
  if (options.mode == OpenOptions::Mode::kReadOnly &&
      (std::filesystem::exists(path + "-wal", ignored) || std::filesystem::exists(path + "-shm", ignored))) {
    // Otherwise the last to close the file would fold the log into it and delete the two files beside it:
    // those of a server that was killed are a writer's to recover. What we make ourselves, where there was
    // neither, goes when we close.
    sqlite3_db_config(state->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  sqlite3_extended_result_codes(state->handle, 1);
  sqlite3_busy_timeout(state->handle, static_cast<int>(options.busy_timeout.count()));
  if (writes && sqlite3_db_readonly(state->handle, "main") == 1) {
    return ff::fail(ErrorCode::kUnavailable,
                    fmt::format("database {}: is not writable by this user; check its owner and mode", path));
  }
  static constexpr const char* kSynchronous[] = {"FULL", "NORMAL", "OFF"};
  Database database(std::move(state));
  if (!writes) {
    (void)database.execute("PRAGMA query_only = ON");
  } else {
    bool wal = false;
    {
      auto mode = database.statement("PRAGMA journal_mode = WAL");
      wal = mode.step() && (in_memory || mode.text(0) == "wal");
    }
    if (!wal && !database.failure()) {
      return ff::fail(ErrorCode::kUnavailable,
                      fmt::format("database {}: this file system can't share memory between connections "
                                  "(WAL); put the database on a local disk",
                                  path));
    }
  }
  (void)database.execute(fmt::format(
      "PRAGMA synchronous = {}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{};"
      "PRAGMA wal_autocheckpoint = {}; PRAGMA temp_store = MEMORY;",
      kSynchronous[static_cast<int>(options.synchronous)], options.cache_kib_max, options.checkpoint_pages));
  if (auto ok = database.take_failure(); !ok) {
    ok.error().detail =
        fmt::format("database {}: can't be opened for {}: {}", path, writes ? "writing" : "reading",
                    ok.error().detail.substr(ok.error().detail.rfind(": ") + 2));
    return tl::unexpected(std::move(ok.error()));
  }
  return database;
}

Statement Database::statement(std::string_view sql) {
  State& state = *state_;
  auto found = state.prepared.find(sql);
  if (found == state.prepared.end()) {
    sqlite3_stmt* fresh = state.failure ? nullptr : state.prepare(sql, SQLITE_PREPARE_PERSISTENT);
    if (!fresh) return Statement(&state, nullptr, nullptr);
    found = state.prepared.emplace(std::string(sql), Prepared{fresh, false}).first;
  }
  Prepared& entry = found->second;
  if (entry.in_use) return Statement(&state, state.failure ? nullptr : state.prepare(sql, 0), nullptr);
  entry.in_use = true;
  return Statement(&state, entry.statement, &entry.in_use);
}

Result<void> Database::execute(std::string_view sql) {
  State& state = *state_;
  if (state.failure) return tl::unexpected(*state.failure);
  const std::string text(sql);
  const int rc = sqlite3_exec(state.handle, text.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) {
    state.failed(rc, text.c_str());
    return tl::unexpected(*state.failure);
  }
  return {};
}

void Database::begin() { statement("BEGIN IMMEDIATE").run(); }
void Database::snapshot() { statement("BEGIN").run(); }

Result<void> Database::commit() {
  State& state = *state_;
  if (state.failure) {
    Error error = *state.failure;
    rollback();
    return tl::unexpected(std::move(error));
  }
  statement("COMMIT").run();
  if (!state.failure) return {};
  Error error = std::move(*state.failure);
  // A full disk stops before the commit's last frame is whole, so recovery will not find it. After any other
  // error (a failed fsync above all) the frames may be in the WAL, and a crash now would bring them to life.
  const int rc = state.failure_rc & 0xff;
  if (rc != SQLITE_FULL && rc != SQLITE_BUSY) error.code = ErrorCode::kUnknown;
  rollback();
  return tl::unexpected(std::move(error));
}

void Database::rollback() {
  state_->failure.reset();
  if (in_transaction()) sqlite3_exec(state_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(state_->handle) == 0; }
const std::optional<Error>& Database::failure() const { return state_->failure; }

Result<void> Database::take_failure() {
  if (!state_->failure) return {};
  Error error = std::move(*state_->failure);
  state_->failure.reset();
  return tl::unexpected(std::move(error));
}

void Database::fail(Error error) {
  if (!state_->failure) state_->failure = std::move(error);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(state_->handle); }
std::int64_t Database::changes() const { return sqlite3_changes64(state_->handle); }
std::int64_t Database::total_changes() const { return sqlite3_total_changes64(state_->handle); }
const std::string& Database::path() const { return state_->path; }

void Database::watch_rows(std::string table, std::size_t most) {
  state_->watched = {.table = std::move(table), .most = most};
  sqlite3_update_hook(state_->handle, &Watched::written, &state_->watched);
}

ChangedRows Database::rows_changed_since(std::int64_t position) {
  Watched& watched = state_->watched;
  auto version = statement("PRAGMA data_version");
  if (version.step() && version.integer(0) != watched.data_version) {
    watched.data_version = version.integer(0);
    watched.first = watched.end() + 1;  // beyond every position that was given
    watched.rows.clear();
  }
  ChangedRows changed;
  changed.position = watched.end();
  if (position < watched.first || position > watched.end()) return changed;
  const std::set<std::int64_t> rows(watched.rows.begin() + (position - watched.first), watched.rows.end());
  changed.rows.emplace(rows.begin(), rows.end());
  return changed;
}

Statement::Statement(Database::State* database, sqlite3_stmt* statement, bool* in_use)
    : database_(database), statement_(statement), in_use_(in_use) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)) {}

Statement::~Statement() {
  if (!statement_) return;
  if (!in_use_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);  // they may point into memory that is about to go
  *in_use_ = false;
}

bool Statement::step() {
  if (!statement_ || database_->failure) return false;
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) {
    database_->failed(rc, sqlite3_sql(statement_));
  }
  sqlite3_reset(statement_);
  return false;
}

void Statement::finish() {
  while (step()) {
  }
}

void Statement::reset() {
  if (statement_) sqlite3_reset(statement_);
}

void Statement::bind_null(int index) {
  if (statement_) sqlite3_bind_null(statement_, index);
}
void Statement::bind_integer(int index, std::int64_t value) {
  if (statement_) sqlite3_bind_int64(statement_, index, value);
}
void Statement::bind_text(int index, std::string_view value, bool copy) {
  if (!statement_) return;
  const int rc = sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                                     copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) database_->failed(rc, sqlite3_sql(statement_));  // too big, or out of memory
}
void Statement::bind_blob(int index, std::span<const std::uint8_t> value, bool copy) {
  if (!statement_) return;
  const int rc = sqlite3_bind_blob64(statement_, index,
                                     value.empty() ? reinterpret_cast<const std::uint8_t*>("") : value.data(),
                                     value.size(), copy ? SQLITE_TRANSIENT : SQLITE_STATIC);
  if (rc != SQLITE_OK) database_->failed(rc, sqlite3_sql(statement_));
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace ff::sqlite
