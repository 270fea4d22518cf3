// Every word that the catalogue uses: found exactly, by how it begins, or by resemblance.
//
// Words as written are kept sorted; each knows its stem, and postings hang on stems, so that singular and
// plural are one. Invariants: immutable; a word is in it exactly as long as some product says it. Numbers of
// stems are below stem_count(); one that nobody says any more is given to the next new stem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ff::catalog {

class Vocabulary {
 public:
  std::size_t stem_count() const { return stem_count_; }
  std::optional<std::uint32_t> exact(std::string_view word) const;
  /// Stems of the words that begin with `prefix`; sorted, no two the same.
  std::vector<std::uint32_t> with_prefix(std::string_view prefix) const;

  struct Similar {
    std::string word;
    std::uint32_t stem;
  };
  /// Words within edit distance 1 (from 4 letters on) or 2 (from 8 on), where exchanging two neighbours is
  /// one edit; the nearest first, among those the most likely: by how people slip and by how much the
  /// catalogue says of the word (the noisy channel of Kernighan, Church and Gale 1990). O(words), with a
  /// rejection that costs 1 ns each.
  std::vector<Similar> similar(std::string_view word, std::size_t limit) const;

 private:
  friend class VocabularyEdit;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  std::size_t word_count() const { return stem_of_.size(); }
  std::string_view word(std::size_t index) const {
    return std::string_view(letters_).substr(begin_[index], begin_[index + 1] - begin_[index]);
  }
  void push_back(std::string_view word, std::uint32_t stem, std::uint32_t uses, std::uint32_t weight);

  Map<std::uint32_t> stems_;
  std::size_t stem_count_ = 0;
  std::vector<std::uint32_t> free_;      // numbers below stem_count_ that no stem has
  std::string letters_;                  // all words one after the other, sorted
  std::vector<std::uint32_t> begin_{0};  // into letters_, one more than there are words
  std::vector<std::uint32_t> stem_of_;
  std::vector<std::uint32_t> uses_;    // how often products say the word
  std::vector<std::uint32_t> weight_;  // of the word's stem
  std::vector<std::uint64_t> letter_set_;
};

/// The way from one vocabulary to the next: words that products say no longer, words that they now say, each
/// as often as they say it. A stem keeps its number.
class VocabularyEdit {
 public:
  /// `before` must outlive it.
  explicit VocabularyEdit(const Vocabulary& before) : before_(before), stem_count_(before.stem_count()) {}

  /// The number of the word's stem.
  std::uint32_t add(std::string_view word) { return count(word, 1); }
  std::uint32_t remove(std::string_view word) { return count(word, -1); }
  /// Numbers given so far are below it.
  std::size_t stem_count() const { return stem_count_; }
  /// `stem_weight[number]`: how much the catalogue says of it: each product that has the stem counts, one
  /// that has it in its title more than one that has it in its description. A stem of weight 0 is forgotten.
  Vocabulary finish(const std::vector<std::uint32_t>& stem_weight);

 private:
  struct Change {
    std::uint32_t stem = 0;
    std::int64_t uses = 0;
  };
  std::uint32_t count(std::string_view word, std::int64_t by);
  std::uint32_t number_of(std::string stem);

  const Vocabulary& before_;
  Vocabulary::Map<Change> changes_;  // by word
  Vocabulary::Map<std::uint32_t> new_stems_;
  std::size_t stem_count_;
  std::size_t free_taken_ = 0;  // of before_.free_, from its end
};

}  // namespace ff::catalog
