// What the read path sees of a catalogue that changes while it is read.
#include "app/catalogue_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/run.h"
#include "storage/memory/memory_store.h"

namespace ff::app {
namespace {

using std::chrono::milliseconds;

class CatalogueWatcherTest : public testing::Test {
 protected:
  ~CatalogueWatcherTest() override { watcher.stop(); }

  static catalog::Product product(const std::string& handle, std::int64_t cents,
                                  std::string title = "Shirt") {
    catalog::Product made;
    made.handle = handle;
    made.title = std::move(title);
    made.variants.emplace_back().price = {cents, Currency{}};
    return made;
  }
  void apply(catalog::CatalogueChange change) {
    const auto applied = run(store.catalog().apply(std::move(change), false));
    ASSERT_TRUE(applied.has_value()) << applied.error().detail;
  }
  void put(catalog::Product one, std::int64_t available = 9) {
    catalog::CatalogueChange change;
    change.stock = {{one.handle, 0, available}};
    change.upserts = {std::move(one)};
    apply(std::move(change));
  }
  void serve() {
    ASSERT_TRUE(run(watcher.load()).has_value());
    watcher.start();
  }
  /// Long enough for a machine that is busy with something else.
  static bool in_time(const std::function<bool()>& seen) {
    for (int tries = 0; tries < 2000; ++tries) {
      if (seen()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  bool costs(const std::string& handle, std::int64_t cents) const {
    const auto snapshot = watcher.snapshot().load();
    const catalog::Product* const one = snapshot->product(handle);
    return one != nullptr && one->variants[0].price.minor == cents;
  }
  std::int64_t found(const std::string& text) const {
    const auto index = watcher.index().load();
    if (index == nullptr) return -1;
    catalog::Query query;
    query.text = text;
    return index->search(query, *watcher.labels().load())->total;
  }
  std::uint64_t loads() { return metrics.counter("ff_catalogue_loads_total", "").value(); }

  SystemClock clock;
  storage::MemoryStore store{clock};
  telemetry::Registry metrics;
  CatalogueWatcher watcher{store.catalog(), store.stock(), clock, metrics};
};

TEST_F(CatalogueWatcherTest, WhatChangesIsSeenByPagesAndSearchAndTheWholeIsReadOnce) {
  put(product("shirt", 1000));
  put(product("socks", 500, "Socks"));
  serve();
  ASSERT_TRUE(in_time([&] { return found("shirt") == 1; }));
  put(product("shirt", 1200));
  EXPECT_TRUE(in_time([&] { return costs("shirt", 1200); }));
  put(product("hat", 700, "Straw hat"));
  EXPECT_TRUE(in_time([&] { return costs("hat", 700) && found("straw") == 1; }));
  catalog::CatalogueChange removal;
  removal.removed_handles = {"socks"};
  apply(removal);
  EXPECT_TRUE(in_time([&] { return found("socks") == 0; }));
  EXPECT_EQ(watcher.snapshot().load()->product("socks"), nullptr);
  EXPECT_EQ(loads(), 1u);
}

TEST_F(CatalogueWatcherTest, StockThatAnImportSetsIsOnTheLabelsAsSoonAsThePriceIsOnThePage) {
  put(product("shirt", 1000));
  serve();
  put(product("shirt", 1200), 0);
  ASSERT_TRUE(in_time([&] { return costs("shirt", 1200); }));
  EXPECT_FALSE(watcher.labels().load()->available(*watcher.snapshot().load()->product("shirt")));
}

TEST_F(CatalogueWatcherTest, ReadersOfOldAndNewAreLeftInPeaceByAStreamOfChanges) {
  for (int n = 0; n < 200; ++n)
    put(product("shirt-" + std::to_string(n), 1000 + n));
  serve();
  ASSERT_TRUE(in_time([&] { return found("shirt") == 200; }));
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 2; ++thread) {
    readers.emplace_back([&] {
      auto held = watcher.snapshot().load();  // as a serving thread keeps it, until it takes the next
      for (int n = 0; !done; ++n) {
        if (n % 50 == 0) held = watcher.snapshot().load();
        std::int64_t sum = 0;
        for (const catalog::Product& one : held->products())
          sum += one.variants[0].price.minor;
        ASSERT_GT(sum, 0);
        ASSERT_EQ(found("shirt"), 200);
      }
    });
  }
  for (int n = 0; n < 60; ++n) {
    put(product("shirt-" + std::to_string(n % 200), 5000 + n, n % 3 == 0 ? "Linen shirt" : "Shirt"));
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(in_time([&] { return costs("shirt-59", 5059); }));
  done = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(loads(), 1u);
}

}  // namespace
}  // namespace ff::app
