#include "app/catalogue_watcher.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "telemetry/log.h"

namespace ff::app {
namespace {

constexpr int kNiceness = 5;  // a third of a serving thread's share of a busy core

}  // namespace

CatalogueWatcher::CatalogueWatcher(catalog::CatalogStore& catalogue, inventory::StockStore& stock,
                                   Clock& clock, telemetry::Registry& metrics)
    : catalogue_(catalogue),
      stock_(stock),
      clock_(clock),
      version_(metrics.gauge("ff_catalogue_version", "Version of the catalogue that is being served")),
      variants_(metrics.gauge("ff_catalogue_variants", "Variants that are being served")),
      failures_(metrics.counter("ff_catalogue_refresh_failures_total",
                                "Refreshes that the store did not answer")) {}

CatalogueWatcher::~CatalogueWatcher() { stop(); }

Task<Result<void>> CatalogueWatcher::load() {
  auto catalogue = co_await refresh_catalogue();
  if (!catalogue) co_return catalogue;
  co_return co_await refresh_labels();
}

void CatalogueWatcher::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ff-catalogue");
    // Those who ask go before the index of what they ask for: at the start, and when the catalogue changes.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    publish_index();
    asio::co_spawn(context_, watch(), asio::detached);
    context_.run();
  });
}

void CatalogueWatcher::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void CatalogueWatcher::publish_index() {
  const auto snapshot = snapshot_.load();
  const auto index = index_.load();
  if (index && index->snapshot() == snapshot) return;
  auto next = std::make_shared<const catalog::Index>(snapshot);
  next->prepare(*labels_.load());
  index_.store(std::move(next));
}

Task<Result<void>> CatalogueWatcher::refresh_catalogue() {
  auto version = co_await catalogue_.version();
  if (!version) co_return tl::unexpected(version.error());
  const auto current = snapshot_.load();
  if (current && current->version() == *version) co_return Result<void>{};
  auto catalogue = co_await catalogue_.load();
  if (!catalogue) co_return tl::unexpected(catalogue.error());
  auto next = std::make_shared<const catalog::Snapshot>(std::move(*catalogue));
  stock_position_ = inventory::StockStore::kFromScratch;  // the catalogue may have changed stock, too
  version_.set(static_cast<std::int64_t>(next->version()));
  variants_.set(static_cast<std::int64_t>(next->variant_count()));
  snapshot_.store(std::move(next));
  co_return Result<void>{};
}

Task<Result<void>> CatalogueWatcher::refresh_labels() {
  const Instant now = clock_.now();
  const bool from_scratch = now >= all_labels_due_;
  const std::int64_t since = from_scratch ? inventory::StockStore::kFromScratch : stock_position_;
  auto changes = co_await stock_.changed_since(since);
  if (!changes) co_return tl::unexpected(changes.error());
  stock_position_ = changes->position;
  if (changes->all) all_labels_due_ = now + kAllLabelsInterval;
  if (!changes->all && changes->stocks.empty()) co_return Result<void>{};
  const auto current = labels_.load();
  auto next = changes->all ? std::make_shared<const catalog::StockLabels>(changes->stocks)
                           : std::make_shared<const catalog::StockLabels>(*current, changes->stocks);
  if (*next == *current) co_return Result<void>{};
  // What can be bought is worked out here and not by the first query that asks.
  if (const auto index = index_.load()) index->prepare(*next);
  labels_.store(std::move(next));
  co_return Result<void>{};
}

Task<void> CatalogueWatcher::watch() {
  Instant labels_due = clock_.now() + kLabelsInterval;
  bool away = false;
  for (;;) {
    co_await catalogue_.wait_for_change(clock_, kVersionInterval);
    auto refreshed = co_await refresh_catalogue();
    if (refreshed) publish_index();
    if (refreshed && clock_.now() >= labels_due) {
      refreshed = co_await refresh_labels();
      labels_due = clock_.now() + kLabelsInterval;
    }
    if (!refreshed) failures_.add();
    // One line when the store goes and one when it is back, however long that takes.
    if (!refreshed && !away)
      log::warning("app", "the catalogue can't be refreshed", {{"why", refreshed.error().detail}});
    if (refreshed && away) log::info("app", "the catalogue is being refreshed again");
    away = !refreshed;
  }
}

}  // namespace ff::app
