#include "app/store_commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "app/audit_rounds.h"
#include "app/open_gateway.h"
#include "app/open_store.h"
#include "app/run_task.h"
#include "app/shop_file.h"
#include "checkout/audit_ledger.h"
#include "orders/audit.h"
#include "payments/demo_gateway.h"
#include "storage/sqlite/file_audit.h"
#include "storage/store.h"

namespace ff::app {
namespace {

/// Reads only, and where the store is a file also as a user who may do no more.
Result<void> audit_store(const config::Options& options, Clock& clock, orders::Auditor& auditor) {
  if (const auto path = storage::sqlite_path(options.database_url))
    return storage::audit_sqlite_file(*path, auditor);
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  return run_task((*store)->orders().audit(auditor));
}

Result<void> audit_payments_elsewhere(const config::Options& options, Clock& clock,
                                      orders::Auditor& auditor) {
  SecureRandom random;
  telemetry::Registry metrics;
  auto opened = open_gateway_elsewhere(options, clock, random, metrics);
  if (!opened) return tl::unexpected(opened.error());
  return run_task(checkout::audit_ledger(*opened->gateway, auditor));
}

/// False when there is no ledger.
Result<bool> audit_payments(const config::Options& options, Clock& clock, const std::string& ledger,
                            orders::Auditor& auditor) {
  if (!options.payment_gateway_url.empty()) {
    const auto read = audit_payments_elsewhere(options, clock, auditor);
    return read ? Result<bool>(true) : tl::unexpected(read.error());
  }
  const auto payments = payments::DemoGateway::read_ledger(ledger);
  if (!payments && payments.error().code == ErrorCode::kNotFound) return false;
  if (!payments) return tl::unexpected(payments.error());
  for (const payments::Payment& payment : *payments)
    auditor.payment(checkout::ledger_payment(payment));
  return true;
}

void print(const orders::AuditReport& report) {
  std::printf("audited %lld variants, %lld orders, %lld events, %lld payments\n",
              static_cast<long long>(report.variants), static_cast<long long>(report.orders),
              static_cast<long long>(report.events), static_cast<long long>(report.payments));
  if (report.young_orders > 0 || report.young_payments > 0) {
    std::printf(
        "too young to judge under I4, which allows money %lld minutes to follow its order: %lld orders, %lld "
        "payments; "
        "audit again later\n",
        static_cast<long long>(kPaymentLag.count()), static_cast<long long>(report.young_orders),
        static_cast<long long>(report.young_payments));
  }
  for (const orders::Violation& violation : report.violations) {
    std::printf("%s %s: %s\n", violation.invariant.c_str(), violation.row.c_str(), violation.what.c_str());
  }
}

}  // namespace

Result<void> migrate(const config::Options& options) {
  const auto path = storage::sqlite_path(options.database_url);
  if (path) {
    if (auto ok = check_folder(*path, Folder::kMayBeMade); !ok) return ok;
  }
  const auto applied = storage::migrate(options.database_url, store_options(options));
  if (!applied) return tl::unexpected(applied.error());
  // Another kind of URL may hold a password.
  const std::string name = path ? options.database_url : "the PostgreSQL database";
  if (applied->empty()) {
    std::printf("%s is up to date\n", name.c_str());
  } else {
    std::printf("%s: applied %zu migrations, the schema is at %04d\n", name.c_str(), applied->size(),
                applied->back());
  }
  return {};
}

Result<void> audit(const config::Options& options) {
  SystemClock clock;
  const std::string ledger = payment_ledger(options);
  orders::Auditor auditor(clock.now(), kPaymentLag);
  if (auto read = audit_store(options, clock, auditor); !read) return read;
  // After the orders: checkout/audit_ledger.h.
  const auto has_ledger = audit_payments(options, clock, ledger, auditor);
  if (!has_ledger) return tl::unexpected(has_ledger.error());

  using Ledger = orders::Auditor::Ledger;
  const orders::AuditReport report = auditor.report(*has_ledger ? Ledger::kRead : Ledger::kMissing);
  print(report);
  if (!*has_ledger && report.card_orders > 0) {
    return fail(
        ErrorCode::kNotFound,
        fmt::format("there is no payment ledger at {}, but {} orders were to be paid by card: I4 was not "
                    "judged{}; name the ledger of the servers: payment.ledger, or FF_PAYMENT_LEDGER",
                    ledger, report.card_orders,
                    report.violation_count > 0
                        ? fmt::format(", and there are {} violations", report.violation_count)
                        : ""));
  }
  if (report.violation_count > 0) {
    return fail(ErrorCode::kConflict, fmt::format("{} violations", report.violation_count));
  }
  if (!*has_ledger)
    std::printf("there is no payment ledger at %s, and no order that would need one\n", ledger.c_str());
  std::printf("I1-I5 hold\n");
  return {};
}

}  // namespace ff::app
