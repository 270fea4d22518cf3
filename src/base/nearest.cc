#include "base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/edit_distance.h"
#include "base/text.h"

namespace ff {

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kEditDistanceBytesMax) return std::nullopt;
  const std::string typed = lower_ascii(word);
  std::size_t best = std::min<std::size_t>(1 + typed.size() / 4, 3) + 1;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kEditDistanceBytesMax) continue;
    const std::size_t away = edit_distance(typed, lower_ascii(candidate), best);
    if (away >= best || away >= candidate.size()) continue;
    best = away;
    found = candidate;
  }
  return found;
}

}  // namespace ff
