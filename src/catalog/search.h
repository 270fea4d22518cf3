// Finding products: words, prefixes, small typos, facets with counts, sort, cursors. Memory only.
//
// Invariant: an Index is immutable and belongs to one Snapshot (it keeps it alive); queries are const and may
// run on any thread. Every listing (a collection, the search page, /api/v1/products) is a query.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"

namespace ff::catalog {

enum class Sort : std::uint8_t { kRelevance, kPriceAscending, kPriceDescending, kNewest };
std::string_view to_string(Sort sort);  // "relevance", "price", "-price", "newest"
std::optional<Sort> parse_sort(std::string_view text);

/// One filter: a product passes when it has any of the values; different facets must all pass.
struct Filter {
  std::string facet;  // "vendor", "type", "tag", or "option.<name>": "option.size"; "option.color" is the
                      // same as "option.colour", which is what Facet::name says
  std::vector<std::string> values;
};

/// The one name of a facet, as in Facet::name: "option.Color" is "option.colour". Filters may use any
/// spelling.
std::string facet_name(std::string_view spelling);

struct Query {
  std::string text;        // at most 200 bytes are looked at; empty: everything
  std::string collection;  // handle; empty: the whole catalogue
  std::vector<Filter> filters;
  std::optional<std::int64_t> price_min, price_max;  // minor units, inclusive; any variant's price
  bool available_only = false;
  Sort sort = Sort::kRelevance;  // without text: the collection's own order, or newest
  std::size_t limit = 24;        // 1..100
  std::string cursor;            // of the previous Page; opaque
};

struct FacetValue {
  std::string value;   // as shown: "Navy"
  std::int64_t count;  // products that would match with this value chosen, other facets as they are
  bool chosen = false;
};
struct Facet {
  std::string name;   // as in Filter::facet
  std::string title;  // "Size"
  std::vector<FacetValue> values;
};

struct Page {
  std::vector<const Product*> products;  // alive as long as the Index
  std::int64_t total = 0;
  std::int64_t available_count = 0;  // of what matches but the availability filter, those that can be bought
  std::vector<Facet> facets;         // vendor ("Brand"), type, tag, then options; only those with a value
  std::optional<std::int64_t> price_lowest, price_highest;  // of everything that matches but the price filter
  std::string next_cursor;                                  // empty on the last page
  std::string corrected;  // "shirt" when "shrit" found nothing and was read as it; else empty
};

struct Suggestions {
  std::vector<const Product*> products;
  std::vector<const Collection*> collections;
  std::vector<std::string> corrections;
};

class Index {
 public:
  explicit Index(std::shared_ptr<const Snapshot> snapshot);
  /// The same index, made from the one of an earlier snapshot: what the difference left alone is shared, the
  /// rest is merged in. A changed price copies the prices; changed words, and products that came or went, the
  /// words' tables as well, and count the facets anew.
  Index(std::shared_ptr<const Snapshot> snapshot, const Index& before);
  ~Index();
  const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }

  /// kInvalid names "cursor", "limit", "filters" ... when they are out of range or from another query;
  /// kNotFound when there is no such collection. A value that no product has is no error: it matches nothing.
  Result<Page> search(const Query& query, const StockLabels& labels) const;
  /// Works out what can be bought under these labels before they are published, so that no search has to. Not
  /// needed for right answers, only for quick ones.
  void prepare(const StockLabels& labels) const;
  /// For what is typed so far: products best first, collections whose title has the words, other spellings
  /// when a word is unknown. At most `limit` (and never over 100) of each.
  Suggestions suggest(std::string_view text, std::size_t limit) const;

 private:
  struct Tables;
  std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<const Tables> tables_;
};

/// The current index; same use as SnapshotHolder.
class IndexHolder {
 public:
  std::shared_ptr<const Index> load() const;
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  void store(std::shared_ptr<const Index> next);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Index> current_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace ff::catalog
