// Small functions over text that more than one room needs. All of them take UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ff {

/// Length (1-4) of the well-formed UTF-8 sequence that `text` starts with; 0 if it starts with none.
/// Overlong forms, surrogates and values above U+10FFFF are not well-formed (RFC 3629).
std::size_t utf8_sequence_size(std::string_view text);
bool is_utf8(std::string_view text);
std::size_t utf8_length(std::string_view text);  // code points; a broken byte counts as one

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);
std::string lower_ascii(std::string_view text);

/// Lower case, Latin letters without their accents ("É" -> "e", "ß" -> "ss"): what search compares.
std::string fold(std::string_view text);

/// "Ocean Blue Shirt!" -> "ocean-blue-shirt": [a-z0-9-], no dash at an end, none doubled; may be empty.
std::string slug(std::string_view text);

/// Decimal digits only, no sign, no overflow.
std::optional<std::int64_t> parse_int(std::string_view text);

/// The value of a hex digit of either case; -1 for any other character.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
/// The same where a text has one spelling only, as ids and trace contexts do: upper case is none.
constexpr int lower_hex_value(char c) { return c >= 'A' && c <= 'F' ? -1 : hex_value(c); }

/// FNV-1a 64: for ETags and fingerprints of our own bytes, not for secrets.
std::uint64_t fingerprint(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

}  // namespace ff
