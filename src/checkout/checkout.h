// Buying: the protocol of design 4 from a validated request to the answer.
//
//   reserve (group commit) -> authorise, outside any transaction -> claim (group commit) -> capture, later
//
// Invariants: I1-I5. The service keeps no state of its own between calls: everything that matters is in the
// store and in the gateway, so any process may finish what another began.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/async.h"
#include "cart/cart_store.h"
#include "catalog/snapshot.h"
#include "checkout/committer.h"
#include "orders/order_store.h"
#include "payments/gateway.h"
#include "pricing/pricing.h"
#include "telemetry/metrics.h"

namespace ff::checkout {

/// What the shopper sent, checked by parse functions in checkout/request.h.
struct Request {
  CartId cart;
  std::string idempotency_key;
  std::vector<cart::Line> lines;  // when not empty: ordered instead of the cart's ("buy now"); the cart stays
  std::string email;
  orders::Address address;
  std::string delivery_method;
  orders::PaymentMethod method = orders::PaymentMethod::kCard;
  std::optional<payments::Card> card;   // with kCard
  std::optional<Money> expected_total;  // what the page said; another total is refused, nothing changed
  std::string fingerprint;              // of all of the above but the card's digits
  Instant deadline;
};

struct SoldOutLine {
  VariantId variant;
  std::string title;
  inventory::Quantity wanted = 0;
  inventory::Quantity available = 0;
};

struct Paid {
  orders::Order order;
};  // 201: paid, or placed
struct Pending {
  orders::Order order;
};  // 202: the payment's outcome is unknown, it is being looked up
struct Declined {
  orders::Order order;
};  // 402
struct SoldOut {
  std::vector<SoldOutLine> lines;
};  // 409
/// Every other ending is an Error: kInvalid 422 (also: cart empty, total changed), kKeyReused 422,
/// kInProgress 409 + Retry-After, kOverloaded and kUnavailable 503 + Retry-After.
using Answer = std::variant<Paid, Pending, Declined, SoldOut>;

struct Settings {
  Duration payment_timeout = std::chrono::seconds(10);
  Duration hold_for = std::chrono::seconds(90);   // outlives payment_timeout by a margin for two commits
  Duration lease_for = std::chrono::seconds(20);  // likewise
};

class Service {
 public:
  Service(const catalog::SnapshotHolder& catalogue, cart::CartStore& carts, orders::OrderStore& orders,
          Committer& committer, payments::Gateway& gateway, const pricing::Rules& rules, Clock& clock,
          Random& random, Settings settings, telemetry::Registry& metrics);

  /// Any io thread. Once the order was queued it is finished even if nobody waits for the answer.
  Task<Result<Answer>> place(Request request);

 private:
  Task<Result<orders::NewOrder>> price(const Request& request);
  Task<Result<Answer>> pay_and_claim(const Request& request, orders::Order order);
  Task<Result<Answer>> resume(const Request& request, orders::Order order, bool lease_expired);

  const catalog::SnapshotHolder& catalogue_;
  cart::CartStore& carts_;
  orders::OrderStore& orders_;
  Committer& committer_;
  payments::Gateway& gateway_;
  const pricing::Rules& rules_;
  Clock& clock_;
  Random& random_;
  Settings settings_;
  telemetry::Registry& metrics_;
};

}  // namespace ff::checkout
