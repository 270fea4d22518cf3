#include "payments/memory_gateway.h"

#include <memory>
#include <utility>

namespace ff::payments {

Task<Result<Payment>> MemoryGateway::call(std::string key, Instant deadline, Fate fate,
                                          std::function<void(Payment&)> act) {
  const Instant asked_at = clock_.now();
  const auto answer = std::make_shared<std::optional<Payment>>();
  const auto arrive = [&ledger = ledger_, key = std::move(key), act = std::move(act), answer] {
    const auto found = ledger.payments.find(key);
    Payment payment = found == ledger.payments.end() ? Payment{} : found->second;
    payment.key = key;
    act(payment);
    if (payment.status != Status::kNone) ledger.payments.insert_or_assign(key, payment);
    *answer = std::move(payment);
  };
  if (!fate.request_lost && fate.request_takes == Duration::zero()) arrive();
  if (!fate.request_lost && fate.request_takes > Duration::zero()) later_(fate.request_takes, arrive);

  // The last microsecond lets a request that arrives at that very moment act first.
  const Instant answered_at = asked_at + fate.request_takes + fate.answer_takes + Duration(1);
  const bool told = !fate.request_lost && !fate.answer_lost && answered_at <= deadline;
  co_await clock_.sleep_until(std::min(answered_at, deadline));
  if (!told || !answer->has_value()) co_return fail(ErrorCode::kUnknown, "the gateway did not answer");
  co_return std::move(**answer);
}

Task<Result<Payment>> MemoryGateway::authorise(AuthoriseRequest request) {
  Fate fate = decide_(Operation::kAuthorise, request.key);
  const Behaviour behaviour = behaviour_of(request.card.number);
  fate.request_lost = fate.request_lost || behaviour == Behaviour::kRequestLost;
  fate.answer_lost = fate.answer_lost || behaviour == Behaviour::kReplyLost;
  if (behaviour == Behaviour::kSlow) fate.answer_takes += kSlowAnswer;
  std::string key = request.key;
  const Instant deadline = request.deadline;
  std::function<void(Payment&)> act = [request = std::move(request), behaviour](Payment& payment) {
    payments::authorise(payment, request, behaviour, "memory_" + request.key);
  };
  return call(std::move(key), deadline, fate, std::move(act));
}

Task<Result<Payment>> MemoryGateway::capture(std::string key, Instant deadline) {
  const Fate fate = decide_(Operation::kCapture, key);
  return call(std::move(key), deadline, fate, [](Payment& payment) { payments::capture(payment); });
}

Task<Result<Payment>> MemoryGateway::close(std::string key, Instant deadline) {
  const Fate fate = decide_(Operation::kClose, key);
  return call(std::move(key), deadline, fate, [](Payment& payment) { payments::close(payment); });
}

Task<Result<Payment>> MemoryGateway::lookup(std::string key, Instant deadline) {
  const Fate fate = decide_(Operation::kLookup, key);
  return call(std::move(key), deadline, fate, [](Payment&) {});
}

Task<Result<std::vector<Payment>>> MemoryGateway::ledger() {
  std::vector<Payment> payments;
  for (const auto& [key, payment] : ledger_.payments)
    payments.push_back(payment);
  co_return payments;
}

}  // namespace ff::payments
