// Keeps what the read path sees in step with the store: the snapshot, the search index, the stock labels.
//
// Invariant: serving threads never wait for it. It builds on its own thread and swaps finished, immutable
// values in. When the store is away the old values stay, and one log line says so until it is back.
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
  static constexpr Duration kVersionInterval = std::chrono::milliseconds(500);
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
  Task<Result<void>> refresh_catalogue();
  Task<Result<void>> refresh_labels();
  void publish_index();

  catalog::CatalogStore& catalogue_;
  inventory::StockStore& stock_;
  Clock& clock_;
  telemetry::Gauge& version_;
  telemetry::Gauge& variants_;
  telemetry::Counter& failures_;
  catalog::SnapshotHolder snapshot_;
  catalog::IndexHolder index_;
  catalog::StockLabelsHolder labels_;
  std::int64_t stock_position_ = inventory::StockStore::kFromScratch;
  Instant all_labels_due_;
  asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace ff::app
