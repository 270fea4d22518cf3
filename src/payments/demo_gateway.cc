#include "payments/demo_gateway.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "payments/ledger.h"
#include "sqlite/read_file.h"
#include "sqlite/reader.h"
#include "sqlite/writer.h"

namespace ff::payments {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS payment (
  key            TEXT PRIMARY KEY,
  status         INTEGER NOT NULL,  -- payments::Status
  amount         INTEGER NOT NULL,  -- minor units
  currency       TEXT NOT NULL,
  reference      TEXT NOT NULL,
  decline_reason TEXT NOT NULL,
  card_hint      TEXT NOT NULL,     -- brand and last four digits; never more of a card
  captures       INTEGER NOT NULL,
  changed_at     INTEGER NOT NULL   -- microseconds since 1970, UTC
) WITHOUT ROWID;
)sql";

constexpr const char* kColumns =
    "SELECT key, status, amount, currency, reference, decline_reason, card_hint, captures FROM payment";

Payment payment_of(sqlite::Statement& row) {
  Payment payment;
  payment.key = row.text(0);
  payment.status = static_cast<Status>(row.integer(1));
  payment.amount.minor = row.integer(2);
  if (Result<Currency> currency = Currency::parse(row.text(3))) payment.amount.currency = *currency;
  payment.reference = row.text(4);
  payment.decline_reason = row.text(5);
  payment.card_hint = row.text(6);
  payment.captures = static_cast<int>(row.integer(7));
  return payment;
}

Payment read(sqlite::Database& database, const std::string& key) {
  auto rows = database.statement(std::string(kColumns) + " WHERE key = ?1");
  Payment payment;
  payment.key = key;
  if (rows.query(key).step()) payment = payment_of(rows);
  return payment;
}

Result<std::vector<Payment>> read_all(sqlite::Database& database) {
  std::vector<Payment> payments;
  auto rows = database.statement(kColumns);
  rows.query();
  while (rows.step())
    payments.push_back(payment_of(rows));
  if (database.failure()) return tl::unexpected<Error>(*database.failure());
  return payments;
}

void write(sqlite::Database& database, const Payment& payment, Instant now) {
  database
      .statement(
          "INSERT INTO payment (key, status, amount, currency, reference, decline_reason, card_hint, "
          "captures, "
          "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (key) DO UPDATE SET status = "
          "?2, "
          "amount = ?3, currency = ?4, reference = ?5, decline_reason = ?6, card_hint = ?7, captures = ?8, "
          "changed_at = ?9")
      .run(payment.key, payment.status, payment.amount.minor, payment.amount.currency.code(),
           payment.reference, payment.decline_reason, payment.card_hint, payment.captures, now);
}

}  // namespace

struct DemoGateway::Ledger {
  Ledger(sqlite::Database write_connection, std::vector<sqlite::Database> read_connections)
      : writer(std::move(write_connection), "ff-demo-bank"),
        reader(std::move(read_connections), "ff-demo-look") {}

  // Reads the payment, lets `operation` change it, and writes it back when it did.
  template <typename Operation>
  Task<Result<Payment>> change(std::string key, Instant now, Operation operation) {
    auto work = [key = std::move(key), now, operation](sqlite::Database& database) -> Result<Payment> {
      Payment payment = read(database, key);
      const Status before = payment.status;
      operation(payment);
      if (payment.status != before) write(database, payment, now);
      if (database.failure()) return tl::unexpected<Error>(*database.failure());
      return payment;
    };
    return writer.write(std::move(work));
  }

  sqlite::Writer writer;
  sqlite::Reader reader;
};

Result<std::unique_ptr<DemoGateway>> DemoGateway::open(const std::string& path, Clock& clock,
                                                       DemoGatewaySettings settings) {
  sqlite::OpenOptions options;
  options.synchronous = settings.durable ? sqlite::Synchronous::kFull : sqlite::Synchronous::kOff;
  Result<sqlite::Database> database = sqlite::Database::open(path, options);
  if (!database) return tl::unexpected<Error>(std::move(database.error()));
  Result<void> made = database->execute(kSchema);
  if (!made) return tl::unexpected<Error>(std::move(made.error()));

  options.mode = sqlite::OpenOptions::Mode::kReadOnly;
  Result<sqlite::Database> reading = sqlite::Database::open(path, options);
  if (!reading) return tl::unexpected<Error>(std::move(reading.error()));
  std::vector<sqlite::Database> connections;
  connections.push_back(std::move(*reading));
  auto ledger = std::make_unique<Ledger>(std::move(*database), std::move(connections));
  return std::unique_ptr<DemoGateway>(new DemoGateway(std::move(ledger), clock, settings));
}

DemoGateway::DemoGateway(std::unique_ptr<Ledger> ledger, Clock& clock, DemoGatewaySettings settings)
    : ledger_(std::move(ledger)), clock_(clock), settings_(settings) {}

DemoGateway::~DemoGateway() = default;

Task<Result<Payment>> DemoGateway::answer(Result<Payment> outcome, Instant asked_at, Duration takes,
                                          Instant deadline) {
  const Instant arrives = asked_at + takes;
  if (arrives > deadline) {
    co_await clock_.sleep_until(deadline);
    co_return fail(ErrorCode::kUnknown, "the gateway did not answer in time");
  }
  if (takes > Duration::zero()) co_await clock_.sleep_until(arrives);
  // Whatever went wrong on its side, the caller can't tell whether it acted.
  if (!outcome) co_return fail(ErrorCode::kUnknown, outcome.error().detail);
  co_return outcome;
}

Task<Result<Payment>> DemoGateway::authorise(AuthoriseRequest request) {
  const Instant asked_at = clock_.now();
  const Instant deadline = request.deadline;
  const Behaviour behaviour = behaviour_of(request.card.number);
  if (behaviour == Behaviour::kRequestLost) {
    Result<Payment> nothing = fail(ErrorCode::kUnknown, "the request was lost on its way (test card)");
    co_return co_await answer(std::move(nothing), asked_at, settings_.latency, deadline);
  }
  std::string reference = fmt::format("demo_{:016x}", fingerprint(request.key));
  std::string key = request.key;
  auto operation = [request = std::move(request), behaviour, reference = std::move(reference)](
                       Payment& payment) { payments::authorise(payment, request, behaviour, reference); };
  // The money moves first and the answer travels after: whoever stops waiting has not stopped the bank.
  Result<Payment> outcome = co_await ledger_->change(std::move(key), asked_at, std::move(operation));
  if (behaviour == Behaviour::kReplyLost)
    outcome = fail(ErrorCode::kUnknown, "the reply was lost on its way (test card)");
  const Duration takes = behaviour == Behaviour::kSlow ? settings_.latency + kSlowAnswer : settings_.latency;
  co_return co_await answer(std::move(outcome), asked_at, takes, deadline);
}

template <typename Operation>
Task<Result<Payment>> DemoGateway::change(std::string key, Instant deadline, Operation operation) {
  const Instant asked_at = clock_.now();
  Result<Payment> outcome = co_await ledger_->change(std::move(key), asked_at, operation);
  co_return co_await answer(std::move(outcome), asked_at, settings_.latency, deadline);
}

Task<Result<Payment>> DemoGateway::capture(std::string key, Instant deadline) {
  return change(std::move(key), deadline, [](Payment& payment) { payments::capture(payment); });
}

Task<Result<Payment>> DemoGateway::close(std::string key, Instant deadline) {
  return change(std::move(key), deadline, [](Payment& payment) { payments::close(payment); });
}

Task<Result<Payment>> DemoGateway::void_authorisation(std::string key, Instant deadline) {
  return change(std::move(key), deadline, [](Payment& payment) { payments::void_authorisation(payment); });
}

Task<Result<Payment>> DemoGateway::refund(std::string key, Instant deadline) {
  return change(std::move(key), deadline, [](Payment& payment) { payments::refund(payment); });
}

Task<Result<Payment>> DemoGateway::lookup(std::string key, Instant deadline) {
  const Instant asked_at = clock_.now();
  auto work = [key = std::move(key)](sqlite::Database& database) -> Result<Payment> {
    Payment payment = read(database, key);
    if (database.failure()) return tl::unexpected<Error>(*database.failure());
    return payment;
  };
  Result<Payment> outcome = co_await ledger_->reader.read(std::move(work));
  co_return co_await answer(std::move(outcome), asked_at, settings_.latency, deadline);
}

Task<Result<std::vector<Payment>>> DemoGateway::ledger() { return ledger_->reader.read(read_all); }

Task<Result<std::vector<Payment>>> DemoGateway::page(std::string after, std::int64_t payments_max) {
  auto work = [after = std::move(after),
               payments_max](sqlite::Database& database) -> Result<std::vector<Payment>> {
    std::vector<Payment> payments;
    auto rows = database.statement(std::string(kColumns) + " WHERE key > ?1 ORDER BY key LIMIT ?2");
    rows.query(after, payments_max);
    while (rows.step())
      payments.push_back(payment_of(rows));
    if (database.failure()) return tl::unexpected<Error>(*database.failure());
    return payments;
  };
  return ledger_->reader.read(std::move(work));
}

Result<std::vector<Payment>> DemoGateway::read_ledger(const std::string& path) {
  std::vector<Payment> payments;
  auto done = sqlite::read_file(path, [&payments](sqlite::Database& database) -> Result<void> {
    auto all = read_all(database);
    if (!all) return tl::unexpected(std::move(all.error()));
    payments = std::move(*all);
    return {};
  });
  if (!done) return tl::unexpected(std::move(done.error()));
  return payments;
}

}  // namespace ff::payments
