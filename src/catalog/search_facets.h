// Facets: which products have which vendor, type, tag and option value, and how many of a set have each.
//
// Invariant: values compare folded ("Navy" and "navy" are one) and are shown as the newest product spells
// them; so do the names of options, and those with two usual spellings ("Color", "Colour") are one facet.
// Counting costs at most about one step for each value of each product of the set.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/products.h"
#include "catalog/search.h"
#include "catalog/search_bitmap.h"

namespace ff::catalog {

inline constexpr std::size_t kFiltersMax = 16;
inline constexpr std::size_t kFilterValuesMax = 64;  // in one filter
inline constexpr std::size_t kFacetsMax = 12;        // shown: the fullest ones
inline constexpr std::size_t kFacetValuesMax = 60;   // shown in one facet; chosen ones always are

class FacetTables {
 public:
  /// O(values of all products).
  explicit FacetTables(Products products);
  /// Whether these tables would not tell the one from the other.
  static bool same(const Product& a, const Product& b);

  /// A filter with its names looked up.
  struct Chosen {
    std::size_t facet = 0;  // facet_count() when no product has such an option
    std::string name;
    std::vector<std::uint32_t> values;
    std::vector<std::string> unknown;  // values that no product has: they match nothing
  };
  /// kInvalid "filters" when a filter is no facet, is given twice, or there are too many.
  Result<std::vector<Chosen>> choose(const std::vector<Filter>& filters) const;
  Bitmap passing(const Chosen& chosen) const;

  /// Counts over the products that match all else: `matches` for a facet without a filter, `lifted[i]` for
  /// the facet of chosen[i].
  std::vector<Facet> count(const Bitmap& matches, const std::vector<Chosen>& chosen,
                           const std::vector<Bitmap>& lifted) const;

 private:
  struct Definition {
    std::string name, title;
    std::vector<std::uint32_t> values;  // ids, in the order in which equals are shown
    bool sizes = false;                 // XS before S before M, whatever the counts
    std::unordered_map<std::string, std::uint32_t> by_folded;
  };
  class Builder;

  std::uint32_t frequency(std::uint32_t value) const { return begin_[value + 1] - begin_[value]; }
  std::vector<std::uint32_t> count_all(const Bitmap& set) const;
  std::uint32_t count_one(std::uint32_t value, const Bitmap& set) const;
  Facet shown(const Definition& definition, const Chosen* chosen,
              const std::vector<std::uint32_t>& counts) const;

  std::size_t product_count_;
  std::vector<Definition> facets_;
  std::vector<std::string> display_;  // by value
  std::vector<std::int32_t> dense_;   // by value: index into bitmaps_, or -1
  std::vector<Bitmap> bitmaps_;       // of the values that many products have
  std::vector<std::uint32_t> begin_;  // products_ of value v are [begin_[v], begin_[v + 1])
  std::vector<std::uint32_t> products_;
  std::vector<std::uint32_t> own_begin_;  // values of product p are own_[own_begin_[p] ..]
  std::vector<std::uint32_t> own_;
};

}  // namespace ff::catalog
