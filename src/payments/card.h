// Reads a card as a person types it, and says what is wrong with it field by field.
//
// Invariant: a Card that came from parse_card() has a number whose check digit is right, an expiry that has
// not passed and a code of the length that its brand has. Its digits go to the gateway and nowhere else; what
// the shop keeps is card_hint().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "payments/gateway.h"

namespace ff::payments {

enum class Brand : std::uint8_t { kVisa, kMastercard, kAmex, kDiscover, kDiners, kJcb, kUnionPay, kOther };
std::string_view to_string(Brand brand);  // "Visa", ..., "Card"
Brand brand_of(std::string_view digits);
int cvc_length(Brand brand);

/// The check of ISO/IEC 7812-1, annex B (Luhn). Digits only.
bool passes_luhn(std::string_view digits);
/// "Visa ending 4242".
std::string card_hint(std::string_view digits);

/// Spaces and dashes between digits are allowed; the expiry is "12/27", "12 / 2027" or "1227", good until the
/// end of that month (UTC). Appends to `errors` under "card_number", "card_expiry" and "card_cvc"; the card
/// is valid when nothing was appended.
Card parse_card(std::string_view number, std::string_view expiry, std::string_view cvc, Instant now,
                std::vector<FieldError>& errors);

}  // namespace ff::payments
