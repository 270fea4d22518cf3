// sales::SaleStore on a memory store's rows.
//
// A template over the store's Rows, which only memory_store.cc knows.
#pragma once

#include "storage/memory/state.h"

namespace ff::storage::memory {

template <typename Rows>
class SalePort : public sales::SaleStore {
 public:
  explicit SalePort(Rows& rows_in) : rows(rows_in) {}

  Task<Result<std::vector<sales::Sale>>> sales() override {
    auto work = [](State& s, Instant) -> Result<std::vector<sales::Sale>> { return list_sales(s); };
    co_return co_await rows.transact(work);
  }
  Task<Result<sales::Sale>> put(sales::SaleSettings settings, sales::SaleSecrets if_new) override {
    auto work = [&](State& s, Instant now) { return put_sale(s, settings, if_new, now); };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> remove(sales::SaleId sale) override {
    auto work = [&](State& s, Instant) { return remove_sale(s, sale); };
    co_return co_await rows.transact(work);
  }
  Task<Result<bool>> change_queue(sales::SaleId sale, sales::QueueState next) override {
    auto work = [&](State& s, Instant) -> Result<bool> { return memory::change_queue(s, sale, next); };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<sales::BucketCount>>> arrivals(sales::SaleId sale, std::uint32_t epoch,
                                                         std::uint32_t since) override {
    auto work = [&](State& s, Instant) -> Result<std::vector<sales::BucketCount>> {
      return memory::arrivals(s, sale, epoch, since);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> report(sales::ProcessReport process, std::vector<sales::Issued> issued) override {
    auto work = [&](State& s, Instant now) -> Result<void> {
      memory::report(s, process, issued, now);
      return {};
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::vector<sales::ProcessReport>>> processes(Duration within) override {
    auto work = [within](State& s, Instant now) -> Result<std::vector<sales::ProcessReport>> {
      return memory::processes(s, within, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<sales::AdmitOutcome>> admit(sales::SaleId sale, std::uint32_t epoch, sales::TicketId ticket,
                                          CartId cart, Duration valid_for) override {
    auto work = [&](State& s, Instant now) {
      return memory::admit(s, sale, epoch, ticket, cart, valid_for, now);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<std::optional<sales::Entry>>> entry(sales::SaleId sale, sales::TicketId ticket) override {
    auto work = [&](State& s, Instant) -> Result<std::optional<sales::Entry>> {
      return memory::entry(s, sale, ticket);
    };
    co_return co_await rows.transact(work);
  }
  Task<Result<void>> forget(Duration kept_for) override {
    auto work = [kept_for](State& s, Instant now) -> Result<void> {
      memory::forget(s, kept_for, now);
      return {};
    };
    co_return co_await rows.transact(work);
  }

 private:
  Rows& rows;
};

}  // namespace ff::storage::memory
