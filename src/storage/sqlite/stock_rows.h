// Stock in SQLite: the rows that one transaction has read, changed and will write back.
//
// Invariant: a row is read once and written at most once per transaction, however many orders move it.
#pragma once

#include <vector>

#include "sqlite/database.h"
#include "storage/order_rules.h"

namespace ff::storage {

/// For one transaction. The database's failure tells whether it worked.
class StockRows {
 public:
  explicit StockRows(sqlite::Database& database) : database_(database) {}
  void need(VariantId variant);
  void need(const orders::Order& order);
  StockTable& table() { return table_; }
  /// Writes the rows that differ from what was read.
  void write_back();

 private:
  sqlite::Database& database_;
  StockTable table_;
  std::vector<inventory::Stock> read_;  // as they were
};

std::vector<inventory::Stock> read_stock(sqlite::Database& database, std::span<const VariantId> variants);
std::vector<inventory::Stock> read_tracked_stock(sqlite::Database& database);
void audit_stock(sqlite::Database& database, orders::Auditor& auditor);

}  // namespace ff::storage
