#include "storage/memory/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/catalogue_rules.h"
#include "storage/purchases.h"

namespace ff::storage::memory {

namespace {

/// False when there was nothing to adjust.
bool adjust(State& state, VariantId variant, inventory::Quantity delta, std::string reason, Instant now) {
  if (delta == 0) return false;
  inventory::adjust(state.stocks.at(variant), delta);
  state.ledger.push_back({variant, delta, std::move(reason), now});
  return true;
}

void change_policy(State& state, const catalog::Variant& variant, Instant now) {
  inventory::Stock& stock = state.stocks.at(variant.id);
  adjust(state, variant.id, storage::change_policy(stock, variant.policy), "policy", now);
}

void add_variant(State& state, catalog::Variant& variant) {
  variant.id = {++state.last_variant};
  state.stocks[variant.id] = {variant.id, variant.policy, 0, 0, 0, 0};
}

/// The row stays for the orders that hold it, with nothing left to sell.
void retire_variant(State& state, VariantId variant, Instant now) {
  inventory::Stock& stock = state.stocks.at(variant);
  stock.policy = inventory::Policy::kDeny;
  adjust(state, variant, -stock.available, "removed", now);
}

/// Returns whether anything changed.
bool upsert(State& state, catalog::Product& product, catalog::ChangeCounts& counts, Instant now) {
  const auto found = state.products.find(product.handle);
  if (found == state.products.end()) {
    product.id = {++state.last_product};
    if (product.created_at == Instant{}) product.created_at = now;
    for (catalog::Variant& variant : product.variants)
      add_variant(state, variant);
    ++counts.created;
    counts.variants_created += static_cast<std::int64_t>(product.variants.size());
    state.products.emplace(product.handle, product);
    state.product_changed[product.handle] = state.catalogue_version + 1;
    return true;
  }
  const ProductDifference difference = adopt(product, found->second);
  if (!difference.changed) {
    ++counts.unchanged;
    return false;
  }
  for (const std::size_t i : difference.fresh)
    add_variant(state, product.variants[i]);
  for (const std::size_t i : difference.policy_changed)
    change_policy(state, product.variants[i], now);
  for (const VariantId variant : difference.removed)
    retire_variant(state, variant, now);
  ++counts.changed;
  counts.variants_created += static_cast<std::int64_t>(difference.fresh.size());
  counts.variants_changed += difference.variants_changed;
  counts.variants_removed += static_cast<std::int64_t>(difference.removed.size());
  found->second = product;
  state.product_changed[product.handle] = state.catalogue_version + 1;
  return true;
}

bool remove_product(State& state, const std::string& handle, catalog::ChangeCounts& counts, Instant now) {
  const auto found = state.products.find(handle);
  if (found == state.products.end()) return false;
  for (const catalog::Variant& variant : found->second.variants)
    retire_variant(state, variant.id, now);
  ++counts.removed;
  counts.variants_removed += static_cast<std::int64_t>(found->second.variants.size());
  state.products.erase(found);
  state.product_changed.erase(handle);
  state.product_removed[handle] = state.catalogue_version + 1;
  return true;
}

bool upsert(State& state, catalog::Collection& collection) {
  const auto found = state.collections.find(collection.handle);
  if (found == state.collections.end()) {
    collection.id = {++state.last_collection};
    state.collections.emplace(collection.handle, collection);
    state.collection_changed[collection.handle] = state.catalogue_version + 1;
    return true;
  }
  if (!adopt(collection, found->second)) return false;
  found->second = collection;
  state.collection_changed[collection.handle] = state.catalogue_version + 1;
  return true;
}

orders::Order* order_of(State& state, const OrderId& id) {
  const auto found = state.order_by_id.find(id);
  return found == state.order_by_id.end() ? nullptr : &state.orders[found->second];
}

void empty_cart(State& state, const orders::Order& order, Instant now) {
  const auto found = state.carts.find(order.cart);
  if (found != state.carts.end()) cart::remove_ordered(found->second, ordered(order), now);
}

std::optional<orders::OverLimit> over_limit(const State& state, const orders::NewOrder& wanted) {
  Purchases purchases;
  for (const orders::PurchaseLimit& limit : wanted.limits) {
    const auto found = state.purchases.find({limit.sale, limit.shopper});
    if (found == state.purchases.end()) continue;
    inventory::Quantity units = 0;
    for (const auto& [id, of_order] : found->second) {
      const orders::State stands = state.orders[state.order_by_id.at(id)].state;
      const bool counts = stands != orders::State::kDeclined && stands != orders::State::kCancelled;
      if (counts) units += of_order;
    }
    purchases.stand(limit.sale, limit.shopper, units);
  }
  return purchases.over(wanted);
}

orders::PlaceOutcome place_one(State& state, const orders::NewOrder& wanted, Instant now) {
  const std::pair key{wanted.order->cart, wanted.order->idempotency_key};
  const auto found = state.order_by_key.find(key);
  orders::Order* const stands = found == state.order_by_key.end() ? nullptr : &state.orders[found->second];
  if (stands && !key_is_free(*stands, wanted.order->id, now)) return existing(*stands, wanted.order->id, now);
  if (auto over = over_limit(state, wanted)) return std::move(*over);
  auto granted = grant(wanted, state.stocks, now);
  if (auto* sold_out = std::get_if<orders::SoldOut>(&granted)) return std::move(*sold_out);
  auto& box = std::get<Box<orders::Order>>(granted);
  orders::Order& order = *box;
  const std::size_t index = state.orders.size();
  order.number = ++state.last_number;
  state.order_by_id.emplace(order.id, index);
  if (stands) {
    stands->idempotency_key = retired_key(*stands);
    state.order_by_key.emplace(std::pair{stands->cart, stands->idempotency_key}, found->second);
  }
  state.order_by_key.insert_or_assign(key, index);
  state.events.push_back({order.id, order.version, std::string(event_of_placing(order)), now});
  if (wanted.empty_cart) empty_cart(state, order, now);
  state.orders.push_back(order);
  for (const orders::PurchaseLimit& limit : wanted.limits)
    state.purchases[{limit.sale, limit.shopper}].emplace_back(order.id, limit.units);
  return orders::Placed{std::move(box)};
}

/// Never kInternal: a stock row stays for ever, and only this file writes them.
Result<orders::SettleOutcome> settle_one(State& state, const orders::Settlement& move, Instant now) {
  orders::Order* order = order_of(state, move.order);
  if (!order) return orders::NoSuchOrder{};
  Result<orders::SettleOutcome> outcome = storage::settle(*order, move, state.stocks, now);
  if (outcome && std::holds_alternative<orders::Settled>(*outcome)) {
    const std::string_view event = event_of(move);
    if (!event.empty()) state.events.push_back({order->id, order->version, std::string(event), now});
    if (move.empty_cart) empty_cart(state, *order, now);
  }
  return outcome;
}

/// In the order in which they were placed, or in which their leases ended.
template <typename Passes>
std::vector<orders::Order> first(const State& state, std::int64_t limit, Passes passes, bool by_lease) {
  std::vector<orders::Order> found;
  for (const orders::Order& order : state.orders) {
    if (passes(order)) found.push_back(order);
  }
  if (by_lease) {
    std::stable_sort(found.begin(), found.end(), [](const orders::Order& a, const orders::Order& b) {
      return a.lease_expires_at < b.lease_expires_at;
    });
  }
  if (static_cast<std::int64_t>(found.size()) > limit) found.resize(static_cast<std::size_t>(limit));
  return found;
}

}  // namespace

catalog::Catalogue load_catalogue(const State& state) {
  catalog::Catalogue catalogue;
  catalogue.version = state.catalogue_version;
  for (const auto& [handle, product] : state.products)
    catalogue.products.push_back(product);
  for (const auto& [handle, collection] : state.collections)
    catalogue.collections.push_back(collection);
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(catalogue.products.begin(), catalogue.products.end(), by_id);
  std::sort(catalogue.collections.begin(), catalogue.collections.end(), by_id);
  return catalogue;
}

catalog::CatalogueChanges catalogue_changes(const State& state, std::uint64_t since) {
  catalog::CatalogueChanges changes;
  changes.version = state.catalogue_version;
  changes.all = !changes_known(since, changes.version, static_cast<std::int64_t>(state.changes_from),
                               static_cast<std::int64_t>(state.catalogue_version));
  const auto count = std::count_if(state.product_changed.begin(), state.product_changed.end(),
                                   [since](const auto& row) { return row.second > since; });
  changes.all = changes.all || static_cast<std::size_t>(count) > catalog::kChangedProductsMax;
  if (changes.all) return changes;
  for (const auto& [handle, at] : state.product_changed) {
    if (at > since) changes.products.push_back(state.products.at(handle));
  }
  for (const auto& [handle, at] : state.collection_changed) {
    if (at > since) changes.collections.push_back(state.collections.at(handle));
  }
  for (const auto& [handle, at] : state.product_removed) {
    if (at > since && !state.products.contains(handle)) changes.removed_handles.push_back(handle);
  }
  return changes;
}

Result<catalog::ChangeCounts> apply(State& state, catalog::CatalogueChange change, Instant now) {
  const auto index = check(change);
  if (!index) return tl::unexpected(index.error());
  catalog::ChangeCounts counts;
  bool changed = false;
  for (const std::string& handle : change.removed_handles)
    changed |= remove_product(state, handle, counts, now);
  for (catalog::Product& product : change.upserts)
    changed |= upsert(state, product, counts, now);
  for (catalog::Collection& collection : change.collections)
    changed |= upsert(state, collection);
  for (const catalog::StockTarget& target : change.stock) {
    const catalog::Product& product = change.upserts[index->at(target.handle)];
    const VariantId variant = product.variants[target.variant_index].id;
    const inventory::Quantity delta = adjustment(state.stocks.at(variant), target.available);
    if (!adjust(state, variant, delta, "import", now)) continue;
    ++counts.stock_adjusted;
    state.product_changed[product.handle] = state.catalogue_version + 1;
  }
  if (changed || counts.stock_adjusted > 0) {
    ++state.catalogue_version;
    constexpr auto kKept = static_cast<std::uint64_t>(catalog::kVersionsKept);
    if (state.catalogue_version > kKept)
      state.changes_from = std::max(state.changes_from, state.catalogue_version - kKept);
    std::erase_if(state.product_removed, [&](const auto& row) { return row.second <= state.changes_from; });
  }
  return counts;
}

std::vector<cart::Cart> read(const State& state, std::span<const CartId> ids) {
  std::vector<cart::Cart> carts;
  carts.reserve(ids.size());
  for (const CartId& id : ids) {
    const auto found = state.carts.find(id);
    carts.push_back(found == state.carts.end() ? cart::Cart{id, 0, {}, {}} : found->second);
  }
  return carts;
}

std::vector<Result<cart::Cart>> apply(State& state, std::span<const cart::Change> changes, Instant now) {
  std::vector<Result<cart::Cart>> outcomes;
  outcomes.reserve(changes.size());
  for (const cart::Change& change : changes) {
    const auto found = state.carts.find(change.cart);
    cart::Cart changed = found == state.carts.end() ? cart::Cart{change.cart, 0, {}, {}} : found->second;
    if (auto ok = cart::apply(changed, change, now); !ok) {
      outcomes.push_back(tl::unexpected(std::move(ok.error())));
      continue;
    }
    if (changed.version > 0) {
      state.carts[change.cart] = changed;
      state.carts[change.cart].made_line = false;
    }
    outcomes.push_back(std::move(changed));
  }
  return outcomes;
}

std::int64_t remove_idle(State& state, Instant before, std::int64_t limit) {
  std::int64_t removed = 0;
  for (auto entry = state.carts.begin(); entry != state.carts.end() && removed < limit;) {
    if (entry->second.updated_at < before) {
      entry = state.carts.erase(entry);
      ++removed;
    } else {
      ++entry;
    }
  }
  return removed;
}

std::vector<inventory::Stock> read(const State& state, std::span<const VariantId> ids) {
  std::vector<inventory::Stock> stocks;
  stocks.reserve(ids.size());
  for (const VariantId id : ids) {
    const auto found = state.stocks.find(id);
    stocks.push_back(found == state.stocks.end()
                         ? inventory::Stock{id, inventory::Policy::kUntracked, 0, 0, 0, 0}
                         : found->second);
  }
  return stocks;
}

std::vector<inventory::Stock> read_tracked(const State& state) {
  std::vector<inventory::Stock> stocks;
  for (const auto& [id, stock] : state.stocks) {
    if (stock.policy != inventory::Policy::kUntracked) stocks.push_back(stock);
  }
  std::sort(stocks.begin(), stocks.end(), [](const auto& a, const auto& b) { return a.variant < b.variant; });
  return stocks;
}

Result<std::vector<orders::PlaceOutcome>> place(State& state, std::span<const orders::NewOrder> wanted,
                                                Instant now) {
  std::map<OrderId, std::pair<CartId, std::string>> keys;
  for (const orders::NewOrder& one : wanted) {
    const std::pair key{one.order->cart, one.order->idempotency_key};
    if (!may_be_placed(one.order)) {
      return fail(ErrorCode::kInternal, fmt::format("no order is placed as {}", to_string(one.order->state)));
    }
    const auto [same_id, fresh] = keys.emplace(one.order->id, key);
    const auto stored = state.order_by_id.find(one.order->id);
    const bool clashes =
        stored != state.order_by_id.end() &&
        std::pair{state.orders[stored->second].cart, state.orders[stored->second].idempotency_key} != key;
    if (clashes || (!fresh && same_id->second != key)) {
      return fail(ErrorCode::kInternal, fmt::format("order id {} is used twice", one.order->id.text()));
    }
  }
  std::vector<orders::PlaceOutcome> outcomes;
  outcomes.reserve(wanted.size());
  for (const orders::NewOrder& one : wanted)
    outcomes.push_back(place_one(state, one, now));
  return outcomes;
}

Result<std::vector<orders::SettleOutcome>> settle(State& state, std::span<const orders::Settlement> moves,
                                                  Instant now) {
  std::vector<orders::SettleOutcome> outcomes;
  outcomes.reserve(moves.size());
  for (const orders::Settlement& move : moves) {
    auto outcome = settle_one(state, move, now);
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    outcomes.push_back(std::move(*outcome));
  }
  return outcomes;
}

std::vector<std::optional<orders::Order>> read(const State& state, std::span<const OrderId> ids) {
  std::vector<std::optional<orders::Order>> found;
  found.reserve(ids.size());
  for (const OrderId& id : ids) {
    const auto entry = state.order_by_id.find(id);
    found.push_back(entry == state.order_by_id.end() ? std::nullopt
                                                     : std::optional(state.orders[entry->second]));
  }
  return found;
}

std::vector<std::optional<orders::Order>> find(const State& state, std::span<const orders::OrderKey> keys,
                                               Instant now) {
  std::vector<std::optional<orders::Order>> found;
  found.reserve(keys.size());
  for (const orders::OrderKey& key : keys) {
    const auto entry = state.order_by_key.find({key.cart, key.idempotency_key});
    const orders::Order* const order =
        entry == state.order_by_key.end() ? nullptr : &state.orders[entry->second];
    found.push_back(order && !key_is_free(*order, {}, now) ? std::optional(*order) : std::nullopt);
  }
  return found;
}

Result<orders::Order> take_over(State& state, OrderId id, std::int32_t attempt, Duration lease_for,
                                Instant now) {
  orders::Order* order = order_of(state, id);
  if (!order) return fail(ErrorCode::kNotFound, "there is no order " + id.text());
  if (auto ok = storage::take_over(*order, attempt, lease_for, now); !ok) return tl::unexpected(ok.error());
  return *order;
}

std::vector<orders::Order> overdue(const State& state, std::int64_t limit, Instant now) {
  return first(
      state, limit, [&](const orders::Order& order) { return storage::overdue(order, now); }, true);
}

std::int64_t release_holds(State& state, std::span<const OrderId> ids, Instant now) {
  std::int64_t released = 0;
  for (const OrderId& id : ids) {
    orders::Order* const order = order_of(state, id);
    if (order && release_hold(*order, state.stocks, now)) ++released;
  }
  return released;
}

std::vector<orders::Order> captures_due(const State& state, std::int64_t limit) {
  const auto due = [](const orders::Order& order) {
    return order.state == orders::State::kPaid && order.payment == orders::PaymentState::kAuthorised;
  };
  return first(state, limit, due, false);
}

void audit(const State& state, orders::Auditor& auditor) {
  std::unordered_map<VariantId, inventory::Quantity> ledger_sums;
  for (const LedgerEntry& entry : state.ledger)
    ledger_sums[entry.variant] += entry.delta;
  for (const auto& [id, stock] : state.stocks)
    auditor.stock(stock, ledger_sums[id]);
  for (const orders::Order& order : state.orders)
    auditor.order(order);
  for (const Event& event : state.events)
    auditor.event(event.order, event.sequence, event.type);
}

leadership::Lease acquire(State& state, const std::string& name, const std::string& owner, Duration lease_for,
                          Instant now) {
  leadership::Lease& lease = state.leases[name];
  const bool over = lease.expires_at <= now;
  if (!over && lease.owner != owner) return lease;
  if (over) ++lease.token;
  lease.owner = owner;
  lease.expires_at = now + lease_for;
  return lease;
}

void release(State& state, const std::string& name, const std::string& owner, Instant now) {
  const auto found = state.leases.find(name);
  if (found == state.leases.end() || found->second.owner != owner) return;
  found->second.expires_at = std::min(found->second.expires_at, now);
}

}  // namespace ff::storage::memory
