#include "inventory/stock_store.h"

namespace ff::inventory {

Task<Result<StockChanges>> StockStore::changed_since(std::int64_t) {
  auto stocks = co_await read_all();
  if (!stocks) co_return tl::unexpected(std::move(stocks.error()));
  co_return StockChanges{std::move(*stocks), true, 0};
}

}  // namespace ff::inventory
