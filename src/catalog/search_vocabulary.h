// Every word that the catalogue uses: found exactly, by how it begins, or by resemblance.
//
// Words as written are kept sorted; each knows its stem, and postings hang on stems, so that singular and
// plural are one. Invariant: ids are dense from 0 and never change after finish().
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
  /// While building: the stem's id of a word seen in the catalogue.
  std::uint32_t add(std::string_view word);
  /// Ends the building. `stem_weight[id]`: how much the catalogue says of it: each product that has the stem
  /// counts, one that has it in its title more than one that has it in its description.
  void finish(const std::vector<std::uint32_t>& stem_weight);

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
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  std::string_view word(std::size_t index) const {
    return std::string_view(letters_).substr(begin_[index], begin_[index + 1] - begin_[index]);
  }

  Map<std::uint32_t> building_;  // word -> stem; empty after finish()
  Map<std::uint32_t> stems_;
  std::size_t stem_count_ = 0;
  std::string letters_;               // all words one after the other, sorted
  std::vector<std::uint32_t> begin_;  // into letters_, one more than there are words
  std::vector<std::uint32_t> stem_of_;
  std::vector<std::uint32_t> weight_;  // of the word's stem
  std::vector<std::uint64_t> letter_set_;
};

}  // namespace ff::catalog
