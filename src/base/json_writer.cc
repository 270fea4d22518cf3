#include "base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "base/text.h"

namespace ff {

namespace {

/// By byte: stands for itself inside a JSON string, also within an HTML script.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c)
    plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

// Sixteen at a time, on any processor that has such registers.
using Block [[gnu::vector_size(16)]] = unsigned char;

bool is_plain(std::string_view text) {
  std::size_t i = 0;
  for (; text.size() - i >= sizeof(Block); i += sizeof(Block)) {
    Block c;
    std::memcpy(&c, text.data() + i, sizeof c);
    const auto odd =
        (c < 0x20) | (c >= 0x7f) | (c == '"') | (c == '\\') | (c == '<') | (c == '>') | (c == '&');
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &odd, sizeof halves);
    if ((halves[0] | halves[1]) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(),
                     [](char c) { return is_plain(c); });
}

// One growth of the string for a comma, quotes and text: an append costs as much as copying what it appends.
void append_quoted(std::string& out, bool comma, std::string_view plain, std::string_view after) {
  const std::size_t at = out.size();
  out.resize(at + (comma ? 1 : 0) + 1 + plain.size() + after.size());
  char* to = out.data() + at;
  if (comma) *to++ = ',';
  *to++ = '"';
  to = std::copy(plain.begin(), plain.end(), to);
  std::copy(after.begin(), after.end(), to);
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t plain_end = i;  // most text needs no escape: it is copied in one go
    while (plain_end < text.size() && is_plain(text[plain_end]))
      ++plain_end;
    out.append(text, i, plain_end - i);
    i = plain_end;
    if (i == text.size()) return;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      switch (c) {
        case '"':
          out += "\\\"";
          break;
        case '\\':
          out += "\\\\";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        default:
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
      }
      ++i;
      continue;
    }
    const std::size_t size = utf8_sequence_size(text.substr(i));
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const std::string_view sequence = text.substr(i, size);
    if (sequence == "\xE2\x80\xA8") {
      out += "\\u2028";
    } else if (sequence == "\xE2\x80\xA9") {
      out += "\\u2029";
    } else {
      out += sequence;
    }
    i += size;
  }
}

bool JsonWriter::follows() {
  const bool comma = !first_ && !after_key_;
  first_ = after_key_ = false;
  return comma;
}

void JsonWriter::separate() {
  if (follows()) out_ += ',';
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(is_plain(name));
  append_quoted(out_, follows(), name, "\":");
  after_key_ = true;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  if (is_plain(text)) {
    append_quoted(out_, follows(), text, "\"");
    return;
  }
  separate();
  out_ += '"';
  append_json_escaped(out_, text);
  out_ += '"';
}

void JsonWriter::value(std::int64_t number) {
  separate();
  const fmt::format_int digits(number);
  out_.append(digits.data(), digits.size());
}

void JsonWriter::value(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

void JsonWriter::value(Money money) {
  object([&] {
    key("amount").value(money.minor);
    key("currency").value(money.currency.code());
  });
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

}  // namespace ff
