// sales::SaleStore on a PostgreSQL session: which connection each of its transactions takes.
//
// A template over the store's Session, which only postgres_store.cc knows.
#pragma once

#include "postgres/transact.h"
#include "storage/postgres/sale_rows.h"

namespace ff::storage::pg {

template <typename Session>
class SalePort : public sales::SaleStore {
 public:
  explicit SalePort(Session& session_in) : session(session_in) {}

  Task<Result<std::vector<sales::Sale>>> sales() override {
    auto work = [](Connection& c) { return read_sales(c); };
    auto outcome = co_await session.template run<std::vector<sales::Sale>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<sales::Sale>> put(sales::SaleSettings settings, sales::SaleSecrets if_new) override {
    auto work = [&, this](Connection& c) { return put_sale(c, settings, if_new, session.time); };
    auto outcome = co_await session.template run<sales::Sale>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<void>> remove(sales::SaleId sale) override {
    auto work = [&](Connection& c) { return remove_sale(c, sale); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<bool>> change_queue(sales::SaleId sale, sales::QueueState next) override {
    auto work = [&](Connection& c) { return pg::change_queue(c, sale, next); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::vector<sales::BucketCount>>> arrivals(sales::SaleId sale, std::uint32_t epoch,
                                                         std::uint32_t since) override {
    auto work = [&](Connection& c) { return read_arrivals(c, sale, epoch, since); };
    auto outcome = co_await session.template run<std::vector<sales::BucketCount>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> report(sales::ProcessReport process, std::vector<sales::Issued> issued) override {
    auto work = [&, this](Connection& c) { return report_arrivals(c, process, issued, session.time); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }
  Task<Result<std::vector<sales::ProcessReport>>> processes(Duration within) override {
    auto work = [within, this](Connection& c) { return live_processes(c, within, session.time); };
    auto outcome = co_await session.template run<std::vector<sales::ProcessReport>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<sales::AdmitOutcome>> admit(sales::SaleId sale, std::uint32_t epoch, sales::TicketId ticket,
                                          CartId cart, Duration valid_for) override {
    auto work = [&, this](Connection& c) {
      return pg::admit(c, sale, epoch, ticket, cart, valid_for, session.time);
    };
    auto outcome = co_await session.template run<sales::AdmitOutcome>(Use::kCommit, work);
    co_return outcome;
  }
  Task<Result<std::optional<sales::Entry>>> entry(sales::SaleId sale, sales::TicketId ticket) override {
    auto work = [&, this](Connection& c) { return pg::pass_entry(c, sale, ticket, session.time); };
    auto outcome = co_await session.template run<std::optional<sales::Entry>>(Use::kRead, work);
    co_return outcome;
  }
  Task<Result<void>> forget(Duration kept_for) override {
    auto work = [kept_for, this](Connection& c) { return forget_sales(c, kept_for, session.time); };
    auto outcome = co_await session.template run<bool>(Use::kCommit, work);
    co_return done(outcome);
  }

 private:
  using Connection = postgres::Connection;
  using Use = postgres::Use;

  static Result<void> done(const Result<bool>& outcome) {
    if (!outcome) return tl::unexpected(outcome.error());
    return {};
  }

  Session& session;
};

}  // namespace ff::storage::pg
