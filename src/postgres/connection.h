// One connection to PostgreSQL: libpq without blocking, on Asio.
//
// An Exchange is what goes to the server in one round trip: its statements are sent together (pipeline mode)
// and their results read together. When one fails, the server skips those behind it, so a COMMIT at the end
// is reached only when all before it worked.
//
// Invariants: a connection does one exchange at a time and is used by one thread. Each exchange has a
// deadline; when that passes, the connection is closed, because what it would say next is no longer known. A
// failure after a COMMIT was sent and before its answer came is doubtful, never a plain failure. So is a
// COMMIT that did not wait for the synchronous standby.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/async.h"
#include "base/time.h"
#include "postgres/failure.h"
#include "postgres/params.h"
#include "postgres/rows.h"

struct pg_conn;

namespace ff::postgres {

struct ConnectOptions {
  std::string url;            // a libpq URI or key=value text; several hosts are tried in turn
  std::string password_file;  // read at each connect, so that a rotated secret is found; empty: none
  std::string application_name = "fashionforward";
  std::string settings;  // more of the server's settings: " -c name=value"; ignored where prepared is false
  bool prepared = true;  // false behind a pooler that hands out connections by transaction (PgBouncer)
  Duration connect_timeout = std::chrono::seconds(3);     // of each look-up of a name, and of each address
  Duration statement_timeout = std::chrono::seconds(10);  // the server's, of each statement
  Duration lock_timeout = std::chrono::seconds(3);
  // A transaction whose client went silent keeps its locks no longer than this, also when nobody tells the
  // server that the client is gone.
  Duration idle_in_transaction_timeout = std::chrono::seconds(5);
  Duration network_timeout = std::chrono::seconds(10);  // unacknowledged bytes, both ways
};

/// Alive as long as the program: from an embedded file.
struct Statement {
  std::string_view name;
  std::string_view sql;
};

class Exchange {
 public:
  Exchange& add(const Statement& statement, Params params = {});
  Exchange& begin();
  Exchange& begin_snapshot();  // REPEATABLE READ READ ONLY
  Exchange& commit();
  Exchange& rollback();
  /// The statements write by themselves, without BEGIN: each is a transaction of its own.
  Exchange& autocommit();
  /// Waits up to `timeout` for the answers, instead of what suits a request's statements.
  Exchange& within(Duration timeout);
  std::size_t size() const { return steps_.size(); }

 private:
  friend class Connection;
  struct Step {
    Statement statement;
    Params params;
  };
  std::vector<Step> steps_;
  bool commits_ = false;
  Duration timeout_{0};  // 0: the connection's own
};

class Connection {
 public:
  /// All sockets and timers run on `executor`, one thread's. Unreachable, refused, wrong password, read-only:
  /// a Failure that is `lost`.
  static Task<Outcome<std::unique_ptr<Connection>>> open(asio::any_io_executor executor,
                                                         ConnectOptions options);
  Connection(const Connection&) = delete;
  ~Connection();

  /// One Rows for each statement. A failure is that of the first statement that failed. The transaction that
  /// it was in is then broken: see in_transaction().
  Task<Outcome<std::vector<Rows>>> run(Exchange exchange);
  /// Statements without parameters, in one text; those of a migration. Waits at most `timeout`.
  Task<Outcome<void>> script(std::string sql, Duration timeout);
  /// Waits for a NOTIFY on a channel that was LISTENed to, at most `timeout`; false when none came.
  Task<Outcome<bool>> notified(Duration timeout);

  bool usable() const;  // false once it is lost
  bool in_transaction() const;
  int server_process() const;  // pg_backend_pid()
  void close();

 private:
  // What a deadline tells the waits that it cuts short. Shared with the timer's handler, which may run late.
  struct Alarm {
    bool expired = false;
    asio::posix::stream_descriptor* socket = nullptr;
  };

  Connection(asio::any_io_executor executor, ConnectOptions options);
  Task<Outcome<void>> connect(std::string host, std::string hostaddr, std::string port);
  Task<bool> wait(asio::posix::stream_descriptor::wait_type what);
  Task<bool> wait_for_either();
  Task<bool> flush();
  Task<bool> next_result(Rows& rows);
  bool send(const Exchange::Step& step, bool& prepares);
  void arm(Duration timeout);
  void disarm();
  Failure failure_of(const Rows& rows) const;
  Failure lost(bool doubtful);
  bool set_pipeline(bool on);

  asio::any_io_executor executor_;
  const ConnectOptions options_;
  pg_conn* connection_ = nullptr;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer timer_;
  std::shared_ptr<Alarm> alarm_;
  std::unordered_set<std::string_view> prepared_;
  std::string warning_;  // the server's last one in this exchange
};

}  // namespace ff::postgres
