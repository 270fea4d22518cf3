#include "catalog/picture_hosts.h"

#include <algorithm>
#include <utility>

#include "catalog/picture_url.h"

namespace ff::catalog {

void PictureHosts::count(const Product& product, std::int64_t by) {
  for (const Picture& picture : product.pictures)
    count(picture.url, by);
}

void PictureHosts::count(std::string_view url, std::int64_t by) {
  // What an older release let in is no reason to loosen the policy of every page.
  const auto parsed = PictureUrl::parse(url);
  if (!parsed || parsed->origin().empty()) return;
  const std::string_view origin = parsed->origin();
  auto found = uses_.find(origin);
  if (found == uses_.end()) found = uses_.emplace(origin, 0).first;
  found->second += by;
  if (found->second <= 0) uses_.erase(found);
}

std::vector<std::string> PictureHosts::names() const {
  std::vector<std::pair<std::string_view, std::int64_t>> hosts(uses_.begin(), uses_.end());
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  hosts.resize(std::min(hosts.size(), kPictureHostsMax));
  std::vector<std::string> names;
  for (const auto& [host, uses] : hosts)
    names.emplace_back(host);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace ff::catalog
