#include "storage/sqlite/cart_rows.h"

#include "storage/order_rules.h"
#include "storage/sqlite/queries.h"

namespace ff::storage {

namespace {

cart::Cart read_cart(sqlite::Database& database, DocumentReader& documents, const CartId& id) {
  cart::Cart cart{id, 0, {}, {}};
  auto row = database.statement(query("carts_by_id"));
  if (!row.query(id).step()) return cart;
  cart.version = static_cast<std::uint64_t>(row.integer(0));
  cart.updated_at = row.instant(1);
  if (!documents.decode(row.text(2), cart)) {
    database.fail(Error{ErrorCode::kInternal, database.path() + ": a cart's lines can't be read", {}});
  }
  return cart;
}

}  // namespace

CartRows::Row& CartRows::need(const CartId& id) {
  if (const auto found = rows_.find(id); found != rows_.end()) return found->second;
  Row row{read_cart(database_, documents_, id), 0};
  row.version_read = row.cart.version;
  return rows_.emplace(id, std::move(row)).first->second;
}

Result<cart::Cart> CartRows::apply(const cart::Change& change, Instant now) {
  Row& row = need(change.cart);
  if (auto ok = cart::apply(row.cart, change, now); !ok) return tl::unexpected(std::move(ok.error()));
  return row.cart;
}

void CartRows::remove_ordered(const orders::Order& order, Instant now) {
  Row& row = need(order.cart);
  if (row.cart.lines.empty()) return;
  cart::remove_ordered(row.cart, ordered(order), now);
}

void CartRows::write_back() {
  auto put = database_.statement(query("carts_put"));
  std::string lines;
  for (const auto& [id, row] : rows_) {
    if (row.cart.version == row.version_read) continue;
    lines.clear();
    encode(lines, row.cart);
    put.run(id, row.cart.version, row.cart.updated_at, lines);
  }
}

std::vector<cart::Cart> read_carts(sqlite::Database& database, std::span<const CartId> ids) {
  DocumentReader documents;
  std::vector<cart::Cart> carts;
  carts.reserve(ids.size());
  for (const CartId& id : ids)
    carts.push_back(read_cart(database, documents, id));
  return carts;
}

std::vector<CartId> idle_carts(sqlite::Database& database, Instant before, std::int64_t limit) {
  std::vector<CartId> ids;
  auto row = database.statement(query("carts_idle"));
  row.query(before, limit);
  while (row.step())
    ids.push_back(row.id<CartId>(0));
  return ids;
}

std::int64_t remove_idle_carts(sqlite::Database& database, std::span<const CartId> ids, Instant before) {
  std::int64_t removed = 0;
  auto remove = database.statement(query("carts_delete_idle"));
  for (const CartId& id : ids) {
    remove.run(id, before);
    removed += database.changes();
  }
  return removed;
}

}  // namespace ff::storage
