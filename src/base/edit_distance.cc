#include "base/edit_distance.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace ff {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t max) {
  std::array<std::array<std::uint16_t, kEditDistanceBytesMax + 1>, 3> rows;
  auto* before = &rows[0];
  auto* previous = &rows[1];
  auto* current = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j)
    (*previous)[j] = static_cast<std::uint16_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*current)[0] = static_cast<std::uint16_t>(i);
    std::size_t best = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int cost = std::min((*previous)[j] + 1, (*current)[j - 1] + 1);
      cost = std::min(cost, (*previous)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost = std::min(cost, (*before)[j - 2] + 1);
      }
      (*current)[j] = static_cast<std::uint16_t>(cost);
      best = std::min(best, static_cast<std::size_t>(cost));
    }
    if (best > max) return max + 1;
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return (*previous)[b.size()];
}

}  // namespace ff
