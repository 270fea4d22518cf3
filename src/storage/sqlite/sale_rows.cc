#include "storage/sqlite/sale_rows.h"

#include "storage/sql_file.h"

namespace ff::storage {
namespace {

using sales::from_millionths;
using sales::Sale;
using sales::SaleId;
using sales::to_millionths;
using sqlite::Database;
using sqlite::Statement;

Statement prepare(Database& database, std::string_view name) {
  static const SqlFile file("sqlite/sale_rows.sql");
  return database.statement(file.statement(name).second);
}

Result<Sale> sale_from(const Statement& row) {
  sales::SaleSettings settings;
  const auto id = SaleId::parse(row.text(0));
  const auto seed = sales::parse_bytes32(row.text(11));
  const auto key = sales::parse_bytes32(row.text(12));
  if (!id || !seed || !key) return fail(ErrorCode::kInternal, "a sale's row can't be read");
  settings.id = *id;
  settings.title = row.text(1);
  settings.products = sales::split_products(row.text(2));
  settings.starts_at = row.instant(3);
  settings.ends_at = row.instant(4);
  settings.per_shopper_max = static_cast<std::int32_t>(row.integer(5));
  settings.queue = static_cast<sales::Queue>(row.integer(6));
  settings.auto_after = Duration(row.integer(7));
  settings.pass_for = Duration(row.integer(8));
  settings.rate_max = from_millionths(row.integer(9));
  settings.version = row.integer(10);
  sales::QueueState queue;
  queue.open = row.truth(13);
  queue.epoch = static_cast<std::uint32_t>(row.integer(14));
  queue.opened_at = row.instant(15);
  queue.frontier = from_millionths(row.integer(16));
  queue.rate = from_millionths(row.integer(17));
  queue.moved_at = row.instant(18);
  queue.token = row.integer(19);
  queue.version = row.integer(20);
  return Sale(std::move(settings), {*seed, *key}, queue);
}

}  // namespace

Result<std::vector<Sale>> read_sales(Database& database) {
  std::vector<Sale> found;
  auto row = prepare(database, "sales");
  row.query();
  while (row.step()) {
    auto sale = sale_from(row);
    if (!sale) return tl::unexpected(std::move(sale.error()));
    found.push_back(std::move(*sale));
  }
  return found;
}

Result<Sale> put_sale(Database& database, const sales::SaleSettings& settings,
                      const sales::SaleSecrets& if_new, Instant now) {
  const auto stored = read_sales(database);
  if (!stored) return tl::unexpected(stored.error());
  auto next = sales::edited(*stored, settings, if_new, now);
  if (!next) return next;
  const sales::SaleSettings& s = next->settings();
  const sales::QueueState& q = next->queue();
  prepare(database, "sales_put")
      .run(s.id.text(), s.title, sales::join_products(s.products), s.starts_at, s.ends_at, s.per_shopper_max,
           s.queue, s.auto_after.count(), s.pass_for.count(), to_millionths(s.rate_max), s.version,
           sales::to_hex(next->secrets_for_store().seed),
           sales::to_hex(next->secrets_for_store().signing_key), q.open, q.epoch, q.opened_at,
           to_millionths(q.frontier), to_millionths(q.rate), q.moved_at, q.token, q.version);
  return next;
}

Result<void> remove_sale(Database& database, const SaleId& id) {
  prepare(database, "sales_delete").run(id.text());
  if (database.changes() == 0) return fail(ErrorCode::kNotFound, "there is no sale " + id.text());
  prepare(database, "arrivals_delete").run(id.text());
  prepare(database, "passes_delete").run(id.text());
  prepare(database, "purchases_delete").run(id.text());
  return {};
}

bool change_queue(Database& database, const SaleId& id, const sales::QueueState& next) {
  prepare(database, "sales_change_queue")
      .run(id.text(), next.version, next.token, next.open, next.epoch, next.opened_at,
           to_millionths(next.frontier), to_millionths(next.rate), next.moved_at);
  return database.changes() > 0;
}

std::vector<sales::BucketCount> read_arrivals(Database& database, const SaleId& id, std::uint32_t epoch,
                                              std::uint32_t since) {
  std::vector<sales::BucketCount> counts;
  auto row = prepare(database, "arrivals_since");
  row.query(id.text(), epoch, since);
  while (row.step())
    counts.push_back(
        {static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))});
  return counts;
}

void report_arrivals(Database& database, const sales::ProcessReport& process,
                     const std::vector<sales::Issued>& issued, Instant now) {
  const bool refusing = process.refusing_for > Duration(0);
  prepare(database, "processes_put")
      .run(process.process, now, to_millionths(process.capacity_per_second),
           refusing ? now - process.refusing_for : Instant{});
  auto put = prepare(database, "arrivals_put");
  for (const sales::Issued& one : issued)
    put.run(one.sale.text(), one.epoch, one.bucket, process.process, one.tickets);
}

std::vector<sales::ProcessReport> live_processes(Database& database, Duration within, Instant now) {
  std::vector<sales::ProcessReport> live;
  auto row = prepare(database, "processes_since");
  row.query(now - within);
  while (row.step()) {
    const Instant since = row.instant(2), told = row.instant(3);
    live.push_back({std::string(row.text(0)), from_millionths(row.integer(1)),
                    since == Instant{} ? Duration(0) : told - since, now - told});
  }
  return live;
}

Result<sales::AdmitOutcome> admit(Database& database, const SaleId& id, std::uint32_t epoch,
                                  const sales::TicketId& ticket, const CartId& cart, Duration valid_for,
                                  Instant now) {
  const std::span<const std::uint8_t> key(ticket);
  prepare(database, "passes_insert").run(id.text(), key, epoch, cart, now + valid_for);
  auto row = prepare(database, "passes_by_ticket");
  if (!row.query(id.text(), key).step()) return fail(ErrorCode::kNotFound, "there is no sale " + id.text());
  if (row.id<CartId>(0) != cart || row.instant(1) <= now) return sales::AdmitOutcome(sales::TicketUsed{});
  return sales::AdmitOutcome(sales::PassGranted{row.instant(1)});
}

std::optional<sales::Entry> pass_entry(Database& database, const SaleId& id, const sales::TicketId& ticket) {
  auto row = prepare(database, "passes_by_ticket");
  if (!row.query(id.text(), std::span<const std::uint8_t>(ticket)).step()) return std::nullopt;
  return sales::Entry{row.id<CartId>(0), row.instant(1)};
}

void forget_sales(Database& database, Duration kept_for, Instant now) {
  const Instant before = now - kept_for;
  prepare(database, "arrivals_forget").run(before);
  prepare(database, "passes_forget").run(before, now);
  prepare(database, "processes_forget").run(before);
  prepare(database, "purchases_forget").run(before);
}

}  // namespace ff::storage
