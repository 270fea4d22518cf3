#include "storage/postgres/stock_rows.h"

#include <algorithm>

#include "storage/postgres/queries.h"

namespace ff::storage::pg {

namespace {

using inventory::Stock;

}  // namespace

void StockRows::want(const orders::Order& order) {
  for (const orders::Line& line : order.lines)
    want(line.variant);
}

void StockRows::add_lock(postgres::Exchange& exchange) {
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
  exchange.add(query("stock_lock"), variants_parameter(wanted_));
}

void StockRows::read(const postgres::Rows& rows) {
  for (int row = 0; row < rows.count(); ++row) {
    const Stock stock = stock_from(rows, row);
    read_.insert_or_assign(stock.variant, stock);
  }
  table_ = read_;
}

void StockRows::start_over() { table_ = read_; }

void StockRows::add_writes(postgres::Exchange& exchange) const {
  std::vector<Stock> fresh, changed;
  for (const auto& [variant, stock] : table_) {
    const auto before = read_.find(variant);
    if (before == read_.end()) {
      fresh.push_back(stock);
    } else if (before->second != stock) {
      changed.push_back(stock);
    }
  }
  if (!fresh.empty()) exchange.add(query("stock_insert"), stock_parameters(fresh));
  if (!changed.empty()) exchange.add(query("stock_update"), stock_parameters(changed));
}

std::vector<VariantId> StockRows::moved() const {
  std::vector<VariantId> moved;
  for (const auto& [variant, stock] : table_) {
    const auto before = read_.find(variant);
    if (before == read_.end() || before->second.available != stock.available) moved.push_back(variant);
  }
  return moved;
}

postgres::Params event_parameters(Instant now, std::string_view events, const StockRows& stocks) {
  postgres::Params params;
  params.integer(now.us).text(events);
  const std::vector<VariantId> moved = stocks.moved();
  if (moved.empty()) {
    params.null();
  } else {
    params.integers(moved, [](VariantId id) { return id.value; });
  }
  return params;
}

postgres::Params stock_parameters(const std::vector<Stock>& stocks) {
  postgres::Params params;
  params.integers(stocks, [](const Stock& s) { return s.variant.value; })
      .integers(stocks, [](const Stock& s) { return static_cast<std::int64_t>(s.policy); })
      .integers(stocks, [](const Stock& s) { return s.received; })
      .integers(stocks, [](const Stock& s) { return s.available; })
      .integers(stocks, [](const Stock& s) { return s.held; })
      .integers(stocks, [](const Stock& s) { return s.sold; });
  return params;
}

Stock stock_from(const postgres::Rows& rows, int row) {
  return {VariantId{rows.integer(row, 0)},
          static_cast<inventory::Policy>(rows.integer(row, 1)),
          rows.integer(row, 2),
          rows.integer(row, 3),
          rows.integer(row, 4),
          rows.integer(row, 5)};
}

postgres::Params variants_parameter(std::span<const VariantId> variants) {
  postgres::Params params;
  params.integers(variants, [](VariantId id) { return id.value; });
  return params;
}

}  // namespace ff::storage::pg
