// Identifiers that can't be mistaken for each other.
//
// Inside the house: Id<Tag>, a 64-bit row number. Outside the house: Uuid (version 7 for orders, so that
// keys arrive in time order) and Token (128 random bits: knowing it is the permission to use it).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace ff {

template <typename Tag>
struct Id {
  std::int64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

struct ProductTag;
struct VariantTag;
struct CollectionTag;
using ProductId = Id<ProductTag>;
using VariantId = Id<VariantTag>;
using CollectionId = Id<CollectionTag>;

/// 16 bytes. Text form of a Uuid: 8-4-4-4-12 lower-case hex.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// RFC 9562 version 7: milliseconds, then 74 random bits.
  static Uuid v7(Instant now, Random& random);
  static std::optional<Uuid> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const Uuid&) const = default;
};

/// 128 random bits. Text form: 32 lower-case hex digits. Compare secrets with equals_secret().
struct Token {
  std::array<std::uint8_t, 16> bytes{};

  static Token make(Random& random);
  static std::optional<Token> parse(std::string_view text);
  std::string text() const;
  bool equals_secret(const Token& other) const;  // in constant time
  auto operator<=>(const Token&) const = default;
};

struct OrderId : Uuid {
  auto operator<=>(const OrderId&) const = default;
};
struct CartId : Token {
  auto operator<=>(const CartId&) const = default;
};

}  // namespace ff

template <typename Tag>
struct std::hash<ff::Id<Tag>> {
  std::size_t operator()(ff::Id<Tag> id) const { return std::hash<std::int64_t>{}(id.value); }
};
template <>
struct std::hash<ff::OrderId> {
  // The tail of a version 7 identifier is random, so its bytes are a hash already.
  std::size_t operator()(const ff::OrderId& id) const {
    std::size_t value;
    std::memcpy(&value, id.bytes.data() + 8, sizeof value);
    return value;
  }
};
template <>
struct std::hash<ff::CartId> {
  std::size_t operator()(const ff::CartId& id) const {
    std::size_t value;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
