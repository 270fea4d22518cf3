// What the demo gateway's process and its shops say to each other: JSON, written and read strictly on both
// sides.
//
//   POST /v1/payments/{key}/authorise   {"amount": {"amount": 11800, "currency": "EUR"}, "card":
//   "4242424242424242"} POST /v1/payments/{key}/capture     POST .../void     POST .../refund          no
//   body GET  /v1/payments/{key}             a payment that nobody asked for has the status "none"
//   -> {"key": "order-...", "status": "authorised", "amount": {...}, "reference": "demo_...",
//       "decline_reason": "", "card_hint": "Visa ending 4242", "captures": 0}
//   GET  /v1/payments?after=KEY&limit=N -> {"payments": [...], "next": "KEY"}, without "next" at the end
//
// Invariants: what read_...() returned fits: bounded, known members only in a request, values in range. Of a
// card only card_token() (ledger.h) travels: no security code, no expiry, no number but the published test
// ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "payments/gateway.h"

namespace ff::payments::wire {

inline constexpr std::size_t kKeyBytesMax = 128;
inline constexpr std::size_t kRequestBytesMax = 4 * 1024;
inline constexpr std::int64_t kPagePaymentsMax = 1000;
/// Of a page of kPagePaymentsMax: each a key, a reference, a reason in words, a hint.
inline constexpr std::size_t kAnswerBytesMax = 2 * 1024 * 1024;

inline constexpr std::string_view kPaymentsPath = "/v1/payments";

/// 1 to kKeyBytesMax characters that a URL holds as they are (RFC 3986 "unreserved").
bool is_key(std::string_view text);

struct Authorise {
  Money amount;      // more than nothing
  std::string card;  // is_card_token()
  bool operator==(const Authorise&) const = default;
};
std::string write(const Authorise& asked);
/// kInvalid with what is wrong, in words for whoever wrote the client.
Result<Authorise> read_authorise(std::string_view json);

std::string write(const Payment& payment);
/// kInternal when it is no answer of such a gateway. Members that are not known here are passed over.
Result<Payment> read_payment(std::string_view json);

struct Page {
  std::vector<Payment> payments;
  std::string next;  // ask for what follows this key; empty: that was the end
};
std::string write(const Page& page);
Result<Page> read_page(std::string_view json);

}  // namespace ff::payments::wire
