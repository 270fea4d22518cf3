// The reading side of the shop as routes: home, collections, search, products, help, pictures, assets,
// sitemap. No store is ever asked: everything comes from the snapshot, the index and the labels in memory,
// so the shop stays browsable when its database is away.
//
// Invariant: answers are the same for every shopper and come from bounded caches (http/page_cache.h).
// Listings with a query have a cache of their own, so that someone who walks all filters can't push the
// product pages out.
#pragma once

#include <memory>

#include "catalog/search.h"
#include "catalog/snapshot.h"
#include "catalog/stock_labels.h"
#include "http/caching.h"
#include "http/page_cache.h"
#include "http/router.h"
#include "pricing/pricing.h"
#include "storefront/layout.h"
#include "telemetry/metrics.h"

namespace ff::storefront {

struct ReadingLimits {
  std::size_t pages_bytes_max =
      24 * 1024 * 1024;  // home, products, collections: about 1,500 in each encoding
  std::size_t queries_bytes_max = 8 * 1024 * 1024;    // listings with filters or words
  std::size_t pictures_bytes_max = 16 * 1024 * 1024;  // our drawings, a few KB each
  std::size_t sitemaps_bytes_max = 16 * 1024 * 1024;  // a part holds at most about half a megabyte
};

/// All that reading needs of the shop: memory only.
struct ReadingSources {
  const catalog::SnapshotHolder& catalogue;
  const catalog::StockLabelsHolder& labels;
  const catalog::IndexHolder& index;  // may hold nothing yet
  const pricing::Rules& rules;
  telemetry::Registry& metrics;
};

class ReadingRoutes {
 public:
  /// What `sources` refers to and `layout` must outlive it. `not_found` makes the page for what does not
  /// exist.
  ReadingRoutes(ReadingSources sources, const Layout& layout, http::ErrorPage not_found,
                ReadingLimits limits = {});
  ~ReadingRoutes();

  http::Response home(const http::Request& request);
  http::Response collections(const http::Request& request);
  http::Response collection(const http::Request& request);
  http::Response search(const http::Request& request);
  http::Response product(const http::Request& request);
  http::Response help(const http::Request& request);
  http::Response picture(const http::Request& request);
  http::Response asset(const http::Request& request);
  http::Response favicon(const http::Request& request);
  http::Response sitemap(const http::Request& request);
  http::Response sitemap_part(const http::Request& request);
  http::Response robots(const http::Request& request);

  const http::PageCache& pages() const { return pages_; }
  const http::PageCache& queries() const { return queries_; }

 private:
  class View;
  /// `now` must have been read before what the page is made from was loaded: content may be newer than its
  /// stamp (it is then checked once more), never older.
  template <typename InputsOf, typename Write>
  http::Response page(http::PageCache& cache, const http::Request& request, std::string_view key,
                      http::Generations now, InputsOf&& inputs, Write&& write,
                      const http::CachePolicy& caching);
  /// A sitemap that `write(snapshot)` writes; `now` as in page().
  template <typename Write>
  http::Response sitemap_file(const http::Request& request, std::string_view key, http::Generations now,
                              Write&& write);
  http::Response listing(const http::Request& request, std::string_view collection_handle);
  http::Generations generations() const;

  const ReadingSources shop_;
  const Layout& layout_;
  http::ErrorPage not_found_;
  http::PageCache pages_, queries_, pictures_, sitemaps_;
};

/// Registers all of them. `routes` must outlive the router's last request.
void add_reading_routes(http::Router& router, ReadingRoutes& routes);

}  // namespace ff::storefront
