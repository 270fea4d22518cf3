#include "storage/memory/transfer.h"

#include <algorithm>

#include "storage/documents.h"

namespace ff::storage::memory {

namespace {

template <typename T>
std::string document_of(const T& value) {
  std::string document;
  encode(document, value);
  return document;
}

template <typename T>
bool add_documents(std::map<std::string, T>& values, const std::vector<CatalogueDocument>& rows) {
  DocumentReader documents;
  for (const CatalogueDocument& row : rows) {
    T value;
    value.id.value = row.id;
    if (!documents.decode(row.document, value)) return false;
    values.insert_or_assign(row.handle, std::move(value));
  }
  return true;
}

}  // namespace

Counters counters(const State& state) {
  return {state.catalogue_version, state.last_product, state.last_variant, state.last_collection,
          state.last_number};
}

bool is_empty(const State& state) { return rows(state).rows() == 0; }

Chunk rows(const State& state) {
  Chunk chunk;
  for (const auto& [handle, product] : state.products)
    chunk.products.push_back({product.id.value, handle, document_of(product)});
  for (const auto& [handle, collection] : state.collections)
    chunk.collections.push_back({collection.id.value, handle, document_of(collection)});
  for (const auto& [id, stock] : state.stocks)
    chunk.stock.push_back(stock);
  std::int64_t id = 0;
  for (const LedgerEntry& entry : state.ledger)
    chunk.ledger.push_back({++id, entry.variant, entry.delta, entry.at, entry.reason});
  for (const auto& [key, cart] : state.carts)
    chunk.carts.push_back({key, cart.version, cart.updated_at, document_of(cart)});
  for (const orders::Order& order : state.orders) {
    chunk.orders.push_back({order, document_of(order)});
    chunk.orders.back().order.lines.clear();  // they are in the document
  }
  id = 0;
  for (const Event& event : state.events) {
    std::string events;
    append_event(events, event.order, event.sequence, event.type);
    chunk.events.push_back({++id, event.at, "[" + events + "]"});
  }
  return chunk;
}

bool add(State& state, const Chunk& chunk) {
  if (!add_documents(state.products, chunk.products)) return false;
  if (!add_documents(state.collections, chunk.collections)) return false;
  for (const inventory::Stock& stock : chunk.stock)
    state.stocks.insert_or_assign(stock.variant, stock);
  for (const StockChange& row : chunk.ledger)
    state.ledger.push_back({row.variant, row.delta, row.reason, row.at});
  DocumentReader documents;
  for (const CartRow& row : chunk.carts) {
    cart::Cart cart{row.id, row.version, {}, row.updated_at};
    if (!documents.decode(row.lines, cart)) return false;
    state.carts.insert_or_assign(row.id, std::move(cart));
  }
  for (const OrderRow& row : chunk.orders) {
    orders::Order order = row.order;
    if (!documents.decode(row.document, order)) return false;
    state.orders.push_back(std::move(order));
  }
  for (const EventBatch& row : chunk.events) {
    const bool read =
        documents.events(row.events, [&](const OrderId& id, std::int32_t sequence, std::string_view type) {
          state.events.push_back({id, sequence, std::string(type), row.at});
        });
    if (!read) return false;
  }
  return true;
}

void set(State& state, const Counters& counters) {
  state.catalogue_version = state.changes_from = counters.catalogue_version;
  state.last_product = counters.last_product;
  state.last_variant = counters.last_variant;
  state.last_collection = counters.last_collection;
  state.last_number = counters.last_number;
  std::sort(state.orders.begin(), state.orders.end(),
            [](const orders::Order& a, const orders::Order& b) { return a.number < b.number; });
  for (std::size_t i = 0; i < state.orders.size(); ++i) {
    state.order_by_id.emplace(state.orders[i].id, i);
    state.order_by_key.emplace(std::pair{state.orders[i].cart, state.orders[i].idempotency_key}, i);
  }
}

}  // namespace ff::storage::memory
