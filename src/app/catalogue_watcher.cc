#include "app/catalogue_watcher.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <span>
#include <utility>

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
      failures_(
          metrics.counter("ff_catalogue_refresh_failures_total", "Refreshes that the store did not answer")),
      loads_(
          metrics.counter("ff_catalogue_loads_total",
                          "Times that the whole catalogue was read: at the start, when the store could not "
                          "tell what changed, and after it was away")) {}

CatalogueWatcher::~CatalogueWatcher() { stop(); }

Task<Result<void>> CatalogueWatcher::load() {
  auto catalogue = co_await refresh_catalogue(true);
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
  auto index = index_.load();
  if (index && index->snapshot() == snapshot) return;
  auto next = index ? std::make_shared<const catalog::Index>(snapshot, *index)
                    : std::make_shared<const catalog::Index>(snapshot);
  next->prepare(*labels_.load());
  index_.store(std::move(next));
  if (index) old_indexes_.push_back(std::move(index));
}

void CatalogueWatcher::publish(std::shared_ptr<const catalog::Snapshot> next) {
  auto old = snapshot_.load();
  version_.set(static_cast<std::int64_t>(next->version()));
  variants_.set(static_cast<std::int64_t>(next->variant_count()));
  snapshot_.store(std::move(next));
  if (old) old_snapshots_.push_back(std::move(old));
}

void CatalogueWatcher::let_go() {
  // Nobody but this thread can take one up again: they are in no holder.
  const auto only_here = [](const auto& held) { return held.use_count() == 1; };
  std::erase_if(old_indexes_, only_here);  // they hold snapshots, so they go first
  std::erase_if(old_snapshots_, only_here);
}

void CatalogueWatcher::publish_labels(std::shared_ptr<const catalog::StockLabels> next) {
  if (*next == *labels_.load()) return;
  // What can be bought is worked out here and not by the first query that asks.
  if (const auto index = index_.load()) index->prepare(*next);
  labels_.store(std::move(next));
}

Task<Result<void>> CatalogueWatcher::refresh_catalogue(bool rested) {
  auto version = co_await catalogue_.version();
  if (!version) {
    // A store that is only busy is the same store.
    load_due_ = load_due_ || version.error().code != ErrorCode::kOverloaded;
    co_return tl::unexpected(version.error());
  }
  const auto current = snapshot_.load();
  const bool whole = !current || load_due_;
  if (!rested || (!whole && current->version() == *version)) co_return Result<void>{};
  if (!whole) {
    auto changes = co_await catalogue_.changes_since(current->version());
    if (!changes) {
      load_due_ = ++failed_reads_ >= kFailedReadsMax;
      co_return tl::unexpected(changes.error());
    }
    failed_reads_ = 0;
    if (!changes->all) {
      auto merged = co_await merge(std::move(*changes));
      co_return merged;
    }
  }
  auto loaded = co_await load_all();
  co_return loaded;
}

Task<Result<void>> CatalogueWatcher::load_all() {
  auto catalogue = co_await catalogue_.load();
  if (!catalogue) co_return tl::unexpected(catalogue.error());
  loads_.add();
  load_due_ = false;
  failed_reads_ = 0;
  stock_position_ = inventory::StockStore::kFromScratch;  // the catalogue may have changed stock, too
  publish(std::make_shared<const catalog::Snapshot>(std::move(*catalogue)));
  co_return Result<void>{};
}

Task<Result<void>> CatalogueWatcher::merge(catalog::CatalogueChanges changes) {
  const auto current = snapshot_.load();
  std::vector<VariantId> variants;  // whose stock the catalogue may have changed
  for (const catalog::Product& product : changes.products) {
    for (const catalog::Variant& variant : product.variants)
      variants.push_back(variant.id);
  }
  // Labels first, so that no page of the new catalogue is made with stock of the old. Where they can't be
  // read, the next round does all of this again.
  auto labelled = co_await refresh_labels_of(std::move(variants));
  if (!labelled) co_return labelled;
  publish(std::make_shared<const catalog::Snapshot>(*current, std::move(changes)));
  co_return Result<void>{};
}

Task<Result<void>> CatalogueWatcher::refresh_labels_of(std::vector<VariantId> variants) {
  std::vector<inventory::Stock> stocks;
  stocks.reserve(variants.size());
  for (std::span<const VariantId> left = variants; !left.empty();) {
    const auto portion = left.first(std::min(left.size(), kStockReadMax));
    left = left.subspan(portion.size());
    auto read = co_await stock_.read(portion);
    if (!read) co_return tl::unexpected(read.error());
    stocks.insert(stocks.end(), read->begin(), read->end());
  }
  publish_labels(std::make_shared<const catalog::StockLabels>(*labels_.load(), stocks));
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
  publish_labels(std::move(next));
  co_return Result<void>{};
}

Task<void> CatalogueWatcher::watch() {
  Instant labels_due = clock_.now() + kLabelsInterval;
  Instant rest_until;
  bool away = false;
  for (;;) {
    co_await catalogue_.wait_for_change(clock_, kVersionInterval);
    rest_until = std::min(rest_until, clock_.now() + kRestMax);  // the clock may have been set back
    const Duration tired = std::min(rest_until - clock_.now(), kVersionInterval);
    if (tired > Duration::zero()) co_await clock_.sleep_for(tired);
    const Instant began = clock_.now();
    const bool rested = began >= rest_until;
    auto refreshed = co_await refresh_catalogue(rested);
    if (refreshed) publish_index();
    let_go();
    if (rested) rest_until = clock_.now() + std::min(clock_.now() - began, kRestMax);
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
