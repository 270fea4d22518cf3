// What the read path sees of a catalogue that changes while it is read.
#include "app/catalogue_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/run.h"
#include "storage/memory/memory_store.h"

namespace ff::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a failover leaves: two catalogues, of which one answers at a time, or none. Reading changes can be
/// made to fail alone.
class Primaries final : public catalog::CatalogStore {
 public:
  static constexpr int kNone = -1;
  Primaries(catalog::CatalogStore& first, catalog::CatalogStore& second) : stores_{&first, &second} {}

  std::atomic<int> answers = 0;
  std::atomic<bool> tells_changes = true;
  std::atomic<int> asked_for_changes = 0;
  std::function<Task<void>()> work_of_changes;  // done when they are asked for; set it before serving

  Task<Result<catalog::Catalogue>> load() override {
    if (answers == kNone) co_return away();
    auto loaded = co_await stores_[index()]->load();
    co_return loaded;
  }
  Task<Result<std::uint64_t>> version() override {
    if (answers == kNone) co_return away();
    auto version = co_await stores_[index()]->version();
    co_return version;
  }
  Task<Result<std::vector<std::string>>> unknown_handles(std::vector<std::string> handles) override {
    return stores_[index()]->unknown_handles(std::move(handles));
  }
  Task<Result<catalog::CatalogueChanges>> changes_since(std::uint64_t version) override {
    ++asked_for_changes;
    if (answers == kNone || !tells_changes) co_return away();
    auto changes = co_await stores_[index()]->changes_since(version);
    if (work_of_changes) co_await work_of_changes();
    co_return changes;
  }
  Task<Result<catalog::ChangeCounts>> apply(catalog::CatalogueChange change, bool dry_run) override {
    auto applied = co_await stores_[index()]->apply(std::move(change), dry_run);
    co_return applied;
  }

 private:
  std::size_t index() const { return static_cast<std::size_t>(answers.load()); }
  static tl::unexpected<Error> away() {
    return tl::unexpected(Error{ErrorCode::kUnavailable, "nobody answers", {}});
  }

  std::array<catalog::CatalogStore*, 2> stores_;
};

/// Stock that can't be read a few times, and says how much was asked for at once.
class ShakyStock final : public inventory::StockStore {
 public:
  explicit ShakyStock(inventory::StockStore& stock) : stock_(stock) {}
  std::atomic<int> failures_left = 0;
  std::atomic<std::size_t> most_at_once = 0;

  BatchTask<inventory::Stock> read(std::span<const VariantId> variants) override {
    most_at_once = std::max(most_at_once.load(), variants.size());
    if (failures_left > 0) {
      --failures_left;
      co_return tl::unexpected(Error{ErrorCode::kUnavailable, "no stock for now", {}});
    }
    auto stocks = co_await stock_.read(variants);
    co_return stocks;
  }
  Task<Result<std::vector<inventory::Stock>>> read_all() override { return stock_.read_all(); }
  Task<Result<inventory::StockChanges>> changed_since(std::int64_t position) override {
    return stock_.changed_since(position);
  }

 private:
  inventory::StockStore& stock_;
};

/// Who sleeps by it makes the time pass.
class LeapingClock final : public Clock {
 public:
  Instant now() const override { return {us_.load()}; }
  Task<void> sleep_until(Instant at) override {
    us_ = std::max(us_.load(), at.us);
    co_return;
  }
  void advance(Duration by) { us_ += by.count(); }

 private:
  std::atomic<std::int64_t> us_{1'700'000'000'000'000};
};

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
  std::uint64_t told(const std::string& counter) const {
    const std::string text = metrics.openmetrics();
    const auto at = text.find("\n" + counter + " ");
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + counter.size() + 2));
  }
  std::uint64_t loads() const { return told("ff_catalogue_loads_total"); }
  std::uint64_t failures() const { return told("ff_catalogue_refresh_failures_total"); }

  SystemClock clock;
  storage::MemoryStore store{clock}, standby{clock};
  Primaries primaries{store.catalog(), standby.catalog()};
  ShakyStock stock{store.stock()};
  telemetry::Registry metrics;
  CatalogueWatcher watcher{primaries, stock, clock, metrics};
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

TEST_F(CatalogueWatcherTest, SoIsTheStockOfMoreVariantsThanAreReadAtOnce) {
  constexpr std::size_t kVariants = 2 * CatalogueWatcher::kStockReadMax + 1;
  const auto change_of = [](std::int64_t cents, std::int64_t available) {
    catalog::CatalogueChange change;
    change.upserts = {product("shirt", cents)};
    change.upserts[0].variants.resize(kVariants, change.upserts[0].variants[0]);
    for (std::size_t i = 0; i < kVariants; ++i) {
      change.upserts[0].variants[i].options[0] = std::to_string(i);
      change.stock.push_back({"shirt", i, available});
    }
    return change;
  };
  apply(change_of(1000, 9));
  serve();
  apply(change_of(1200, 0));
  ASSERT_TRUE(in_time([&] { return costs("shirt", 1200); }));
  EXPECT_FALSE(watcher.labels().load()->available(*watcher.snapshot().load()->product("shirt")));
  EXPECT_EQ(stock.most_at_once, CatalogueWatcher::kStockReadMax);
}

TEST_F(CatalogueWatcherTest, WhileItsStockCanNotBeReadAChangeWaitsAndIsThenMerged) {
  put(product("shirt", 1000));
  serve();
  stock.failures_left = 2;
  put(product("shirt", 1200), 0);
  ASSERT_TRUE(in_time([&] { return costs("shirt", 1200); }));
  EXPECT_FALSE(watcher.labels().load()->available(*watcher.snapshot().load()->product("shirt")));
  EXPECT_EQ(failures(), 2u);
  EXPECT_EQ(loads(), 1u);
}

TEST_F(CatalogueWatcherTest, AVersionThatAnotherPrimaryGaveAgainIsNotTakenForTheOneThatIsServed) {
  put(product("shirt", 1000));
  serve();
  ASSERT_TRUE(in_time([&] { return found("shirt") == 1; }));
  catalog::CatalogueChange other;
  other.upserts = {product("shirt", 2000, "Linen")};
  ASSERT_TRUE(run(standby.catalog().apply(std::move(other), false)).has_value());
  ASSERT_EQ(run(standby.catalog().version()).value(), run(store.catalog().version()).value());
  primaries.answers = Primaries::kNone;
  ASSERT_TRUE(in_time([&] { return failures() > 0; }));
  EXPECT_TRUE(costs("shirt", 1000));  // what was there stays
  primaries.answers = 1;
  EXPECT_TRUE(in_time([&] { return costs("shirt", 2000) && found("linen") == 1; }));
  EXPECT_EQ(loads(), 2u);
}

TEST_F(CatalogueWatcherTest, WhenChangesCanNotBeReadTheWholeIs) {
  put(product("shirt", 1000));
  serve();
  primaries.tells_changes = false;
  put(product("shirt", 1200));
  EXPECT_TRUE(in_time([&] { return costs("shirt", 1200); }));
  EXPECT_EQ(primaries.asked_for_changes, CatalogueWatcher::kFailedReadsMax);
  EXPECT_EQ(loads(), 2u);
  primaries.tells_changes = true;
  put(product("shirt", 1300));
  EXPECT_TRUE(in_time([&] { return costs("shirt", 1300); }));
  EXPECT_EQ(loads(), 2u);
}

TEST_F(CatalogueWatcherTest, AfterAMergeItRestsForAsLongAsThatTook) {
  // Each change is followed by the next, and takes two seconds to read.
  constexpr seconds kWork{2};
  LeapingClock leaping;
  std::mutex mutex;
  std::vector<Instant> begun;
  put(product("shirt", 1000));
  primaries.work_of_changes = [&]() -> Task<void> {
    const std::lock_guard lock(mutex);
    begun.push_back(leaping.now());
    leaping.advance(kWork);
    catalog::CatalogueChange next;
    next.upserts = {product("shirt", 2000 + static_cast<std::int64_t>(begun.size()))};
    EXPECT_TRUE(run(store.catalog().apply(std::move(next), false)).has_value());
    co_return;
  };
  CatalogueWatcher busy(primaries, stock, leaping, metrics);
  ASSERT_TRUE(run(busy.load()).has_value());
  put(product("shirt", 1200));
  busy.start();
  EXPECT_TRUE(in_time([&] {
    const std::lock_guard lock(mutex);
    return begun.size() >= 5;
  }));
  busy.stop();
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_GE(begun[i] - begun[i - 1], 2 * kWork) << i;
    EXPECT_LE(begun[i] - begun[i - 1], 2 * kWork + 2 * CatalogueWatcher::kVersionInterval) << i;
  }
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
