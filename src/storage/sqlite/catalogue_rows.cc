#include "storage/sqlite/catalogue_rows.h"

#include <unordered_set>

#include "storage/catalogue_rules.h"
#include "storage/documents.h"
#include "storage/sqlite/queries.h"
#include "storage/sqlite/stock_rows.h"

namespace ff::storage {

namespace {

using catalog::Collection;
using catalog::Product;
using catalog::Variant;

void unreadable(sqlite::Database& database, std::string_view what) {
  database.fail(Error{ErrorCode::kInternal,
                      database.path() + ": the document of a " + std::string(what) + " can't be read",
                      {}});
}

/// One apply(): the statements and what they have to share. Existing rows are found one by one by the unique
/// index on handle: the database is in this process, a look-up costs a few microseconds.
class Application {
 public:
  Application(sqlite::Database& database, Instant now)
      : database_(database),
        now_(now),
        version_(static_cast<std::int64_t>(catalogue_version(database)) + 1),
        stocks_(database) {}

  void remove(const std::string& handle) {
    Product product;
    if (!read("products_by_handle", handle, product)) return;
    for (const Variant& variant : product.variants)
      retire(variant.id);
    database_.statement(query("products_delete")).run(product.id);
    database_.statement(query("removed_insert")).run(handle, version_);
    ++counts_.removed;
    counts_.variants_removed += static_cast<std::int64_t>(product.variants.size());
    changed_ = true;
  }

  void upsert(Product& product) {
    Product stored;
    if (!read("products_by_handle", product.handle, stored)) {
      create(product);
      return;
    }
    const ProductDifference difference = adopt(product, stored);
    if (!difference.changed) {
      ++counts_.unchanged;
      return;
    }
    for (const std::size_t i : difference.fresh)
      add(product.variants[i]);
    for (const std::size_t i : difference.policy_changed)
      change_policy(product.variants[i]);
    for (const VariantId variant : difference.removed)
      retire(variant);
    write(product);
    ++counts_.changed;
    counts_.variants_created += static_cast<std::int64_t>(difference.fresh.size());
    counts_.variants_changed += difference.variants_changed;
    counts_.variants_removed += static_cast<std::int64_t>(difference.removed.size());
  }

  void upsert(Collection& collection) {
    Collection stored;
    const bool is_there = read("collections_by_handle", collection.handle, stored);
    if (is_there && !adopt(collection, stored)) return;
    document_.clear();
    encode(document_, collection);
    if (is_there) {
      database_.statement(query("collections_update")).run(collection.id, document_, version_);
    } else {
      database_.statement(query("collections_insert")).run(collection.handle, document_, version_);
    }
    changed_ = true;
  }

  void set_stock(const Product& product, std::size_t index, inventory::Quantity available) {
    const VariantId variant = product.variants[index].id;
    stocks_.need(variant);
    const auto stock = stocks_.table().find(variant);
    if (stock == stocks_.table().end()) return;  // only after a failure
    if (!adjust(stock->second, adjustment(stock->second, available), "import")) return;
    ++counts_.stock_adjusted;
    if (written_.insert(product.id.value).second)
      database_.statement(query("products_touch")).run(product.id, version_);
  }

  catalog::ChangeCounts finish() {
    stocks_.write_back();
    if (changed_ || counts_.stock_adjusted > 0) {
      database_.statement(query("catalogue_raise_version")).run(catalog::kVersionsKept);
      database_.statement(query("catalogue_forget_removed")).run();
    }
    return counts_;
  }

 private:
  template <typename T>
  bool read(std::string_view name, const std::string& handle, T& out) {
    auto row = database_.statement(query(name));
    if (!row.query(handle).step()) return false;
    out.id.value = row.integer(0);
    if (!documents_.decode(row.text(1), out)) unreadable(database_, handle);
    return true;
  }

  void create(Product& product) {
    database_.statement(query("products_insert")).run(product.handle);
    product.id = {database_.last_insert_id()};
    if (product.created_at == Instant{}) product.created_at = now_;
    for (Variant& variant : product.variants)
      add(variant);
    write(product);
    ++counts_.created;
    counts_.variants_created += static_cast<std::int64_t>(product.variants.size());
  }

  void write(const Product& product) {
    document_.clear();
    encode(document_, product);
    database_.statement(query("products_update")).run(product.id, document_, version_);
    written_.insert(product.id.value);
    changed_ = true;
  }

  void add(Variant& variant) {
    database_.statement(query("stock_insert")).run(variant.policy);
    variant.id = {database_.last_insert_id()};
  }

  bool adjust(inventory::Stock& stock, inventory::Quantity delta, std::string_view reason) {
    if (delta == 0) return false;
    inventory::adjust(stock, delta);
    database_.statement(query("stock_ledger_insert")).run(stock.variant, delta, reason, now_);
    return true;
  }

  void change_policy(const Variant& variant) {
    stocks_.need(variant.id);
    inventory::Stock& stock = stocks_.table()[variant.id];
    adjust(stock, storage::change_policy(stock, variant.policy), "policy");
  }

  /// The row stays for the orders that hold it, with nothing left to sell.
  void retire(VariantId variant) {
    stocks_.need(variant);
    inventory::Stock& stock = stocks_.table()[variant];
    stock.policy = inventory::Policy::kDeny;
    adjust(stock, -stock.available, "removed");
  }

  sqlite::Database& database_;
  Instant now_;
  std::int64_t version_;  // that this leads to, if it changes anything
  StockRows stocks_;
  DocumentReader documents_;
  std::string document_;
  catalog::ChangeCounts counts_;
  std::unordered_set<std::int64_t> written_;  // ids of products that say version_
  bool changed_ = false;
};

template <typename T, typename... Args>
void load(sqlite::Database& database, std::string_view name, std::vector<T>& out, const Args&... args) {
  DocumentReader documents;
  auto row = database.statement(query(name));
  row.query(args...);
  while (row.step()) {
    T& loaded = out.emplace_back();
    loaded.id.value = row.integer(0);
    if (!documents.decode(row.text(1), loaded)) unreadable(database, "product or collection");
  }
}

}  // namespace

catalog::Catalogue load_catalogue(sqlite::Database& database) {
  catalog::Catalogue catalogue;
  catalogue.version = catalogue_version(database);
  load(database, "products_all", catalogue.products);
  load(database, "collections_all", catalogue.collections);
  return catalogue;
}

std::uint64_t catalogue_version(sqlite::Database& database) {
  auto row = database.statement(query("catalogue_version"));
  return row.step() ? static_cast<std::uint64_t>(row.integer(0)) : 0;
}

std::vector<std::string> unknown_handles(sqlite::Database& database, std::span<const std::string> handles) {
  std::vector<std::string> unknown;
  auto row = database.statement(query("products_by_handle"));
  for (const std::string& handle : handles) {
    if (!row.query(handle).step()) unknown.push_back(handle);
  }
  return unknown;
}

catalog::CatalogueChanges catalogue_changes(sqlite::Database& database, std::uint64_t since) {
  catalog::CatalogueChanges changes;
  const auto from = static_cast<std::int64_t>(since);
  {
    auto row = database.statement(query("catalogue_known"));
    if (!row.step()) return changes;  // only after a failure
    changes.version = static_cast<std::uint64_t>(row.integer(0));
    changes.all = !changes_known(since, changes.version, row.integer(1), row.integer(2));
  }
  if (changes.all || since == changes.version) return changes;
  {
    constexpr auto kMax = static_cast<std::int64_t>(catalog::kChangedProductsMax);
    auto row = database.statement(query("products_changed_count"));
    row.query(from, kMax + 1);
    changes.all = row.step() && row.integer(0) > kMax;
  }
  if (changes.all) return changes;
  load(database, "products_changed", changes.products, from);
  load(database, "collections_changed", changes.collections, from);
  auto removed = database.statement(query("removed_since"));
  removed.query(from);
  while (removed.step())
    changes.removed_handles.emplace_back(removed.text(0));
  return changes;
}

Result<catalog::ChangeCounts> apply(sqlite::Database& database, catalog::CatalogueChange& change,
                                    bool dry_run, Instant now) {
  const auto index = check(change);
  if (!index) return tl::unexpected(index.error());
  if (dry_run) (void)database.execute("SAVEPOINT dry_run");
  Application application(database, now);
  for (const std::string& handle : change.removed_handles)
    application.remove(handle);
  for (Product& product : change.upserts)
    application.upsert(product);
  for (Collection& collection : change.collections)
    application.upsert(collection);
  for (const catalog::StockTarget& target : change.stock) {
    const Product& product = change.upserts[index->at(target.handle)];
    application.set_stock(product, target.variant_index, target.available);
  }
  const catalog::ChangeCounts counts = application.finish();
  if (dry_run) (void)database.execute("ROLLBACK TO dry_run; RELEASE dry_run");
  return counts;
}

}  // namespace ff::storage
