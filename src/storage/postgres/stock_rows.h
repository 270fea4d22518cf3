// Stock in PostgreSQL: the rows that one transaction has locked, changed and will write back.
//
// Invariant: a row is locked before it is read, in id order, and written at most once per transaction however
// many orders move it.
#pragma once

#include <vector>

#include "postgres/connection.h"
#include "storage/order_rules.h"

namespace ff::storage::pg {

/// For one transaction.
class StockRows {
 public:
  void want(VariantId variant) { wanted_.push_back(variant); }
  void want(const orders::Order& order);
  bool wanted() const { return !wanted_.empty(); }
  /// The statement that locks what was wanted; its rows go to read().
  void add_lock(postgres::Exchange& exchange);
  void read(const postgres::Rows& rows);

  StockTable& table() { return table_; }
  /// Undoes every change since read().
  void start_over();
  /// The statements that write the rows that differ from what was read, and those that are new.
  void add_writes(postgres::Exchange& exchange) const;
  /// Whose `available` differs from what was read, or is new.
  std::vector<VariantId> moved() const;

 private:
  std::vector<VariantId> wanted_;
  StockTable read_, table_;
};

postgres::Params stock_parameters(const std::vector<inventory::Stock>& stocks);  // of stock_insert, _update
/// Of events_insert: what happened, "[...]", and what it did to stock.
postgres::Params event_parameters(Instant now, std::string_view events, const StockRows& stocks);
inventory::Stock stock_from(const postgres::Rows& rows, int row);
postgres::Params variants_parameter(std::span<const VariantId> variants);

}  // namespace ff::storage::pg
