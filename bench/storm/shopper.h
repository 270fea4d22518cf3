// One visit to a shop: look around, put something into a cart, buy it. What each kind of shop makes of it is
// storm/shops.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ff::storm {

/// What a visit is made of, in this order. Searching is what some do.
enum class Step : std::uint8_t { kHome, kCollection, kSearch, kProduct, kAdd, kCheckout };

/// What there is to buy.
struct Goods {
  struct Product {
    std::string handle;
    std::string variant;  // an id, as the shop writes it
  };
  std::vector<Product> products;  // the first is the one that many came for
  std::vector<std::string> collections, searches;

  /// Lines "product HANDLE VARIANT", "collection HANDLE", "search WORD". Throws std::runtime_error.
  static Goods read(const std::string& path);
};

struct Shopper {
  std::uint64_t number = 0;  // no two have the same
  std::size_t product = 0, collection = 0, search = 0;
  bool searches = false;

  Step step = Step::kHome;
  int part = 0;  // of a step that takes several requests
  std::vector<std::pair<std::string, std::string>> cookies;
};

}  // namespace ff::storm
