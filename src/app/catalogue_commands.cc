#include "app/catalogue_commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "app/demo_shop.h"
#include "app/open_store.h"
#include "app/progress_bar.h"
#include "app/run_task.h"
#include "catalog/collections_file.h"
#include "catalog/csv_file.h"
#include "catalog/existing.h"
#include "catalog/shopify_export.h"
#include "catalog/shopify_import.h"
#include "storage/sqlite/file_reads.h"
#include "storage/store.h"

namespace ff::app {
namespace {

constexpr std::size_t kFaultsShown = 20;  // and as many notes
constexpr std::string_view kStandardInput = "standard input";

std::string name_of(const std::string& file) { return file == "-" ? std::string(kStandardInput) : file; }

/// A fault a line, as compilers tell them; what is left is one line for the end.
Error tell_faults(Error error) {
  if (error.fields.size() <= 1) return error;
  for (const FieldError& fault : error.fields)
    std::fprintf(stderr, "%s: %s\n", fault.field.c_str(), fault.message.c_str());
  error.detail += "; nothing was changed";
  return error;
}

/// Cells that are read as something else than they say.
class Notes {
 public:
  void add(const FieldError& note) {
    if (++count_ <= kFaultsShown) shown_.push_back(note);
  }
  void print() const {
    for (const FieldError& note : shown_)
      std::printf("note: %s: %s\n", note.field.c_str(), note.message.c_str());
    if (count_ > kFaultsShown) std::printf("note: and %zu more like these\n", count_ - kFaultsShown);
  }

 private:
  std::size_t count_ = 0;
  std::vector<FieldError> shown_;
};

Result<catalog::CatalogueChange> read_files(const ImportRequest& request, Currency currency, Notes& notes) {
  auto source = catalog::csv::FileSource::open(request.file);
  if (!source) return tl::unexpected(source.error());
  ProgressBar progress("reading", (*source)->bytes());
  catalog::ImportOptions reading;
  reading.currency = currency;
  reading.source = name_of(request.file);
  reading.faults_max = kFaultsShown;
  reading.progress = [&progress](std::int64_t bytes) { progress.show(bytes); };
  reading.note = [&notes](const FieldError& note) { notes.add(note); };
  auto change = catalog::read_shopify_csv(**source, reading);
  progress.finish();
  if (!change) return tl::unexpected(tell_faults(std::move(change.error())));
  if (request.collections_file.empty()) return change;
  auto collections_source = catalog::csv::FileSource::open(request.collections_file);
  if (!collections_source) return tl::unexpected(collections_source.error());
  auto collections =
      catalog::read_collections_csv(**collections_source, name_of(request.collections_file), kFaultsShown);
  if (!collections) return tl::unexpected(tell_faults(std::move(collections.error())));
  change->collections = std::move(*collections);
  return change;
}

/// What the shop has already decides what becomes of it.
Result<void> heed_existing(storage::Store& store, const ImportRequest& request,
                           catalog::CatalogueChange& change) {
  if (!request.replace && !request.keep_stock) return {};
  const auto catalogue = run_task(store.catalog().load());
  if (!catalogue) return tl::unexpected(catalogue.error());
  if (request.replace && change.upserts.empty() && !catalogue->products.empty() && !request.allow_empty) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} lists no product, so --replace would remove all {} products of the shop; add "
                            "--allow-empty if that is meant",
                            name_of(request.file), catalogue->products.size()));
  }
  if (request.replace) catalog::remove_unlisted(change, catalogue->products);
  if (request.keep_stock) catalog::keep_stock(change, catalogue->products);
  return {};
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

/// Reads only, and where the store is a file also as a user who may do no more.
Result<storage::Goods> read_goods(const config::Options& options) {
  if (const auto path = storage::sqlite_path(options.database_url)) return storage::read_sqlite_goods(*path);
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  auto catalogue = run_task((*store)->catalog().load());
  if (!catalogue) return tl::unexpected(catalogue.error());
  auto stock = run_task((*store)->stock().read_all());
  if (!stock) return tl::unexpected(stock.error());
  return storage::Goods{std::move(*catalogue), std::move(*stock)};
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
  Notes notes;
  auto change = read_files(request, options.rules.currency, notes);
  if (!change) return tl::unexpected(std::move(change.error()));
  if (auto ok = heed_existing(**store, request, *change); !ok) return ok;
  const auto counts = run_task((*store)->catalog().apply(std::move(*change), request.dry_run));
  if (!counts) return tl::unexpected(counts.error());
  notes.print();
  print_counts(*counts, request.dry_run);
  return {};
}

Result<void> export_catalogue(const config::Options& options, const ExportRequest& request) {
  const auto goods = read_goods(options);
  if (!goods) return tl::unexpected(goods.error());
  std::unordered_map<VariantId, std::int64_t> available;
  for (const inventory::Stock& stock : goods->stock)
    available.emplace(stock.variant, stock.available);

  Result<void> products = write_file(request.file, [&](const Sink& sink) {
    return catalog::write_shopify_csv(
        goods->catalogue.products,
        [&](VariantId id) -> std::optional<std::int64_t> {
          const auto found = available.find(id);
          if (found == available.end()) return std::nullopt;
          return found->second;
        },
        sink);
  });
  if (!products || request.collections_file.empty()) return products;
  std::string collections;  // a file may have few of them: catalog/collections_file.cc
  catalog::write_collections_csv(collections, goods->catalogue.collections);
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
  const auto counts = load_demo_catalogue(**store, options.rules.currency);
  if (!counts) return tl::unexpected(counts.error());
  std::printf("the demo shop has %lld products in %lld variants\n", static_cast<long long>(counts->created),
              static_cast<long long>(counts->variants_created));
  return {};
}

}  // namespace ff::app
