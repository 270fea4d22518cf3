// Turns what a shopper typed, as the form or the API sends it, into a checked Request; or says everything
// that is wrong with it at once, field by field.
//
// Invariant: text goes in, a Request or FieldErrors come out: nothing behind this file sees unchecked input.
// The names of the fields are those of RawRequest's members.
#pragma once

#include <string>

#include "base/result.h"
#include "checkout/checkout.h"
#include "pricing/pricing.h"

namespace ff::checkout {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;
inline constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321

struct RawRequest {
  std::string idempotency_key;
  std::string email;
  std::string name, line1, line2, city, region, postcode, country, phone;
  std::string delivery_method;
  std::string payment_method;                      // "card", "on_delivery", "free"; empty is "card"
  std::string card_number, card_expiry, card_cvc;  // looked at with "card" only
  std::string expected_total;                      // "118.00" in the shop's currency; empty: whatever it is
};

/// kInvalid with every field that is wrong. The caller sets cart, lines and deadline of the Request.
Result<Request> parse(const RawRequest& raw, const pricing::Rules& rules, Instant now);

/// 1..255 visible ASCII characters.
bool is_idempotency_key(std::string_view text);
/// Has the shape of an address that mail can be sent to; whether it exists only a mail can tell.
bool is_email(std::string_view text);

/// BLAKE2b over everything that decides what is ordered, where it goes and how it is paid, but no part of the
/// card: a retry after an unknown outcome may come with another card and is still the same order. 32 hex
/// digits.
std::string fingerprint_of(const Request& request);

}  // namespace ff::checkout
