#include "postgres/connection.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "postgres/connect_parameters.h"
#include "postgres/libpq.h"
#include "postgres/resolve.h"

namespace ff::postgres {

namespace {

using WaitType = asio::posix::stream_descriptor::wait_type;
constexpr auto kRead = asio::posix::stream_descriptor::wait_read;
constexpr auto kWrite = asio::posix::stream_descriptor::wait_write;
constexpr int kBinary = 1;

// libpq's messages come in several lines; ours are one.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : trim(text))
    if (c != '\t') line += c == '\n' ? ' ' : c;
  return line;
}

Failure connect_failure(std::string_view message) {
  Failure failure;
  failure.message = one_line(message);
  failure.lost = true;
  return failure;
}

// Notices are for psql, and libpq would print them on standard error. A warning that comes with a COMMIT is
// kept: see Connection::run().
void keep_warning(void* last, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  if (severity && message && std::string_view(severity) == "WARNING")
    *static_cast<std::string*>(last) = message;
}

}  // namespace

Exchange& Exchange::add(const Statement& statement, Params params) {
  steps_.push_back({statement, std::move(params)});
  return *this;
}
Exchange& Exchange::begin() { return add({"begin", "BEGIN"}); }
Exchange& Exchange::begin_snapshot() {
  return add({"begin_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"});
}
Exchange& Exchange::commit() {
  commits_ = true;
  return add({"commit", "COMMIT"});
}
Exchange& Exchange::rollback() { return add({"rollback", "ROLLBACK"}); }
Exchange& Exchange::autocommit() {
  commits_ = true;
  return *this;
}

Exchange& Exchange::within(Duration timeout) {
  timeout_ = timeout;
  return *this;
}

Connection::Connection(asio::any_io_executor executor, ConnectOptions options)
    : executor_(std::move(executor)), options_(std::move(options)), socket_(executor_), timer_(executor_) {}

Connection::~Connection() { close(); }

void Connection::close() {
  disarm();
  if (socket_.is_open()) socket_.release();  // libpq's to close
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
  prepared_.clear();
}

Task<Outcome<std::unique_ptr<Connection>>> Connection::open(asio::any_io_executor executor,
                                                            ConnectOptions options) {
  // libpq's own timeout does not count in asynchronous connects, and it looks names up by blocking: a host or
  // a name server that never answers would keep the others from being tried. So each address is an attempt of
  // its own, under the name that its certificate must have.
  const auto hosts = hosts_of(options.url);
  if (!hosts) co_return tl::unexpected(hosts.error());
  Failure failure;
  for (const Host& host : *hosts) {
    std::vector<std::string> addresses{host.address};
    if (host.address.empty() && is_name(host.name)) {
      auto found = co_await resolve(executor, host.name, options.connect_timeout);
      if (!found) {
        failure = std::move(found.error());
        continue;
      }
      addresses = std::move(*found);
    }
    for (const std::string& address : addresses) {
      std::unique_ptr<Connection> connection(new Connection(executor, options));
      auto connected = co_await connection->connect(host.name, address, host.port);
      if (connected) co_return std::move(connection);
      failure = std::move(connected.error());
    }
  }
  co_return tl::unexpected(std::move(failure));
}

Task<Outcome<void>> Connection::connect(std::string host, std::string hostaddr, std::string port) {
  const auto parameters = connect_parameters(options_, host, hostaddr, port);
  if (!parameters) co_return tl::unexpected(parameters.error());
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : *parameters) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = PQconnectStartParams(keys.data(), values.data(), 1);
  if (!connection_) co_return tl::unexpected(connect_failure("out of memory"));
  PQsetNoticeReceiver(connection_, keep_warning, &warning_);
  arm(options_.connect_timeout);
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(connection_) != CONNECTION_BAD && next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) break;
    // libpq may have another socket after each poll, perhaps with the same number: it is looked at anew.
    boost::system::error_code refused;
    socket_.assign(PQsocket(connection_), refused);
    if (refused) co_return tl::unexpected(connect_failure(refused.message()));
    const bool ready = co_await wait(next == PGRES_POLLING_READING ? kRead : kWrite);
    alarm_->socket = nullptr;
    socket_.release();
    if (!ready) {
      co_return tl::unexpected(connect_failure(fmt::format("no answer from {}:{} within {} ms", host, port,
                                                           options_.connect_timeout.count() / 1000)));
    }
    alarm_->socket = &socket_;
    next = PQconnectPoll(connection_);
  }
  disarm();
  if (next != PGRES_POLLING_OK) co_return tl::unexpected(connect_failure(PQerrorMessage(connection_)));
  PQsetnonblocking(connection_, 1);
  boost::system::error_code refused;
  socket_.assign(PQsocket(connection_), refused);
  if (refused) co_return tl::unexpected(connect_failure(refused.message()));
  co_return Outcome<void>{};
}

void Connection::arm(Duration timeout) {
  alarm_ = std::make_shared<Alarm>();
  alarm_->socket = &socket_;
  timer_.expires_after(timeout);
  timer_.async_wait([alarm = alarm_](boost::system::error_code error) {
    if (error || !alarm->socket) return;
    alarm->expired = true;
    boost::system::error_code ignored;
    alarm->socket->cancel(ignored);
  });
}

void Connection::disarm() {
  if (!alarm_) return;
  alarm_->socket = nullptr;
  timer_.cancel();
}

/// False when the deadline passed or the socket broke.
Task<bool> Connection::wait(WaitType what) {
  if (alarm_->expired) co_return false;
  boost::system::error_code error;
  co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !alarm_->expired;
}

/// Readable or writable: while we send, the server may have to get rid of answers before it reads on.
Task<bool> Connection::wait_for_either() {
  if (alarm_->expired) co_return false;
  auto either = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
  const auto wake = [either](boost::system::error_code) { either->cancel(); };
  socket_.async_wait(kRead, wake);
  socket_.async_wait(kWrite, wake);
  boost::system::error_code error;
  co_await either->async_wait(asio::redirect_error(asio::use_awaitable, error));
  socket_.cancel(error);
  co_return !alarm_->expired;
}

Task<bool> Connection::flush() {
  for (;;) {
    const int left = PQflush(connection_);
    if (left < 0) co_return false;
    if (left == 0) co_return true;
    const bool ready = co_await wait_for_either();
    if (!ready || PQconsumeInput(connection_) == 0) co_return false;
  }
}

/// `rows` is null at the end of a statement's results. False when the connection is lost.
Task<bool> Connection::next_result(Rows& rows) {
  while (PQisBusy(connection_) != 0) {
    const bool ready = co_await wait(kRead);
    if (!ready || PQconsumeInput(connection_) == 0) co_return false;
  }
  rows = Rows(PQgetResult(connection_));
  co_return true;
}

bool Connection::set_pipeline(bool on) {
  const bool is_on = PQpipelineStatus(connection_) != PQ_PIPELINE_OFF;
  if (is_on == on) return true;
  return (on ? PQenterPipelineMode(connection_) : PQexitPipelineMode(connection_)) == 1;
}

bool Connection::send(const Exchange::Step& step, bool& prepares) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  step.params.pointers(values, lengths);
  const std::vector<int> formats(values.size(), kBinary);
  const int count = static_cast<int>(values.size());
  // Our texts end with the file or with a zero byte somewhere behind them, so libpq gets copies.
  if (!options_.prepared) {
    const std::string sql(step.statement.sql);
    return PQsendQueryParams(connection_, sql.c_str(), count, nullptr, values.data(), lengths.data(),
                             formats.data(), kBinary) == 1;
  }
  const std::string name(step.statement.name);
  prepares = !prepared_.contains(step.statement.name);
  if (prepares) {
    const std::string sql(step.statement.sql);
    if (PQsendPrepare(connection_, name.c_str(), sql.c_str(), 0, nullptr) != 1) return false;
  }
  return PQsendQueryPrepared(connection_, name.c_str(), count, values.data(), lengths.data(), formats.data(),
                             kBinary) == 1;
}

Task<Outcome<std::vector<Rows>>> Connection::run(Exchange exchange) {
  if (!usable()) co_return tl::unexpected(lost(false));
  // Each statement has the server's timeout; this is for a server that says nothing at all.
  arm(exchange.timeout_.count() > 0 ? exchange.timeout_
                                    : options_.statement_timeout + options_.network_timeout);
  if (!set_pipeline(true)) co_return tl::unexpected(lost(false));
  warning_.clear();
  // The same statement may come twice in an exchange and is prepared once.
  std::vector<bool> prepares(exchange.steps_.size(), false);
  for (std::size_t i = 0; i < exchange.steps_.size(); ++i) {
    bool first = false;
    if (!send(exchange.steps_[i], first)) co_return tl::unexpected(lost(exchange.commits_));
    prepares[i] = first;
    if (first) prepared_.insert(exchange.steps_[i].statement.name);
  }
  if (PQpipelineSync(connection_) != 1) co_return tl::unexpected(lost(exchange.commits_));
  const bool flushed = co_await flush();
  if (!flushed) co_return tl::unexpected(lost(exchange.commits_));

  std::vector<Rows> all;
  all.reserve(exchange.steps_.size());
  Failure failure;
  bool failed = false;
  for (std::size_t i = 0; i < exchange.steps_.size(); ++i) {
    const int results = prepares[i] ? 2 : 1;
    for (int part = 0; part < results; ++part) {
      Rows rows, end;
      bool alive = co_await next_result(rows);
      if (!alive) co_return tl::unexpected(lost(exchange.commits_));
      const ExecStatusType status = PQresultStatus(rows.get());
      const bool fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
      if (!fine && !failed) {
        failed = true;
        failure = failure_of(rows);
      }
      if (fine && !failed && exchange.steps_[i].statement.name == "commit" && part + 1 == results &&
          rows.command() != "COMMIT") {  // of a transaction that had failed: it was rolled back
        failed = true;
        failure.message = "the transaction had failed before its commit";
      }
      if (!fine && part + 1 < results) prepared_.erase(exchange.steps_[i].statement.name);
      if (fine && part + 1 == results) all.push_back(std::move(rows));
      alive = co_await next_result(end);
      if (!alive) {
        Failure gone = lost(exchange.commits_);
        if (failed) gone.message = failure.message;
        co_return tl::unexpected(std::move(gone));
      }
    }
  }
  Rows sync;
  const bool alive = co_await next_result(sync);
  if (!alive || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) {
    Failure gone = lost(exchange.commits_);
    if (failed) gone.message = failure.message;
    co_return tl::unexpected(std::move(gone));
  }
  disarm();
  if (!failed && exchange.commits_ && !warning_.empty()) {
    // "canceling wait for synchronous replication": somebody ended the wait, and the server says COMMIT
    // although the standby may lack it. No other warning comes with what is sent here.
    Failure doubt = lost(true);
    doubt.message = warning_;
    co_return tl::unexpected(std::move(doubt));
  }
  if (failed) {
    if (wants_another_server(failure)) close();
    co_return tl::unexpected(std::move(failure));
  }
  co_return all;
}

Task<Outcome<void>> Connection::script(std::string sql, Duration timeout) {
  if (!usable()) co_return tl::unexpected(lost(false));
  arm(timeout);
  if (!set_pipeline(false) || PQsendQuery(connection_, sql.c_str()) != 1)
    co_return tl::unexpected(lost(false));
  const bool flushed = co_await flush();
  if (!flushed) co_return tl::unexpected(lost(true));
  Outcome<void> outcome;
  for (;;) {
    Rows rows;
    const bool alive = co_await next_result(rows);
    if (!alive) co_return tl::unexpected(lost(true));
    if (!rows.get()) break;
    const ExecStatusType status = PQresultStatus(rows.get());
    if (outcome && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      outcome = tl::unexpected(failure_of(rows));
  }
  disarm();
  co_return outcome;
}

Task<Outcome<bool>> Connection::notified(Duration timeout) {
  if (!usable()) co_return tl::unexpected(lost(false));
  arm(timeout);
  bool heard = false;
  for (;;) {
    while (PGnotify* notification = PQnotifies(connection_)) {
      heard = true;
      PQfreemem(notification);
    }
    if (heard) break;
    const bool ready = co_await wait(kRead);
    if (!ready && alarm_->expired) break;
    if (!ready || PQconsumeInput(connection_) == 0) co_return tl::unexpected(lost(false));
  }
  disarm();
  co_return heard;
}

bool Connection::usable() const { return connection_ && PQstatus(connection_) == CONNECTION_OK; }

bool Connection::in_transaction() const {
  return connection_ && PQtransactionStatus(connection_) != PQTRANS_IDLE;
}

int Connection::server_process() const { return connection_ ? PQbackendPID(connection_) : 0; }

Failure Connection::failure_of(const Rows& rows) const {
  const auto field = [&](int code) -> std::string_view {
    const char* text = PQresultErrorField(rows.get(), code);
    return text ? text : "";
  };
  Failure failure;
  failure.sqlstate = field(PG_DIAG_SQLSTATE);
  failure.message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (failure.message.empty()) failure.message = one_line(PQresultErrorMessage(rows.get()));
  return failure;
}

Failure Connection::lost(bool doubtful) {
  Failure failure;
  failure.lost = true;
  failure.doubtful = doubtful;
  failure.message = alarm_ && alarm_->expired ? "no answer in time"
                    : connection_             ? one_line(PQerrorMessage(connection_))
                                              : "the connection was closed";
  if (failure.message.empty()) failure.message = "the connection was closed";
  close();
  return failure;
}

}  // namespace ff::postgres
