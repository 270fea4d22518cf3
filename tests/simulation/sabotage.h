// Safeguards of the protocol that can be taken out, to prove that the simulation notices: the test of the
// test.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ff::simulation {

enum class Sabotage : std::uint8_t {
  kNone,
  kNoUniqueKey,                // nothing keeps two orders of one cart and key apart
  kUnknownCommitIsFailure,     // a lost reply of the store is told as "nothing was written": no replay
  kAbsenceIsProof,             // after a lost reply the row is looked for; when it is not there: a failure
  kAnswerBeforeCommit,         // the store answers before it has written
  kClaimWithoutCompareAndSet,  // a claim that was refused is taken for done
  kNoLease,                    // an order that somebody works on may be taken over at any time
  kExpiryByCallersClock,       // holds, leases and keys end by the clock of whoever asks, not the store's
  kGiveUpWithoutRecord,        // a payment is closed without the decision being on record first
  kUnknownPaymentIsDecline,    // no answer from the gateway is taken for a no
  kPaymentKeyPerTry,           // each call of the gateway brings a key of its own
  kAdditionWithoutKey,         // an addition to a cart is made as often as it comes
  kStockNotChecked,            // units are granted whether there are any or not
};

struct Safeguard {
  Sabotage taken_out = Sabotage::kNone;
  std::string_view name;
  std::uint64_t seeds_max = 0;  // within so many seeds its absence is noticed
};

/// seeds_max: several times what it took from any of the first seeds in docs/proofs.md.
inline constexpr std::array<Safeguard, 12> kSafeguards{{
    {Sabotage::kNoUniqueKey, "no-unique-key", 100},
    {Sabotage::kUnknownCommitIsFailure, "unknown-commit-is-failure", 100},
    {Sabotage::kAbsenceIsProof, "absence-is-proof", 400},
    {Sabotage::kAnswerBeforeCommit, "answer-before-commit", 100},
    {Sabotage::kClaimWithoutCompareAndSet, "claim-without-compare-and-set", 2000},
    {Sabotage::kNoLease, "no-lease", 100},
    {Sabotage::kExpiryByCallersClock, "expiry-by-callers-clock", 400},
    {Sabotage::kGiveUpWithoutRecord, "give-up-without-record", 4000},
    {Sabotage::kUnknownPaymentIsDecline, "unknown-payment-is-decline", 100},
    {Sabotage::kPaymentKeyPerTry, "payment-key-per-try", 400},
    {Sabotage::kAdditionWithoutKey, "addition-without-key", 400},
    {Sabotage::kStockNotChecked, "stock-not-checked", 100},
}};

}  // namespace ff::simulation
