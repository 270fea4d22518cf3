// sitemap.xml and robots.txt, for those who read the shop by machine.
#pragma once

#include <optional>
#include <string>

#include "catalog/snapshot.h"
#include "storefront/layout.h"

namespace ff::storefront {

inline constexpr std::size_t kSitemapAddressesMax = 50'000;  // the protocol's own limit for one file

/// The whole sitemap where it fits one file; otherwise an index of /sitemaps/0.xml, /sitemaps/1.xml ...
std::string write_sitemap(const Layout& layout, const catalog::Snapshot& snapshot);
/// Part `number` of a large one; nothing when there is no such part.
std::optional<std::string> write_sitemap_part(const Layout& layout, const catalog::Snapshot& snapshot,
                                              std::size_t number);
std::string write_robots(const Layout& layout);

}  // namespace ff::storefront
