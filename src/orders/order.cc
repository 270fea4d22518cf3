#include "orders/order.h"

#include <array>

namespace ff::orders {
namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<State, 5> kStates{{{State::kPendingPayment, "pending_payment"},
                                   {State::kPaid, "paid"},
                                   {State::kPlaced, "placed"},
                                   {State::kDeclined, "declined"},
                                   {State::kCancelled, "cancelled"}}};
constexpr Names<PaymentState, 5> kPaymentStates{{{PaymentState::kNone, "none"},
                                                 {PaymentState::kAuthorised, "authorised"},
                                                 {PaymentState::kCaptured, "captured"},
                                                 {PaymentState::kVoided, "voided"},
                                                 {PaymentState::kRefunded, "refunded"}}};
constexpr Names<PaymentMethod, 3> kMethods{{{PaymentMethod::kCard, "card"},
                                            {PaymentMethod::kOnDelivery, "on_delivery"},
                                            {PaymentMethod::kFree, "free"}}};

template <typename Enum, std::size_t N>
std::string_view name_of(const Names<Enum, N>& names, Enum wanted) {
  for (const auto& [value, name] : names) {
    if (value == wanted) return name;
  }
  return "unknown";
}

template <typename Enum, std::size_t N>
std::optional<Enum> value_of(const Names<Enum, N>& names, std::string_view wanted) {
  for (const auto& [value, name] : names) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(State state) { return name_of(kStates, state); }
std::string_view to_string(PaymentState state) { return name_of(kPaymentStates, state); }
std::string_view to_string(PaymentMethod method) { return name_of(kMethods, method); }
std::optional<State> parse_state(std::string_view text) { return value_of(kStates, text); }
std::optional<PaymentState> parse_payment_state(std::string_view text) {
  return value_of(kPaymentStates, text);
}
std::optional<PaymentMethod> parse_payment_method(std::string_view text) { return value_of(kMethods, text); }

bool may_become(State from, State to) {
  // Every other state is an end: nothing leaves it in this protocol.
  return from == State::kPendingPayment &&
         (to == State::kPaid || to == State::kDeclined || to == State::kCancelled);
}

bool adds_up(const Order& order) {
  std::int64_t lines = 0;
  for (const Line& line : order.lines)
    lines += line.unit_price.minor * line.quantity;
  const Totals& totals = order.totals;
  const std::int64_t added_tax = totals.tax_included ? 0 : totals.tax.minor;
  return totals.subtotal.minor == lines &&
         totals.total.minor == totals.subtotal.minor + totals.delivery.minor + added_tax;
}

std::string payment_key(const OrderId& id) { return std::string(kPaymentKeyPrefix) + id.text(); }

}  // namespace ff::orders
