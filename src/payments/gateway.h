// The port to whoever moves the money. Every operation is idempotent by its key: asked twice, it acts once
// and answers the same. Adapters here: payments/demo_gateway.h, in this process; payments/http_gateway.h, a
// process elsewhere.
//
// An error of kUnknown or kUnavailable means that the outcome is not known: neither success nor failure.
// Only lookup() settles it. close() is what makes a payment that never arrived safe to give up: after it, a
// late authorise of that key can't succeed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/money.h"
#include "base/time.h"
#include "telemetry/trace.h"

namespace ff::payments {

/// A card as the shopper typed it. Never stored, never logged: there is no way to format one.
struct Card {
  std::string number;  // digits only
  int expiry_month = 0;
  int expiry_year = 0;  // four digits
  std::string cvc;
};

struct AuthoriseRequest {
  std::string key;
  Money amount;
  Card card;
  Instant deadline;                 // after it the answer is kUnknown
  telemetry::TraceContext trace{};  // passed on to a gateway that is asked over a network
};

enum class Status : std::uint8_t { kNone, kAuthorised, kDeclined, kCaptured, kVoided, kRefunded };
std::string_view to_string(Status status);

struct Payment {
  std::string key;
  Status status = Status::kNone;  // kNone: the gateway never heard of the key
  Money amount;
  std::string reference;       // the gateway's own
  std::string decline_reason;  // in words for the shopper
  std::string card_hint;       // "Visa ending 4242"
  int captures = 0;
};

/// Any thread; nothing blocks the caller's.
class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual Task<Result<Payment>> authorise(AuthoriseRequest request) = 0;
  virtual Task<Result<Payment>> capture(std::string key, Instant deadline) = 0;
  /// Gives up the payment of this key whatever it is: authorised becomes voided, captured becomes refunded,
  /// one that never came is barred from coming.
  virtual Task<Result<Payment>> close(std::string key, Instant deadline) = 0;
  virtual Task<Result<Payment>> lookup(std::string key, Instant deadline) = 0;
  /// The gateway's whole ledger, for audit.
  virtual Task<Result<std::vector<Payment>>> ledger() = 0;
};

}  // namespace ff::payments
