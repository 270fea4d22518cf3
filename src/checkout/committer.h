// Group commit: the orders that arrive while one batch is on its way to disk become the next batch.
//
// With an idle queue an order commits alone at once: no timer, no added latency. Queues are bounded: those of
// new orders and carts by what the store was measured to do in time (limiter.h), that of settlements, which
// finish what was promised, by memory alone; beyond it submit() fails with kOverloaded and nothing was
// written. One batch is in flight per kind of operation. A batch whose outcome is unknown is replayed with
// the same keys until it is known; a batch that fails for another reason is bisected, so that one bad order
// fails alone.
#pragma once

#include <cstddef>
#include <memory>

#include "base/async.h"
#include "cart/cart_store.h"
#include "orders/order_store.h"
#include "telemetry/metrics.h"
#include "telemetry/tracer.h"

namespace ff::checkout {

struct CommitterLimits {
  std::size_t queued_max = 8192;  // waiting operations of one kind: of settlements, and at most of others
  std::size_t batch_orders_max = 256;  // taken into one transaction
  int replays_max = 8;                 // of a batch whose outcome is unknown, with backoff
};

/// Owned by the composition root; outlives every task it gave out. submit functions: any thread; the waiting
/// coroutine resumes on its own executor. A batch runs on the executor of whoever found its lane idle.
class Committer {
 public:
  Committer(orders::OrderStore& orders, cart::CartStore& carts, Clock& clock, CommitterLimits limits,
            telemetry::Registry& metrics);
  ~Committer();

  /// `trace`: of the request that asks, where its time in the queue and in the batch is noted.
  Task<Result<orders::PlaceOutcome>> place(orders::NewOrder order, telemetry::Trace trace = {});
  Task<Result<orders::SettleOutcome>> settle(orders::Settlement settlement, telemetry::Trace trace = {});
  Task<Result<cart::Cart>> change_cart(cart::Change change, telemetry::Trace trace = {});

  /// Whether a new order, or a change of a cart, would be refused now: asked before anything is done for it.
  bool orders_full() const;
  bool carts_full() const;
  /// New orders a second that the store takes; 0 before it was measured.
  double orders_per_second() const;

  /// Operations waiting or in flight, of all kinds: what a drain waits for.
  std::size_t pending() const;

 private:
  struct Lanes;
  std::unique_ptr<Lanes> lanes_;
};

}  // namespace ff::checkout
