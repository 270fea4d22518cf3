#include "storage/postgres/sale_rows.h"

#include "storage/postgres/queries.h"
#include "storage/sql_file.h"

namespace ff::storage::pg {
namespace {

using postgres::Connection;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Params;
using postgres::Rows;
using sales::from_millionths;
using sales::Sale;
using sales::SaleId;
using sales::to_millionths;

postgres::Statement statement(std::string_view name) {
  static const SqlFile file("postgres/sale_rows.sql");
  const auto& [key, text] = file.statement(name);
  return {key, text};
}

Outcome<Sale> sale_from(const Rows& rows, int row) {
  sales::SaleSettings settings;
  const auto id = SaleId::parse(rows.text(row, 0));
  const auto seed = sales::parse_bytes32(rows.text(row, 11));
  const auto key = sales::parse_bytes32(rows.text(row, 12));
  if (!id || !seed || !key) return postgres::refuse(ErrorCode::kInternal, "a sale's row can't be read");
  settings.id = *id;
  settings.title = rows.text(row, 1);
  settings.products = sales::split_products(rows.text(row, 2));
  settings.starts_at = rows.instant(row, 3);
  settings.ends_at = rows.instant(row, 4);
  settings.per_shopper_max = static_cast<std::int32_t>(rows.integer(row, 5));
  settings.queue = static_cast<sales::Queue>(rows.integer(row, 6));
  settings.auto_after = Duration(rows.integer(row, 7));
  settings.pass_for = Duration(rows.integer(row, 8));
  settings.rate_max = from_millionths(rows.integer(row, 9));
  settings.version = rows.integer(row, 10);
  sales::QueueState queue;
  queue.open = rows.truth(row, 13);
  queue.epoch = static_cast<std::uint32_t>(rows.integer(row, 14));
  queue.opened_at = rows.instant(row, 15);
  queue.frontier = from_millionths(rows.integer(row, 16));
  queue.rate = from_millionths(rows.integer(row, 17));
  queue.moved_at = rows.instant(row, 18);
  queue.token = rows.integer(row, 19);
  queue.version = rows.integer(row, 20);
  return Sale(std::move(settings), {*seed, *key}, queue);
}

Outcome<std::vector<Sale>> sales_from(const Rows& rows) {
  std::vector<Sale> found;
  for (int row = 0; row < rows.count(); ++row) {
    auto sale = sale_from(rows, row);
    if (!sale) return tl::unexpected(std::move(sale.error()));
    found.push_back(std::move(*sale));
  }
  return found;
}

Params row_of(const Sale& sale) {
  const sales::SaleSettings& s = sale.settings();
  const sales::QueueState& q = sale.queue();
  Params params;
  params.text(s.id.text()).text(s.title).text(sales::join_products(s.products));
  params.integer(s.starts_at.us).integer(s.ends_at.us).integer(s.per_shopper_max);
  params.integer(static_cast<std::int64_t>(s.queue))
      .integer(s.auto_after.count())
      .integer(s.pass_for.count());
  params.integer(to_millionths(s.rate_max)).integer(s.version);
  params.text(sales::to_hex(sale.secrets_for_store().seed));
  params.text(sales::to_hex(sale.secrets_for_store().signing_key));
  params.integer(q.open).integer(q.epoch).integer(q.opened_at.us).integer(to_millionths(q.frontier));
  params.integer(to_millionths(q.rate)).integer(q.moved_at.us).integer(q.token).integer(q.version);
  return params;
}

/// One statement that writes; how many rows.
Task<Outcome<std::int64_t>> change(Connection& connection, postgres::Statement what, Params params) {
  Exchange exchange;
  exchange.autocommit().add(what, std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return rows->front().affected();
}

Task<Outcome<std::vector<Rows>>> pass_by_ticket(Connection& connection, const SaleId& id,
                                                const sales::TicketId& ticket, Time time) {
  Params known;
  known.text(id.text()).uuid(ticket);
  time.add_to(known);
  Exchange look;
  look.add(statement("sales_passes_by_ticket"), std::move(known));
  return connection.run(std::move(look));
}

}  // namespace

Task<Outcome<std::vector<Sale>>> read_sales(Connection& connection) {
  Exchange exchange;
  exchange.add(statement("sales_all"));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return sales_from(rows->front());
}

Task<Outcome<Sale>> put_sale(Connection& connection, const sales::SaleSettings& settings,
                             const sales::SaleSecrets& if_new, Time time) {
  Exchange first;
  first.begin();
  first.add(statement("sales_table_lock"));
  first.add(statement("sales_all"));
  first.add(query("moment"));
  auto rows = co_await connection.run(std::move(first));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  auto stored = sales_from((*rows)[2]);
  if (!stored) co_return tl::unexpected(std::move(stored.error()));
  const Instant now = time.now((*rows)[3].instant(0, 0));
  auto next = sales::edited(*stored, settings, if_new, now);
  if (!next) {
    postgres::Failure refused;
    refused.error = std::move(next.error());
    co_return tl::unexpected(std::move(refused));
  }
  Exchange second;
  second.add(statement("sales_put"), row_of(*next)).commit();
  auto written = co_await connection.run(std::move(second));
  if (!written) co_return tl::unexpected(std::move(written.error()));
  co_return std::move(*next);
}

Task<Outcome<bool>> remove_sale(Connection& connection, const SaleId& id) {
  Params params;
  params.text(id.text());
  auto count = co_await change(connection, statement("sales_delete"), std::move(params));
  if (!count) co_return tl::unexpected(std::move(count.error()));
  if (*count == 0) co_return postgres::refuse(ErrorCode::kNotFound, "there is no sale " + id.text());
  co_return true;
}

Task<Outcome<bool>> change_queue(Connection& connection, const SaleId& id, const sales::QueueState& next) {
  Params params;
  params.text(id.text()).integer(next.version).integer(next.token).integer(next.open).integer(next.epoch);
  params.integer(next.opened_at.us).integer(to_millionths(next.frontier)).integer(to_millionths(next.rate));
  params.integer(next.moved_at.us);
  auto count = co_await change(connection, statement("sales_change_queue"), std::move(params));
  if (!count) co_return tl::unexpected(std::move(count.error()));
  co_return *count > 0;
}

Task<Outcome<std::vector<sales::BucketCount>>> read_arrivals(Connection& connection, const SaleId& id,
                                                             std::uint32_t epoch, std::uint32_t since) {
  Params params;
  params.text(id.text()).integer(epoch).integer(since);
  Exchange exchange;
  exchange.add(statement("sales_arrivals_since"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::vector<sales::BucketCount> counts;
  const Rows& found = rows->front();
  for (int row = 0; row < found.count(); ++row) {
    counts.push_back({static_cast<std::uint32_t>(found.integer(row, 0)),
                      static_cast<std::uint64_t>(found.integer(row, 1))});
  }
  co_return counts;
}

Task<Outcome<bool>> report_arrivals(Connection& connection, const sales::ProcessReport& process,
                                    const std::vector<sales::Issued>& issued, Time time) {
  Params seen;
  seen.text(process.process).integer(to_millionths(process.capacity_per_second));
  seen.integer(process.refusing_for.count());
  time.add_to(seen);
  Exchange exchange;
  exchange.begin().add(statement("sales_processes_put"), std::move(seen));
  if (!issued.empty()) {
    Params put;
    put.text(process.process)
        .texts(issued, [](const sales::Issued& one) { return std::string_view(one.sale.text()); })
        .integers(issued, [](const sales::Issued& one) { return one.epoch; })
        .integers(issued, [](const sales::Issued& one) { return one.bucket; })
        .integers(issued, [](const sales::Issued& one) { return one.tickets; });
    exchange.add(statement("sales_arrivals_put"), std::move(put));
  }
  exchange.commit();
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return true;
}

Task<Outcome<std::vector<sales::ProcessReport>>> live_processes(Connection& connection, Duration within,
                                                                Time time) {
  Params params;
  params.integer(within.count());
  time.add_to(params);
  Exchange exchange;
  exchange.add(statement("sales_processes_live"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::vector<sales::ProcessReport> live;
  const Rows& found = rows->front();
  for (int row = 0; row < found.count(); ++row) {
    live.push_back({std::string(found.text(row, 0)), from_millionths(found.integer(row, 1)),
                    Duration(found.integer(row, 2)), Duration(found.integer(row, 3))});
  }
  co_return live;
}

Task<Outcome<sales::AdmitOutcome>> admit(Connection& connection, const SaleId& id, std::uint32_t epoch,
                                         const sales::TicketId& ticket, const CartId& cart,
                                         Duration valid_for, Time time) {
  Params wanted;
  wanted.text(id.text()).uuid(ticket).integer(epoch).uuid(cart.bytes).integer(valid_for.count());
  time.add_to(wanted);
  Exchange insert;
  insert.autocommit().add(statement("sales_passes_insert"), std::move(wanted));
  auto made = co_await connection.run(std::move(insert));
  if (!made) co_return tl::unexpected(std::move(made.error()));
  if (made->front().count() > 0) {
    co_return sales::AdmitOutcome(sales::PassGranted{made->front().instant(0, 0)});
  }
  auto rows = co_await pass_by_ticket(connection, id, ticket, time);
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  const Rows& row = rows->front();
  if (row.count() == 0) co_return postgres::refuse(ErrorCode::kNotFound, "there is no sale " + id.text());
  if (row.id<CartId>(0, 0) != cart || row.truth(0, 2)) {
    co_return sales::AdmitOutcome(sales::TicketUsed{});
  }
  co_return sales::AdmitOutcome(sales::PassGranted{row.instant(0, 1)});
}

Task<Outcome<std::optional<sales::Entry>>> pass_entry(Connection& connection, const SaleId& id,
                                                      const sales::TicketId& ticket, Time time) {
  auto rows = co_await pass_by_ticket(connection, id, ticket, time);
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  const Rows& row = rows->front();
  if (row.count() == 0) co_return std::optional<sales::Entry>();
  co_return std::optional(sales::Entry{row.id<CartId>(0, 0), row.instant(0, 1)});
}

Task<Outcome<bool>> forget_sales(Connection& connection, Duration kept_for, Time time) {
  for (const char* const name :
       {"sales_arrivals_forget", "sales_passes_forget", "sales_processes_forget", "purchases_forget"}) {
    Params params;
    params.integer(kept_for.count());
    time.add_to(params);
    auto count = co_await change(connection, statement(name), std::move(params));
    if (!count) co_return tl::unexpected(std::move(count.error()));
  }
  co_return true;
}

}  // namespace ff::storage::pg
