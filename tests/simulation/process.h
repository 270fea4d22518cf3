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
#include "payments/memory_gateway.h"
#include "simulation/faulty_store.h"
#include "storage/store.h"

namespace ff::simulation {

/// What all processes share.
struct Outside {
  storage::Store& store;
  payments::MemoryLedger& ledger;
  const catalog::SnapshotHolder& catalogue;
  const pricing::Rules& rules;
  Random& random;
  Weather& weather;
  std::function<void(Duration, std::function<Task<void>()>)> later;
};

class Process {
 public:
  Process(Outside& outside, Instant now);
  Process(const Process&) = delete;

  /// Runs one ready step; false when there is none before time passes.
  bool step();
  std::optional<Instant> next() const { return clock_.next(); }
  void advance_to(Instant now) { clock_.advance_to(now); }

  /// `answered` is called when the answer is there; never, when the process dies before.
  void place(checkout::Request request, std::function<void(Result<checkout::Answer>)> answered);
  void change_cart(cart::Change change, std::function<void(bool)> changed);

 private:
  payments::Fate fate(payments::Operation operation);

  // Declared first, destroyed last: what unwinds at the end does so through it.
  asio::io_context context_{1};
  Outside& outside_;
  SimulatedClock clock_;
  telemetry::Registry metrics_;
  FaultyStore store_;
  std::unique_ptr<payments::Gateway> gateway_;
  checkout::Committer committer_;
  checkout::Service service_;
  checkout::Sweeper sweeper_;
};

}  // namespace ff::simulation
