#include "storage/memory/sale_rows.h"

#include <algorithm>

#include "storage/memory/state.h"

namespace ff::storage::memory {

using sales::Sale;
using sales::SaleId;

std::vector<Sale> list_sales(const State& state) {
  std::vector<Sale> listed;
  for (const auto& [id, sale] : state.sales.sales)
    listed.push_back(sale);
  return listed;
}

Result<Sale> put_sale(State& state, const sales::SaleSettings& settings, const sales::SaleSecrets& if_new,
                      Instant now) {
  auto& rows = state.sales.sales;
  auto next = sales::edited(list_sales(state), settings, if_new, now);
  if (!next) return next;
  rows.insert_or_assign(settings.id, *next);
  return next;
}

Result<void> remove_sale(State& state, const SaleId& id) {
  SaleState& rows = state.sales;
  if (rows.sales.erase(id) == 0) return fail(ErrorCode::kNotFound, "there is no sale " + id.text());
  std::erase_if(rows.arrivals, [&](const auto& row) { return std::get<0>(row.first) == id; });
  std::erase_if(rows.passes, [&](const auto& row) { return row.first.first == id; });
  std::erase_if(state.purchases, [&](const auto& row) { return row.first.first == id.text(); });
  return {};
}

bool change_queue(State& state, const SaleId& id, sales::QueueState next) {
  auto& rows = state.sales.sales;
  const auto found = rows.find(id);
  if (found == rows.end() || !sales::may_change(found->second.queue(), next)) return false;
  ++next.version;
  next.frontier = sales::from_millionths(sales::to_millionths(next.frontier));
  next.rate = sales::from_millionths(sales::to_millionths(next.rate));
  found->second = Sale(found->second.settings(), found->second.secrets_for_store(), next);
  return true;
}

std::vector<sales::BucketCount> arrivals(const State& state, const SaleId& id, std::uint32_t epoch,
                                         std::uint32_t since) {
  std::vector<sales::BucketCount> counts;
  const auto& rows = state.sales.arrivals;
  for (auto row = rows.lower_bound({id, epoch, since, ""}); row != rows.end(); ++row) {
    const auto& [sale, row_epoch, bucket, process] = row->first;
    if (sale != id || row_epoch != epoch) break;
    if (counts.empty() || counts.back().bucket != bucket) counts.push_back({bucket, 0});
    counts.back().tickets += row->second;
  }
  return counts;
}

void report(State& state, const sales::ProcessReport& process, const std::vector<sales::Issued>& issued,
            Instant now) {
  SaleState& rows = state.sales;
  rows.processes[process.process] = {
      now, sales::from_millionths(sales::to_millionths(process.capacity_per_second)), process.refusing_for};
  for (const sales::Issued& one : issued) {
    if (!rows.sales.contains(one.sale)) continue;
    auto& tickets = rows.arrivals[{one.sale, one.epoch, one.bucket, process.process}];
    tickets = std::max(tickets, one.tickets);
  }
}

std::vector<sales::ProcessReport> processes(const State& state, Duration within, Instant now) {
  std::vector<sales::ProcessReport> live;
  for (const auto& [name, row] : state.sales.processes) {
    if (row.seen_at <= now - within) continue;
    live.push_back({name, row.capacity_per_second, row.refusing_for, now - row.seen_at});
  }
  return live;
}

Result<sales::AdmitOutcome> admit(State& state, const SaleId& id, std::uint32_t epoch,
                                  const sales::TicketId& ticket, const CartId& cart, Duration valid_for,
                                  Instant now) {
  SaleState& rows = state.sales;
  if (!rows.sales.contains(id)) return fail(ErrorCode::kNotFound, "there is no sale " + id.text());
  const auto [row, is_new] =
      rows.passes.try_emplace({id, ticket}, SaleState::Admission{epoch, cart, now + valid_for});
  const SaleState::Admission& stored = row->second;
  if (!is_new && (stored.cart != cart || stored.expires_at <= now))
    return sales::AdmitOutcome(sales::TicketUsed{});
  return sales::AdmitOutcome(sales::PassGranted{stored.expires_at});
}

std::optional<sales::Entry> entry(const State& state, const SaleId& id, const sales::TicketId& ticket) {
  const auto row = state.sales.passes.find({id, ticket});
  if (row == state.sales.passes.end()) return std::nullopt;
  return sales::Entry{row->second.cart, row->second.expires_at};
}

void forget(State& state, Duration kept_for, Instant now) {
  SaleState& rows = state.sales;
  const Instant before = now - kept_for;
  const auto is_past = [&](const SaleId& id, std::uint32_t epoch) {
    const auto sale = rows.sales.find(id);
    return sale == rows.sales.end() || sale->second.settings().ends_at < before ||
           epoch < sale->second.queue().epoch;
  };
  std::erase_if(rows.arrivals,
                [&](const auto& row) { return is_past(std::get<0>(row.first), std::get<1>(row.first)); });
  std::erase_if(rows.passes, [&](const auto& row) {
    return row.second.expires_at < now && is_past(row.first.first, row.second.epoch);
  });
  std::erase_if(rows.processes, [&](const auto& row) { return row.second.seen_at < before; });
  std::erase_if(state.purchases, [&](const auto& row) {
    const auto sale = SaleId::parse(row.first.first);
    const auto found = sale ? rows.sales.find(*sale) : rows.sales.end();
    return found == rows.sales.end() || found->second.settings().ends_at < before;
  });
}

}  // namespace ff::storage::memory
