// "Did you mean ...?": the known word that a mistyped one most likely stands for.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace ff {

/// The one of `known` that is fewest keystrokes away from `word` (a letter too many, too few, wrong, or two
/// swapped; case is nothing), if that is so few that a typing error explains it: one of four letters, at most
/// three. Of equally near ones the first. A view into `known`. Quadratic: for words, not for texts.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace ff
