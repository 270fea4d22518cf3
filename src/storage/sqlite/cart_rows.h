// Carts in SQLite: the rows that one transaction has read, changed and will write back.
//
// Invariant: a cart is read once and written at most once per transaction.
#pragma once

#include <unordered_map>
#include <vector>

#include "cart/cart_store.h"
#include "sqlite/database.h"
#include "storage/documents.h"

namespace ff::storage {

/// For one transaction. The database's failure tells whether it worked.
class CartRows {
 public:
  explicit CartRows(sqlite::Database& database) : database_(database) {}
  Result<cart::Cart> apply(const cart::Change& change, Instant now);
  /// Takes what was ordered out of its cart, if there is one.
  void remove_ordered(const orders::Order& order, Instant now);
  void write_back();

 private:
  struct Row {
    cart::Cart cart;
    std::uint64_t version_read = 0;
  };
  Row& need(const CartId& id);

  sqlite::Database& database_;
  DocumentReader documents_;
  std::unordered_map<CartId, Row> rows_;
};

std::vector<cart::Cart> read_carts(sqlite::Database& database, std::span<const CartId> ids);
std::vector<CartId> idle_carts(sqlite::Database& database, Instant before, std::int64_t limit);
/// Those of `ids` that are still untouched since `before`; returns how many went.
std::int64_t remove_idle_carts(sqlite::Database& database, std::span<const CartId> ids, Instant before);

}  // namespace ff::storage
