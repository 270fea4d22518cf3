// One connection to one SQLite file, and its statements: typed, prepared once, reset by themselves.
//
// Invariant: the first failure sticks. Once a statement has failed, every later step() on the connection
// does nothing and answers "no row" until rollback(); commit() refuses with that failure. So a transaction
// is written as straight code and judged once, at its end: what came after a failure was never written.
// (SQLite rolls some failures back by itself; without this rule the next statement would commit alone.)
//
// One thread at a time. Writer and Reader give each of theirs to the functions that they run.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ff::sqlite {

/// When a commit counts as done.
enum class Synchronous {
  kFull,    // when it is on disk: survives lost power. What a shop needs.
  kNormal,  // survives the process; lost power may lose the last commits
  kOff,     // left to the operating system; for tests that must see the loss
};

struct OpenOptions {
  enum class Mode {
    kReadWrite,        // made when absent (its folder too, one level)
    kReadWriteExists,  // kNotFound when absent
    kReadOnly,         // reads a file that another connection writes; never makes one
    kImmutable,        // reads a file that nobody writes; takes no lock and makes nothing beside it
  };
  Mode mode = Mode::kReadWrite;
  Synchronous synchronous = Synchronous::kFull;
  std::chrono::milliseconds busy_timeout{5000};  // for another process's transaction
  std::int64_t cache_kib_max = 16 * 1024;        // pages kept in memory by this connection
  std::int64_t checkpoint_pages = 4000;          // the WAL is folded into the file when it is this long
  std::string vfs{};                             // empty: the system's own
};

/// The rows of one table that were written, as Database::rows_changed_since() tells.
struct ChangedRows {
  std::optional<std::vector<std::int64_t>>
      rows;                   // rowids, each once, in order; nothing: any row may have changed
  std::int64_t position = 0;  // for the next question
};

class Statement;

class Database {
 public:
  /// A file path, or ":memory:". The error is one line that names the file and what to do about it.
  static Result<Database> open(const std::string& path, const OpenOptions& options = {});
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// A statement that is prepared once per connection and text. What can't be prepared fails at step().
  /// Keep it for a loop; it resets itself when it goes.
  Statement statement(std::string_view sql);
  /// Any number of statements without parameters (schema, pragmas). Sticks like any failure.
  Result<void> execute(std::string_view sql);

  void begin();     // BEGIN IMMEDIATE: takes the write lock now
  void snapshot();  // BEGIN: a consistent view for reading
  /// Ends the transaction. kUnavailable: nothing was written. kUnknown: it may have been; ask what stands.
  Result<void> commit();
  /// Undoes the transaction, if one is open, and clears the failure.
  void rollback();
  bool in_transaction() const;

  const std::optional<Error>& failure() const;
  /// The failure as a Result, for code outside a transaction; clears it.
  Result<void> take_failure();
  /// Fails the connection with our own words, like a failed statement.
  void fail(Error error);

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;        // by the last statement
  std::int64_t total_changes() const;  // by all statements of this connection
  const std::string& path() const;

  /// From now on the rows of `table` that this connection writes are remembered, the last `most` of them.
  /// Once, for one table.
  void watch_rows(std::string table, std::size_t most);
  /// Since `position`, an earlier answer's. A row may be told that a rollback left as it was. Any row may
  /// have changed where another connection wrote meanwhile, or where `position` is further back than what is
  /// remembered, or of no answer (-1).
  ChangedRows rows_changed_since(std::int64_t position);

 private:
  friend class Statement;
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Anything that goes into one parameter: integers, bool, enums, text, ids, instants, optionals of these.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds ?1... in turn and runs to the end, ignoring rows. The arguments need live only for the call.
  template <typename... Args>
  void run(const Args&... args) {
    reset();
    int index = 0;
    (bind_value(++index, args, false), ...);
    finish();
  }
  /// Binds ?1... in turn (copying) and starts over; then step() through the rows.
  template <typename... Args>
  Statement& query(const Args&... args) {
    reset();
    int index = 0;
    (bind_value(++index, args, true), ...);
    return *this;
  }
  /// True: there is a row to read. False: no more rows, or the connection has failed.
  bool step();

  std::int64_t integer(int column) const;
  bool truth(int column) const { return integer(column) != 0; }
  bool is_null(int column) const;
  std::string_view text(int column) const;  // alive until the next step()
  std::span<const std::uint8_t> blob(int column) const;
  Instant instant(int column) const { return {integer(column)}; }
  template <typename T>
  T id(int column) const {  // VariantId from an integer; OrderId, CartId, Token from a blob of 16 bytes
    T value{};
    if constexpr (requires { value.bytes; }) {
      const auto bytes = blob(column);
      if (bytes.size() == value.bytes.size()) std::memcpy(value.bytes.data(), bytes.data(), bytes.size());
    } else {
      value.value = integer(column);
    }
    return value;
  }

 private:
  friend class Database;
  Statement(Database::State* database, sqlite3_stmt* statement, bool* in_use);

  template <typename T>
  void bind_value(int index, const T& value, bool copy) {
    if constexpr (requires {
                    value.has_value();
                    *value;
                  }) {
      if (value.has_value()) {
        bind_value(index, *value, copy);
      } else {
        bind_null(index);
      }
    } else if constexpr (std::is_same_v<T, std::nullopt_t>) {
      bind_null(index);
    } else if constexpr (std::is_enum_v<T>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_integral_v<T>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, Instant>) {
      bind_integer(index, value.us);
    } else if constexpr (requires { value.bytes; }) {
      bind_blob(index, value.bytes, copy);
    } else if constexpr (requires {
                           { value.value } -> std::convertible_to<std::int64_t>;
                         }) {
      bind_integer(index, value.value);
    } else if constexpr (std::is_convertible_v<const T&, std::span<const std::uint8_t>>) {
      bind_blob(index, value, copy);
    } else {
      bind_text(index, value, copy);
    }
  }
  void bind_null(int index);
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value, bool copy);
  void bind_blob(int index, std::span<const std::uint8_t> value, bool copy);
  void reset();
  void finish();

  Database::State* database_;
  sqlite3_stmt* statement_;  // null: could not be prepared, and the connection has failed
  bool* in_use_;             // null: not from the cache, finalised at the end
};

}  // namespace ff::sqlite
