// Feeds the gateway's own ledger to the auditor, which compares it with the orders both ways (I4).
#pragma once

#include "base/async.h"
#include "orders/audit.h"
#include "payments/gateway.h"

namespace ff::checkout {

orders::LedgerPayment ledger_payment(const payments::Payment& payment);
/// Read the ledger after the store's rows: a payment is authorised before its order is claimed, so the other
/// way round a healthy shop at work would look as if it had paid orders without payment.
Task<Result<void>> audit_ledger(payments::Gateway& gateway, orders::Auditor& auditor);

}  // namespace ff::checkout
