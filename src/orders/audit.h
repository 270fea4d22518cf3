// Checks the invariants I1-I5 of a shop from the rows of its store and of the payment gateway's ledger.
//
// One implementation for every store: adapters feed rows (in any order, from one snapshot), report() judges.
// What a row shows by itself is judged when it comes; of an order only what other rows are compared with is
// kept (some 200 bytes), so that a shop of millions of orders is audited in the memory of a small machine.
// One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "inventory/stock.h"
#include "orders/order.h"

namespace ff::orders {

struct Violation {
  std::string invariant;  // "I1"
  std::string row;        // "variant 17", "order 0190..."
  std::string what;       // "held is 3, but pending orders hold 2"
  bool operator==(const Violation&) const = default;
};

/// One payment as the gateway's own ledger has it.
struct LedgerPayment {
  std::string key;  // payment_key() of the order
  Money amount;
  bool authorised = false;  // money is reserved or taken for us
  bool captured = false;
  bool returned = false;  // voided or refunded
  int charges = 0;        // how many times it was captured: never more than 1
};

struct AuditReport {
  std::int64_t variants = 0, orders = 0, events = 0, payments = 0;
  std::int64_t card_orders = 0;  // of the orders, those that the gateway was to be paid by
  /// What I4 can't judge yet: orders whose money, and payments whose order, is not where it should be, but
  /// within the lag.
  std::int64_t young_orders = 0, young_payments = 0;
  std::vector<Violation> violations;  // the first kViolationsMax of them
  std::int64_t violation_count = 0;
  std::array<std::int64_t, 5> broken{};  // how many break I1 .. I5
  /// There were more orders than may be kept: what was counted says nothing.
  bool truncated = false;
};

class Auditor {
 public:
  static constexpr std::size_t kViolationsMax = 1000;
  /// `lag`: for how long a capture, void or refund may lag behind its order (I4). `orders_max`: beyond so
  /// many the report is truncated, and no more memory is taken.
  Auditor(Instant now, Duration lag, std::size_t orders_max = SIZE_MAX)
      : now_(now), lag_(lag), orders_max_(orders_max) {}

  void stock(const inventory::Stock& stock, inventory::Quantity ledger_sum);
  void order(const Order& order);
  void event(const OrderId& order, std::int32_t sequence, std::string_view type);
  void payment(const LedgerPayment& payment);
  /// Once, after the last row. Without the gateway's ledger I4 is not judged.
  enum class Ledger : std::uint8_t { kRead, kMissing };
  AuditReport report(Ledger ledger = Ledger::kRead);
  /// What report() will be, so that nothing more need be read.
  bool truncated() const { return report_.truncated; }

 private:
  struct Counted {
    inventory::Quantity held = 0;
    inventory::Quantity sold = 0;
  };
  /// What its own row, its events and its payment say of one order, whichever came first.
  struct Known {
    OrderId id;
    Money total, charged;
    Instant since;                   // when its payment begins to lag
    std::uint64_t first_events = 0;  // bit n: event n + 1 came
    std::int32_t version = 0;
    std::int32_t events = 0;
    State state = State::kPendingPayment;
    PaymentState payment = PaymentState::kNone;
    PaymentMethod method = PaymentMethod::kCard;
    bool placed = false;     // the order's own row came
    bool in_ledger = false;  // the gateway's did
    bool kept = false, captured = false;
  };
  /// BLAKE2b of a cart and an idempotency key.
  using KeyDigest = std::array<std::uint8_t, 16>;
  struct DigestHash {
    std::size_t operator()(const KeyDigest& digest) const {
      std::size_t value;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };

  void broken(std::string_view invariant, std::string row, std::string what);
  Known& known(const OrderId& id);
  bool room_for(const OrderId& id);
  void judge_variants();
  void judge_payments();
  void judge_paid(const Known& order);
  void judge_events();
  std::vector<std::int32_t> sequences(const Known& order) const;

  Instant now_;
  Duration lag_;
  std::size_t orders_max_;
  AuditReport report_;
  std::vector<std::pair<inventory::Stock, inventory::Quantity>> stocks_;  // with the sum of the ledger
  std::unordered_map<VariantId, Counted> counted_;  // what the orders say that the stock should say
  std::vector<Known> orders_;
  std::unordered_map<OrderId, std::size_t> order_by_id_;
  std::unordered_map<KeyDigest, OrderId, DigestHash> order_by_key_;
  std::unordered_map<OrderId, std::vector<std::int32_t>> odd_events_;  // that first_events has no bit for
  std::unordered_map<std::string, LedgerPayment> foreign_;             // payments whose key is no order's
};

}  // namespace ff::orders
