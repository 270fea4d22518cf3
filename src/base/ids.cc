#include "base/ids.h"

#include <sodium.h>

#include "base/text.h"

namespace ff {
namespace {

constexpr char kHex[] = "0123456789abcdef";

// Reads exactly 32 lower-case hex digits, skipping a dash before each position in `dashes`.
std::optional<std::array<std::uint8_t, 16>> parse_hex(std::string_view text, bool dashes) {
  if (text.size() != (dashes ? 36u : 32u)) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dashes && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') return std::nullopt;
    const int high = lower_hex_value(text[at]);
    const int low = lower_hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return bytes;
}

std::string to_hex(const std::array<std::uint8_t, 16>& bytes, bool dashes) {
  std::string text(dashes ? 36 : 32, '-');
  char* at = text.data();
  for (std::size_t i = 0; i < 16; ++i) {
    if (dashes && (i == 4 || i == 6 || i == 8 || i == 10)) ++at;
    *at++ = kHex[bytes[i] >> 4];
    *at++ = kHex[bytes[i] & 15];
  }
  return text;
}

}  // namespace

Uuid Uuid::v7(Instant now, Random& random) {
  Uuid id;
  random.fill(std::as_writable_bytes(std::span(id.bytes)));
  const auto ms = static_cast<std::uint64_t>(now.us / 1000);
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  const auto bytes = parse_hex(text, true);
  if (!bytes) return std::nullopt;
  return Uuid{*bytes};
}

std::string Uuid::text() const { return to_hex(bytes, true); }

Token Token::make(Random& random) {
  Token token;
  random.fill(std::as_writable_bytes(std::span(token.bytes)));
  return token;
}

std::optional<Token> Token::parse(std::string_view text) {
  const auto bytes = parse_hex(text, false);
  if (!bytes) return std::nullopt;
  return Token{*bytes};
}

std::string Token::text() const { return to_hex(bytes, false); }

bool Token::equals_secret(const Token& other) const {
  return sodium_memcmp(bytes.data(), other.bytes.data(), bytes.size()) == 0;
}

}  // namespace ff
