// Sales in memory: the reference for sales/sale_store.h.
//
// Invariant: as for memory::State: each function is one transaction.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "sales/sale_store.h"

namespace ff::storage::memory {

struct State;

struct SaleState {
  struct Process {
    Instant seen_at;
    double capacity_per_second = 0;
    Duration refusing_for{0};  // 0: it did not
  };
  struct Admission {
    std::uint32_t epoch = 0;
    CartId cart;
    Instant expires_at;
  };
  std::map<sales::SaleId, sales::Sale> sales;
  std::map<std::tuple<sales::SaleId, std::uint32_t, std::uint32_t, std::string>, std::uint64_t> arrivals;
  std::map<std::string, Process> processes;
  std::map<std::pair<sales::SaleId, sales::TicketId>, Admission> passes;
};

std::vector<sales::Sale> list_sales(const State& state);
Result<sales::Sale> put_sale(State& state, const sales::SaleSettings& settings,
                             const sales::SaleSecrets& if_new, Instant now);
Result<void> remove_sale(State& state, const sales::SaleId& id);
bool change_queue(State& state, const sales::SaleId& id, sales::QueueState next);
std::vector<sales::BucketCount> arrivals(const State& state, const sales::SaleId& id, std::uint32_t epoch,
                                         std::uint32_t since);
void report(State& state, const sales::ProcessReport& process, const std::vector<sales::Issued>& issued,
            Instant now);
std::vector<sales::ProcessReport> processes(const State& state, Duration within, Instant now);
Result<sales::AdmitOutcome> admit(State& state, const sales::SaleId& id, std::uint32_t epoch,
                                  const sales::TicketId& ticket, const CartId& cart, Duration valid_for,
                                  Instant now);
std::optional<sales::Entry> entry(const State& state, const sales::SaleId& id, const sales::TicketId& ticket);
void forget(State& state, Duration kept_for, Instant now);

}  // namespace ff::storage::memory
