#include "catalog/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/search_bitmap.h"
#include "catalog/search_cursor.h"
#include "catalog/search_facets.h"
#include "catalog/search_text.h"
#include "catalog/search_words.h"
#include "catalog/snapshot_difference.h"

namespace ff::catalog {
namespace {

constexpr std::size_t kLimitMax = 100;

constexpr std::pair<Sort, std::string_view> kSorts[] = {{Sort::kRelevance, "relevance"},
                                                        {Sort::kPriceAscending, "price"},
                                                        {Sort::kPriceDescending, "-price"},
                                                        {Sort::kNewest, "newest"}};

/// Everything of a query but where its page begins and how long it is.
std::uint64_t fingerprint_of(const Query& query) {
  std::string key = fold(cut_query(query.text));
  const auto add = [&key](std::string_view text) {
    key += '\0';
    key += text;
  };
  add(query.collection);
  std::vector<std::pair<std::string, std::vector<std::string>>> filters;
  for (const Filter& filter : query.filters) {
    std::vector<std::string> values;
    for (const std::string& value : filter.values)
      values.push_back(fold(value));
    std::sort(values.begin(), values.end());
    filters.emplace_back(facet_name(filter.facet), std::move(values));
  }
  std::sort(filters.begin(), filters.end());
  for (const auto& [facet, values] : filters) {
    add(facet);
    for (const std::string& value : values)
      add(value);
    key += '\1';
  }
  add(query.price_min ? fmt::format("{}", *query.price_min) : "-");
  add(query.price_max ? fmt::format("{}", *query.price_max) : "-");
  add(query.available_only ? "available" : "all");
  add(to_string(query.sort));
  return fingerprint(key);
}

}  // namespace

std::string_view to_string(Sort sort) {
  for (const auto& [value, text] : kSorts) {
    if (value == sort) return text;
  }
  return {};
}

std::optional<Sort> parse_sort(std::string_view text) {
  for (const auto& [value, name] : kSorts) {
    if (name == text) return value;
  }
  return std::nullopt;
}

struct Index::Tables {
  explicit Tables(const Snapshot& from)
      : snapshot(from),
        products(from.products()),
        text(std::make_shared<const TextIndex>(products)),
        facets(std::make_shared<const FacetTables>(products)) {
    prices_begin.reserve(products.size() + 1);
    for (std::uint32_t p = 0; p < products.size(); ++p) {
      add_prices(products[p]);
      by_price.push_back(p);
    }
    by_price_falling = by_price;
    std::sort(by_price.begin(), by_price.end(), Rising{*this});
    std::sort(by_price_falling.begin(), by_price_falling.end(), Falling{*this});
    split_collections();
  }

  Tables(const Snapshot& from, const Tables& before, const SnapshotDifference& difference)
      : snapshot(from), products(from.products()), text(before.text), facets(before.facets) {
    bool same_text = difference.in_place, same_facets = difference.in_place;
    for (std::size_t i = 0; difference.in_place && i < difference.left.size(); ++i) {
      const Product &was = before.products[difference.left[i]], &is = products[difference.arrived[i]];
      same_text = same_text && TextIndex::same(was, is);
      same_facets = same_facets && FacetTables::same(was, is);
    }
    if (!same_text)
      text = std::make_shared<const TextIndex>(*before.text, before.products, products, difference);
    if (!same_facets) facets = std::make_shared<const FacetTables>(products);

    prices_begin.reserve(products.size() + 1);
    prices.reserve(before.prices.size());
    std::uint32_t old = 0;  // those that stay do so in their order
    for (std::uint32_t p = 0, next = 0; p < products.size(); ++p) {
      if (next < difference.arrived.size() && difference.arrived[next] == p) {
        ++next;
        add_prices(products[p]);
        continue;
      }
      while (difference.moved[old] == SnapshotDifference::kGone)
        ++old;
      prices_begin.push_back(static_cast<std::uint32_t>(prices.size()));
      prices.insert(prices.end(), before.prices.begin() + before.prices_begin[old],
                    before.prices.begin() + before.prices_end(old));
      ++old;
    }
    merge_order(before.by_price, difference, Rising{*this}, by_price);
    merge_order(before.by_price_falling, difference, Falling{*this}, by_price_falling);
    split_collections();
  }
  Tables(const Tables&) = delete;

  /// Cheapest first and dearest first, by the cheapest variant; equals newest first.
  struct Rising {
    const Tables& tables;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
      return std::pair(tables.lowest(a), a) < std::pair(tables.lowest(b), b);
    }
  };
  struct Falling {
    const Tables& tables;
    bool operator()(std::uint32_t a, std::uint32_t b) const {
      return std::pair(-tables.lowest(a), a) < std::pair(-tables.lowest(b), b);
    }
  };

  std::int64_t lowest(std::uint32_t p) const { return prices[prices_begin[p]]; }
  std::uint32_t prices_end(std::uint32_t p) const {
    return p + 1 < prices_begin.size() ? prices_begin[p + 1] : static_cast<std::uint32_t>(prices.size());
  }
  std::int64_t highest(std::uint32_t p) const { return prices[prices_end(p) - 1]; }
  bool costs_between(std::uint32_t p, std::int64_t min, std::int64_t max) const {
    if (lowest(p) > max || highest(p) < min) return false;
    const auto begin = prices.begin() + prices_begin[p];
    const auto end = prices.begin() + prices_end(p);
    const auto found = std::lower_bound(begin, end, min);
    return found != end && *found <= max;
  }
  /// The first product that stands after this position in the order of products().
  std::uint32_t first_after(const CursorPosition& position) const {
    const auto found = std::partition_point(products.begin(), products.end(), [&](const Product& product) {
      if (product.created_at.us != position.created_at_us)
        return product.created_at.us > position.created_at_us;
      return product.id.value <= position.product_id;
    });
    return static_cast<std::uint32_t>(found - products.begin());
  }
  std::shared_ptr<const Bitmap> available(const StockLabels& labels) const;

  const Snapshot& snapshot;  // the Index keeps it alive
  Products products;
  std::shared_ptr<const TextIndex> text;
  std::shared_ptr<const FacetTables> facets;
  std::vector<std::uint32_t>
      prices_begin;  // distinct prices of product p: prices[prices_begin[p] .. prices_end(p)), rising
  std::vector<std::int64_t> prices;
  std::vector<std::uint32_t> by_price, by_price_falling;  // of the cheapest variant; equals newest first
  std::vector<std::vector<std::string>> collection_words;

 private:
  void add_prices(const Product& product) {
    const auto first = static_cast<std::ptrdiff_t>(prices.size());
    prices_begin.push_back(static_cast<std::uint32_t>(prices.size()));
    for (const Variant& variant : product.variants)
      prices.push_back(variant.price.minor);
    if (product.variants.empty()) prices.push_back(0);
    std::sort(prices.begin() + first, prices.end());
    prices.erase(std::unique(prices.begin() + first, prices.end()), prices.end());
  }
  template <typename Before>
  void merge_order(const std::vector<std::uint32_t>& was, const SnapshotDifference& difference, Before before,
                   std::vector<std::uint32_t>& is) const {
    std::vector<std::uint32_t> fresh = difference.arrived;
    std::sort(fresh.begin(), fresh.end(), before);
    is.reserve(products.size());
    auto coming = fresh.begin();
    for (const std::uint32_t old : was) {
      const std::uint32_t p = difference.moved[old];
      if (p == SnapshotDifference::kGone) continue;
      while (coming != fresh.end() && before(*coming, p))
        is.push_back(*coming++);
      is.push_back(p);
    }
    is.insert(is.end(), coming, fresh.end());
  }
  void split_collections() {
    for (const Collection& collection : snapshot.collections())
      collection_words.push_back(split_words(collection.title, true));
  }

  // Labels move every second or so and each search asks about all products: what can be bought is worked out
  // once per set of labels. A memo: it changes no answer. Two, because threads change labels one by one.
  struct Available {
    std::uint64_t labels = 0;  // their fingerprint
    std::shared_ptr<const Bitmap> products;
  };
  mutable std::mutex available_mutex_;
  mutable std::array<Available, 2> available_;
};

std::shared_ptr<const Bitmap> Index::Tables::available(const StockLabels& labels) const {
  {
    const std::lock_guard lock(available_mutex_);
    for (const Available& memo : available_) {
      if (memo.products != nullptr && memo.labels == labels.fingerprint()) return memo.products;
    }
  }
  auto next = std::make_shared<Bitmap>(products.size(), true);
  std::vector<std::uint32_t> gone(products.size());  // variants of each product
  labels.each_sold_out([&](VariantId id) {
    const auto p = snapshot.position(id);
    if (p && ++gone[*p] == products[*p].variants.size()) next->reset(*p);
  });
  const std::lock_guard lock(available_mutex_);
  available_[1] = std::move(available_[0]);
  available_[0] = {labels.fingerprint(), next};
  return next;
}

Index::Index(std::shared_ptr<const Snapshot> snapshot)
    : snapshot_(std::move(snapshot)), tables_(std::make_unique<const Tables>(*snapshot_)) {}

Index::Index(std::shared_ptr<const Snapshot> snapshot, const Index& before) : snapshot_(std::move(snapshot)) {
  const SnapshotDifference changed = difference(before.snapshot_->products(), snapshot_->products());
  // Merging costs each product that differs twice what building does, and the tables once more.
  const bool many = (changed.left.size() + changed.arrived.size()) * 4 > snapshot_->products().size();
  tables_ = many ? std::make_unique<const Tables>(*snapshot_)
                 : std::make_unique<const Tables>(*snapshot_, *before.tables_, changed);
}

Index::~Index() = default;

void Index::prepare(const StockLabels& labels) const { tables_->available(labels); }

namespace {

/// One page out of an order that exists already: skips to the cursor, then takes what matches.
template <typename Order, typename Key, typename Take>
void take_in_order(const Order& order, std::size_t from, const Key& matches, Take&& take) {
  for (std::size_t i = from; i < order.size(); ++i) {
    if (matches.test(order[i]) && !take(order[i], i)) return;
  }
}

}  // namespace

Result<Page> Index::search(const Query& query, const StockLabels& labels) const {
  const Tables& tables = *tables_;
  if (query.limit < 1 || query.limit > kLimitMax) {
    return invalid("limit", fmt::format("must be between 1 and {}", kLimitMax));
  }
  if (to_string(query.sort).empty()) return invalid("sort", "must be relevance, price, -price or newest");
  const std::uint64_t query_print = fingerprint_of(query);
  std::optional<CursorPosition> cursor;
  if (!query.cursor.empty()) {
    cursor = decode_cursor(query.cursor, query_print);
    if (!cursor) return invalid("cursor", "must be the next_cursor of a page of the same query");
  }
  const Collection* collection = nullptr;
  if (!query.collection.empty()) {
    collection = snapshot_->collection(query.collection);
    if (collection == nullptr) return fail(ErrorCode::kNotFound, "no such collection");
  }
  auto chosen = tables.facets->choose(query.filters);
  if (!chosen) return tl::unexpected(std::move(chosen.error()));

  Page page;
  const std::size_t count = tables.products.size();
  const std::span<const std::uint32_t> members =
      collection == nullptr ? std::span<const std::uint32_t>{} : snapshot_->members(*collection);

  // The sets that a product must be in, apart, because each facet's counts leave its own out.
  Bitmap scope(count, collection == nullptr);
  for (const std::uint32_t p : members)
    scope.set(p);
  const bool by_words = !trim(query.text).empty();
  std::vector<std::uint32_t> scores;
  if (by_words) {
    TextIndex::Reading reading = tables.text->read(query.text);
    page.corrected = std::move(reading.corrected);
    TextIndex::Matches matches = tables.text->match(reading);
    scope &= matches.products;
    scores = std::move(matches.scores);
  }
  std::vector<Bitmap> passing;
  for (const FacetTables::Chosen& one : *chosen)
    passing.push_back(tables.facets->passing(one));

  const std::shared_ptr<const Bitmap> available = tables.available(labels);
  Bitmap filtered = scope;  // all but price and availability
  for (const Bitmap& pass : passing)
    filtered &= pass;

  Bitmap priced(count, true);
  if (query.price_min || query.price_max) {
    const std::int64_t min = query.price_min.value_or(0);
    const std::int64_t max = query.price_max.value_or(Money::kMinorMax);
    scope.each([&](std::uint32_t p) {
      if (!tables.costs_between(p, min, max)) priced.reset(p);
    });
  }
  filtered.each([&](std::uint32_t p) {
    if (query.available_only && !available->test(p)) return;
    page.price_lowest = std::min(page.price_lowest.value_or(INT64_MAX), tables.lowest(p));
    page.price_highest = std::max(page.price_highest.value_or(INT64_MIN), tables.highest(p));
  });

  Bitmap matches = filtered;
  matches &= priced;
  page.available_count = static_cast<std::int64_t>(matches.count_common(*available));
  if (query.available_only) matches &= *available;
  page.total = static_cast<std::int64_t>(matches.count());

  std::vector<Bitmap> lifted;
  for (std::size_t i = 0; i < passing.size(); ++i) {
    Bitmap others = scope;
    others &= priced;
    if (query.available_only) others &= *available;
    for (std::size_t j = 0; j < passing.size(); ++j) {
      if (j != i) others &= passing[j];
    }
    lifted.push_back(std::move(others));
  }
  page.facets = tables.facets->count(matches, *chosen, lifted);

  // The page itself: one more than asked for tells whether there is another.
  struct Hit {
    std::int64_t key;
    std::uint32_t product;
  };
  std::vector<Hit> hits;
  const auto take = [&](std::int64_t key, std::uint32_t p) {
    hits.push_back({key, p});
    return hits.size() <= query.limit;
  };
  const std::uint32_t after = cursor ? tables.first_after(*cursor) : 0;
  const std::int64_t key_from = cursor ? cursor->key : INT64_MIN;
  const auto from_price = [&](const std::vector<std::uint32_t>& order, std::int64_t sign) {
    const auto begin = std::partition_point(order.begin(), order.end(), [&](std::uint32_t p) {
      const std::int64_t key = sign * tables.lowest(p);
      return cursor && (key < key_from || (key == key_from && p < after));
    });
    take_in_order(order, static_cast<std::size_t>(begin - order.begin()), matches,
                  [&](std::uint32_t p, std::size_t) { return take(sign * tables.lowest(p), p); });
  };
  if (query.sort == Sort::kPriceAscending) {
    from_price(tables.by_price, 1);
  } else if (query.sort == Sort::kPriceDescending) {
    from_price(tables.by_price_falling, -1);
  } else if (query.sort == Sort::kRelevance && by_words) {
    matches.each([&](std::uint32_t p) {
      const std::int64_t key = -static_cast<std::int64_t>(scores[p]);
      if (!cursor || key > key_from || (key == key_from && p >= after)) hits.push_back({key, p});
    });
    const std::size_t kept = std::min(hits.size(), query.limit + 1);
    std::partial_sort(
        hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end(),
        [](const Hit& a, const Hit& b) { return a.key != b.key ? a.key < b.key : a.product < b.product; });
    hits.resize(kept);
  } else if (query.sort == Sort::kRelevance && collection != nullptr) {
    std::size_t from = 0;
    if (cursor) {
      // Where that product stands now; if it is gone, where it stood.
      const auto same = std::find_if(members.begin(), members.end(), [&](std::uint32_t p) {
        return tables.products[p].id.value == cursor->product_id;
      });
      const std::int64_t last = same != members.end() ? same - members.begin() : cursor->key - 1;
      from = static_cast<std::size_t>(std::clamp<std::int64_t>(last + 1, 0, std::ssize(members)));
    }
    take_in_order(members, from, matches,
                  [&](std::uint32_t p, std::size_t i) { return take(static_cast<std::int64_t>(i), p); });
  } else {
    matches.each_from(after, [&](std::uint32_t p) { return take(0, p); });
  }

  if (hits.size() > query.limit) {
    hits.resize(query.limit);
    const Product& last = tables.products[hits.back().product];
    page.next_cursor = encode_cursor({hits.back().key, last.created_at.us, last.id.value}, query_print);
  }
  for (const Hit& hit : hits)
    page.products.push_back(&tables.products[hit.product]);
  return page;
}

Suggestions Index::suggest(std::string_view text, std::size_t limit) const {
  const Tables& tables = *tables_;
  Suggestions out;
  limit = std::min(limit, kLimitMax);
  const std::vector<std::string> words = split_words(cut_query(text), false);
  if (words.empty() || limit == 0) return out;

  TextIndex::Reading reading = tables.text->read(text);
  const TextIndex::Matches matches = tables.text->match(reading);
  std::vector<std::pair<std::int64_t, std::uint32_t>> hits;
  matches.products.each(
      [&](std::uint32_t p) { hits.emplace_back(-static_cast<std::int64_t>(matches.scores[p]), p); });
  const std::size_t kept = std::min(hits.size(), limit);
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end());
  for (std::size_t i = 0; i < kept; ++i)
    out.products.push_back(&tables.products[hits[i].second]);

  const auto collections = snapshot_->collections();
  for (std::size_t c = 0; c < collections.size() && out.collections.size() < limit; ++c) {
    const std::vector<std::string>& title = tables.collection_words[c];
    const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::any_of(title.begin(), title.end(), [&](const std::string& other) {
        return other.starts_with(word) || stem(other) == stem(word);
      });
    });
    if (all) out.collections.push_back(&collections[c]);
  }

  if (!reading.corrected.empty()) out.corrections.push_back(std::move(reading.corrected));
  for (std::string& other : reading.alternatives)
    out.corrections.push_back(std::move(other));
  if (out.corrections.size() > limit) out.corrections.resize(limit);
  return out;
}

std::shared_ptr<const Index> IndexHolder::load() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void IndexHolder::store(std::shared_ptr<const Index> next) {
  {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
  }
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace ff::catalog
