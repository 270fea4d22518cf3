#include "catalog/search_vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "base/edit_distance.h"
#include "base/text.h"
#include "catalog/search_words.h"

namespace ff::catalog {
namespace {

static_assert(kWordBytesMax <= kEditDistanceBytesMax);

constexpr std::size_t kOneTypoLettersMin = 4;
constexpr std::size_t kTwoTyposLettersMin = 8;

// Which bytes a word is made of. One edit changes at most two bits of it, so most words are ruled out by a
// comparison of two integers.
std::uint64_t letter_set(std::string_view word) {
  std::uint64_t set = 0;
  for (const char c : word)
    set |= 1ULL << (static_cast<unsigned char>(c) & 63u);
  return set;
}

// How unlikely a slip is, in bits: less than nothing is never needed, only the differences count. Fingers
// that go in the wrong order and letters doubled or not are what people do most; the wrong letter they seldom
// do, but for vowels, which are misheard; and the first letter is nearly always right.
constexpr int kExchangeBits = 0;
constexpr int kDoublingBits = 0;
constexpr int kOtherVowelBits = 1;
constexpr int kMissingBits = 1;
constexpr int kOtherLetterBits = 3;
constexpr int kFirstLetterBits = 6;

bool is_vowel(char c) { return std::string_view("aeiouy").find(c) != std::string_view::npos; }

/// Of the likeliest way from what was meant to what was typed, among those with the fewest edits.
int slip_bits(std::string_view typed, std::string_view meant) {
  constexpr int kEditBits = 1 << 8;  // more than all kinds together: fewest edits first
  std::array<std::array<int, kWordBytesMax + 1>, 3> rows;
  auto* before = &rows[0];
  auto* previous = &rows[1];
  auto* current = &rows[2];
  const auto one_more = [](std::string_view word, std::size_t i) {  // the i-th letter, against its neighbours
    const bool doubled = i > 1 && word[i - 1] == word[i - 2];
    return kEditBits + (doubled ? kDoublingBits : kMissingBits);
  };
  (*previous)[0] = 0;
  for (std::size_t j = 1; j <= meant.size(); ++j)
    (*previous)[j] = (*previous)[j - 1] + one_more(meant, j);
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    (*current)[0] = (*previous)[0] + one_more(typed, i);
    for (std::size_t j = 1; j <= meant.size(); ++j) {
      const char a = typed[i - 1];
      const char b = meant[j - 1];
      const int other = kEditBits + (is_vowel(a) && is_vowel(b) ? kOtherVowelBits : kOtherLetterBits);
      int bits = (*previous)[j - 1] + (a == b ? 0 : other);
      bits = std::min({bits, (*previous)[j] + one_more(typed, i), (*current)[j - 1] + one_more(meant, j)});
      if (i > 1 && j > 1 && a == meant[j - 2] && typed[i - 2] == b)
        bits = std::min(bits, (*before)[j - 2] + kEditBits + kExchangeBits);
      (*current)[j] = bits;
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return (*previous)[meant.size()] % kEditBits + (typed[0] == meant[0] ? 0 : kFirstLetterBits);
}

}  // namespace

std::uint32_t VocabularyEdit::number_of(std::string stem) {
  if (const auto known = before_.stems_.find(stem); known != before_.stems_.end()) return known->second;
  const auto [slot, fresh] = new_stems_.try_emplace(std::move(stem), 0);
  if (fresh) {
    const bool reuse = free_taken_ < before_.free_.size();
    slot->second = reuse ? before_.free_[before_.free_.size() - ++free_taken_]
                         : static_cast<std::uint32_t>(stem_count_++);
  }
  return slot->second;
}

std::uint32_t VocabularyEdit::count(std::string_view word, std::int64_t by) {
  auto found = changes_.find(word);
  if (found == changes_.end())
    found = changes_.emplace(std::string(word), Change{number_of(stem(word)), 0}).first;
  found->second.uses += by;
  return found->second.stem;
}

Vocabulary VocabularyEdit::finish(const std::vector<std::uint32_t>& stem_weight) {
  Vocabulary next;
  next.stem_count_ = stem_count_;
  next.free_.assign(before_.free_.begin(), before_.free_.end() - static_cast<std::ptrdiff_t>(free_taken_));
  next.stems_ = before_.stems_;
  next.stems_.merge(new_stems_);
  for (auto stem = next.stems_.begin(); stem != next.stems_.end();) {
    if (stem_weight[stem->second] > 0) {
      ++stem;
      continue;
    }
    next.free_.push_back(stem->second);
    stem = next.stems_.erase(stem);
  }

  std::vector<std::pair<std::string_view, Change>> changed(changes_.begin(), changes_.end());
  std::sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto keep = [&](std::string_view word, std::uint32_t stem, std::int64_t uses) {
    if (uses > 0) next.push_back(word, stem, static_cast<std::uint32_t>(uses), stem_weight[stem]);
  };
  auto coming = changed.begin();
  for (std::size_t i = 0; i < before_.word_count(); ++i) {
    const std::string_view word = before_.word(i);
    for (; coming != changed.end() && coming->first < word; ++coming)
      keep(coming->first, coming->second.stem, coming->second.uses);
    const bool same = coming != changed.end() && coming->first == word;
    keep(word, before_.stem_of_[i], before_.uses_[i] + (same ? coming->second.uses : 0));
    if (same) ++coming;
  }
  for (; coming != changed.end(); ++coming)
    keep(coming->first, coming->second.stem, coming->second.uses);
  next.letters_.shrink_to_fit();
  return next;
}

void Vocabulary::push_back(std::string_view word, std::uint32_t stem, std::uint32_t uses,
                           std::uint32_t weight) {
  letters_ += word;
  begin_.push_back(static_cast<std::uint32_t>(letters_.size()));
  stem_of_.push_back(stem);
  uses_.push_back(uses);
  weight_.push_back(weight);
  letter_set_.push_back(letter_set(word));
}

std::optional<std::uint32_t> Vocabulary::exact(std::string_view word) const {
  const auto found = stems_.find(stem(word));
  if (found == stems_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::uint32_t> Vocabulary::with_prefix(std::string_view prefix) const {
  std::size_t first = 0;
  std::size_t count = stem_of_.size();
  while (count > 0) {
    const std::size_t half = count / 2;
    if (word(first + half) < prefix) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  std::vector<std::uint32_t> stems;
  for (std::size_t i = first; i < stem_of_.size() && word(i).starts_with(prefix); ++i)
    stems.push_back(stem_of_[i]);
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  return stems;
}

std::vector<Vocabulary::Similar> Vocabulary::similar(std::string_view wanted, std::size_t limit) const {
  const std::size_t letters = utf8_length(wanted);
  // Numbers are sizes and article numbers: "501" is not a misspelt "511".
  const bool has_digit =
      std::any_of(wanted.begin(), wanted.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (letters < kOneTypoLettersMin || has_digit || wanted.size() > kWordBytesMax) return {};
  const std::size_t distance_max = letters >= kTwoTyposLettersMin ? 2 : 1;

  struct Candidate {
    std::size_t distance;
    int bits;  // how unlikely: of the slip, less those of the word
    std::uint32_t weight;
    std::size_t index;
  };
  std::vector<Candidate> candidates;
  const std::uint64_t wanted_set = letter_set(wanted);
  for (std::size_t i = 0; i < stem_of_.size(); ++i) {
    if (std::popcount(letter_set_[i] ^ wanted_set) > static_cast<int>(2 * distance_max)) continue;
    const std::string_view text = word(i);
    const std::size_t difference =
        text.size() > wanted.size() ? text.size() - wanted.size() : wanted.size() - text.size();
    if (difference > distance_max || text.size() + 1 < kOneTypoLettersMin) continue;
    const std::size_t distance = edit_distance(wanted, text, distance_max);
    if (distance > distance_max) continue;
    const int bits = slip_bits(wanted, text) - static_cast<int>(std::bit_width(weight_[i]));
    candidates.push_back({distance, bits, weight_[i], i});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(a.distance, a.bits, ~a.weight, a.index) <
           std::tuple(b.distance, b.bits, ~b.weight, b.index);
  });
  std::vector<Similar> out;
  for (const Candidate& candidate : candidates) {
    const std::uint32_t stem_id = stem_of_[candidate.index];
    const bool seen =
        std::any_of(out.begin(), out.end(), [&](const Similar& s) { return s.stem == stem_id; });
    if (!seen) out.push_back({std::string(word(candidate.index)), stem_id});
    if (out.size() == limit) break;
  }
  return out;
}

}  // namespace ff::catalog
