// The part of `serve` that keeps the waiting room: its thread, the desk on it, and the door that serving
// threads ask.
//
// Invariant: stop() returns when nothing is under way and this process's last counts are told, or the store
// did not answer in time; only then may the store go.
#pragma once

#include <boost/asio/io_context.hpp>
#include <thread>

#include "admission/client_rates.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "sales/desk.h"
#include "sales/door.h"
#include "storage/store.h"

namespace ff::app {

class SaleDesk {
 public:
  // Of one address: a household, an office, or many phones behind one gateway of their carrier.
  static constexpr admission::ClientRateSettings kTickets{1, 100};

  /// Everything passed in outlives it.
  SaleDesk(storage::Store& store, const catalog::SnapshotHolder& catalogue,
           const catalog::StockLabelsHolder& labels, Clock& clock, Random& random,
           telemetry::Registry& metrics);
  ~SaleDesk() { stop(); }

  /// The first board, before serving.
  Task<Result<void>> load() { return desk_.poll(); }
  /// `probe` is called on the desk's thread.
  void start(sales::LoadProbe probe);
  void stop();  // idempotent

  sales::Door& door() { return door_; }
  const sales::BoardHolder& boards() const { return boards_; }

 private:
  bool sold_out(std::span<const std::string> handles) const;

  const catalog::SnapshotHolder& catalogue_;
  const catalog::StockLabelsHolder& labels_;
  sales::LoadProbe probe_;
  sales::BoardHolder boards_;
  sales::TicketCounts counts_;
  admission::ClientRates rates_;
  const std::string process_;
  leadership::Leader leader_;
  sales::Desk desk_;
  sales::Door door_;
  // As old as the store's answers: its threads post into it until they end.
  asio::io_context context_{1};
  std::thread thread_;
};

}  // namespace ff::app
