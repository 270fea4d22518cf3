// Sales in SQLite: each function inside a transaction. The rules are those of sales/sale_store.h.
#pragma once

#include <optional>
#include <vector>

#include "sales/sale_store.h"
#include "sqlite/database.h"

namespace ff::storage {

Result<std::vector<sales::Sale>> read_sales(sqlite::Database& database);
Result<sales::Sale> put_sale(sqlite::Database& database, const sales::SaleSettings& settings,
                             const sales::SaleSecrets& if_new, Instant now);
Result<void> remove_sale(sqlite::Database& database, const sales::SaleId& id);
bool change_queue(sqlite::Database& database, const sales::SaleId& id, const sales::QueueState& next);
std::vector<sales::BucketCount> read_arrivals(sqlite::Database& database, const sales::SaleId& id,
                                              std::uint32_t epoch, std::uint32_t since);
void report_arrivals(sqlite::Database& database, const sales::ProcessReport& process,
                     const std::vector<sales::Issued>& issued, Instant now);
std::vector<sales::ProcessReport> live_processes(sqlite::Database& database, Duration within, Instant now);
Result<sales::AdmitOutcome> admit(sqlite::Database& database, const sales::SaleId& id, std::uint32_t epoch,
                                  const sales::TicketId& ticket, const CartId& cart, Duration valid_for,
                                  Instant now);
std::optional<sales::Entry> pass_entry(sqlite::Database& database, const sales::SaleId& id,
                                       const sales::TicketId& ticket);
void forget_sales(sqlite::Database& database, Duration kept_for, Instant now);

}  // namespace ff::storage
