// Sales in PostgreSQL: the transactions of sales/sale_store.h. They touch no rows of orders, stock or carts.
//
// Invariant: a process writes only its own rows of arrivals, and whoever edits sales has the table's lock
// first: no two of these wait for each other in a circle. The database's clock times passes and processes.
#pragma once

#include <vector>

#include "postgres/connection.h"
#include "sales/sale_store.h"
#include "storage/postgres/order_rows.h"

namespace ff::storage::pg {

Task<postgres::Outcome<std::vector<sales::Sale>>> read_sales(postgres::Connection& connection);
/// References live until it returns, here and below.
Task<postgres::Outcome<sales::Sale>> put_sale(postgres::Connection& connection,
                                              const sales::SaleSettings& settings,
                                              const sales::SaleSecrets& if_new, Time time);
Task<postgres::Outcome<bool>> remove_sale(postgres::Connection& connection, const sales::SaleId& id);
Task<postgres::Outcome<bool>> change_queue(postgres::Connection& connection, const sales::SaleId& id,
                                           const sales::QueueState& next);
Task<postgres::Outcome<std::vector<sales::BucketCount>>> read_arrivals(postgres::Connection& connection,
                                                                       const sales::SaleId& id,
                                                                       std::uint32_t epoch,
                                                                       std::uint32_t since);
Task<postgres::Outcome<bool>> report_arrivals(postgres::Connection& connection,
                                              const sales::ProcessReport& process,
                                              const std::vector<sales::Issued>& issued, Time time);
Task<postgres::Outcome<std::vector<sales::ProcessReport>>> live_processes(postgres::Connection& connection,
                                                                          Duration within, Time time);
Task<postgres::Outcome<sales::AdmitOutcome>> admit(postgres::Connection& connection, const sales::SaleId& id,
                                                   std::uint32_t epoch, const sales::TicketId& ticket,
                                                   const CartId& cart, Duration valid_for, Time time);
Task<postgres::Outcome<std::optional<sales::Entry>>> pass_entry(postgres::Connection& connection,
                                                                const sales::SaleId& id,
                                                                const sales::TicketId& ticket, Time time);
Task<postgres::Outcome<bool>> forget_sales(postgres::Connection& connection, Duration kept_for, Time time);

}  // namespace ff::storage::pg
