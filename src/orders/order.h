// An order: what was bought, for how much, by whom, and where it stands.
//
// Invariants: an order's lines, totals and address never change after it was placed (they are copies, not
// references into the catalogue). Its state moves only along transitions() and every move raises version by
// one and appends exactly one event with that number (I5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/time.h"
#include "inventory/stock.h"

namespace ff::orders {

enum class State : std::uint8_t {
  kPendingPayment,  // stock is held, the payment's outcome is not known yet
  kPaid,            // stock is sold, the payment is authorised or captured
  kPlaced,          // stock is sold, the payment is due on delivery
  kDeclined,        // the payment was refused; holds nothing
  kCancelled,       // given up; holds nothing, nothing is owed
};
enum class PaymentState : std::uint8_t { kNone, kAuthorised, kCaptured, kVoided, kRefunded };

std::string_view to_string(State state);         // "pending_payment"
std::string_view to_string(PaymentState state);  // "authorised"
std::optional<State> parse_state(std::string_view text);
std::optional<PaymentState> parse_payment_state(std::string_view text);

/// Whether an order may go from `from` to `to`. The whole state machine; everything else is refused.
bool may_become(State from, State to);

struct Line {
  VariantId variant;
  inventory::Quantity quantity = 1;
  Money unit_price;
  bool taxable = true;
  bool counted = true;  // its stock was tracked when it was held: releasing or selling it moves stock
  std::string handle;   // of the product, for links
  std::string title;
  std::string variant_title;  // "Navy / M"; empty for a plain product
  std::string sku;
  std::string picture_url;
  bool operator==(const Line&) const = default;
};

struct Totals {
  Money subtotal;  // of the lines
  Money delivery;
  Money tax;  // included in subtotal and delivery, or added to them: see tax_included
  bool tax_included = true;
  BasisPoints tax_rate;
  Money total;  // what is paid
  bool operator==(const Totals&) const = default;
};

struct Address {
  std::string name, line1, line2, city, region, postcode;
  std::string country;  // ISO 3166-1 alpha-2
  std::string phone;
  bool operator==(const Address&) const = default;
};

enum class PaymentMethod : std::uint8_t {
  kCard,
  kOnDelivery,  // instant: nothing to wait for, so reserve and claim fuse into one commit
  kFree,        // the total is zero; instant
};
std::string_view to_string(PaymentMethod method);  // "card", "on_delivery", "free"
std::optional<PaymentMethod> parse_payment_method(std::string_view text);

struct Order {
  OrderId id;
  Token access_key;         // the secret of the order's link
  std::int64_t number = 0;  // for people; given by the store, grows, gaps are possible
  CartId cart;
  std::string idempotency_key;      // unique within the cart
  std::string request_fingerprint;  // of the request's body, to tell a retry from another order
  State state = State::kPendingPayment;
  PaymentState payment = PaymentState::kNone;
  std::int32_t version = 1;  // number of events
  std::int32_t attempt = 1;  // raised when a retry takes an abandoned order over: its fencing token
  bool holding = false;      // its lines are in stock's `held`
  Instant created_at;
  Instant updated_at;
  Instant hold_expires_at;   // when holding
  Instant lease_expires_at;  // until then the request that placed it is at work
  std::vector<Line> lines;
  Totals totals;
  std::string email;
  Address address;
  std::string delivery_method;  // its title as shown
  PaymentMethod method = PaymentMethod::kCard;
  std::string payment_reference;  // the gateway's
  std::string card_hint;          // "Visa ending 4242"
  std::string reason;             // of kDeclined and kCancelled, for the shopper; on a pending order: it is
                                  // given up, its payment is being closed and it can only be cancelled
  bool operator==(const Order&) const = default;
};

/// Whether its totals are what its lines, delivery and tax add up to. How much tax is due is not judged.
bool adds_up(const Order& order);

inline constexpr std::string_view kPaymentKeyPrefix = "order-";
/// The key under which the gateway knows this order's payment: the same for every retry of the order.
std::string payment_key(const OrderId& id);

}  // namespace ff::orders
