#include "storage/postgres/catalogue_rows.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "storage/catalogue_rules.h"
#include "storage/documents.h"
#include "storage/postgres/queries.h"
#include "storage/postgres/stock_rows.h"

namespace ff::storage::pg {

namespace {

using catalog::Collection;
using catalog::Product;
using catalog::Variant;
using postgres::Exchange;
using postgres::Outcome;
using postgres::Params;
using postgres::Rows;

// Rows of one statement of an import: bounds what lies in memory as its parameters.
constexpr std::size_t kStatementRowsMax = 2000;
constexpr Duration kStatementMax =
    std::chrono::seconds(150);  // catalogue_settings, and the way there and back

struct Row {
  std::int64_t id = 0;
  std::string handle, document;
};

struct LedgerRow {
  VariantId variant;
  inventory::Quantity delta = 0;
  std::string_view reason;
};

/// One apply().
class Application {
 public:
  Application(postgres::Connection& connection, catalog::CatalogueChange change, Time time)
      : connection_(connection), change_(std::move(change)), time_(time) {}

  Task<Outcome<catalog::ChangeCounts>> run(bool dry_run) {
    const auto index = check(change_);
    if (!index) {
      postgres::Failure failure;
      failure.error = index.error();
      co_return tl::unexpected(std::move(failure));
    }
    auto read = co_await lock_and_read();
    if (!read) co_return tl::unexpected(std::move(read.error()));
    for (const std::string& handle : change_.removed_handles)
      remember_stock_of(handle);
    for (const Product& product : change_.upserts)
      remember_stock_of(product.handle);
    auto locked = co_await lock_stock();
    if (!locked) co_return tl::unexpected(std::move(locked.error()));

    for (const std::string& handle : change_.removed_handles)
      remove(handle);
    for (Product& product : change_.upserts)
      upsert(product);
    for (Collection& collection : change_.collections)
      upsert(collection);
    for (const catalog::StockTarget& target : change_.stock) {
      const Product& product = change_.upserts[index->at(target.handle)];
      set_stock(product, target.variant_index, target.available);
    }
    if (dry_run || !(changed_ || counts_.stock_adjusted > 0)) co_return counts_;
    auto written = co_await write_and_commit();
    if (!written) co_return tl::unexpected(std::move(written.error()));
    co_return counts_;
  }

 private:
  Task<Outcome<bool>> lock_and_read() {
    std::vector<std::string_view> handles(change_.removed_handles.begin(), change_.removed_handles.end());
    for (const Product& product : change_.upserts)
      handles.push_back(product.handle);
    const auto itself = [](std::string_view handle) { return handle; };
    Params products, collections;
    products.texts(handles, itself);
    collections.texts(change_.collections, [](const Collection& c) -> std::string_view { return c.handle; });
    Exchange exchange;
    exchange.within(kStatementMax)
        .begin()
        .add(query("catalogue_settings"))
        .add(query("catalogue_lock"))
        .add(query("products_by_handles"), std::move(products))
        .add(query("collections_by_handles"), std::move(collections));
    auto rows = co_await connection_.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    const Rows& counters = (*rows)[2];
    version_ = counters.integer(0, 0);
    last_product_ = counters.integer(0, 1);
    last_variant_ = counters.integer(0, 2);
    last_collection_ = counters.integer(0, 3);
    const bool readable = read((*rows)[3], products_) && read((*rows)[4], collections_);
    if (!readable)
      co_return postgres::refuse(ErrorCode::kInternal,
                                 "the document of a product or collection can't be read");
    co_return true;
  }

  template <typename T>
  bool read(const Rows& rows, std::unordered_map<std::string, T>& out) {
    for (int row = 0; row < rows.count(); ++row) {
      T stored;
      stored.id.value = rows.integer(row, 0);
      if (!documents_.decode(rows.text(row, 2), stored)) return false;
      out.emplace(rows.text(row, 1), std::move(stored));
    }
    return true;
  }

  void remember_stock_of(const std::string& handle) {
    const auto found = products_.find(handle);
    if (found == products_.end()) return;
    for (const Variant& variant : found->second.variants)
      stocks_.want(variant.id);
  }

  Task<Outcome<bool>> lock_stock() {
    Exchange exchange;
    exchange.within(kStatementMax);
    stocks_.add_lock(exchange);
    exchange.add(query("moment"));
    auto rows = co_await connection_.run(std::move(exchange));
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    stocks_.read((*rows)[0]);
    now_ = time_.now((*rows)[1].instant(0, 0));
    co_return true;
  }

  void remove(const std::string& handle) {
    const auto found = products_.find(handle);
    if (found == products_.end()) return;
    for (const Variant& variant : found->second.variants)
      retire(variant.id);
    ++counts_.removed;
    counts_.variants_removed += static_cast<std::int64_t>(found->second.variants.size());
    deleted_.push_back(found->second.id.value);
    removed_.push_back(handle);
    products_.erase(found);
    changed_ = true;
  }

  void upsert(Product& product) {
    const auto found = products_.find(product.handle);
    if (found == products_.end()) {
      create(product);
      return;
    }
    const ProductDifference difference = adopt(product, found->second);
    if (!difference.changed) {
      ++counts_.unchanged;
      return;
    }
    for (const std::size_t i : difference.fresh)
      add(product.variants[i]);
    for (const std::size_t i : difference.policy_changed) {
      inventory::Stock& stock = stocks_.table()[product.variants[i].id];
      adjust(stock, change_policy(stock, product.variants[i].policy), "policy");
    }
    for (const VariantId variant : difference.removed)
      retire(variant);
    updated_.push_back(row_of(product));
    written_.insert(product.id.value);
    changed_ = true;
    ++counts_.changed;
    counts_.variants_created += static_cast<std::int64_t>(difference.fresh.size());
    counts_.variants_changed += difference.variants_changed;
    counts_.variants_removed += static_cast<std::int64_t>(difference.removed.size());
  }

  void create(Product& product) {
    product.id = {++last_product_};
    if (product.created_at == Instant{}) product.created_at = now_;
    for (Variant& variant : product.variants)
      add(variant);
    inserted_.push_back(row_of(product));
    written_.insert(product.id.value);
    changed_ = true;
    ++counts_.created;
    counts_.variants_created += static_cast<std::int64_t>(product.variants.size());
  }

  void upsert(Collection& collection) {
    const auto found = collections_.find(collection.handle);
    if (found != collections_.end() && !adopt(collection, found->second)) return;
    changed_ = true;
    if (found != collections_.end()) {
      collections_updated_.push_back(row_of(collection));
      found->second = collection;
      return;
    }
    collection.id = {++last_collection_};
    collections_inserted_.push_back(row_of(collection));
    collections_.emplace(collection.handle, collection);
  }

  void set_stock(const Product& product, std::size_t index, inventory::Quantity available) {
    inventory::Stock& stock = stocks_.table()[product.variants[index].id];
    if (!adjust(stock, adjustment(stock, available), "import")) return;
    ++counts_.stock_adjusted;
    if (written_.insert(product.id.value).second) touched_.push_back(product.id.value);
  }

  void add(Variant& variant) {
    variant.id = {++last_variant_};
    stocks_.table()[variant.id] = {variant.id, variant.policy, 0, 0, 0, 0};
  }

  bool adjust(inventory::Stock& stock, inventory::Quantity delta, std::string_view reason) {
    if (delta == 0) return false;
    inventory::adjust(stock, delta);
    ledger_.push_back({stock.variant, delta, reason});
    return true;
  }

  /// The row stays for the orders that hold it, with nothing left to sell.
  void retire(VariantId variant) {
    inventory::Stock& stock = stocks_.table()[variant];
    stock.policy = inventory::Policy::kDeny;
    adjust(stock, -stock.available, "removed");
  }

  template <typename T>
  Row row_of(const T& item) {
    Row row{item.id.value, item.handle, {}};
    encode(row.document, item);
    return row;
  }

  Task<Outcome<bool>> write_and_commit() {
    Exchange first;
    first.within(kStatementMax);
    if (!deleted_.empty()) {
      Params params;
      params.integers(deleted_, [](std::int64_t id) { return id; });
      first.add(query("products_delete"), std::move(params));
      Params removed;
      removed.texts(removed_, [](const std::string& handle) -> std::string_view { return handle; })
          .integer(version_ + 1);
      first.add(query("removed_insert"), std::move(removed));
    }
    stocks_.add_writes(first);
    if (!ledger_.empty()) {
      Params params;
      params.integers(ledger_, [](const LedgerRow& l) { return l.variant.value; })
          .integers(ledger_, [](const LedgerRow& l) { return l.delta; })
          .texts(ledger_, [](const LedgerRow& l) { return l.reason; })
          .integer(now_.us);
      first.add(query("stock_ledger_insert"), std::move(params));
    }
    if (first.size() > 0) {
      auto written = co_await connection_.run(std::move(first));
      if (!written) co_return tl::unexpected(std::move(written.error()));
    }
    for (const auto& [name, rows] :
         {std::pair("products_insert", &inserted_), std::pair("products_update", &updated_),
          std::pair("collections_insert", &collections_inserted_),
          std::pair("collections_update", &collections_updated_)}) {
      auto written = co_await write_rows(name, *rows);
      if (!written) co_return tl::unexpected(std::move(written.error()));
    }
    Exchange last;
    last.within(kStatementMax);
    if (!touched_.empty()) {
      Params params;
      params.integers(touched_, [](std::int64_t id) { return id; }).integer(version_ + 1);
      last.add(query("products_touch"), std::move(params));
    }
    Params params;
    params.integer(version_ + 1)
        .integer(last_product_)
        .integer(last_variant_)
        .integer(last_collection_)
        .integer(catalog::kVersionsKept);
    last.add(query("catalogue_update"), std::move(params))
        .add(query("catalogue_forget_removed"))
        .add(query("catalogue_notify"))
        .commit();
    auto committed = co_await connection_.run(std::move(last));
    if (!committed) co_return tl::unexpected(std::move(committed.error()));
    co_return true;
  }

  Task<Outcome<bool>> write_rows(std::string_view name, std::span<const Row> rows) {
    while (!rows.empty()) {
      const auto part = rows.first(std::min(kStatementRowsMax, rows.size()));
      rows = rows.subspan(part.size());
      Params params;
      params.integers(part, [](const Row& r) { return r.id; });
      if (name.ends_with("_insert"))
        params.texts(part, [](const Row& r) -> std::string_view { return r.handle; });
      params.texts(part, [](const Row& r) -> std::string_view { return r.document; }).integer(version_ + 1);
      Exchange exchange;
      exchange.within(kStatementMax).add(query(name), std::move(params));
      auto written = co_await connection_.run(std::move(exchange));
      if (!written) co_return tl::unexpected(std::move(written.error()));
    }
    co_return true;
  }

  postgres::Connection& connection_;
  catalog::CatalogueChange change_;
  Time time_;
  Instant now_;
  std::int64_t version_ = 0, last_product_ = 0, last_variant_ = 0, last_collection_ = 0;
  DocumentReader documents_;
  std::unordered_map<std::string, Product> products_;        // stored, by handle
  std::unordered_map<std::string, Collection> collections_;  // likewise
  StockRows stocks_;
  std::vector<std::int64_t> deleted_, touched_;  // ids of products; touched: stock of theirs was adjusted
  std::unordered_set<std::int64_t> written_;     // ids of products that will say the new version
  std::vector<std::string> removed_;             // handles of those deleted
  std::vector<Row> inserted_, updated_, collections_inserted_, collections_updated_;
  std::vector<LedgerRow> ledger_;
  catalog::ChangeCounts counts_;
  bool changed_ = false;
};

void keep(const Rows& rows, std::vector<std::pair<std::int64_t, std::string>>& out) {
  for (int row = 0; row < rows.count(); ++row)
    out.emplace_back(rows.integer(row, 0), rows.text(row, 1));
}

}  // namespace

Task<Outcome<StoredCatalogue>> read_catalogue(postgres::Connection& connection) {
  StoredCatalogue stored;
  Exchange start;
  start.begin_snapshot()
      .add(query("catalogue_version"))
      .add(query("collections_all"))
      .add(query("products_cursor"))
      .add(query("products_fetch"));
  auto rows = co_await connection.run(std::move(start));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  stored.version = static_cast<std::uint64_t>((*rows)[1].integer(0, 0));
  keep((*rows)[2], stored.collections);
  Rows chunk = std::move((*rows)[4]);
  while (chunk.count() > 0) {
    keep(chunk, stored.products);
    Exchange next;
    next.add(query("products_fetch"));
    auto more = co_await connection.run(std::move(next));
    if (!more) co_return tl::unexpected(std::move(more.error()));
    chunk = std::move(more->front());
  }
  co_return stored;
}

Task<Outcome<StoredCatalogue>> read_changes(postgres::Connection& connection, std::uint64_t since) {
  StoredCatalogue stored;
  const auto from = static_cast<std::int64_t>(since);
  constexpr auto kMax = static_cast<std::int64_t>(catalog::kChangedProductsMax);
  Params count, products, collections, removed;
  count.integer(from).integer(kMax + 1);
  products.integer(from);
  collections.integer(from);
  removed.integer(from);
  // Documents are asked for only when they will be told: a trip more, in the same snapshot.
  Exchange look;
  look.begin_snapshot().add(query("catalogue_known")).add(query("products_changed_count"), std::move(count));
  auto seen = co_await connection.run(std::move(look));
  if (!seen) co_return tl::unexpected(std::move(seen.error()));
  const Rows& known = (*seen)[1];
  stored.version = static_cast<std::uint64_t>(known.integer(0, 0));
  stored.all = !changes_known(since, stored.version, known.integer(0, 1), known.integer(0, 2)) ||
               (*seen)[2].integer(0, 0) > kMax;
  if (stored.all || since == stored.version) co_return stored;
  Exchange exchange;
  exchange.add(query("products_changed"), std::move(products))
      .add(query("collections_changed"), std::move(collections))
      .add(query("removed_since"), std::move(removed));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  const Rows& gone = (*rows)[2];
  keep((*rows)[0], stored.products);
  keep((*rows)[1], stored.collections);
  for (int row = 0; row < gone.count(); ++row)
    stored.removed_handles.emplace_back(gone.text(row, 0));
  co_return stored;
}

namespace {

/// `Whole`: a Catalogue or CatalogueChanges.
template <typename Whole>
Result<Whole> decode_as(const StoredCatalogue& stored) {
  Whole whole;
  whole.version = stored.version;
  DocumentReader documents;
  const auto read = [&documents](const auto& rows, auto& out) {
    out.reserve(rows.size());
    for (const auto& [id, document] : rows) {
      auto& item = out.emplace_back();
      item.id.value = id;
      if (!documents.decode(document, item)) return false;
    }
    return true;
  };
  if (!read(stored.products, whole.products) || !read(stored.collections, whole.collections))
    return fail(ErrorCode::kInternal, "the document of a product or collection can't be read");
  return whole;
}

}  // namespace

Result<catalog::Catalogue> decode(const StoredCatalogue& stored) {
  return decode_as<catalog::Catalogue>(stored);
}

Result<catalog::CatalogueChanges> decode_changes(StoredCatalogue stored) {
  auto changes = decode_as<catalog::CatalogueChanges>(stored);
  if (!changes) return changes;
  changes->all = stored.all;
  changes->removed_handles = std::move(stored.removed_handles);
  return changes;
}

Task<Outcome<std::uint64_t>> catalogue_version(postgres::Connection& connection) {
  Exchange exchange;
  exchange.add(query("catalogue_version"));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  co_return static_cast<std::uint64_t>(rows->front().integer(0, 0));
}

Task<Outcome<std::vector<std::string>>> unknown_handles(postgres::Connection& connection,
                                                        std::span<const std::string> handles) {
  Params params;
  params.texts(handles, [](const std::string& handle) -> std::string_view { return handle; });
  Exchange exchange;
  exchange.add(query("products_known"), std::move(params));
  auto rows = co_await connection.run(std::move(exchange));
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  std::unordered_set<std::string_view> known;
  for (int row = 0; row < rows->front().count(); ++row)
    known.insert(rows->front().text(row, 0));
  std::vector<std::string> unknown;
  for (const std::string& handle : handles) {
    if (!known.contains(handle)) unknown.push_back(handle);
  }
  co_return unknown;
}

Task<Outcome<catalog::ChangeCounts>> apply(postgres::Connection& connection, catalog::CatalogueChange change,
                                           bool dry_run, Time time) {
  Application application(connection, std::move(change), time);
  auto outcome = co_await application.run(dry_run);
  co_return outcome;
}

}  // namespace ff::storage::pg
