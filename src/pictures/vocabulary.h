// The words of a specification and what each kind of garment can have. Private to this room.
//
// Invariant: the first word of a set in rules() is what is usual for the kind, and is the one that a
// canonical specification leaves out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pictures/garment.h"

namespace ff::pictures {

/// A set of values of a small enum and the usual one among them. Empty: the kind has no such attribute.
template <typename T>
struct Choices {
  std::uint32_t mask = 0;
  T usual{};

  constexpr Choices() = default;
  template <typename... Rest>
  constexpr explicit(false) Choices(T first, Rest... rest) : mask(bit(first)), usual(first) {
    ((mask |= bit(rest)), ...);
  }
  static constexpr std::uint32_t bit(T value) { return std::uint32_t{1} << static_cast<unsigned>(value); }
  constexpr bool empty() const { return mask == 0; }
  constexpr bool has(T value) const { return empty() ? value == T{} : (mask & bit(value)) != 0; }
};

struct Rules {
  Kind kind;
  std::string_view word;  // in a specification: "denim-jacket"
  std::string_view name;  // to people: "denim jacket"
  Choices<Collar> collars;
  Choices<Sleeve> sleeves;
  Choices<Length> lengths;
  Choices<Cut> cuts;
  Choices<Fabric> fabrics;
  Choices<Pattern> patterns;
  Choices<View> views;
};

const Rules& rules(Kind kind);

std::string_view word(Kind value);
std::string_view word(Collar value);
std::string_view word(Sleeve value);
std::string_view word(Length value);
std::string_view word(Cut value);
std::string_view word(Pattern value);
std::string_view word(Fabric value);
std::string_view word(Colour value);
std::string_view word(View value);
std::string_view word(SceneKind value);
std::string_view word(Palette value);
std::string_view word(Shape value);

template <typename T>
std::optional<T> from_word(std::string_view text, int count) {
  for (int i = 0; i < count; ++i) {
    if (const T value = static_cast<T>(i); word(value) == text && !text.empty()) return value;
  }
  return std::nullopt;
}

/// The second colour that a pattern takes when none is named: ivory on dark cloth, navy on light.
Colour usual_accent(Colour colour);

}  // namespace ff::pictures
