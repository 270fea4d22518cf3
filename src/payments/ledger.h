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
/// none, authorised -> voided; captured -> refunded; any other stays.
void close(Payment& payment);

}  // namespace ff::payments
