#include "catalog/search_words.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ff::catalog {
namespace {

bool is_ascii_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 2:
      return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3:
      return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    case 4:
      return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
    default:
      return byte(0);
  }
}

// Blocks of signs, spaces and symbols; every other code point above ASCII counts as a letter.
bool separates(std::uint32_t point) {
  return (point >= 0x80 && point <= 0xBF && point != 0xAA && point != 0xB5 && point != 0xBA) ||
         (point >= 0x2000 && point <= 0x206F) || (point >= 0x20A0 && point <= 0x2BFF) ||
         (point >= 0x3000 && point <= 0x3004) || (point >= 0x3008 && point <= 0x303F) || point == 0xD7 ||
         point == 0xF7 || (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0x1F000 && point <= 0x1FAFF);
}

bool ends_with_any(std::string_view word, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [word](std::string_view ending) { return word.ends_with(ending); });
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kIrregular = {{{"children", "child"},
                                                                                      {"feet", "foot"},
                                                                                      {"men", "man"},
                                                                                      {"mens", "man"},
                                                                                      {"women", "woman"},
                                                                                      {"womens", "woman"}}};

constexpr std::array<std::string_view, 15> kStopWords = {"a",  "an", "and", "are", "at",  "by", "for", "in",
                                                         "is", "of", "on",  "or",  "the", "to", "with"};

}  // namespace

std::vector<std::string> split_words(std::string_view text, bool parts_joined) {
  const std::string folded = fold(text);
  std::vector<std::string> words;
  std::string word;
  std::string compound;  // the parts so far of a word written with hyphens
  bool compound_has_parts = false;
  const auto end_word = [&](bool by_hyphen) {
    if (!word.empty()) {
      if (word.size() > kWordBytesMax) {
        word.resize(kWordBytesMax);
        while (!is_utf8(word))
          word.pop_back();
      }
      if (parts_joined) {
        compound_has_parts = !compound.empty();
        compound += word;
      }
      words.push_back(std::move(word));
      word.clear();
    }
    if (!by_hyphen) {
      if (parts_joined && compound_has_parts && compound.size() <= kWordBytesMax) words.push_back(compound);
      compound.clear();
      compound_has_parts = false;
    }
  };
  const std::string_view view = folded;
  for (std::size_t i = 0; i < view.size();) {
    const char c = view[i];
    if (is_ascii_word(c)) {
      word += c;
      ++i;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x80) {
      const bool joins = c == '\'' && !word.empty() && i + 1 < view.size() && is_ascii_word(view[i + 1]);
      if (!joins) end_word(c == '-' && !word.empty());
      ++i;
      continue;
    }
    const std::size_t size = utf8_sequence_size(view.substr(i));
    if (size == 0) {
      end_word(false);
      ++i;
      continue;
    }
    const std::uint32_t point = code_point(view.substr(i, size));
    if (!separates(point)) {
      word += view.substr(i, size);
    } else if (point != 0x2019 && point != 0xAD) {  // right single quotation mark, soft hyphen: both join
      end_word(point == 0x2010 || point == 0x2011);
    }
    i += size;
  }
  end_word(false);
  return words;
}

std::string text_of_html(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      const std::size_t end = html.find('>', i);
      if (end == html.npos) break;
      out += ' ';
      i = end + 1;
    } else if (html[i] == '&') {
      const std::size_t end = html.find(';', i);
      if (end == html.npos || end - i > 10) {
        out += html[i++];
        continue;
      }
      const std::string_view name = html.substr(i + 1, end - i - 1);
      out += name == "#39" || name == "apos" ? '\'' : ' ';
      i = end + 1;
    } else {
      out += html[i++];
    }
  }
  return out;
}

std::string stem(std::string_view word) {
  for (const auto& [plural, singular] : kIrregular) {
    if (word == plural) return std::string(singular);
  }
  if (word.size() < 4 || word.back() != 's') return std::string(word);
  if (ends_with_any(word, {"ss", "us", "is"})) return std::string(word);
  const std::string_view without = word.substr(0, word.size() - 1);
  if (word.ends_with("ies") && word.size() > 4 && !ends_with_any(word, {"eies", "aies"})) {
    return std::string(word.substr(0, word.size() - 3)) + "y";
  }
  if (ends_with_any(word, {"sses", "shes", "ches", "xes"}))
    return std::string(word.substr(0, word.size() - 2));
  return std::string(without);
}

bool is_stop_word(std::string_view word) {
  return std::find(kStopWords.begin(), kStopWords.end(), word) != kStopWords.end();
}

}  // namespace ff::catalog
