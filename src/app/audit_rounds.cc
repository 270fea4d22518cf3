#include "app/audit_rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "checkout/audit_ledger.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(500);  // how soon it hears that it is to stop, or leads
// How long who has begun to lead shows nothing: a start's own work goes first, and a lease that goes to and
// fro among processes that come and go does not audit each time.
constexpr Duration kFirst = std::chrono::seconds(30);

telemetry::Counter& runs(telemetry::Registry& metrics, const char* outcome) {
  return metrics.counter("ff_audit_runs_total", "Audits of this process, by what they found",
                         {{"outcome", outcome}});
}

}  // namespace

AuditRounds::AuditRounds(orders::OrderStore& orders, payments::Gateway& gateway, Clock& clock,
                         config::Auditing settings, telemetry::Registry& metrics)
    : orders_(orders),
      gateway_(gateway),
      clock_(clock),
      settings_(settings),
      last_success_(
          metrics.gauge("ff_audit_last_success_timestamp_seconds",
                        "When the last audit ran to its end, whatever it found; 0: none did, or another "
                        "process audits")),
      seconds_(metrics.gauge("ff_audit_duration_seconds", "How long the last audit took")),
      clean_(runs(metrics, "clean")),
      violated_(runs(metrics, "violated")),
      failed_(runs(metrics, "failed")) {
  for (std::size_t i = 0; i < violations_.size(); ++i) {
    violations_[i] = &metrics.gauge("ff_audit_violations", "Rows that break an invariant, by the last audit",
                                    {{"invariant", fmt::format("I{}", i + 1)}});
  }
}

Task<void> AuditRounds::run(std::function<bool()> leads) {
  if (settings_.every <= Duration::zero()) co_return;
  Instant due{};
  bool ours = false;
  while (!stopping_.load(std::memory_order_relaxed)) {
    const bool led = std::exchange(ours, leads());
    if (!ours) show_nothing();
    if (ours && !led) due = clock_.now() + std::min(kFirst, settings_.every);
    if (ours && clock_.now() >= due) {
      auto report = co_await audit();
      if (report && !leads()) show_nothing();  // another began meanwhile
      due = clock_.now() + settings_.every;
    }
    co_await clock_.sleep_for(std::min(kLook, settings_.every));
  }
}

Task<std::optional<orders::AuditReport>> AuditRounds::audit() {
  const Instant began = clock_.now();
  auto report = co_await read();
  std::optional<orders::AuditReport> told;
  if (!report) {
    failed_.add();
    log::warning("app", "an audit could not be made", {{"why", report.error().detail}});
    co_return told;
  }
  seconds_.set(std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - began).count());
  show(*report);
  told = std::move(*report);
  co_return told;
}

Task<Result<orders::AuditReport>> AuditRounds::read() {
  orders::Auditor auditor(clock_.now(), kPaymentLag, static_cast<std::size_t>(settings_.orders_max));
  auto rows = co_await orders_.audit(auditor);
  if (!rows) co_return tl::unexpected<Error>(std::move(rows.error()));
  if (auditor.truncated()) {
    co_return fail(
        ErrorCode::kOverloaded,
        fmt::format("the shop has more than audit.orders_max = {} orders: raise it where there is memory "
                    "for more, or run `fashionforward audit` and set audit.every_s = 0",
                    settings_.orders_max));
  }
  // After the orders: checkout/audit_ledger.h.
  auto ledger = co_await checkout::audit_ledger(gateway_, auditor);
  if (!ledger) co_return tl::unexpected<Error>(std::move(ledger.error()));
  orders::AuditReport report = auditor.report();
  co_return report;
}

void AuditRounds::show(const orders::AuditReport& report) {
  for (std::size_t i = 0; i < violations_.size(); ++i)
    violations_[i]->set(report.broken[i]);
  last_success_.set(clock_.now().us / 1'000'000);
  (report.violation_count > 0 ? violated_ : clean_).add();
  constexpr std::size_t kTold = 10;
  for (std::size_t i = 0; i < std::min(report.violations.size(), kTold); ++i) {
    const orders::Violation& one = report.violations[i];
    log::error("app", "an audit found a violation",
               {{"invariant", one.invariant}, {"row", one.row}, {"what", one.what}});
  }
}

void AuditRounds::show_nothing() {
  last_success_.set(0);
  for (telemetry::Gauge* const one : violations_)
    one->set(0);
}

}  // namespace ff::app
