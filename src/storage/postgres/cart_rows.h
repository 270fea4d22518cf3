// Carts in PostgreSQL: the rows that one transaction has locked, changed and will write back.
//
// Invariant: a cart is locked before it is read, in id order, and written at most once per transaction. One
// that was not there yet is inserted; when somebody else was quicker, the transaction fails with a unique
// violation and is run again.
#pragma once

#include <unordered_map>
#include <vector>

#include "cart/cart_store.h"
#include "postgres/connection.h"
#include "storage/documents.h"

namespace ff::storage::pg {

/// For one transaction.
class CartRows {
 public:
  void want(const CartId& id) { wanted_.push_back(id); }
  bool wanted() const { return !wanted_.empty(); }
  void add_lock(postgres::Exchange& exchange);
  postgres::Outcome<void> read(const postgres::Rows& rows);

  Result<cart::Cart> apply(const cart::Change& change, Instant now);
  /// Takes what was ordered out of its cart, if there is one.
  void remove_ordered(const orders::Order& order, Instant now);
  /// Undoes every change since read().
  void start_over();
  /// False when nothing changed.
  bool add_writes(postgres::Exchange& exchange) const;

 private:
  struct Row {
    cart::Cart cart;
    std::uint64_t version_read = 0;
  };
  Row& row_of(const CartId& id);

  std::vector<CartId> wanted_;
  std::unordered_map<CartId, Row> read_, rows_;
  DocumentReader documents_;
};

/// The cart of a row of carts_by_ids or carts_lock.
postgres::Outcome<cart::Cart> cart_from(const postgres::Rows& rows, int row, DocumentReader& documents);
postgres::Params carts_parameter(std::span<const CartId> ids);

}  // namespace ff::storage::pg
