// Safeguards of the protocol that can be taken out, to prove that the simulation notices: the test of the
// test.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ff::simulation {

enum class Sabotage : std::uint8_t {
  kNone,
  kUnknownCommitIsFailure,     // a lost reply of the store is told as "nothing was written"
  kClaimWithoutCompareAndSet,  // a claim that was refused is taken for done
  kGiveUpWithoutRecord,        // a payment is closed without the decision being on record first
  kUnknownPaymentIsDecline,    // no answer from the gateway is taken for a no
  kPaymentKeyPerTry,           // each call of the gateway brings a key of its own
  kAnswerBeforeCommit,         // the store answers before it has written
};

inline constexpr std::array<std::pair<Sabotage, std::string_view>, 6> kSabotages{{
    {Sabotage::kUnknownCommitIsFailure, "unknown-commit-is-failure"},
    {Sabotage::kClaimWithoutCompareAndSet, "claim-without-compare-and-set"},
    {Sabotage::kGiveUpWithoutRecord, "give-up-without-record"},
    {Sabotage::kUnknownPaymentIsDecline, "unknown-payment-is-decline"},
    {Sabotage::kPaymentKeyPerTry, "payment-key-per-try"},
    {Sabotage::kAnswerBeforeCommit, "answer-before-commit"},
}};

}  // namespace ff::simulation
