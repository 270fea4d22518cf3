// Buying: the protocol of design 4 from a validated request to the answer.
//
//   reserve (group commit) -> authorise, outside any transaction -> claim (group commit) -> capture, later
//
// Invariants: I1-I5. The service keeps no state of its own between calls: everything that matters is in the
// store and in the gateway, so any process may finish what another began.
//
// Who works on a pending order is settled by its lease and its attempt number, which each take-over raises:
// every move of the order is a compare-and-set on both, so of two that work on it at once only one gets
// through.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/async.h"
#include "base/box.h"
#include "cart/cart_store.h"
#include "catalog/snapshot.h"
#include "checkout/committer.h"
#include "checkout/order_counters.h"
#include "checkout/settler.h"
#include "orders/order_store.h"
#include "payments/gateway.h"
#include "pricing/pricing.h"
#include "telemetry/metrics.h"
#include "telemetry/tracer.h"

namespace ff::checkout {

/// What the shopper sent, checked by parse() in checkout/request.h.
struct Request {
  CartId cart;
  std::string idempotency_key;
  std::vector<cart::Line> lines;  // when not empty: ordered instead of the cart's ("buy now"); the cart stays
  /// The cart's lines, where they were read already: ordered as if read here, so that what was looked at is
  /// what is bought.
  std::optional<std::vector<cart::Line>> cart_lines;
  std::string email;
  orders::Address address;
  std::string delivery_method;
  orders::PaymentMethod method = orders::PaymentMethod::kCard;
  std::optional<payments::Card> card;   // with kCard
  std::optional<Money> expected_total;  // what the page said; another total is refused, nothing changed
  std::string fingerprint;              // fingerprint_of() all of the above
  Instant deadline;
  /// Asked once, just before the order is queued: whether nobody waits for it any more. Null: somebody does.
  std::function<bool()> abandoned{};
  telemetry::Trace trace{};  // its request's
};

struct SoldOutLine {
  VariantId variant;
  std::string title;
  inventory::Quantity wanted = 0;
  inventory::Quantity available = 0;
};

struct Paid {
  Box<orders::Order> order;
};  // 201: paid, or placed
struct Pending {
  Box<orders::Order> order;
};  // 202: the payment's outcome is unknown, it is being looked up
struct Declined {
  Box<orders::Order> order;
};  // 402
struct SoldOut {
  std::vector<SoldOutLine> lines;
};  // 409
/// Every other ending is an Error: kInvalid 422 (fields as in checkout/request.h; also "cart" when it is
/// empty or has something that is not sold any more, "lines[i].variant", "expected_total", "limit" for more
/// than a sale allows one shopper), kKeyReused 422, kInProgress 409 + Retry-After, kOverloaded and
/// kUnavailable 503 + Retry-After: nothing was changed. kUnknown 503 + Retry-After: the order may have been
/// placed; the same key tells.
using Answer = std::variant<Paid, Pending, Declined, SoldOut>;

/// What stands in the way of an order being placed as it is priced: see orders::PurchaseLimit. Any io thread;
/// reads memory only.
using PurchaseLimits = std::function<std::vector<orders::PurchaseLimit>(const orders::Order& order)>;

/// Whether a payment could be asked for at all; else kUnavailable or kOverloaded. Any io thread.
using GatewayReachable = std::function<Task<Result<void>>()>;

struct Settings {
  Duration payment_timeout = std::chrono::seconds(10);
  Duration hold_for = std::chrono::seconds(90);   // outlives payment_timeout by a margin for two commits
  Duration lease_for = std::chrono::seconds(20);  // likewise
  PurchaseLimits limits{};                        // none: nobody is limited
  GatewayReachable gateway_reachable{};           // none: it always is
};

class Service {
 public:
  Service(const catalog::SnapshotHolder& catalogue, cart::CartStore& carts, orders::OrderStore& orders,
          Committer& committer, payments::Gateway& gateway, const pricing::Rules& rules, Clock& clock,
          Random& random, const Settings& settings, telemetry::Registry& metrics);
  ~Service();

  /// Any io thread. What its client has left, or whose deadline has passed, before the order was queued is
  /// not worked for (kOverloaded); once the order was queued it is finished even if nobody waits for the
  /// answer.
  Task<Result<Answer>> place(Request request);

 private:
  struct Answers;

  /// `abandoned`: set where its client had left before the order was queued; the answer reaches nobody.
  Task<Result<Answer>> run(Request& request, bool& abandoned);
  /// On success the parts that only the order needs have moved out of `request`: key, e-mail, address.
  Task<Result<orders::NewOrder>> price(Request& request, const catalog::Snapshot& snapshot);
  /// For a request that can't be placed now: the recorded answer, if its key has an order already.
  Task<Result<Answer>> recorded_or(const Request& request, std::string idempotency_key, Error error);
  Task<Result<Answer>> authorise(const Request& request, Box<orders::Order> order);
  Task<Result<Answer>> follow(const Request& request, Box<orders::Order> order, payments::Payment payment);
  Task<Result<Answer>> suspend(Box<orders::Order> order);
  Task<Result<Answer>> retry(const Request& request, Box<orders::Order> order);
  Task<Result<Answer>> take_over(const Request& request, Box<orders::Order> order);

  const catalog::SnapshotHolder& catalogue_;
  cart::CartStore& carts_;
  orders::OrderStore& orders_;
  Committer& committer_;
  const pricing::Rules& rules_;
  Clock& clock_;
  Random& random_;
  const Settings settings_;
  const OrderCounters counters_;
  Settler settler_;
  std::unique_ptr<const Answers> answers_;  // counters
};

}  // namespace ff::checkout
