// A gateway whose ledger is in memory and whose network misbehaves as it is told: for tests and simulation.
//
// Invariant: the rules are those of ledger.h, and a request that was not lost acts exactly once, when it
// arrives: whether or not the caller still waits, or still exists.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "payments/gateway.h"
#include "payments/ledger.h"

namespace ff::payments {

/// The bank's books. Outlives the gateways on it and everything under way to it. One thread.
struct MemoryLedger {
  std::map<std::string, Payment> payments;
};

enum class Operation : std::uint8_t { kAuthorise, kCapture, kClose, kLookup };

/// What happens to one call on its way there and back.
struct Fate {
  bool request_lost = false;
  bool answer_lost = false;
  Duration request_takes{0};
  Duration answer_takes{0};
};

/// One thread. A gateway is one process's connection to the ledger.
class MemoryGateway final : public Gateway {
 public:
  using Decide = std::function<Fate(Operation, const std::string& key)>;
  /// Calls its argument after that time, even if the gateway is gone by then.
  using Later = std::function<void(Duration, std::function<void()>)>;

  MemoryGateway(MemoryLedger& ledger, Clock& clock, Decide decide, Later later)
      : ledger_(ledger), clock_(clock), decide_(std::move(decide)), later_(std::move(later)) {}

  Task<Result<Payment>> authorise(AuthoriseRequest request) override;
  Task<Result<Payment>> capture(std::string key, Instant deadline) override;
  Task<Result<Payment>> close(std::string key, Instant deadline) override;
  Task<Result<Payment>> lookup(std::string key, Instant deadline) override;
  Task<Result<std::vector<Payment>>> ledger() override;

 private:
  Task<Result<Payment>> call(std::string key, Instant deadline, Fate fate, std::function<void(Payment&)> act);

  MemoryLedger& ledger_;
  Clock& clock_;
  const Decide decide_;
  const Later later_;
};

}  // namespace ff::payments
