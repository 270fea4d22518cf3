#include "payments/ledger.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "payments/card.h"

namespace ff::payments {
namespace {

constexpr TestCard kTestCards[] = {
    {"4242 4242 4242 4242", Behaviour::kApprove, "is approved"},
    {"4000 0000 0000 0002", Behaviour::kDecline, "is declined"},
    {"4000 0000 0000 9995", Behaviour::kInsufficientFunds, "is declined: insufficient funds"},
    {"4000 0000 0000 3220", Behaviour::kSlow, "is approved after three seconds"},
    {"4000 0000 0000 0119", Behaviour::kReplyLost, "is approved, but the bank's answer is lost"},
    {"4000 0000 0000 0341", Behaviour::kRequestLost, "never reaches the bank, and nobody can tell"},
};

bool same_digits(std::string_view grouped, std::string_view digits) {
  std::size_t at = 0;
  for (const char c : grouped) {
    if (c == ' ') continue;
    if (at == digits.size() || digits[at] != c) return false;
    ++at;
  }
  return at == digits.size();
}

bool is_test_card(std::string_view digits) {
  return std::any_of(std::begin(kTestCards), std::end(kTestCards),
                     [&](const TestCard& card) { return same_digits(card.number, digits); });
}

constexpr std::size_t kDigitsMin = 12, kDigitsMax = 19;  // of a card number, ISO/IEC 7812
constexpr std::size_t kShownFirst = 6, kShownLast = 4;   // what PCI DSS lets be shown
constexpr char kHidden = 'x';

}  // namespace

std::span<const TestCard> test_cards() { return kTestCards; }

Behaviour behaviour_of(std::string_view digits) {
  for (const TestCard& card : kTestCards) {
    if (same_digits(card.number, digits)) return card.behaviour;
  }
  return Behaviour::kApprove;
}

void authorise(Payment& payment, const AuthoriseRequest& request, Behaviour behaviour,
               std::string reference) {
  if (payment.status != Status::kNone) return;
  payment.key = request.key;
  payment.amount = request.amount;
  payment.card_hint = card_hint(request.card.number);
  payment.reference = std::move(reference);
  payment.status = Status::kAuthorised;
  if (behaviour == Behaviour::kDecline) {
    payment.status = Status::kDeclined;
    payment.decline_reason = "Your card was declined. Try another card.";
  } else if (behaviour == Behaviour::kInsufficientFunds) {
    payment.status = Status::kDeclined;
    payment.decline_reason = "Your card has insufficient funds. Try another card.";
  }
}

void capture(Payment& payment) {
  if (payment.status != Status::kAuthorised) return;
  payment.status = Status::kCaptured;
  ++payment.captures;
}

void void_authorisation(Payment& payment) {
  if (payment.status == Status::kNone || payment.status == Status::kAuthorised)
    payment.status = Status::kVoided;
}

void refund(Payment& payment) {
  if (payment.status == Status::kCaptured) payment.status = Status::kRefunded;
}

void close(Payment& payment) {
  void_authorisation(payment);
  refund(payment);
}

std::string card_token(std::string_view digits) {
  std::string token(digits);
  if (is_test_card(digits) || digits.size() <= kShownFirst + kShownLast) return token;
  std::fill(token.begin() + kShownFirst, token.end() - kShownLast, kHidden);
  return token;
}

bool is_card_token(std::string_view text) {
  if (is_test_card(text)) return true;
  if (text.size() < kDigitsMin || text.size() > kDigitsMax) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hidden = i >= kShownFirst && i + kShownLast < text.size();
    if (hidden ? text[i] != kHidden : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

}  // namespace ff::payments
