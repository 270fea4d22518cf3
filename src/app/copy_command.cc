#include "app/copy_command.h"

#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "app/open_store.h"
#include "app/progress_bar.h"
#include "app/run_task.h"
#include "app/shop_file.h"
#include "app/store_commands.h"
#include "storage/copy.h"

namespace ff::app {

namespace {

Error in(std::string_view where, Error error) {
  error.detail.insert(0, std::string(where) + ": ");
  return error;
}

std::string whole_path(const std::string& path) {
  std::error_code error;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error).string();
}

/// Passes, and what shoppers have had of a sale that allows each only so much, stay behind: in the middle of
/// such a sale both would begin anew.
Result<void> check_no_sale_runs(sales::SaleStore& from, Instant now) {
  const auto listed = run_task(from.sales());
  if (!listed) return tl::unexpected(listed.error());
  for (const sales::Sale& sale : *listed) {
    const bool runs = sale.started(now) && !sale.settings().over(now);
    if (runs && (sale.settings().per_shopper_max > 0 || sale.guarded(now)))
      return fail(ErrorCode::kConflict, "the sale '" + sale.id().text() +
                                            "' is running: end it first (fashionforward sale end " +
                                            sale.id().text() + ")");
  }
  return {};
}

/// By their port: few rows, of which nothing hangs. Queues go on where they stood; passes are not moved. The
/// target's leases are new, so the tokens of the source's mean nothing there.
Result<std::size_t> copy_sales(sales::SaleStore& from, sales::SaleStore& to) {
  const auto listed = run_task(from.sales());
  if (!listed) return tl::unexpected(listed.error());
  for (const sales::Sale& sale : *listed) {
    sales::SaleSettings settings = sale.settings();
    settings.version = 0;
    const auto stored = run_task(to.put(std::move(settings), sale.secrets_for_store()));
    if (!stored) return tl::unexpected(stored.error());
    sales::QueueState queue = sale.queue();
    queue.version = stored->queue().version;
    queue.token = 0;
    const auto placed = run_task(to.change_queue(sale.id(), queue));
    if (!placed) return tl::unexpected(placed.error());
    const auto counts = run_task(from.arrivals(sale.id(), queue.epoch, 0));
    if (!counts) return tl::unexpected(counts.error());
    std::vector<sales::Issued> issued;
    for (const auto& [bucket, tickets] : *counts)
      issued.push_back({sale.id(), queue.epoch, bucket, tickets});
    if (auto told = run_task(to.report({"copy", 0, Duration(0)}, std::move(issued))); !told)
      return tl::unexpected(told.error());
  }
  return listed->size();
}

Result<storage::Tallies> copy_rows(const config::Options& from, const config::Options& to) {
  SystemClock clock;
  auto source = open_store(from, clock);
  if (!source) return tl::unexpected(in("source", std::move(source.error())));
  auto target = open_store(to, clock);
  if (!target) return tl::unexpected(in("target", std::move(target.error())));
  if (auto ok = check_no_sale_runs((*source)->sales(), clock.now()); !ok)
    return tl::unexpected(in("source", ok.error()));
  ProgressBar progress("copying", 0);
  bool counted = false;
  auto copied = run_task(storage::copy(**source, **target, [&](std::int64_t done, std::int64_t total) {
    if (!std::exchange(counted, true)) progress = ProgressBar("copying", total);
    progress.show(done);
  }));
  progress.finish();
  if (!copied) return copied;
  const auto sales = copy_sales((*source)->sales(), (*target)->sales());
  if (!sales) return tl::unexpected(in("sales", sales.error()));
  if (*sales > 0) std::printf("sales: %zu, with their lines\n", *sales);
  return copied;
}

}  // namespace

Result<void> copy_shop(const config::Options& options, const CopyRequest& request) {
  if (auto ok = config::check_database_url("from", request.from); !ok) return ok;
  if (auto ok = config::check_database_url("to", request.to); !ok) return ok;
  if (request.from == request.to) return invalid("to", "is the source itself");
  config::Options from = options;
  from.database_url = request.from;
  config::Options to = options;
  to.database_url = request.to;
  // The gateway's books don't move: both shops are audited against those of the source.
  const std::string ledger = whole_path(payment_ledger(from));
  const bool ledger_is_elsewhere =
      options.payment_gateway_url.empty() && whole_path(payment_ledger(to)) != ledger;
  from.payment_ledger = to.payment_ledger = ledger;
  std::printf("source: its servers must be stopped; nobody can write to it while this runs\n");
  if (auto audited = audit(from); !audited) return tl::unexpected(in("source", audited.error()));
  if (auto migrated = migrate(to); !migrated) return tl::unexpected(in("target", migrated.error()));
  const auto copied = copy_rows(from, to);
  if (!copied) return tl::unexpected(copied.error());
  for (const storage::Tally& tally : copied->all()) {
    std::printf("%.*s: %lld, the same in both\n", static_cast<int>(tally.kind.size()), tally.kind.data(),
                static_cast<long long>(tally.count));
  }
  if (auto audited = audit(to); !audited) return tl::unexpected(in("target", audited.error()));
  if (ledger_is_elsewhere)
    std::printf("the payment ledger stays where it is: set payment.ledger = \"%s\"\n", ledger.c_str());
  std::printf("copied; start the servers on the target\n");
  return {};
}

}  // namespace ff::app
