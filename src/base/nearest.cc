#include "base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/text.h"

namespace ff {
namespace {

constexpr std::size_t kWordBytesMax = 256;  // what is longer is no word

/// Optimal string alignment: Levenshtein's distance, where two swapped neighbours count once.
std::size_t distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width), last(width), now(width);
  for (std::size_t j = 0; j < width; ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({changed, last[j] + 1, now[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kWordBytesMax) return std::nullopt;
  const std::string typed = lower_ascii(word);
  std::size_t best = std::min<std::size_t>(1 + typed.size() / 4, 3) + 1;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kWordBytesMax) continue;
    const std::size_t away = distance(typed, lower_ascii(candidate));
    if (away >= best || away >= candidate.size()) continue;
    best = away;
    found = candidate;
  }
  return found;
}

}  // namespace ff
