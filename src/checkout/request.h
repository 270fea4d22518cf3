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

/// BLAKE2b over everything that decides what is ordered, where it goes and how it is paid: 32 hex digits;
/// with a card four more that tell one card from another.
///
/// Those four are 16 bits of a hash of the card's number. They can't be more: everything else in the hash is
/// in the order, and there are only some 10^10 numbers with the four digits that the card's hint shows, so
/// whoever read a whole hash in the database would find the number by trying. 16 bits leave more than 10^5
/// numbers for each; and being the same in each order of a card they give no more away however many orders
/// there are, where a salt per order would give away 16 bits each time. A secret key that all processes share
/// would add to this, and would have to be kept from whoever can read the database. One card in 65,536 looks
/// like another: its retry is answered as the first request was, and is not charged. Expiry and code are left
/// out: the code may not be kept in any form.
std::string fingerprint_of(const Request& request);

}  // namespace ff::checkout
