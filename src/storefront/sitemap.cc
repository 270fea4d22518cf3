#include "storefront/sitemap.h"

#include <algorithm>

#include "storefront/html.h"

namespace ff::storefront {
namespace {

constexpr std::string_view kFixed[] = {"/", "/collections", "/search", "/help"};

std::size_t address_count(const catalog::Snapshot& snapshot) {
  return std::size(kFixed) + snapshot.collections().size() + snapshot.products().size();
}

std::string address(const catalog::Snapshot& snapshot, std::size_t nth) {
  if (nth < std::size(kFixed)) return std::string(kFixed[nth]);
  nth -= std::size(kFixed);
  if (nth < snapshot.collections().size()) return "/collections/" + snapshot.collections()[nth].handle;
  return "/products/" + snapshot.products()[nth - snapshot.collections().size()].handle;
}

}  // namespace

std::size_t sitemap_parts(const catalog::Snapshot& snapshot) {
  return (address_count(snapshot) + kSitemapAddressesMax - 1) / kSitemapAddressesMax;
}

std::optional<std::string> write_sitemap_part(const Layout& layout, const catalog::Snapshot& snapshot,
                                              std::size_t number) {
  if (number >= sitemap_parts(snapshot)) return std::nullopt;
  Html xml;
  xml << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset "
         "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  const std::size_t from = number * kSitemapAddressesMax;
  const std::size_t to = std::min(from + kSitemapAddressesMax, address_count(snapshot));
  for (std::size_t i = from; i < to; ++i) {
    xml << "<url><loc>" << layout.absolute(address(snapshot, i)) << "</loc></url>\n";
  }
  xml << "</urlset>\n";
  return std::move(xml).take();
}

std::string write_sitemap(const Layout& layout, const catalog::Snapshot& snapshot) {
  if (sitemap_parts(snapshot) == 1) return *write_sitemap_part(layout, snapshot, 0);
  Html xml;
  xml << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex "
         "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  for (std::size_t i = 0; i < sitemap_parts(snapshot); ++i) {
    xml << "<sitemap><loc>" << layout.absolute("/sitemaps/" + std::to_string(i) + ".xml")
        << "</loc></sitemap>\n";
  }
  xml << "</sitemapindex>\n";
  return std::move(xml).take();
}

std::string write_robots(const Layout& layout) {
  // Filtered listings carry noindex; there is no end of them, so they are not to be walked either.
  std::string text =
      "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /queue/\nDisallow: /orders/\nDisallow: "
      "/api/\nDisallow: /*?*option.\n";
  if (!layout.identity().public_url.empty()) text += "Sitemap: " + layout.absolute("/sitemap.xml") + "\n";
  return text;
}

}  // namespace ff::storefront
