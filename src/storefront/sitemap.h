// sitemap.xml and robots.txt, for those who read the shop by machine.
#pragma once

#include <optional>
#include <string>

#include "catalog/snapshot.h"
#include "storefront/layout.h"

namespace ff::storefront {

/// Of one file. The protocol allows 50,000; a tenth keeps a file within its share of a PageCache.
inline constexpr std::size_t kSitemapAddressesMax = 5'000;

/// How many parts there are: 1 where the whole fits one file.
std::size_t sitemap_parts(const catalog::Snapshot& snapshot);

/// The whole sitemap where it fits one file; otherwise an index of /sitemaps/0.xml, /sitemaps/1.xml ...
std::string write_sitemap(const Layout& layout, const catalog::Snapshot& snapshot);
/// Part `number` of a large one; nothing when there is no such part.
std::optional<std::string> write_sitemap_part(const Layout& layout, const catalog::Snapshot& snapshot,
                                              std::size_t number);
std::string write_robots(const Layout& layout);

}  // namespace ff::storefront
