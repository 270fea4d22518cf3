#include "app/catalogue_commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <unordered_map>

#include "app/open_store.h"
#include "app/progress_bar.h"
#include "app/run_task.h"
#include "catalog/collections_file.h"
#include "catalog/csv_file.h"
#include "catalog/existing.h"
#include "catalog/shopify_export.h"
#include "catalog/shopify_import.h"
#include "embedded/web.h"
#include "storage/store.h"

namespace ff::app {
namespace {

std::string_view embedded_file(std::string_view path) {
  for (const EmbeddedFile& file : embedded::web()) {
    if (file.path == path) return file.bytes;
  }
  return {};
}

Result<std::vector<catalog::Collection>> read_collections(const std::string& file) {
  auto source = catalog::csv::FileSource::open(file);
  if (!source) return tl::unexpected(source.error());
  return catalog::read_collections_csv(**source);
}

void print_counts(const catalog::ChangeCounts& counts, bool dry_run) {
  std::printf("%sproducts: %lld created, %lld changed, %lld removed, %lld unchanged\n",
              dry_run ? "would be: " : "", static_cast<long long>(counts.created),
              static_cast<long long>(counts.changed), static_cast<long long>(counts.removed),
              static_cast<long long>(counts.unchanged));
  std::printf("%svariants: %lld created, %lld changed, %lld removed; stock of %lld adjusted\n",
              dry_run ? "would be: " : "", static_cast<long long>(counts.variants_created),
              static_cast<long long>(counts.variants_changed),
              static_cast<long long>(counts.variants_removed), static_cast<long long>(counts.stock_adjusted));
}

using Sink = std::function<bool(std::string_view)>;

/// What `write(sink)` says goes to `file`, or to standard output when it is empty.
Result<void> write_file(const std::string& file, const std::function<bool(const Sink&)>& write) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      file.empty() ? nullptr : std::fopen(file.c_str(), "wb"), [](std::FILE* f) { return std::fclose(f); });
  std::FILE* target = file.empty() ? stdout : opened.get();
  if (target == nullptr) return fail(ErrorCode::kUnavailable, fmt::format("{}: can't be written", file));
  const bool written = write([target](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), target) == piece.size();
  });
  if (!written || std::fflush(target) != 0) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: could not be written in full", file.empty() ? "standard output" : file));
  }
  return {};
}

}  // namespace

Result<void> import_catalogue(const config::Options& options, const ImportRequest& request) {
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  auto source = catalog::csv::FileSource::open(request.file);
  if (!source) return tl::unexpected(source.error());

  ProgressBar progress("reading", (*source)->bytes());
  catalog::ImportOptions reading;
  reading.currency = options.rules.currency;
  reading.progress = [&progress](std::int64_t bytes) { progress.show(bytes); };
  auto change = catalog::read_shopify_csv(**source, reading);
  progress.finish();
  if (!change) return tl::unexpected(change.error());
  if (!request.collections_file.empty()) {
    auto collections = read_collections(request.collections_file);
    if (!collections) return tl::unexpected(collections.error());
    change->collections = std::move(*collections);
  }
  if (request.replace || request.keep_stock) {
    const auto catalogue = run_task((*store)->catalog().load());
    if (!catalogue) return tl::unexpected(catalogue.error());
    if (request.replace) catalog::remove_unlisted(*change, catalogue->products);
    if (request.keep_stock) catalog::keep_stock(*change, catalogue->products);
  }
  const auto counts = run_task((*store)->catalog().apply(std::move(*change), request.dry_run));
  if (!counts) return tl::unexpected(counts.error());
  print_counts(*counts, request.dry_run);
  return {};
}

Result<void> export_catalogue(const config::Options& options, const ExportRequest& request) {
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  const auto catalogue = run_task((*store)->catalog().load());
  if (!catalogue) return tl::unexpected(catalogue.error());
  const auto stocks = run_task((*store)->stock().read_all());
  if (!stocks) return tl::unexpected(stocks.error());
  std::unordered_map<VariantId, std::int64_t> available;
  for (const inventory::Stock& stock : *stocks)
    available.emplace(stock.variant, stock.available);

  const Result<void> products = write_file(request.file, [&](const Sink& sink) {
    return catalog::write_shopify_csv(
        catalogue->products,
        [&](VariantId id) -> std::optional<std::int64_t> {
          const auto found = available.find(id);
          if (found == available.end()) return std::nullopt;
          return found->second;
        },
        sink);
  });
  if (!products || request.collections_file.empty()) return products;
  std::string collections;  // a file may have few of them: catalog/collections_file.cc
  catalog::write_collections_csv(collections, catalogue->collections);
  return write_file(request.collections_file, [&](const Sink& sink) { return sink(collections); });
}

Result<void> seed(const config::Options& options) {
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  const auto catalogue = run_task((*store)->catalog().load());
  if (!catalogue) return tl::unexpected(catalogue.error());
  if (!catalogue->products.empty()) {
    std::printf("the shop has %zu products already; nothing was changed\n", catalogue->products.size());
    return {};
  }
  catalog::csv::MemorySource products(embedded_file("demo/catalogue.csv"));
  catalog::ImportOptions reading;
  reading.currency = options.rules.currency;
  auto change = catalog::read_shopify_csv(products, reading);
  if (!change) return tl::unexpected(change.error());
  catalog::csv::MemorySource collections(embedded_file("demo/collections.csv"));
  auto read = catalog::read_collections_csv(collections);
  if (!read) return tl::unexpected(read.error());
  change->collections = std::move(*read);
  const auto counts = run_task((*store)->catalog().apply(std::move(*change), false));
  if (!counts) return tl::unexpected(counts.error());
  std::printf("the demo shop has %lld products in %lld variants\n", static_cast<long long>(counts->created),
              static_cast<long long>(counts->variants_created));
  return {};
}

}  // namespace ff::app
