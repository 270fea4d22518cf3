// The inverted index: from words to the products that have them, with a weight by where they stand.
//
// Invariant: a product matches when it has every word of the text (the last one at least as a beginning), and
// its score depends on nothing but the catalogue and the text, so that every process ranks alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/product.h"
#include "catalog/search_bitmap.h"
#include "catalog/search_vocabulary.h"

namespace ff::catalog {

inline constexpr std::size_t kQueryBytesMax = 200;
inline constexpr std::size_t kQueryWordsMax = 12;

class TextIndex {
 public:
  explicit TextIndex(std::span<const Product> products);

  /// What the words of a query stand for in this catalogue.
  struct Reading {
    struct Word {
      std::vector<std::uint32_t> exact;    // stems; a word as it was typed, or as it was corrected
      std::vector<std::uint32_t> partial;  // stems of longer words that begin with it
    };
    std::vector<Word> words;
    bool hopeless = false;                  // some word resembles nothing: no product can match
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
  void add_postings(std::uint32_t stem, unsigned factor, std::uint8_t word, Matches& matches,
                    std::vector<std::uint8_t>& hits, std::vector<std::uint32_t>& last) const;

  std::size_t product_count_;
  Vocabulary vocabulary_;
  // Postings of stem s are [begin_[s], begin_[s + 1]).
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> product_;
  std::vector<std::uint8_t> weight_;
  std::vector<std::uint16_t> rarity_;  // inverse document frequency, by stem
};

/// `text` cut to kQueryBytesMax without breaking a character.
std::string_view cut_query(std::string_view text);

}  // namespace ff::catalog
