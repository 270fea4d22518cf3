// search_bench [PRODUCTS [SECONDS]]: search with facets in this process, on one thread.
//
// Queries are those of shoppers: words of the catalogue, beginnings, misspellings, filters, sorts. Times are
// the thread's own; "on the wall" they include what else the machine does. Writes one JSON object a line:
// {"work", "value", "unit"}.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/search.h"
#include "catalog/shopify_import.h"
#include "catalog/testing/dirty_export.h"

namespace {

using namespace ff;
using namespace ff::catalog;
using SteadyClock = std::chrono::steady_clock;

/// What this thread has worked, in microseconds: on a busy machine the time on the wall is mostly others'.
double worked_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::shared_ptr<const Snapshot> make_snapshot(std::size_t products) {
  Catalogue catalogue;
  std::int64_t variant_id = 0;
  for (std::uint64_t seed = 1; catalogue.products.size() < products; ++seed) {
    const std::string text = testing::DirtyExport(seed).text(20'000);
    csv::MemorySource source(text);
    auto change = read_shopify_csv(source, {});
    if (!change) return nullptr;
    for (Product& product : change->upserts) {
      if (catalogue.products.size() == products) break;
      product.status = Status::kActive;
      product.handle += fmt::format("-{}", seed);
      product.id = {static_cast<std::int64_t>(catalogue.products.size()) + 1};
      for (Variant& variant : product.variants)
        variant.id = {++variant_id};
      catalogue.products.push_back(std::move(product));
    }
  }
  Collection collection;
  collection.handle = "women";
  collection.title = "Women";
  collection.tags = {"women"};
  catalogue.collections.push_back(collection);
  return std::make_shared<const Snapshot>(std::move(catalogue));
}

std::vector<Query> make_queries() {
  const auto words = {"shirt",          "linen dress",
                      "navy",           "sh",
                      "merino jumper",  "s",
                      "organic cotton", "shrit",
                      "jaket",          "cardigna",
                      "women",          "xl",
                      "washed soft",    "trousers slim",
                      "corduroy tr",    "nordlys",
                      "made of",        "buttons",
                      "denim jeans",    ""};
  std::vector<Query> out;
  for (const std::string text : words) {
    Query query;
    query.text = text;
    out.push_back(query);
    query.filters = {{"option.color", {"Navy", "Black"}}};
    out.push_back(query);
    query.filters.push_back({"option.size", {"M", "L"}});
    query.price_min = 3000;
    query.price_max = 9000;
    out.push_back(query);
    query.sort = Sort::kPriceAscending;
    query.available_only = true;
    out.push_back(query);
    query = {};
    query.text = text;
    query.collection = "women";
    query.filters = {{"vendor", {"Nordlys"}}, {"type", {"Shirt", "Dress", "Coat"}}};
    out.push_back(query);
    query = {};
    query.text = text;
    query.sort = Sort::kNewest;
    query.collection = "women";
    out.push_back(query);
  }
  return out;
}

void report(std::string_view work, double value, std::string_view unit) {
  fmt::print("{{\"work\": \"{}\", \"value\": {:.3f}, \"unit\": \"{}\"}}\n", work, value, unit);
}

}  // namespace

int main(int argc, char** argv) {
  const auto products = static_cast<std::size_t>(argc > 1 ? parse_int(argv[1]).value_or(10'000) : 10'000);
  const auto seconds = argc > 2 ? parse_int(argv[2]).value_or(3) : 3;
  const auto snapshot = make_snapshot(products);
  if (!snapshot) return 1;
  const auto build_began = SteadyClock::now();
  const Index index(snapshot);
  const std::chrono::duration<double, std::milli> build = SteadyClock::now() - build_began;

  std::vector<inventory::Stock> stocks;
  for (const Product& product : snapshot->products()) {
    for (const Variant& variant : product.variants) {
      if (variant.id.value % 5 == 0) stocks.push_back({variant.id, inventory::Policy::kDeny, 0, 0, 0, 0});
    }
  }
  const StockLabels labels(stocks);
  const std::vector<Query> queries = make_queries();
  std::vector<double> times, walls;
  std::vector<double> worst(queries.size());
  std::int64_t found = 0;
  const auto began = SteadyClock::now();
  while (SteadyClock::now() - began < std::chrono::seconds(seconds)) {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const auto start = SteadyClock::now();
      const double start_us = worked_us();
      const auto page = index.search(queries[i], labels);
      const double took_us = worked_us() - start_us;
      const std::chrono::duration<double, std::micro> wall = SteadyClock::now() - start;
      if (!page) return 1;
      found += page->total;
      times.push_back(took_us);
      walls.push_back(wall.count());
      worst[i] += took_us;
    }
  }
  double sum = 0;
  for (const double time : times)
    sum += time;
  std::sort(times.begin(), times.end());
  std::sort(walls.begin(), walls.end());
  report("search index build", build.count(), "ms");
  report("search products", static_cast<double>(products), "products");
  report("search p50", times[times.size() / 2] / 1000, "ms");
  report("search p99", times[times.size() * 99 / 100] / 1000, "ms");
  report("search p99 on the wall", walls[walls.size() * 99 / 100] / 1000, "ms");
  report("search rate", static_cast<double>(times.size()) / sum * 1e6, "1/s");
  report("search matches", static_cast<double>(found) / static_cast<double>(times.size()), "products");
  if (argc > 3) {  // anything: the dearest queries
    std::vector<std::size_t> order(queries.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return worst[a] > worst[b]; });
    for (std::size_t i = 0; i < 12 && i < order.size(); ++i) {
      const Query& query = queries[order[i]];
      fmt::print(stderr, "{:8.1f} us '{}' filters {} collection '{}' {}\n",
                 worst[order[i]] / (static_cast<double>(times.size()) / static_cast<double>(queries.size())),
                 query.text, query.filters.size(), query.collection, to_string(query.sort));
    }
  }
  return 0;
}
