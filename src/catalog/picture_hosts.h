// Other hosts that pictures come from: what a page's policy must allow.
//
// Invariant: counts are exact, so that a catalogue reached by changes names the same hosts as one that was
// read whole, on every process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/product.h"

namespace ff::catalog {

/// Each host is a word of every page's policy header, and proxies refuse heads of some kilobytes.
inline constexpr std::size_t kPictureHostsMax = 32;

class PictureHosts {
 public:
  void add(const Product& product) { count(product, 1); }
  void remove(const Product& product) { count(product, -1); }
  void add(const Collection& collection) { count(collection.picture_url, 1); }
  void remove(const Collection& collection) { count(collection.picture_url, -1); }
  /// "https://cdn.example", sorted. Of more than kPictureHostsMax those that most pictures come from, ties by
  /// name; pictures of others are left to their fallback.
  std::vector<std::string> names() const;

 private:
  void count(const Product& product, std::int64_t by);
  void count(std::string_view url, std::int64_t by);

  std::map<std::string, std::int64_t, std::less<>> uses_;
};

}  // namespace ff::catalog
