#include "app/store_commands.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/open_store.h"
#include "app/run_task.h"
#include "checkout/audit_ledger.h"
#include "orders/audit.h"
#include "payments/demo_gateway.h"
#include "storage/store.h"

namespace ff::app {

// How long a capture, a void or a refund may lag behind its order before audit calls it a violation: the
// sweeper's rounds and a gateway that was away for a while.
constexpr Duration kPaymentLag = std::chrono::minutes(10);

Result<void> migrate(const config::Options& options) {
  const auto applied = storage::migrate(options.database_url, store_options(options));
  if (!applied) return tl::unexpected(applied.error());
  // Another kind of URL may hold a password.
  const bool is_file = storage::sqlite_path(options.database_url).has_value();
  const std::string name = is_file ? options.database_url : "the PostgreSQL database";
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
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  auto gateway = payments::DemoGateway::open(options.payment_ledger, clock);
  if (!gateway) return tl::unexpected(gateway.error());

  orders::Auditor auditor(clock.now(), kPaymentLag);
  if (auto read = run_task((*store)->orders().audit(auditor)); !read) return read;
  if (auto read = run_task(checkout::audit_ledger(**gateway, auditor)); !read) return read;

  const orders::AuditReport report = auditor.report();
  std::printf("audited %lld variants, %lld orders, %lld events, %lld payments\n",
              static_cast<long long>(report.variants), static_cast<long long>(report.orders),
              static_cast<long long>(report.events), static_cast<long long>(report.payments));
  for (const orders::Violation& violation : report.violations) {
    std::printf("%s %s: %s\n", violation.invariant.c_str(), violation.row.c_str(), violation.what.c_str());
  }
  if (report.violation_count > 0) {
    return fail(ErrorCode::kConflict, fmt::format("{} violations", report.violation_count));
  }
  std::printf("I1-I5 hold\n");
  return {};
}

}  // namespace ff::app
