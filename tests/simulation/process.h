// One running copy of the shop: everything that a real process has in memory, and that dies with it.
//
// Destroying it at any moment between two of its steps is the crash: what its coroutines were waiting for
// never comes. Store, gateway ledger and what is under way to them live elsewhere.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <optional>

#include "base/simulated_clock.h"
#include "checkout/checkout.h"
#include "checkout/sweeper.h"
#include "orders/order_store.h"
#include "payments/memory_gateway.h"
#include "simulation/faulty_store.h"
#include "simulation/skewed_clock.h"
#include "simulation/story.h"

namespace ff::simulation {

/// What all processes share.
struct Outside {
  orders::OrderStore& orders;
  cart::CartStore& carts;
  payments::MemoryLedger& ledger;
  const catalog::SnapshotHolder& catalogue;
  const pricing::Rules& rules;
  Random& random;
  Weather& weather;
  payments::Gateway& bank;  // reached without fail: where a request arrives that the network doubled
  const Story& story;
  std::function<void(Duration, std::function<Task<void>()>)> later;
};

class Process {
 public:
  /// `clock_error` belongs to the machine that it runs on: it may change meanwhile, and outlives it.
  Process(Outside& outside, std::size_t number, Instant now, const Duration& clock_error);
  Process(const Process&) = delete;

  std::size_t number() const { return number_; }

  /// Runs one ready step; false when there is none before time passes.
  bool step();
  /// In true time, as advance_to().
  std::optional<Instant> next() const { return time_.next(); }
  void advance_to(Instant now) { time_.advance_to(now); }

  /// `answered` is called when the answer is there; never, when the process dies before.
  void place(checkout::Request request, std::function<void(Result<checkout::Answer>)> answered);
  void change_cart(cart::Change change, std::function<void(bool)> changed);

 private:
  payments::Fate fate(payments::Operation operation, const std::string& key);

  // Declared first, destroyed last: what unwinds at the end does so through it.
  asio::io_context context_{1};
  Outside& outside_;
  const std::size_t number_;
  SimulatedClock time_;
  SkewedClock clock_;
  telemetry::Registry metrics_;
  FaultyStore store_;
  std::unique_ptr<payments::Gateway> gateway_;
  checkout::Committer committer_;
  checkout::Service service_;
  checkout::Sweeper sweeper_;
};

}  // namespace ff::simulation
