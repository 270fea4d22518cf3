// How many typing errors lie between two words.
#pragma once

#include <cstddef>
#include <string_view>

namespace ff {

inline constexpr std::size_t kEditDistanceBytesMax = 256;  // of either word

/// Optimal string alignment distance (Damerau 1964, restricted: two swapped neighbours count once), or `max +
/// 1` when it is above `max`. Neither word may be longer than kEditDistanceBytesMax. Quadratic; allocates
/// nothing.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t max);

}  // namespace ff
