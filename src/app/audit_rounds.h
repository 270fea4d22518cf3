// The audit that a running server does now and then: what `fashionforward audit` checks (I1 to I5), told as
// metrics, so that a release that breaks an invariant is seen while it is a canary.
//
// Invariants: one process at a time, the one that leads. Reads only, by a connection for reading, a snapshot
// that writers don't wait for. The memory it takes is bounded (orders_max); beyond it the run has failed, and
// the command, on a machine with the memory for it, is to be used instead.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <optional>

#include "config/options.h"
#include "orders/audit.h"
#include "orders/order_store.h"
#include "payments/gateway.h"
#include "telemetry/metrics.h"

namespace ff::app {

/// How long a capture, a void or a refund may lag behind its order before it is a violation: the sweeper's
/// rounds and a gateway that was away for a while.
inline constexpr auto kPaymentLag = std::chrono::minutes(10);

/// On one executor of one thread; outlives the task of run(). stop(): any thread.
class AuditRounds {
 public:
  /// All that is passed by reference outlives it.
  AuditRounds(orders::OrderStore& orders, payments::Gateway& gateway, Clock& clock, config::Auditing settings,
              telemetry::Registry& metrics);

  /// One round each settings.every while `leads` (any thread) says that it is ours to do. The first half a
  /// minute after it became so: until then nobody shows what the one before it had found.
  Task<void> run(std::function<bool()> leads);
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

  /// One round. Nothing: what is to be compared could not be read, or was too much.
  Task<std::optional<orders::AuditReport>> audit();

 private:
  Task<Result<orders::AuditReport>> read();
  void show(const orders::AuditReport& report);
  void show_nothing();

  orders::OrderStore& orders_;
  payments::Gateway& gateway_;
  Clock& clock_;
  const config::Auditing settings_;
  telemetry::Gauge &last_success_, &seconds_;
  std::array<telemetry::Gauge*, 5> violations_{};
  telemetry::Counter &clean_, &violated_, &failed_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ff::app
