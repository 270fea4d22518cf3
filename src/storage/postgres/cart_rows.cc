#include "storage/postgres/cart_rows.h"

#include <algorithm>

#include "storage/order_rules.h"
#include "storage/postgres/queries.h"

namespace ff::storage::pg {

void CartRows::add_lock(postgres::Exchange& exchange) {
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
  exchange.add(query("carts_lock"), carts_parameter(wanted_));
}

postgres::Outcome<void> CartRows::read(const postgres::Rows& rows) {
  for (int row = 0; row < rows.count(); ++row) {
    auto cart = cart_from(rows, row, documents_);
    if (!cart) return tl::unexpected(std::move(cart.error()));
    const std::uint64_t version = cart->version;
    read_.insert_or_assign(cart->id, Row{std::move(*cart), version});
  }
  rows_ = read_;
  return {};
}

void CartRows::start_over() { rows_ = read_; }

CartRows::Row& CartRows::row_of(const CartId& id) {
  return rows_.try_emplace(id, Row{cart::Cart{id, 0, {}, {}, {}}, 0}).first->second;
}

Result<cart::Cart> CartRows::apply(const cart::Change& change, Instant now) {
  Row& row = row_of(change.cart);
  if (auto ok = cart::apply(row.cart, change, now); !ok) return tl::unexpected(std::move(ok.error()));
  return row.cart;
}

void CartRows::remove_ordered(const orders::Order& order, Instant now) {
  Row& row = row_of(order.cart);
  if (!row.cart.lines.empty()) cart::remove_ordered(row.cart, ordered(order), now);
}

bool CartRows::add_writes(postgres::Exchange& exchange) const {
  std::vector<const cart::Cart*> fresh, changed;
  for (const auto& [id, row] : rows_) {
    if (row.cart.version != row.version_read) (row.version_read == 0 ? fresh : changed).push_back(&row.cart);
  }
  const auto add = [&exchange](std::string_view name, std::vector<const cart::Cart*>& carts) {
    if (carts.empty()) return;
    // Sorted: an insert waits for another's open insert of the same cart.
    std::sort(carts.begin(), carts.end(),
              [](const cart::Cart* a, const cart::Cart* b) { return a->id < b->id; });
    postgres::Params params;
    params.uuids(carts, [](const cart::Cart* c) -> const CartId& { return c->id; })
        .integers(carts, [](const cart::Cart* c) { return static_cast<std::int64_t>(c->version); })
        .integers(carts, [](const cart::Cart* c) { return c->updated_at.us; })
        .texts(carts, [](const cart::Cart* c) {
          std::string lines;
          encode(lines, *c);
          return lines;
        });
    exchange.add(query(name), std::move(params));
  };
  add("carts_insert", fresh);
  add("carts_update", changed);
  return !fresh.empty() || !changed.empty();
}

postgres::Outcome<cart::Cart> cart_from(const postgres::Rows& rows, int row, DocumentReader& documents) {
  cart::Cart cart;
  cart.id = rows.id<CartId>(row, 0);
  cart.version = static_cast<std::uint64_t>(rows.integer(row, 1));
  cart.updated_at = rows.instant(row, 2);
  if (!documents.decode(rows.text(row, 3), cart))
    return postgres::refuse(ErrorCode::kInternal, "a cart's lines can't be read");
  return cart;
}

postgres::Params carts_parameter(std::span<const CartId> ids) {
  postgres::Params params;
  params.uuids(ids, [](const CartId& id) -> const CartId& { return id; });
  return params;
}

}  // namespace ff::storage::pg
