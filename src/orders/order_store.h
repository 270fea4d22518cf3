// The port through which orders are kept: the two transactions of the checkout protocol (design 4), and what
// the sweeper, the capture worker and audit need. Adapters: storage/sqlite, storage/memory.
//
// Invariants: each method is one transaction for the whole batch and grants in batch order. Stock, order,
// idempotency key and event change together or not at all (I1, I3, I5). An outcome that was returned is
// durable (I2). Only the store's clock decides whether a hold or a lease has expired.
//
// A key is free again once kKeyKeptFor has passed since anybody worked on its order, by the store's clock and
// unless that order is still pending (I3): then find() finds nothing under it and place() grants another
// order. The old order's own idempotency_key becomes something that no client can send. storage/order_rules.h
// says both.
//
// When a method fails with kUnknown the batch may have been committed or not: call it again with the same
// ids and keys; what stands decides.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/async.h"
#include "base/box.h"
#include "orders/audit.h"
#include "orders/order.h"

namespace ff::orders {

struct Shortage {
  VariantId variant;
  inventory::Quantity wanted = 0;
  inventory::Quantity available = 0;
  bool operator==(const Shortage&) const = default;
};

/// For how long an order's key is its own after the last request that worked on it.
inline constexpr Duration kKeyKeptFor = std::chrono::hours(24);

/// What one shopper may buy of one sale's products, in all orders that stand (neither declined nor
/// cancelled). `shopper` names somebody without saying who it is; an order may be counted for several names
/// at once.
struct PurchaseLimit {
  std::string sale;
  std::string shopper;
  inventory::Quantity units = 0;  // of this order, that count
  inventory::Quantity units_max = 0;
  bool operator==(const PurchaseLimit&) const = default;
};

/// `order.state` says what is asked for: kPendingPayment holds the stock for `hold_for`; kPlaced and kPaid
/// sell it at once (the fused path of an instant method). The store fills number, counted, holding, version,
/// the times, and for pending orders the lease.
struct NewOrder {
  Box<Order> order;
  Duration hold_for{0};
  Duration lease_for{0};
  bool empty_cart = false;  // with a fused sale: the cart's lines that were ordered go in the same commit
  std::vector<PurchaseLimit> limits;  // all of them must leave room for it
};

struct Placed {
  Box<Order> order;
};
/// The cart and key have an order already (perhaps this very one, replayed): nothing was changed.
/// `fresh` when it has the id that was asked for: our own replay, not somebody's retry.
struct Existing {
  Box<Order> order;
  bool fresh = false;
  bool lease_expired = false;
};
struct SoldOut {
  std::vector<Shortage> shortages;
};
/// The shopper has had, or would have with this order, more than a sale allows: nothing was changed.
struct OverLimit {
  std::string sale;
  inventory::Quantity units_max = 0;
  inventory::Quantity bought = 0;  // in orders that stand
};
using PlaceOutcome = std::variant<Placed, Existing, SoldOut, OverLimit>;

/// A move of an order that exists. Compare-and-set on state (and attempt where it is not 0).
struct Settlement {
  enum class Kind : std::uint8_t {
    kClaim,    // pending -> paid: held becomes sold; a released hold is taken again, or kHoldLost
    kDecline,  // pending -> declined: the hold is released
    kCancel,   // pending -> cancelled: the hold is released
    kCapture,  // payment authorised -> captured; the state stays
    kSuspend,  // pending stays pending, its payment's outcome is unknown: the lease ends now. With a reason:
               // the order is given up (Order::reason), so its payment may be closed and never claimed
  };
  OrderId order;
  Kind kind = Kind::kClaim;
  std::int32_t attempt = 0;                    // 0: whatever attempt it is at
  PaymentState payment = PaymentState::kNone;  // what the payment is after it
  std::string payment_reference;               // kClaim
  std::string card_hint;
  std::string reason;            // kDecline, kCancel; kSuspend: kept when not empty
  bool empty_cart = false;       // kClaim: the ordered lines leave the cart in the same commit
  bool if_hold_expired = false;  // kSuspend: only if the store's clock says so; else NotApplied
};

struct Settled {
  Box<Order> order;
};
/// The order already is where this move leads, or somewhere from which it can't be made: nothing changed.
struct NotApplied {
  Box<Order> order;
};
struct HoldLost {
  Box<Order> order;
  std::vector<Shortage> shortages;
};  // kClaim only; nothing changed
struct NoSuchOrder {};
using SettleOutcome = std::variant<Settled, NotApplied, HoldLost, NoSuchOrder>;

/// What makes a request to buy the same request: see Order.
struct OrderKey {
  CartId cart;
  std::string idempotency_key;
};

/// Any thread; nothing blocks the caller's.
class OrderStore {
 public:
  virtual ~OrderStore() = default;

  virtual BatchTask<PlaceOutcome> place(std::span<const NewOrder> orders) = 0;
  virtual BatchTask<SettleOutcome> settle(std::span<const Settlement> settlements) = 0;
  virtual BatchTask<std::optional<Order>> read(std::span<const OrderId> ids) = 0;
  /// The orders that these keys have. A retry is answered from it when its cart was emptied by the first.
  virtual BatchTask<std::optional<Order>> find(std::span<const OrderKey> keys) = 0;

  /// A retry adopts a pending order whose lease is over: raises attempt, renews the lease. kConflict when
  /// it is not pending, the lease still runs, or `attempt` is not the current one.
  virtual Task<Result<Order>> take_over(OrderId id, std::int32_t attempt, Duration lease_for) = 0;

  /// Pending orders whose lease is over, whether their hold has expired or not; oldest first.
  virtual Task<Result<std::vector<Order>>> overdue(std::int64_t limit) = 0;
  /// Gives the stock of those of these orders back that are pending and whose hold has expired, while their
  /// payment stays unknown; they remain pending, with their version and updated_at. The others are left
  /// alone. Returns how many holds were released.
  virtual Task<Result<std::int64_t>> release_holds(std::span<const OrderId> ids) = 0;
  /// Paid orders whose payment is authorised and not captured, oldest first.
  virtual Task<Result<std::vector<Order>>> captures_due(std::int64_t limit) = 0;

  /// Feeds every row to the auditor from one consistent snapshot. For `audit`: long, off the hot path.
  virtual Task<Result<void>> audit(Auditor& auditor) = 0;
};

}  // namespace ff::orders
