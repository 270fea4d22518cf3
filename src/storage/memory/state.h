// A whole shop's rows in plain containers, and what each port does to them: the reference that every other
// adapter is compared with.
//
// Invariant: each function is one transaction: it runs to its end without waiting, and when it refuses, the
// state is as it was. No clock, no thread, no coroutine: the caller brings the time and the exclusion. A
// simulated process may die around these calls but never inside one, as with a real database.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cart/cart.h"
#include "catalog/catalog_store.h"
#include "leadership/lease_store.h"
#include "orders/order_store.h"
#include "storage/memory/sale_rows.h"
#include "storage/memory/webhook_rows.h"
#include "storage/order_rules.h"

namespace ff::storage::memory {

struct LedgerEntry {
  VariantId variant;
  inventory::Quantity delta = 0;
  std::string reason;  // "import", "policy", "removed"
  Instant at;
};

struct Event {
  OrderId order;
  std::int32_t sequence = 0;
  std::string type;
  Instant at;
};

struct State {
  std::uint64_t catalogue_version = 0;
  std::map<std::string, catalog::Product> products;        // by handle
  std::map<std::string, catalog::Collection> collections;  // by handle
  std::int64_t last_product = 0, last_variant = 0, last_collection = 0;
  std::uint64_t changes_from = 0;  // what changed is known of the versions after it
  std::map<std::string, std::uint64_t> product_changed, product_removed, collection_changed;  // by handle

  StockTable stocks;  // a row for every variant that ever was: orders may still hold what was removed
  std::vector<LedgerEntry> ledger;

  std::unordered_map<CartId, cart::Cart> carts;

  std::vector<orders::Order> orders;  // by number
  std::int64_t last_number = 0;
  std::unordered_map<OrderId, std::size_t> order_by_id;
  std::map<std::pair<CartId, std::string>, std::size_t> order_by_key;
  std::vector<Event> events;
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<OrderId, inventory::Quantity>>>
      purchases;  // by sale and shopper
  WebhookState webhooks;
  SaleState sales;

  std::map<std::string, leadership::Lease> leases;  // by name; one that was let go of has expired
};

catalog::Catalogue load_catalogue(const State& state);
catalog::CatalogueChanges catalogue_changes(const State& state, std::uint64_t since);
Result<catalog::ChangeCounts> apply(State& state, catalog::CatalogueChange change, Instant now);

std::vector<cart::Cart> read(const State& state, std::span<const CartId> ids);
std::vector<Result<cart::Cart>> apply(State& state, std::span<const cart::Change> changes, Instant now);
std::int64_t remove_idle(State& state, Instant before, std::int64_t limit);

std::vector<inventory::Stock> read(const State& state, std::span<const VariantId> ids);
std::vector<inventory::Stock> read_tracked(const State& state);

/// kInternal, and nothing changed: an order in a state that none is placed in, or with the id of another
/// key's.
Result<std::vector<orders::PlaceOutcome>> place(State& state, std::span<const orders::NewOrder> wanted,
                                                Instant now);
Result<std::vector<orders::SettleOutcome>> settle(State& state, std::span<const orders::Settlement> moves,
                                                  Instant now);
std::vector<std::optional<orders::Order>> read(const State& state, std::span<const OrderId> ids);
std::vector<std::optional<orders::Order>> find(const State& state, std::span<const orders::OrderKey> keys,
                                               Instant now);
Result<orders::Order> take_over(State& state, OrderId id, std::int32_t attempt, Duration lease_for,
                                Instant now);
std::vector<orders::Order> overdue(const State& state, std::int64_t limit, Instant now);
std::int64_t release_holds(State& state, std::span<const OrderId> ids, Instant now);
std::vector<orders::Order> captures_due(const State& state, std::int64_t limit);
void audit(const State& state, orders::Auditor& auditor);

leadership::Lease acquire(State& state, const std::string& name, const std::string& owner, Duration lease_for,
                          Instant now);
void release(State& state, const std::string& name, const std::string& owner, Instant now);

}  // namespace ff::storage::memory
