#include "storefront/reading_routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "pictures/garment.h"
#include "storefront/collection_page.h"
#include "storefront/help_page.h"
#include "storefront/home_page.h"
#include "storefront/listing_query.h"
#include "storefront/product_page.h"
#include "storefront/search_page.h"
#include "storefront/sitemap.h"

namespace ff::storefront {
namespace {

// A browser asks each time, at the price of a 304, so that a shopper who comes back sees today's price. A
// shared cache may hold a page for half a minute, about as old as a stock label may be; a CDN may go on for a
// minute while it fetches the next, so that in a spike the origin sees one request per page, edge and half
// minute, and for ten while the origin refuses or is gone: an old page sells more than an error.
constexpr http::CachePolicy kPageCaching{"public, max-age=0, s-maxage=30",
                                         "max-age=30, stale-while-revalidate=60, stale-if-error=600"};
// What was found without the search index misses facets and further pages: no one else's cache may keep it.
constexpr http::CachePolicy kMakeshiftCaching{"no-store", {}};
constexpr http::CachePolicy kSitemapCaching{"public, max-age=3600", {}};
// A specification names one drawing. A release may draw it better, so a day and not a year.
constexpr http::CachePolicy kPictureCaching{"public, max-age=86400, stale-while-revalidate=604800", {}};
constexpr std::string_view kPictureSuffix = ".svg";
constexpr std::size_t kLinearScanMax = 20'000;  // products looked at while there is no index yet

/// What a listing shows before the index is built: right products, no facets, no further pages.
catalog::Page without_index(const catalog::Snapshot& snapshot, const catalog::Query& query) {
  catalog::Page page;
  const auto take = [&](const catalog::Product& product) {
    ++page.total;
    if (page.products.size() < query.limit) page.products.push_back(&product);
  };
  if (const catalog::Collection* collection = snapshot.collection(query.collection)) {
    for (const std::uint32_t member : snapshot.members(*collection))
      take(snapshot.products()[member]);
    return page;
  }
  const std::string wanted = fold(query.text);
  for (const catalog::Product& product :
       snapshot.products().first(std::min(snapshot.products().size(), kLinearScanMax))) {
    if (wanted.empty() || fold(product.title).find(wanted) != std::string::npos) take(product);
  }
  return page;
}

catalog::Page find(const catalog::Index* index, const catalog::Snapshot& snapshot,
                   const catalog::StockLabels& labels, catalog::Query& query) {
  if (index == nullptr) return without_index(snapshot, query);
  if (auto page = index->search(query, labels)) return std::move(*page);
  query.cursor.clear();  // of another query, or of a listing that has changed
  if (auto page = index->search(query, labels)) return std::move(*page);
  return without_index(snapshot, query);
}

}  // namespace

/// The catalogue and labels of one moment, kept alive while a page is made. Loaded only when the cache
/// misses.
class ReadingRoutes::View {
 public:
  explicit View(const ReadingRoutes& routes)
      : snapshot(routes.shop_.catalogue.load()), labels(routes.shop_.labels.load()), routes_(&routes) {}
  /// A listing must show the products of the index that found them.
  View(const ReadingRoutes& routes, std::shared_ptr<const catalog::Index> index_now)
      : snapshot(index_now ? index_now->snapshot() : routes.shop_.catalogue.load()),
        labels(routes.shop_.labels.load()),
        index(std::move(index_now)),
        routes_(&routes) {}
  ReadingPage page() const { return {routes_->layout_, routes_->shop_.rules, *snapshot, *labels}; }

  std::shared_ptr<const catalog::Snapshot> snapshot;
  std::shared_ptr<const catalog::StockLabels> labels;
  std::shared_ptr<const catalog::Index> index;

 private:
  const ReadingRoutes* routes_;
};

ReadingRoutes::ReadingRoutes(ReadingSources sources, const Layout& layout, http::ErrorPage not_found,
                             ReadingLimits limits)
    : shop_(sources),
      layout_(layout),
      not_found_(std::move(not_found)),
      pages_("pages", limits.pages_bytes_max, layout.security(), sources.metrics),
      queries_("queries", limits.queries_bytes_max, layout.security(), sources.metrics),
      pictures_("pictures", limits.pictures_bytes_max, layout.security(), sources.metrics),
      sitemaps_("sitemaps", limits.sitemaps_bytes_max, layout.security(), sources.metrics) {}

ReadingRoutes::~ReadingRoutes() = default;

http::Generations ReadingRoutes::generations() const {
  return {shop_.catalogue.generation(), shop_.labels.generation(), shop_.index.generation()};
}

template <typename InputsOf, typename Write>
http::Response ReadingRoutes::page(http::PageCache& cache, const http::Request& request, std::string_view key,
                                   http::Generations now, InputsOf&& inputs, Write&& write,
                                   const http::CachePolicy& caching) {
  const auto render = [&] {
    std::string written = write();
    const auto snapshot = shop_.catalogue.load();
    http::Response response = layout_.respond(200, std::move(written), snapshot.get());
    set_cache_policy(response, caching);
    return response;
  };
  http::Callables recipe(inputs, render);
  http::Response response;
  response.finished = cache.get(key, http::negotiate(request.header("accept-encoding")), now, recipe);
  return response.finished ? response : render();
}

http::Response ReadingRoutes::home(const http::Request& request) {
  std::optional<View> view;
  return page(
      pages_, request, "/", generations(), [&] { return home_inputs(view.emplace(*this).page()); },
      [&] { return write_home(view->page()); }, kPageCaching);
}

http::Response ReadingRoutes::collections(const http::Request& request) {
  std::optional<View> view;
  return page(
      pages_, request, "/collections", generations(),
      [&] { return collections_inputs(view.emplace(*this).page()); },
      [&] { return write_collections(view->page()); }, kPageCaching);
}

http::Response ReadingRoutes::help(const http::Request& request) {
  std::optional<View> view;
  return page(
      pages_, request, "/help", generations(), [&] { return help_inputs(view.emplace(*this).page()); },
      [&] { return write_help(view->page()); }, kPageCaching);
}

http::Response ReadingRoutes::collection(const http::Request& request) {
  return listing(request, request.param("handle"));
}

http::Response ReadingRoutes::search(const http::Request& request) { return listing(request, {}); }

http::Response ReadingRoutes::listing(const http::Request& request, std::string_view collection_handle) {
  const http::Generations now = generations();
  const http::Encoding encoding = http::negotiate(request.header("accept-encoding"));
  http::Response response;
  if (request.query.empty()) {
    // The hot path: the bare address is its own key.
    if ((response.finished = pages_.find(request.path, encoding, now))) return response;
  }
  const auto form = http::Form::parse(request.query);
  const http::Form nothing;
  ListingAddress address = parse_listing(request.path, form ? *form : nothing, shop_.rules.currency);
  address.query.collection = collection_handle;
  if (!collection_handle.empty())
    address.query.text.clear();  // a collection isn't searched: the search page is
  const std::string key = address_of(address, true);
  http::PageCache& cache = key == request.path ? pages_ : queries_;
  if ((response.finished = cache.find(key, encoding, now))) return response;

  View view(*this, shop_.index.load());
  const auto collection_in = [&] { return view.snapshot->collection(collection_handle); };
  if (!collection_handle.empty() && collection_in() == nullptr) {
    // The index may be one catalogue behind.
    view = View(*this);
    if (collection_in() == nullptr) return not_found_(request, 404, "Not Found");
  }
  // Without an index we still share the page in this process, until the index is there.
  const bool makeshift = view.index == nullptr;
  catalog::Page found;
  return page(
      cache, request, key, now,
      [&] {
        found = find(view.index.get(), *view.snapshot, *view.labels, address.query);
        const std::uint64_t inputs = collection_handle.empty()
                                         ? search_inputs(view.page(), found)
                                         : collection_inputs(view.page(), *collection_in(), found);
        // The makeshift page must not be carried over to when there is an index: it says no-store.
        return makeshift ? fingerprint("without index", inputs) : inputs;
      },
      [&] {
        return collection_handle.empty() ? write_search(view.page(), address, found)
                                         : write_collection(view.page(), *collection_in(), address, found);
      },
      makeshift ? kMakeshiftCaching : kPageCaching);
}

http::Response ReadingRoutes::product(const http::Request& request) {
  const http::Generations now = generations();
  const http::Encoding encoding = http::negotiate(request.header("accept-encoding"));
  http::Response response;
  std::optional<std::int64_t> wanted;
  if (!request.query.empty()) {
    if (const auto form = http::Form::parse(request.query)) wanted = parse_int(form->get("variant"));
  }
  const std::string with_variant =
      wanted ? fmt::format("{}?variant={}", request.path, *wanted) : std::string{};
  std::string_view key = wanted ? std::string_view(with_variant) : std::string_view(request.path);
  if ((response.finished = pages_.find(key, encoding, now))) return response;

  const auto known = shop_.catalogue.load();
  const catalog::Product* product = known->product(request.param("handle"));
  if (product == nullptr || product->variants.empty()) return not_found_(request, 404, "Not Found");
  if (wanted) {
    // Only a variant of this product makes a page of its own; any other number shows the plain one.
    const catalog::VariantRef ref = known->variant(VariantId{*wanted});
    if (!ref || ref.product != product) {
      wanted.reset();
      key = request.path;
    }
  }
  std::optional<View> view;
  const auto product_in = [&] {
    // A newer snapshot may have come meanwhile, without it: then the one that we have found it in serves.
    if (view->snapshot->product(request.param("handle")) == nullptr) view->snapshot = known;
    return view->snapshot->product(request.param("handle"));
  };
  return page(
      pages_, request, key, now,
      [&] {
        view.emplace(*this);
        const catalog::Product* current = product_in();
        return product_inputs(view->page(), *current);
      },
      [&] {
        const catalog::Product* current = product_in();
        const catalog::VariantRef ref =
            wanted ? view->snapshot->variant(VariantId{*wanted}) : catalog::VariantRef{};
        const catalog::Variant& chosen =
            ref && ref.product == current ? *ref.variant : default_variant(*current, *view->labels);
        return write_product(view->page(), *current, chosen);
      },
      kPageCaching);
}

http::Response ReadingRoutes::picture(const http::Request& request) {
  const http::Encoding encoding = http::negotiate(request.header("accept-encoding"));
  http::Response response;
  // Drawings don't depend on the catalogue: one generation for ever.
  if ((response.finished = pictures_.find(request.path, encoding, {1, 0, 0}))) return response;
  std::string_view spec = request.param("file");
  if (!spec.ends_with(kPictureSuffix)) return not_found_(request, 404, "Not Found");
  spec.remove_suffix(kPictureSuffix.size());
  const auto drawing = pictures::parse(spec);
  if (!drawing) return not_found_(request, 404, "Not Found");
  const auto inputs = [&] { return fingerprint(FF_VERSION); };
  const auto render = [&] {
    http::Response drawn;
    drawn.content_type = "image/svg+xml";
    drawn.body = pictures::draw(*drawing);
    set_cache_policy(drawn, kPictureCaching);
    return drawn;
  };
  http::Callables recipe(inputs, render);
  response.finished = pictures_.get(request.path, encoding, {1, 0, 0}, recipe);
  return response.finished ? response : render();
}

http::Response ReadingRoutes::asset(const http::Request& request) {
  http::Response response;
  response.finished =
      layout_.assets().get(request.param("path"), http::negotiate(request.header("accept-encoding")));
  return response.finished ? response : not_found_(request, 404, "Not Found");
}

/// The icon under the fixed name that browsers ask for unbidden: unlike under its hashed name it may change.
http::Response ReadingRoutes::favicon(const http::Request& request) {
  const std::string_view icon = layout_.assets().bytes("icon.svg");
  if (icon.empty()) return not_found_(request, 404, "Not Found");
  const auto inputs = [&] { return fingerprint(icon); };
  const auto render = [&] {
    http::Response drawn;
    drawn.content_type = "image/svg+xml";
    drawn.body = std::string(icon);
    set_cache_policy(drawn, kPictureCaching);
    return drawn;
  };
  http::Callables recipe(inputs, render);
  http::Response response;
  response.finished =
      pictures_.get("/favicon.ico", http::negotiate(request.header("accept-encoding")), {1, 0, 0}, recipe);
  return response.finished ? response : render();
}

template <typename Write>
http::Response ReadingRoutes::sitemap_file(const http::Request& request, std::string_view key,
                                           http::Generations now, Write&& write) {
  // The text is its own inputs: it shows nothing but addresses, and is written once per new catalogue.
  std::string xml;
  const auto inputs = [&] {
    xml = write();
    return fingerprint(xml);
  };
  const auto render = [&] {
    http::Response response;
    response.content_type = "application/xml; charset=utf-8";
    response.body = xml;
    set_cache_policy(response, kSitemapCaching);
    return response;
  };
  http::Callables recipe(inputs, render);
  http::Response response;
  response.finished = sitemaps_.get(key, http::negotiate(request.header("accept-encoding")), now, recipe);
  return response.finished ? response : render();
}

http::Response ReadingRoutes::sitemap(const http::Request& request) {
  const http::Generations now{shop_.catalogue.generation(), 0, 0};
  return sitemap_file(request, "/sitemap.xml", now,
                      [&] { return write_sitemap(layout_, *shop_.catalogue.load()); });
}

http::Response ReadingRoutes::sitemap_part(const http::Request& request) {
  const http::Generations now{shop_.catalogue.generation(), 0, 0};
  const std::string_view file = request.param("file");
  const auto number = file.ends_with(".xml") ? parse_int(file.substr(0, file.size() - 4)) : std::nullopt;
  const auto snapshot = shop_.catalogue.load();
  if (!number || static_cast<std::size_t>(*number) >= sitemap_parts(*snapshot)) {
    return not_found_(request, 404, "Not Found");
  }
  // The number and not the path, so that "007.xml" takes no place of its own.
  return sitemap_file(request, fmt::format("/sitemaps/{}.xml", *number), now, [&] {
    return *write_sitemap_part(layout_, *snapshot, static_cast<std::size_t>(*number));
  });
}

http::Response ReadingRoutes::robots(const http::Request&) {
  http::Response response = http::Response::text(200, write_robots(layout_));
  set_cache_policy(response, kSitemapCaching);
  return response;
}

void add_reading_routes(http::Router& router, ReadingRoutes& routes) {
  using http::Priority;
  const auto get = [&](std::string pattern, Priority priority,
                       http::Response (ReadingRoutes::*method)(const http::Request&)) {
    router.get(std::move(pattern), priority,
               [&routes, method](const http::Request& request) { return (routes.*method)(request); });
  };
  get("/", Priority::kBrowse, &ReadingRoutes::home);
  get("/collections", Priority::kBrowse, &ReadingRoutes::collections);
  get("/collections/{handle}", Priority::kBrowse, &ReadingRoutes::collection);
  get("/search", Priority::kSearch, &ReadingRoutes::search);
  get("/products/{handle}", Priority::kBrowse, &ReadingRoutes::product);
  get("/help", Priority::kBrowse, &ReadingRoutes::help);
  get("/pictures/{file}", Priority::kBrowse, &ReadingRoutes::picture);
  get("/assets/{path...}", Priority::kBrowse, &ReadingRoutes::asset);
  get("/favicon.ico", Priority::kBrowse, &ReadingRoutes::favicon);
  get("/sitemap.xml", Priority::kBrowse, &ReadingRoutes::sitemap);
  get("/sitemaps/{file}", Priority::kBrowse, &ReadingRoutes::sitemap_part);
  get("/robots.txt", Priority::kBrowse, &ReadingRoutes::robots);
}

}  // namespace ff::storefront
