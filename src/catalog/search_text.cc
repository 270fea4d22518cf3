#include "catalog/search_text.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "catalog/option_values.h"
#include "catalog/search_words.h"

namespace ff::catalog {
namespace {

// How much a word counts, by where it stands. The last word of an English title is the thing itself: a "shirt
// dress" is a dress.
constexpr unsigned kTitleWeight = 24;
constexpr unsigned kTitleHeadWeight = 36;
constexpr unsigned kTypeWeight = 16;
constexpr unsigned kVendorWeight = 10;
constexpr unsigned kTagWeight = 10;
constexpr unsigned kOptionWeight = 6;
constexpr unsigned kBodyWeight = 1;
constexpr unsigned kBodyWeightMax = 3;
constexpr unsigned kWeightMax = 255;

constexpr unsigned kExactFactor = 4;
constexpr unsigned kPartialFactor = 1;
constexpr std::size_t kAlternativesMax = 3;
constexpr std::uint32_t kCodeScore = 1U << 30;  // above anything that words reach

std::uint64_t code_print(std::string_view code) { return fingerprint(fold(trim(code))); }

std::size_t last_title_word(const std::vector<std::string>& words) {
  // Only what stands before "in", "with" ...: "Shirt in linen", "Dress with belt".
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (is_stop_word(words[i]) && words[i] != "and" && words[i] != "the") return i - 1;
  }
  return words.empty() ? 0 : words.size() - 1;
}

}  // namespace

std::string_view cut_query(std::string_view text) {
  if (text.size() <= kQueryBytesMax) return text;
  text = text.substr(0, kQueryBytesMax);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
    text.remove_suffix(1);
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.remove_suffix(1);
  return text;
}

/// The product's stems, each once, with its weight; `add(word)` gives a word's stem and is asked for each
/// occurrence.
template <typename Add>
std::vector<TextIndex::Occurrence> TextIndex::words_of(const Product& product, Add add) {
  std::vector<Occurrence> found, in_body;
  const auto take = [&](std::string_view text, unsigned weight) {
    for (const std::string& word : split_words(text, true)) {
      if (!is_stop_word(word)) found.push_back({add(word), weight});
    }
  };
  const std::vector<std::string> title = split_words(product.title, true);
  const std::size_t head = last_title_word(title);
  for (std::size_t i = 0; i < title.size(); ++i) {
    if (is_stop_word(title[i])) continue;
    found.push_back({add(title[i]), i == head ? kTitleHeadWeight : kTitleWeight});
  }
  take(product.type, kTypeWeight);
  take(product.vendor, kVendorWeight);
  for (const std::string& tag : product.tags)
    take(tag, kTagWeight);
  for (std::size_t o = 0; o < product.options.size(); ++o) {
    for (const std::string_view value : distinct_option_values(product, o))
      take(value, kOptionWeight);
  }
  for (const std::string& word : split_words(text_of_html(product.body_html), true)) {
    if (!is_stop_word(word)) in_body.push_back({add(word), kBodyWeight});
  }

  const auto by_stem = [](const Occurrence& a, const Occurrence& b) { return a.stem < b.stem; };
  const auto merge_into = [&](std::vector<Occurrence>& list, unsigned weight_max) {
    std::sort(list.begin(), list.end(), by_stem);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (kept > 0 && list[kept - 1].stem == list[i].stem) {
        list[kept - 1].weight = std::min(list[kept - 1].weight + list[i].weight, weight_max);
      } else {
        list[kept++] = list[i];
      }
    }
    list.resize(kept);
  };
  merge_into(in_body, kBodyWeightMax);
  found.insert(found.end(), in_body.begin(), in_body.end());
  merge_into(found, kWeightMax);
  return found;
}

TextIndex::TextIndex(Products products) : product_count_(products.size()) {
  struct Posting {
    std::uint32_t stem, product;
    std::uint8_t weight;
  };
  std::vector<Posting> postings;
  std::vector<std::uint32_t> frequency, importance;  // by stem: products that have it; and the sum of weights
  VocabularyEdit words(vocabulary_);
  for (std::uint32_t p = 0; p < products.size(); ++p) {
    const auto found = words_of(products[p], [&](std::string_view word) { return words.add(word); });
    frequency.resize(words.stem_count());
    importance.resize(words.stem_count());
    for (const Occurrence& one : found) {
      postings.push_back({one.stem, p, static_cast<std::uint8_t>(one.weight)});
      ++frequency[one.stem];
      importance[one.stem] += one.weight;
    }
    add_codes(products[p], p, codes_);
  }

  // Counting sort by stem; within a stem products stay ascending.
  begin_.assign(frequency.size() + 1, 0);
  for (std::size_t s = 0; s < frequency.size(); ++s)
    begin_[s + 1] = begin_[s] + frequency[s];
  product_.resize(postings.size());
  weight_.resize(postings.size());
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (const Posting& posting : postings) {
    const std::uint32_t slot = next[posting.stem]++;
    product_[slot] = posting.product;
    weight_[slot] = posting.weight;
  }
  sort_codes(codes_);
  codes_.shrink_to_fit();
  vocabulary_ = words.finish(importance);
  count_rarity();
}

TextIndex::TextIndex(const TextIndex& before, Products was, Products is, const SnapshotDifference& difference)
    : product_count_(is.size()) {
  struct Posting {
    std::uint32_t stem, product;
    std::uint8_t weight;
    auto operator<=>(const Posting&) const = default;
  };
  VocabularyEdit words(before.vocabulary_);
  std::vector<Posting> fresh;
  std::vector<Code> fresh_codes;
  for (const std::uint32_t p : difference.left)
    (void)words_of(was[p], [&](std::string_view word) { return words.remove(word); });
  for (const std::uint32_t p : difference.arrived) {
    for (const Occurrence& one : words_of(is[p], [&](std::string_view word) { return words.add(word); }))
      fresh.push_back({one.stem, p, static_cast<std::uint8_t>(one.weight)});
    add_codes(is[p], p, fresh_codes);
  }
  std::sort(fresh.begin(), fresh.end());
  sort_codes(fresh_codes);

  // Both lists of a stem are ascending: a merge. Where products stand now keeps their order.
  product_.reserve(before.product_.size() + fresh.size());
  weight_.reserve(before.product_.size() + fresh.size());
  begin_.reserve(words.stem_count() + 1);
  std::vector<std::uint32_t> importance(words.stem_count());
  auto coming = fresh.begin();
  for (std::uint32_t s = 0; s < words.stem_count(); ++s) {
    begin_.push_back(static_cast<std::uint32_t>(product_.size()));
    const auto take = [&](std::uint32_t product, std::uint8_t weight) {
      product_.push_back(product);
      weight_.push_back(weight);
      importance[s] += weight;
    };
    const bool known = s + 1 < before.begin_.size();
    const std::uint32_t first = known ? before.begin_[s] : 0, last = known ? before.begin_[s + 1] : 0;
    for (std::uint32_t i = first; i < last; ++i) {
      const std::uint32_t product = difference.moved[before.product_[i]];
      if (product == SnapshotDifference::kGone) continue;
      for (; coming != fresh.end() && coming->stem == s && coming->product < product; ++coming)
        take(coming->product, coming->weight);
      take(product, before.weight_[i]);
    }
    for (; coming != fresh.end() && coming->stem == s; ++coming)
      take(coming->product, coming->weight);
  }
  begin_.push_back(static_cast<std::uint32_t>(product_.size()));

  codes_.reserve(before.codes_.size() + fresh_codes.size());
  auto code = fresh_codes.begin();
  for (Code kept : before.codes_) {
    kept.second = difference.moved[kept.second];
    if (kept.second == SnapshotDifference::kGone) continue;
    for (; code != fresh_codes.end() && *code < kept; ++code)
      codes_.push_back(*code);
    codes_.push_back(kept);
  }
  codes_.insert(codes_.end(), code, fresh_codes.end());
  vocabulary_ = words.finish(importance);
  count_rarity();
}

void TextIndex::count_rarity() {
  rarity_.reserve(begin_.size() - 1);
  for (std::size_t s = 0; s + 1 < begin_.size(); ++s) {
    const std::uint32_t count = begin_[s + 1] - begin_[s];
    const double ratio = static_cast<double>(product_count_) / static_cast<double>(std::max(count, 1u));
    rarity_.push_back(static_cast<std::uint16_t>(16.0 * std::log2(1.0 + ratio)));
  }
}

bool TextIndex::same(const Product& a, const Product& b) {
  const auto same_variant = [](const Variant& x, const Variant& y) {
    return x.options == y.options && x.sku == y.sku && x.barcode == y.barcode;
  };
  return a.title == b.title && a.type == b.type && a.vendor == b.vendor && a.tags == b.tags &&
         a.options == b.options && a.body_html == b.body_html &&
         std::equal(a.variants.begin(), a.variants.end(), b.variants.begin(), b.variants.end(), same_variant);
}

void TextIndex::add_codes(const Product& product, std::uint32_t position, std::vector<Code>& codes) {
  for (const Variant& variant : product.variants) {
    for (const std::string* code : {&variant.sku, &variant.barcode}) {
      if (!code->empty()) codes.emplace_back(code_print(*code), position);
    }
  }
}

void TextIndex::sort_codes(std::vector<Code>& codes) {
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
}

std::vector<std::uint32_t> TextIndex::with_code(std::string_view text) const {
  const std::uint64_t print = code_print(text);
  std::vector<std::uint32_t> products;
  for (auto entry = std::lower_bound(codes_.begin(), codes_.end(), std::pair(print, std::uint32_t{0}));
       entry != codes_.end() && entry->first == print; ++entry)
    products.push_back(entry->second);
  return products;
}

TextIndex::Reading TextIndex::read(std::string_view text) const {
  Reading reading;
  reading.coded = with_code(cut_query(text));
  read_words(text, reading);
  if (!reading.coded.empty()) {  // found as it was typed
    reading.corrected.clear();
    reading.alternatives.clear();
  }
  return reading;
}

void TextIndex::read_words(std::string_view text, Reading& reading) const {
  std::vector<std::string> words = split_words(cut_query(text), false);
  std::vector<std::string> content;
  for (const std::string& word : words) {
    if (!is_stop_word(word)) content.push_back(word);
  }
  if (!content.empty()) words = std::move(content);
  if (words.size() > kQueryWordsMax) words.resize(kQueryWordsMax);
  if (words.empty()) reading.hopeless = true;

  std::vector<std::string> as_read = words;
  std::size_t misspelt = words.size();
  std::vector<Vocabulary::Similar> others;
  for (std::size_t i = 0; i < words.size(); ++i) {
    Reading::Word word;
    const auto exact = vocabulary_.exact(words[i]);
    if (exact) word.exact.push_back(*exact);
    if (i + 1 == words.size() || !exact) word.partial = vocabulary_.with_prefix(words[i]);
    if (word.exact.empty() && word.partial.empty()) {
      const auto similar = vocabulary_.similar(words[i], kAlternativesMax + 1);
      if (similar.empty()) {
        reading.hopeless = true;
        continue;
      }
      word.exact.push_back(similar[0].stem);
      as_read[i] = similar[0].word;
      if (misspelt == words.size()) {
        misspelt = i;
        others.assign(similar.begin() + 1, similar.end());
      }
    }
    reading.words.push_back(std::move(word));
  }
  if (misspelt == words.size() || reading.hopeless) return;

  const auto joined = [](const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) {
      if (!out.empty()) out += ' ';
      out += part;
    }
    return out;
  };
  reading.corrected = joined(as_read);
  for (const Vocabulary::Similar& other : others) {
    as_read[misspelt] = other.word;
    reading.alternatives.push_back(joined(as_read));
  }
}

void TextIndex::add_postings(std::uint32_t stem_id, unsigned factor, std::uint8_t word, Matches& matches,
                             std::vector<std::uint8_t>& hits, std::vector<std::uint32_t>& last) const {
  const unsigned multiplier = factor * rarity_[stem_id];
  for (std::uint32_t i = begin_[stem_id]; i < begin_[stem_id + 1]; ++i) {
    const std::uint32_t product = product_[i];
    const std::uint32_t value = weight_[i] * multiplier;
    if (hits[product] == word) {  // has all the words before this one
      hits[product] = static_cast<std::uint8_t>(word + 1);
      last[product] = value;
      matches.scores[product] += value;
    } else if (hits[product] == word + 1 && value > last[product]) {  // the best of several stems counts
      matches.scores[product] += value - last[product];
      last[product] = value;
    }
  }
}

TextIndex::Matches TextIndex::match(const Reading& reading) const {
  Matches matches{Bitmap(product_count_), std::vector<std::uint32_t>(product_count_)};
  match_words(reading, matches);
  for (const std::uint32_t p : reading.coded) {
    matches.products.set(p);
    matches.scores[p] = kCodeScore;
  }
  return matches;
}

void TextIndex::match_words(const Reading& reading, Matches& matches) const {
  if (reading.hopeless) return;
  std::vector<std::uint8_t> hits(product_count_);
  std::vector<std::uint32_t> last(product_count_);
  for (std::size_t w = 0; w < reading.words.size(); ++w) {
    const auto word = static_cast<std::uint8_t>(w);
    for (const std::uint32_t id : reading.words[w].exact)
      add_postings(id, kExactFactor, word, matches, hits, last);
    for (const std::uint32_t id : reading.words[w].partial) {
      add_postings(id, kPartialFactor, word, matches, hits, last);
    }
  }
  const std::size_t wanted = reading.words.size();
  for (std::size_t p = 0; p < product_count_; ++p) {
    if (hits[p] == wanted) matches.products.set(p);
  }
}

}  // namespace ff::catalog
