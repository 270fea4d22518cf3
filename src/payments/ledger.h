// What each operation makes of a payment: the idempotent state machine of a gateway's ledger, and how the
// demo bank decides about a card.
//
// Invariants: a payment is captured at most once; once it was closed, nothing can be authorised under its
// key; asking the same again changes nothing. Pure functions: a durable ledger and a simulated one share
// them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "payments/gateway.h"

namespace ff::payments {

enum class Behaviour : std::uint8_t {
  kApprove,
  kDecline,
  kInsufficientFunds,
  kSlow,         // approves, after kSlowAnswer
  kReplyLost,    // approves, but nobody is told
  kRequestLost,  // never arrives
};
inline constexpr Duration kSlowAnswer = std::chrono::seconds(3);

/// The documented test cards; every other number that passes its check is approved.
struct TestCard {
  std::string_view number;  // grouped, as a person would type it
  Behaviour behaviour;
  std::string_view what;  // "is declined"
};
std::span<const TestCard> test_cards();
Behaviour behaviour_of(std::string_view digits);

/// Decides a payment that has status kNone; any other stays as it is.
void authorise(Payment& payment, const AuthoriseRequest& request, Behaviour behaviour, std::string reference);
/// authorised -> captured; any other stays.
void capture(Payment& payment);
/// none, authorised -> voided; any other stays.
void void_authorisation(Payment& payment);
/// captured -> refunded; any other stays.
void refund(Payment& payment);
/// Whichever of the two gives the money back.
void close(Payment& payment);

/// What of a card number may leave the process in which a shopper typed it: a documented test number as it
/// is; of any other the first six digits and the last four, which is enough for its brand and its hint, and
/// behaves as the whole number does. Applied again it changes nothing.
std::string card_token(std::string_view digits);
/// Whether `text` could have come from card_token().
bool is_card_token(std::string_view text);

}  // namespace ff::payments
