// The inverted index: from words to the products that have them, with a weight by where they stand.
//
// Invariant: a product matches when it has every word of the text (the last one at least as a beginning), or
// when the whole text is the SKU or barcode of one of its variants, which then stands first; and its score
// depends on nothing but the catalogue and the text, so that every process ranks alike. After a change the
// next index is made from the last one: only the words of products that changed are taken apart again, and
// the tables are the same that a build from nothing would give, but for the numbers of stems, which no answer
// shows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/products.h"
#include "catalog/search_bitmap.h"
#include "catalog/search_vocabulary.h"
#include "catalog/snapshot_difference.h"

namespace ff::catalog {

inline constexpr std::size_t kQueryBytesMax = 200;
inline constexpr std::size_t kQueryWordsMax = 12;

class TextIndex {
 public:
  explicit TextIndex(Products products);
  /// `before`, which was made of `was`, for `is`. O(postings), without taking apart what stayed.
  TextIndex(const TextIndex& before, Products was, Products is, const SnapshotDifference& difference);
  /// Whether an index would not tell the one from the other.
  static bool same(const Product& a, const Product& b);

  /// What the words of a query stand for in this catalogue.
  struct Reading {
    struct Word {
      std::vector<std::uint32_t> exact;    // stems; a word as it was typed, or as it was corrected
      std::vector<std::uint32_t> partial;  // stems of longer words that begin with it
    };
    std::vector<Word> words;
    std::vector<std::uint32_t> coded;       // products with this SKU or barcode
    bool hopeless = false;                  // some word resembles nothing: only `coded` can match
    std::string corrected;                  // the whole text as it was read, when that is not as it was typed
    std::vector<std::string> alternatives;  // other readings of it
  };
  Reading read(std::string_view text) const;

  struct Matches {
    Bitmap products;
    std::vector<std::uint32_t> scores;  // by product; meaningful where the bit is set
  };
  Matches match(const Reading& reading) const;

 private:
  struct Occurrence {
    std::uint32_t stem;
    unsigned weight;
  };
  using Code = std::pair<std::uint64_t, std::uint32_t>;
  template <typename Add>
  static std::vector<Occurrence> words_of(const Product& product, Add add);
  static void add_codes(const Product& product, std::uint32_t position, std::vector<Code>& codes);
  static void sort_codes(std::vector<Code>& codes);
  void count_rarity();
  std::vector<std::uint32_t> with_code(std::string_view text) const;
  void read_words(std::string_view text, Reading& reading) const;
  void match_words(const Reading& reading, Matches& matches) const;
  void add_postings(std::uint32_t stem, unsigned factor, std::uint8_t word, Matches& matches,
                    std::vector<std::uint8_t>& hits, std::vector<std::uint32_t>& last) const;

  std::size_t product_count_;
  Vocabulary vocabulary_;
  // Postings of stem s are [begin_[s], begin_[s + 1]).
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> product_;
  std::vector<std::uint8_t> weight_;
  // (fingerprint of a SKU or barcode, product), sorted. Codes are no words: nobody wants a typo in one
  // corrected, and a shop has more of them than words.
  std::vector<Code> codes_;
  std::vector<std::uint16_t> rarity_;  // inverse document frequency, by stem
};

/// `text` cut to kQueryBytesMax without breaking a character.
std::string_view cut_query(std::string_view text);

}  // namespace ff::catalog
