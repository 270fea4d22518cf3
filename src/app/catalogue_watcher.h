// Keeps what the read path sees in step with the store: the snapshot, the search index, the stock labels.
//
// Invariant: serving threads never wait for it. It builds on its own thread and swaps finished, immutable
// values in. When the store is away the old values stay, and one log line says so until it is back.
// A change is read alone and merged into what is there. The whole is read at the start, when the store can't
// tell what changed or fails to a few times, and once after it was away: who answers then may be a standby
// that had not seen the last changes, and may have given their versions' numbers to others. What the watcher
// replaces it also lets go of, so that no serving thread takes a snapshot apart.
#pragma once

#include <boost/asio/io_context.hpp>
#include <thread>

#include "catalog/catalog_store.h"
#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "inventory/stock_store.h"
#include "telemetry/metrics.h"

namespace ff::app {

class CatalogueWatcher {
 public:
  /// How long a change may go unheard where nothing tells of it (SQLite, a pooler before PostgreSQL). At
  /// 1,000,000 variants a changed price showed after 0.45 s (slowest of 3, `FF_BENCH_PARTS=change ./ff bench
  /// sizes`).
  static constexpr Duration kVersionInterval = std::chrono::milliseconds(250);
  /// After a merge none begins for as long as that took, so that a stream of changes costs half a niced
  /// thread; up to this, so that the next change is not late: a merge that takes longer costs more than half.
  /// Changes that come meanwhile are merged together. The version is asked for all the same, so that no
  /// outage passes unseen, and labels are refreshed.
  static constexpr Duration kRestMax = std::chrono::seconds(5);
  static constexpr int kFailedReadsMax = 3;  // of changes, one after the other; then the whole is read
  static constexpr std::size_t kStockReadMax = 5'000;                           // variants in one question
  static constexpr Duration kLabelsInterval = std::chrono::milliseconds(1000);  // reads what changed
  // Reads all stock, whatever was heard: it costs the database some 100 ms for 100,000 variants.
  static constexpr Duration kAllLabelsInterval = std::chrono::minutes(5);

  CatalogueWatcher(catalog::CatalogStore& catalogue, inventory::StockStore& stock, Clock& clock,
                   telemetry::Registry& metrics);
  ~CatalogueWatcher();

  /// The first snapshot and labels, before serving; the index follows in the background.
  Task<Result<void>> load();
  /// Starts watching on a thread of its own, until stop().
  void start();
  void stop();

  const catalog::SnapshotHolder& snapshot() const { return snapshot_; }
  const catalog::IndexHolder& index() const { return index_; }
  const catalog::StockLabelsHolder& labels() const { return labels_; }

 private:
  Task<void> watch();
  Task<Result<void>> refresh_catalogue(bool rested);
  Task<Result<void>> load_all();
  Task<Result<void>> merge(catalog::CatalogueChanges changes);
  Task<Result<void>> refresh_labels_of(std::vector<VariantId> variants);
  Task<Result<void>> refresh_labels();
  void publish(std::shared_ptr<const catalog::Snapshot> next);
  void publish_index();
  void publish_labels(std::shared_ptr<const catalog::StockLabels> next);
  void let_go();

  catalog::CatalogStore& catalogue_;
  inventory::StockStore& stock_;
  Clock& clock_;
  telemetry::Gauge& version_;
  telemetry::Gauge& variants_;
  telemetry::Counter& failures_;
  telemetry::Counter& loads_;
  catalog::SnapshotHolder snapshot_;
  catalog::IndexHolder index_;
  catalog::StockLabelsHolder labels_;
  bool load_due_ = false;  // what is served can't be trusted, or its changes can't be read
  int failed_reads_ = 0;
  std::int64_t stock_position_ = inventory::StockStore::kFromScratch;
  Instant all_labels_due_;
  /// Replaced, but perhaps held by a serving thread: the last to go is dropped here. At most those that
  /// threads hold, each the one it took last.
  std::vector<std::shared_ptr<const catalog::Snapshot>> old_snapshots_;
  std::vector<std::shared_ptr<const catalog::Index>> old_indexes_;
  asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace ff::app
