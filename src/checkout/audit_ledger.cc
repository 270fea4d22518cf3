#include "checkout/audit_ledger.h"

namespace ff::checkout {

orders::LedgerPayment ledger_payment(const payments::Payment& payment) {
  using payments::Status;
  orders::LedgerPayment row;
  row.key = payment.key;
  row.amount = payment.amount;
  row.authorised = payment.status == Status::kAuthorised || payment.status == Status::kCaptured;
  row.captured = payment.captures > 0;
  row.returned = payment.status == Status::kVoided || payment.status == Status::kRefunded;
  row.charges = payment.captures;
  return row;
}

Task<Result<void>> audit_ledger(payments::Gateway& gateway, orders::Auditor& auditor) {
  Result<std::vector<payments::Payment>> payments = co_await gateway.ledger();
  if (!payments) co_return tl::unexpected<Error>(std::move(payments.error()));
  for (const payments::Payment& payment : *payments)
    auditor.payment(ledger_payment(payment));
  co_return Result<void>{};
}

}  // namespace ff::checkout
