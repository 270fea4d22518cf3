// What the tests of this room share: sales, tickets, and a desk on a memory store.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/testing/run.h"
#include "sales/desk.h"
#include "sales/door.h"
#include "sales/pacing.h"
#include "storage/memory/memory_store.h"

namespace ff::sales {

inline SaleId named(std::string_view id) { return SaleId::parse(id).value(); }
inline CartId cart_of(std::uint8_t first) { return {{{first, 1, 2, 3}}}; }

inline SaleSettings settings_of(std::string_view id, Instant now, Queue queue = Queue::kOn) {
  SaleSettings made;
  made.id = named(id);
  made.title = "Black Friday";
  made.products = {"shirt", "trousers"};
  made.starts_at = now + std::chrono::minutes(10);
  made.ends_at = now + std::chrono::hours(3);
  made.queue = queue;
  return made;
}

/// The store, and whether it can be reached: reading and writing, each by itself.
class Reached final : public SaleStore {
 public:
  explicit Reached(SaleStore& store) : store_(store) {}
  bool reads = true, reports = true;
  std::vector<std::uint32_t> read_since;  // the first bucket that was asked for, of each reading of a line
  int reports_lost = 0;                   // these are stored, but their answers get lost

  Task<Result<std::vector<Sale>>> sales() override {
    if (!reads) co_return fail(ErrorCode::kUnavailable, "away");
    co_return co_await store_.sales();
  }
  Task<Result<Sale>> put(SaleSettings settings, SaleSecrets if_new) override {
    co_return co_await store_.put(std::move(settings), std::move(if_new));
  }
  Task<Result<void>> remove(SaleId sale) override { co_return co_await store_.remove(std::move(sale)); }
  Task<Result<bool>> change_queue(SaleId sale, QueueState next) override {
    co_return co_await store_.change_queue(std::move(sale), std::move(next));
  }
  Task<Result<std::vector<BucketCount>>> arrivals(SaleId sale, std::uint32_t epoch,
                                                  std::uint32_t since) override {
    read_since.push_back(since);
    co_return co_await store_.arrivals(std::move(sale), epoch, since);
  }
  Task<Result<void>> report(ProcessReport process, std::vector<Issued> issued) override {
    if (!reports) co_return fail(ErrorCode::kUnavailable, "away");
    auto told = co_await store_.report(std::move(process), std::move(issued));
    if (reports_lost > 0) {
      --reports_lost;
      co_return fail(ErrorCode::kUnknown, "the answer was lost");
    }
    co_return told;
  }
  Task<Result<std::vector<ProcessReport>>> processes(Duration within) override {
    co_return co_await store_.processes(within);
  }
  Task<Result<AdmitOutcome>> admit(SaleId sale, std::uint32_t epoch, TicketId ticket, CartId cart,
                                   Duration valid_for) override {
    co_return co_await store_.admit(std::move(sale), epoch, ticket, cart, valid_for);
  }
  Task<Result<std::optional<Entry>>> entry(SaleId sale, TicketId ticket) override {
    if (!reads) co_return fail(ErrorCode::kUnavailable, "away");
    co_return co_await store_.entry(std::move(sale), ticket);
  }
  Task<Result<void>> forget(Duration kept_for) override { co_return co_await store_.forget(kept_for); }

 private:
  SaleStore& store_;
};

/// One process of a shop: its desk and its door.
struct Process {
  Process(storage::Store& store, Clock& clock, const std::string& name, std::uint64_t random_seed = 1)
      : sales(store.sales()),
        random(random_seed),
        leader(store.leases(), clock, "sales", name, leadership::LeaderSettings{}, metrics),
        desk(
            sales, leader, boards, counts, clock, DeskSettings{}, name, [this] { return load; },
            [this](std::span<const std::string>) { return sold_out; }, metrics),
        door(
            boards, sales, counts, random, [this](std::string_view, Instant) { return gives_tickets; },
            metrics) {}

  Result<void> poll() { return run(desk.poll()); }
  /// It stops in good order.
  void leave() {
    desk.stop();
    EXPECT_TRUE(run(left()));
  }
  /// Its checkout refuses somebody now.
  void refuse(Instant now) {
    if (!load.refusing_since || now - load.refused_at > std::chrono::seconds(2)) load.refusing_since = now;
    load.refused_at = now;
  }
  Queued queued(const Visit& visit, Instant now, std::string_view handle = "shirt") {
    const std::string_view handles[] = {handle};
    auto answer = door.ask(visit, handles, now);
    EXPECT_TRUE(std::holds_alternative<Queued>(answer));
    return std::holds_alternative<Queued>(answer) ? std::get<Queued>(answer) : Queued{};
  }
  bool open(const Visit& visit, Instant now, std::string_view handle = "shirt") {
    const std::string_view handles[] = {handle};
    return std::holds_alternative<Open>(door.ask(visit, handles, now));
  }
  Exchange exchange(std::string ticket, CartId cart, Instant now) {
    return run(door.exchange(std::move(ticket), cart, now)).value();
  }

  Task<bool> left() {
    co_await desk.run();
    co_return true;
  }

  telemetry::Registry metrics;
  Reached sales;
  SeededRandom random;
  BoardHolder boards;
  TicketCounts counts;
  CheckoutLoad load;
  bool sold_out = false;
  bool gives_tickets = true;
  leadership::Leader leader;
  Desk desk;
  Door door;
};

}  // namespace ff::sales
