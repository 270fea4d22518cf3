// Checks the invariants I1-I5 of a shop from the rows of its store and of the payment gateway's ledger.
//
// One implementation for every store: adapters feed rows (in any order, from one snapshot), report() judges.
// One thread at a time.
#pragma once

#include <cstdint>
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
  std::vector<Violation> violations;  // the first kViolationsMax of them
  std::int64_t violation_count = 0;
};

class Auditor {
 public:
  static constexpr std::size_t kViolationsMax = 1000;
  /// `lag`: for how long a capture, void or refund may lag behind its order (I4).
  Auditor(Instant now, Duration lag) : now_(now), lag_(lag) {}

  void stock(const inventory::Stock& stock, inventory::Quantity ledger_sum);
  void order(const Order& order);
  void event(const OrderId& order, std::int32_t sequence, std::string_view type);
  void payment(const LedgerPayment& payment);
  AuditReport report();

 private:
  Instant now_;
  Duration lag_;
  std::vector<inventory::Stock> stocks_;
  std::vector<std::pair<VariantId, inventory::Quantity>> ledger_sums_;
  std::vector<Order> orders_;
  std::unordered_map<OrderId, std::vector<std::int32_t>> events_;
  std::vector<LedgerPayment> payments_;
};

}  // namespace ff::orders
