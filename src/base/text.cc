#include "base/text.h"

#include <charconv>
#include <cstring>

namespace ff {
namespace {

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// U+00C0..U+017F (Latin-1 letters and Latin Extended-A) to their plain lower-case letters; a dot keeps none.
constexpr std::string_view kLatin1 = "aaaaaa*ceeeeiiiidnooooo.ouuuuy**aaaaaa*ceeeeiiiidnooooo.ouuuuy*y";
constexpr std::string_view kExtendedA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkklllllllllln"
    "nnnnn.nnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

std::string_view fold_pair(std::uint32_t point) {
  switch (point) {
    case 0xC6:
    case 0xE6:
      return "ae";
    case 0xDE:
    case 0xFE:
      return "th";
    case 0xDF:
      return "ss";
    case 0x132:
    case 0x133:
      return "ij";
    case 0x152:
    case 0x153:
      return "oe";
    default:
      return {};
  }
}

/// Of the ASCII that `text` begins with; most text is nothing else.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t eight = 0; text.size() - length >= sizeof eight; length += sizeof eight) {
    std::memcpy(&eight, text.data() + length, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  while (length < text.size() && static_cast<unsigned char>(text[length]) < 0x80)
    ++length;
  return length;
}

}  // namespace

std::size_t utf8_sequence_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto c = static_cast<unsigned char>(text[0]);
  if (c < 0x80) return 1;
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0u;
  if (c >= 0xC2 && c <= 0xDF) return is_continuation(text, 1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    if (!is_continuation(text, 1) || !is_continuation(text, 2)) return 0;
    if (c == 0xE0 && second < 0xA0) return 0;
    if (c == 0xED && second > 0x9F) return 0;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (!is_continuation(text, 1) || !is_continuation(text, 2) || !is_continuation(text, 3)) return 0;
    if (c == 0xF0 && second < 0x90) return 0;
    if (c == 0xF4 && second > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  for (text.remove_prefix(ascii_length(text)); !text.empty(); text.remove_prefix(ascii_length(text))) {
    const std::size_t size = utf8_sequence_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t length = 0;
  for (;;) {
    const std::size_t ascii = ascii_length(text);
    length += ascii;
    text.remove_prefix(ascii);
    if (text.empty()) return length;
    const std::size_t size = utf8_sequence_size(text);
    text.remove_prefix(size == 0 ? 1 : size);
    ++length;
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool iequals_ascii(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    c = lower(c);
  return out;
}

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    if (size <= 1) {
      out += lower(text[0]);
      text.remove_prefix(1);
      continue;
    }
    if (size == 2) {
      const std::uint32_t point = ((static_cast<unsigned char>(text[0]) & 0x1Fu) << 6) |
                                  (static_cast<unsigned char>(text[1]) & 0x3Fu);
      if (const std::string_view pair = fold_pair(point); !pair.empty()) {
        out += pair;
        text.remove_prefix(2);
        continue;
      }
      char plain = 0;
      if (point >= 0xC0 && point <= 0xFF) plain = kLatin1[point - 0xC0];
      if (point >= 0x100 && point - 0x100 < kExtendedA.size()) plain = kExtendedA[point - 0x100];
      if (plain != 0 && plain != '.' && plain != '*') {
        out += plain;
        text.remove_prefix(2);
        continue;
      }
    }
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : fold(text)) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keep) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  if (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::uint64_t fingerprint(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace ff
