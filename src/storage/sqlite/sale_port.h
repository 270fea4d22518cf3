// sales::SaleStore on a SQLite store's threads: what reads, and what writes.
//
// A template over the store's Threads, which only sqlite_store.cc knows.
#pragma once

#include "storage/sqlite/sale_rows.h"

namespace ff::storage {

template <typename Threads>
class SqliteSalePort : public sales::SaleStore {
 public:
  explicit SqliteSalePort(Threads& threads_in) : threads(threads_in) {}

  Task<Result<std::vector<sales::Sale>>> sales() override {
    auto work = [](sqlite::Database& d) { return read_sales(d); };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<sales::Sale>> put(sales::SaleSettings settings, sales::SaleSecrets if_new) override {
    auto work = [&, this](sqlite::Database& d) { return put_sale(d, settings, if_new, threads.clock.now()); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<void>> remove(sales::SaleId sale) override {
    auto work = [&](sqlite::Database& d) { return remove_sale(d, sale); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<bool>> change_queue(sales::SaleId sale, sales::QueueState next) override {
    auto work = [&](sqlite::Database& d) -> Result<bool> { return storage::change_queue(d, sale, next); };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<sales::BucketCount>>> arrivals(sales::SaleId sale, std::uint32_t epoch,
                                                         std::uint32_t since) override {
    auto work = [&](sqlite::Database& d) -> Result<std::vector<sales::BucketCount>> {
      return read_arrivals(d, sale, epoch, since);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> report(sales::ProcessReport process, std::vector<sales::Issued> issued) override {
    auto work = [&, this](sqlite::Database& d) -> Result<void> {
      report_arrivals(d, process, issued, threads.clock.now());
      return {};
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::vector<sales::ProcessReport>>> processes(Duration within) override {
    auto work = [within, this](sqlite::Database& d) -> Result<std::vector<sales::ProcessReport>> {
      return live_processes(d, within, threads.clock.now());
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<sales::AdmitOutcome>> admit(sales::SaleId sale, std::uint32_t epoch, sales::TicketId ticket,
                                          CartId cart, Duration valid_for) override {
    auto work = [&, this](sqlite::Database& d) {
      return storage::admit(d, sale, epoch, ticket, cart, valid_for, threads.clock.now());
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }
  Task<Result<std::optional<sales::Entry>>> entry(sales::SaleId sale, sales::TicketId ticket) override {
    auto work = [&](sqlite::Database& d) -> Result<std::optional<sales::Entry>> {
      return pass_entry(d, sale, ticket);
    };
    auto outcome = co_await threads.reader.read(work);
    co_return outcome;
  }
  Task<Result<void>> forget(Duration kept_for) override {
    auto work = [kept_for, this](sqlite::Database& d) -> Result<void> {
      forget_sales(d, kept_for, threads.clock.now());
      return {};
    };
    auto outcome = co_await threads.writer.write(work);
    co_return outcome;
  }

 private:
  Threads& threads;
};

}  // namespace ff::storage
