#include "catalog/html_text.h"

#include <array>
#include <cstdint>

#include "base/text.h"

namespace ff::catalog {
namespace {

constexpr std::size_t kLinkBytesMax = 2048;
constexpr std::size_t kReferenceBytesMax = 34;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// What old editors meant by &#128; to &#159; (Windows-1252); HTML reads them so too.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_control(std::uint32_t point) {
  return (point < 0x20 && point != '\t' && point != '\n' && point != '\r') || (point >= 0x7F && point < 0xA0);
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) {
    out += static_cast<char>(static_cast<unsigned char>(value));
  };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

struct Reference {
  std::size_t size = 0;     // bytes, with & and ;
  std::string_view name;    // of a named one
  std::uint32_t point = 0;  // of a numeric one; 0 when it is no character
};

/// The reference that `text` starts with; only whole ones, with their semicolon.
std::optional<Reference> read_reference(std::string_view text) {
  const std::size_t end = text.substr(0, kReferenceBytesMax).find(';');
  if (end == text.npos || end < 2) return std::nullopt;
  Reference reference;
  reference.size = end + 1;
  std::string_view body = text.substr(1, end - 1);
  if (body[0] != '#') {
    if (!is_letter(body[0])) return std::nullopt;
    for (const char c : body) {
      if (!is_letter(c) && !is_digit(c)) return std::nullopt;
    }
    reference.name = body;
    return reference;
  }
  body.remove_prefix(1);
  const bool hex = !body.empty() && (body[0] == 'x' || body[0] == 'X');
  if (hex) body.remove_prefix(1);
  if (body.empty()) return std::nullopt;
  std::uint32_t point = 0;
  for (const char c : body) {
    const char lower = static_cast<char>(c | 0x20);
    std::uint32_t digit;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (hex && lower >= 'a' && lower <= 'f') {
      digit = static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
    if (point <= 0x10FFFF) point = point * (hex ? 16 : 10) + digit;
  }
  if (point >= 0x80 && point < 0xA0) point = kWindows1252[point - 0x80];
  const bool scalar = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
  reference.point = scalar && !is_control(point) ? point : 0;
  return reference;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
  }
}

/// Size of the well-formed character that `text` starts with, if text may hold it; else 0.
std::size_t character_size(std::string_view text) {
  const std::size_t size = utf8_sequence_size(text);
  if (size == 1 && is_control(static_cast<unsigned char>(text[0]))) return 0;
  if (size == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) return 0;  // C1 controls
  return size;
}

}  // namespace

std::string escape_html_text(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    if (raw[0] == '&') {
      if (const auto reference = read_reference(raw)) {
        if (!reference->name.empty()) {
          out += raw.substr(0, reference->size);
        } else if (reference->point == 0) {
          out += kReplacement;
        } else if (reference->point == '"') {
          out += '"';
        } else if (reference->point < 0x80) {
          append_escaped(out, static_cast<char>(reference->point));
        } else {
          append_utf8(out, reference->point);
        }
        raw.remove_prefix(reference->size);
        continue;
      }
    }
    const std::size_t size = character_size(raw);
    if (size == 0) {
      out += kReplacement;
      raw.remove_prefix(1);
    } else if (size == 1 && raw[0] != '"') {
      append_escaped(out, raw[0]);
      raw.remove_prefix(1);
    } else {
      out += raw.substr(0, size);
      raw.remove_prefix(size);
    }
  }
  return out;
}

std::optional<std::string> safe_link(std::string_view raw) {
  std::string url;
  while (!raw.empty()) {
    if (raw[0] == '&') {
      if (const auto reference = read_reference(raw)) {
        const std::string_view name = reference->name;
        std::uint32_t point = reference->point;
        if (name == "amp") point = '&';
        if (name == "lt") point = '<';
        if (name == "gt") point = '>';
        if (name == "quot") point = '"';
        if (name == "apos") point = '\'';
        if (name.empty() && point == 0) return std::nullopt;
        if (point != 0) {
          append_utf8(url, point);
          raw.remove_prefix(reference->size);
          continue;
        }
      }
    }
    url += raw[0];
    raw.remove_prefix(1);
  }
  // Browsers take these out before they look for the scheme: "java\nscript:".
  std::erase_if(url, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  const std::string_view link = trim(url);
  if (link.empty() || link.size() > kLinkBytesMax) return std::nullopt;
  for (std::string_view rest = link; !rest.empty();) {
    const std::size_t size = character_size(rest);
    if (size == 0) return std::nullopt;
    rest.remove_prefix(size);
  }
  const std::size_t colon = link.find_first_of(":/?#");
  if (colon != link.npos && link[colon] == ':') {
    const std::string scheme = lower_ascii(link.substr(0, colon));
    if (scheme != "http" && scheme != "https" && scheme != "mailto") return std::nullopt;
  }
  std::string out;
  for (const char c : link)
    append_escaped(out, c);
  return out;
}

}  // namespace ff::catalog
