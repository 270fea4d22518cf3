#include "catalog/search_facets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/option_values.h"

namespace ff::catalog {
namespace {

// A value that one product in so many has gets a bitmap: at that point its list is the longer way to count.
constexpr std::size_t kDenseShare = 48;

constexpr std::string_view kOptionPrefix = "option.";

/// The name of an option's facet: "option.size". Two spellings of one option are one facet, whichever its
/// products or a filter use.
std::string option_facet(std::string_view option) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSpellings = {
      {{"color", "colour"},
       {"colors", "colour"},
       {"colours", "colour"},
       {"sizes", "size"},
       {"materials", "material"}}};
  std::string name = fold(trim(option));
  for (const auto& [spelt, usual] : kSpellings) {
    if (name == spelt) name = usual;
  }
  return std::string(kOptionPrefix) + name;
}

/// Where a garment size stands; nothing for what is no size. Numbers ("38", "10.5", "W32") rank among
/// themselves after the letters.
std::optional<int> size_rank(std::string_view folded) {
  constexpr std::array<std::pair<std::string_view, int>, 26> kSizes = {
      {{"one size", 0},    {"xxxs", 1},    {"3xs", 1},  {"xxs", 2},   {"2xs", 2},  {"xs", 3},
       {"extra small", 3}, {"x-small", 3}, {"s", 4},    {"small", 4}, {"s/m", 5},  {"m", 6},
       {"medium", 6},      {"m/l", 7},     {"l", 8},    {"large", 8}, {"xl", 9},   {"x-large", 9},
       {"extra large", 9}, {"xxl", 10},    {"2xl", 10}, {"xxxl", 11}, {"3xl", 11}, {"4xl", 12},
       {"xxxxl", 12},      {"5xl", 13}}};
  for (const auto& [text, rank] : kSizes) {
    if (folded == text) return rank;
  }
  std::size_t i = 0;
  while (i < folded.size() && i < 3 && ((folded[i] >= 'a' && folded[i] <= 'z') || folded[i] == ' '))
    ++i;
  int number = 0;
  const std::size_t digits_at = i;
  while (i < folded.size() && i < digits_at + 4 && folded[i] >= '0' && folded[i] <= '9') {
    number = number * 10 + (folded[i++] - '0');
  }
  if (i == digits_at) return std::nullopt;
  const bool half = folded.substr(i) == ".5";
  if (i != folded.size() && !half && folded[i] != '/' && folded[i] != ' ' && folded[i] != '-')
    return std::nullopt;
  return 1000 + number * 2 + (half ? 1 : 0);
}

}  // namespace

std::string facet_name(std::string_view spelling) {
  std::string name = fold(spelling);
  return name.starts_with(kOptionPrefix) ? option_facet(name.substr(kOptionPrefix.size())) : name;
}

class FacetTables::Builder {
 public:
  explicit Builder(FacetTables& tables) : tables_(tables) {}

  std::uint32_t facet(const std::string& name, const std::string& title) {
    const auto [slot, fresh] = by_name_.try_emplace(name, static_cast<std::uint32_t>(tables_.facets_.size()));
    if (fresh) tables_.facets_.push_back({name, title, {}, false, {}});
    return slot->second;
  }
  std::uint32_t value(std::uint32_t facet_index, const std::string& text) {
    auto& definition = tables_.facets_[facet_index];
    const auto next = static_cast<std::uint32_t>(tables_.display_.size());
    const auto [slot, fresh] = definition.by_folded.try_emplace(fold(text), next);
    if (fresh) {
      tables_.display_.push_back(text);
      definition.values.push_back(next);
    }
    return slot->second;
  }

 private:
  FacetTables& tables_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
};

FacetTables::FacetTables(Products products) : product_count_(products.size()) {
  Builder build(*this);
  const std::uint32_t vendor = build.facet("vendor", "Brand");
  const std::uint32_t type = build.facet("type", "Type");
  const std::uint32_t tag = build.facet("tag", "Tag");
  own_begin_.push_back(0);
  for (const Product& product : products) {
    const std::size_t first = own_.size();
    if (!product.vendor.empty()) own_.push_back(build.value(vendor, product.vendor));
    if (!product.type.empty()) own_.push_back(build.value(type, product.type));
    for (const std::string& one : product.tags)
      own_.push_back(build.value(tag, one));
    for (std::size_t o = 0; o < product.options.size(); ++o) {
      const std::uint32_t facet = build.facet(option_facet(product.options[o]), product.options[o]);
      for (const std::string_view value : distinct_option_values(product, o))
        own_.push_back(build.value(facet, std::string(value)));
    }
    const auto mine = own_.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(mine, own_.end());
    own_.erase(std::unique(mine, own_.end()), own_.end());
    own_begin_.push_back(static_cast<std::uint32_t>(own_.size()));
  }
  own_.shrink_to_fit();

  // The same relation the other way round.
  begin_.assign(display_.size() + 1, 0);
  for (const std::uint32_t value : own_)
    ++begin_[value + 1];
  for (std::size_t v = 0; v < display_.size(); ++v)
    begin_[v + 1] += begin_[v];
  products_.resize(own_.size());
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (std::uint32_t p = 0; p < product_count_; ++p) {
    for (std::uint32_t i = own_begin_[p]; i < own_begin_[p + 1]; ++i)
      products_[next[own_[i]]++] = p;
  }
  dense_.assign(display_.size(), -1);
  for (std::uint32_t v = 0; v < display_.size(); ++v) {
    if (frequency(v) * kDenseShare < product_count_) continue;
    dense_[v] = static_cast<std::int32_t>(bitmaps_.size());
    Bitmap& bitmap = bitmaps_.emplace_back(product_count_);
    for (std::uint32_t i = begin_[v]; i < begin_[v + 1]; ++i)
      bitmap.set(products_[i]);
  }

  for (Definition& definition : facets_) {
    std::vector<std::pair<int, std::uint32_t>> ranked;
    for (const std::uint32_t value : definition.values) {
      const auto rank = size_rank(fold(display_[value]));
      if (rank) ranked.emplace_back(*rank, value);
    }
    definition.sizes =
        definition.name.starts_with(kOptionPrefix) && ranked.size() * 10 >= definition.values.size() * 9;
    if (definition.sizes) {
      const auto key = [this](std::uint32_t value) {
        const std::string folded = fold(display_[value]);
        return std::pair(size_rank(folded).value_or(1'000'000), folded);
      };
      std::sort(definition.values.begin(), definition.values.end(),
                [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    } else {
      std::sort(definition.values.begin(), definition.values.end(),
                [&](std::uint32_t a, std::uint32_t b) { return fold(display_[a]) < fold(display_[b]); });
    }
  }
}

bool FacetTables::same(const Product& a, const Product& b) {
  const auto same_options = [](const Variant& x, const Variant& y) { return x.options == y.options; };
  return a.vendor == b.vendor && a.type == b.type && a.tags == b.tags && a.options == b.options &&
         std::equal(a.variants.begin(), a.variants.end(), b.variants.begin(), b.variants.end(), same_options);
}

Result<std::vector<FacetTables::Chosen>> FacetTables::choose(const std::vector<Filter>& filters) const {
  if (filters.size() > kFiltersMax) return invalid("filters", fmt::format("must be at most {}", kFiltersMax));
  std::vector<Chosen> out;
  for (const Filter& filter : filters) {
    const std::string name = facet_name(filter.facet);
    if (name != "vendor" && name != "type" && name != "tag" && !name.starts_with(kOptionPrefix)) {
      return invalid("filters", "must be by vendor, type, tag or option");
    }
    if (filter.values.empty()) continue;
    if (filter.values.size() > kFilterValuesMax) {
      return invalid("filters", fmt::format("must have at most {} values each", kFilterValuesMax));
    }
    Chosen chosen;
    chosen.name = name;
    const auto found =
        std::find_if(facets_.begin(), facets_.end(), [&](const Definition& d) { return d.name == name; });
    chosen.facet = static_cast<std::size_t>(found - facets_.begin());
    for (const Chosen& other : out) {
      if (other.name == name) return invalid("filters", "must name each facet once");
    }
    for (const std::string& text : filter.values) {
      const auto value =
          found == facets_.end() ? Definition{}.by_folded.end() : found->by_folded.find(fold(text));
      if (found == facets_.end() || value == found->by_folded.end()) {
        chosen.unknown.push_back(text);
      } else if (std::find(chosen.values.begin(), chosen.values.end(), value->second) ==
                 chosen.values.end()) {
        chosen.values.push_back(value->second);
      }
    }
    out.push_back(std::move(chosen));
  }
  return out;
}

Bitmap FacetTables::passing(const Chosen& chosen) const {
  Bitmap out(product_count_);
  for (const std::uint32_t value : chosen.values) {
    for (std::uint32_t i = begin_[value]; i < begin_[value + 1]; ++i)
      out.set(products_[i]);
  }
  return out;
}

std::uint32_t FacetTables::count_one(std::uint32_t value, const Bitmap& set) const {
  if (dense_[value] >= 0) {
    return static_cast<std::uint32_t>(set.count_common(bitmaps_[static_cast<std::size_t>(dense_[value])]));
  }
  std::uint32_t sum = 0;
  for (std::uint32_t i = begin_[value]; i < begin_[value + 1]; ++i)
    sum += set.test(products_[i]) ? 1 : 0;
  return sum;
}

std::vector<std::uint32_t> FacetTables::count_all(const Bitmap& set) const {
  std::vector<std::uint32_t> counts(display_.size());
  const std::size_t members = set.count();
  if (members == product_count_) {
    for (std::uint32_t v = 0; v < counts.size(); ++v)
      counts[v] = frequency(v);
  } else if (members * 4 < product_count_) {
    set.each([&](std::uint32_t p) {
      for (std::uint32_t i = own_begin_[p]; i < own_begin_[p + 1]; ++i)
        ++counts[own_[i]];
    });
  } else {
    for (std::uint32_t v = 0; v < counts.size(); ++v)
      counts[v] = count_one(v, set);
  }
  return counts;
}

Facet FacetTables::shown(const Definition& definition, const Chosen* chosen,
                         const std::vector<std::uint32_t>& counts) const {
  struct Entry {
    std::uint32_t value, count;
    bool chosen;
  };
  std::vector<Entry> entries;
  for (const std::uint32_t value : definition.values) {
    const bool is_chosen = chosen != nullptr && std::find(chosen->values.begin(), chosen->values.end(),
                                                          value) != chosen->values.end();
    if (counts[value] > 0 || is_chosen) entries.push_back({value, counts[value], is_chosen});
  }
  if (!definition.sizes || entries.size() > kFacetValuesMax) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.count > b.count; });
  }
  Facet facet{definition.name, definition.title, {}};
  facet.values.reserve(std::min(entries.size(), kFacetValuesMax));
  std::size_t room = kFacetValuesMax;
  for (const Entry& entry : entries) {
    if (room == 0 && !entry.chosen) continue;
    if (room > 0) --room;
    facet.values.push_back({display_[entry.value], entry.count, entry.chosen});
  }
  return facet;
}

std::vector<Facet> FacetTables::count(const Bitmap& matches, const std::vector<Chosen>& chosen,
                                      const std::vector<Bitmap>& lifted) const {
  const std::vector<std::uint32_t> counts = count_all(matches);
  std::vector<Facet> out;
  std::vector<std::pair<std::int64_t, std::size_t>> fullness;  // of option facets: total, index into `out`
  for (std::size_t f = 0; f < facets_.size(); ++f) {
    const auto own =
        std::find_if(chosen.begin(), chosen.end(), [f](const Chosen& c) { return c.facet == f; });
    Facet facet;
    if (own == chosen.end()) {
      facet = shown(facets_[f], nullptr, counts);
    } else {
      const Bitmap& set = lifted[static_cast<std::size_t>(own - chosen.begin())];
      // Only this facet's values are asked of this set.
      std::vector<std::uint32_t> own_counts(display_.size());
      for (const std::uint32_t value : facets_[f].values)
        own_counts[value] = count_one(value, set);
      facet = shown(facets_[f], &*own, own_counts);
      for (const std::string& text : own->unknown)
        facet.values.push_back({text, 0, true});
    }
    if (facet.values.empty()) continue;
    std::int64_t total = own == chosen.end() ? 0 : INT32_MAX;
    for (const FacetValue& value : facet.values)
      total += value.count;
    fullness.emplace_back(-total, out.size());
    out.push_back(std::move(facet));
  }
  for (const Chosen& one : chosen) {  // an option that no product has: still there to be removed
    if (one.facet < facets_.size()) continue;
    const std::string_view title = std::string_view(one.name).substr(kOptionPrefix.size());
    Facet facet{one.name, std::string(title), {}};
    for (const std::string& text : one.unknown)
      facet.values.push_back({text, 0, true});
    fullness.emplace_back(-INT32_MAX, out.size());
    out.push_back(std::move(facet));
  }
  if (out.size() > kFacetsMax) {
    std::stable_sort(fullness.begin(), fullness.end());
    fullness.resize(kFacetsMax);
    std::sort(fullness.begin(), fullness.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<Facet> kept;
    for (const auto& [total, index] : fullness)
      kept.push_back(std::move(out[index]));
    out = std::move(kept);
  }
  return out;
}

}  // namespace ff::catalog
