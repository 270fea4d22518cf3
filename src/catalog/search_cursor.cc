#include "catalog/search_cursor.h"

#include <array>

#include "base/text.h"

namespace ff::catalog {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kPositionBytes = 24;
constexpr std::size_t kBytes = kPositionBytes + 6;  // 6 of the fingerprint: a multiple of 3, so no padding
constexpr std::size_t kTextSize = kBytes / 3 * 4;

void put(std::array<unsigned char, kBytes>& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    bytes[at + i] = static_cast<unsigned char>(value >> (8 * i));
}

std::uint64_t get(const std::array<unsigned char, kBytes>& bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
  return value;
}

/// Covers the position too, so that a damaged cursor is told from a good one.
std::uint64_t seal(const std::array<unsigned char, kBytes>& bytes, std::uint64_t query_fingerprint) {
  return fingerprint({reinterpret_cast<const char*>(bytes.data()), kPositionBytes}, query_fingerprint);
}

}  // namespace

std::string encode_cursor(const CursorPosition& position, std::uint64_t query_fingerprint) {
  std::array<unsigned char, kBytes> bytes{};
  put(bytes, 0, static_cast<std::uint64_t>(position.key), 8);
  put(bytes, 8, static_cast<std::uint64_t>(position.created_at_us), 8);
  put(bytes, 16, static_cast<std::uint64_t>(position.product_id), 8);
  put(bytes, kPositionBytes, seal(bytes, query_fingerprint), 6);
  std::string out;
  out.reserve(kTextSize);
  for (std::size_t i = 0; i < kBytes; i += 3) {
    const unsigned three = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6)
      out += kAlphabet[(three >> shift) & 63u];
  }
  return out;
}

std::optional<CursorPosition> decode_cursor(std::string_view text, std::uint64_t query_fingerprint) {
  if (text.size() != kTextSize) return std::nullopt;
  std::array<unsigned char, kBytes> bytes{};
  for (std::size_t i = 0; i < kTextSize / 4; ++i) {
    unsigned three = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t digit = kAlphabet.find(text[i * 4 + j]);
      if (digit == kAlphabet.npos) return std::nullopt;
      three = three << 6 | static_cast<unsigned>(digit);
    }
    for (std::size_t j = 0; j < 3; ++j)
      bytes[i * 3 + j] = static_cast<unsigned char>(three >> (16 - 8 * j));
  }
  std::array<unsigned char, kBytes> sealed = bytes;
  put(sealed, kPositionBytes, seal(bytes, query_fingerprint), 6);
  if (sealed != bytes) return std::nullopt;
  return CursorPosition{static_cast<std::int64_t>(get(bytes, 0)), static_cast<std::int64_t>(get(bytes, 8)),
                        static_cast<std::int64_t>(get(bytes, 16))};
}

}  // namespace ff::catalog
