// How a whole shop leaves one store and enters another: its rows in a form that no store prefers. Documents
// stay the bytes that they are (storage/documents.h), so nothing that this release doesn't know is lost.
//
// Invariants: a Reading is one snapshot, and as long as it lives nobody writes to the store (they wait, then
// are refused). A Writing is one transaction into a store without any rows: until finish() nothing of it is
// there. Both work a chunk at a time. What is not moved: sales, which `copy` moves by their own port; leases,
// which belong to running processes; webhook subscriptions, whose receivers are told anew.
//
// For subcommands: calls may block their thread, and each Reading or Writing is used on one executor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "cart/cart.h"
#include "inventory/stock.h"
#include "orders/order.h"

namespace ff::storage {

/// What gives the next numbers: set when the last row is in.
struct Counters {
  std::uint64_t catalogue_version = 0;
  std::int64_t last_product = 0, last_variant = 0, last_collection = 0;
  std::int64_t last_number = 0;  // of an order
};

struct CatalogueDocument {
  std::int64_t id = 0;
  std::string handle, document;
};
struct StockChange {  // a row of the stock ledger
  std::int64_t id = 0;
  VariantId variant;
  inventory::Quantity delta = 0;
  Instant at;
  std::string reason;
};
struct CartRow {
  CartId id;
  std::uint64_t version = 0;
  Instant updated_at;
  std::string lines;
};
struct OrderRow {
  orders::Order order;  // what has a column of its own
  std::string document;
};
struct EventBatch {
  std::int64_t id = 0;
  Instant at;
  std::string events;
};

/// Some rows, at most kChunkRowsMax of each kind.
struct Chunk {
  std::vector<CatalogueDocument> products, collections;
  std::vector<inventory::Stock> stock;
  std::vector<StockChange> ledger;
  std::vector<CartRow> carts;
  std::vector<OrderRow> orders;
  std::vector<EventBatch> events;
  std::size_t rows() const {
    return products.size() + collections.size() + stock.size() + ledger.size() + carts.size() +
           orders.size() + events.size();
  }
};
inline constexpr std::int64_t kChunkRowsMax = 500;

class Reading {
 public:
  virtual ~Reading() = default;
  virtual Task<Result<Counters>> counters() = 0;
  /// All rows, for progress.
  virtual Task<Result<std::int64_t>> count() = 0;
  /// The next rows; without any: that was all.
  virtual Task<Result<Chunk>> next() = 0;
};

class Writing {
 public:
  virtual ~Writing() = default;
  virtual Task<Result<void>> write(Chunk chunk) = 0;
  /// Commits. kUnknown: perhaps it is all there, else nothing.
  virtual Task<Result<void>> finish(Counters counters) = 0;
};

class Transfer {
 public:
  virtual ~Transfer() = default;
  virtual Task<Result<std::unique_ptr<Reading>>> read() = 0;
  /// kConflict when the store has rows.
  virtual Task<Result<std::unique_ptr<Writing>>> write() = 0;
};

}  // namespace ff::storage
