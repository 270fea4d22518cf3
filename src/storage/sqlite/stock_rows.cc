#include "storage/sqlite/stock_rows.h"

#include "storage/sqlite/queries.h"

namespace ff::storage {

namespace {

using inventory::Stock;

Stock stock_from(const sqlite::Statement& row) {
  return {row.id<VariantId>(0), static_cast<inventory::Policy>(row.integer(1)),
          row.integer(2),       row.integer(3),
          row.integer(4),       row.integer(5)};
}

}  // namespace

void StockRows::need(VariantId variant) {
  if (table_.contains(variant)) return;
  auto row = database_.statement(query("stock_by_variant"));
  if (!row.query(variant).step()) return;
  read_.push_back(stock_from(row));
  table_.emplace(variant, read_.back());
}

void StockRows::need(const orders::Order& order) {
  for (const orders::Line& line : order.lines)
    need(line.variant);
}

void StockRows::write_back() {
  auto update = database_.statement(query("stock_update"));
  for (const Stock& before : read_) {
    const Stock& after = table_.at(before.variant);
    if (after == before) continue;
    update.run(after.variant, after.policy, after.received, after.available, after.held, after.sold);
  }
}

std::vector<Stock> read_stock(sqlite::Database& database, std::span<const VariantId> variants) {
  std::vector<Stock> stocks;
  stocks.reserve(variants.size());
  auto row = database.statement(query("stock_by_variant"));
  for (const VariantId variant : variants) {
    stocks.push_back(row.query(variant).step() ? stock_from(row)
                                               : Stock{variant, inventory::Policy::kUntracked, 0, 0, 0, 0});
  }
  return stocks;
}

std::vector<Stock> read_tracked_stock(sqlite::Database& database) {
  std::vector<Stock> stocks;
  auto row = database.statement(query("stock_tracked"));
  row.query(inventory::Policy::kUntracked);
  while (row.step())
    stocks.push_back(stock_from(row));
  return stocks;
}

void audit_stock(sqlite::Database& database, orders::Auditor& auditor) {
  auto row = database.statement(query("stock_with_ledger_sum"));
  while (row.step())
    auditor.stock(stock_from(row), row.integer(6));
}

}  // namespace ff::storage
