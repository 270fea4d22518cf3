// Times and durations as people type them into a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace ff::app {

/// "90s", "10m", "2h", "1d", "500ms".
std::optional<Duration> parse_duration(std::string_view text);
/// "10m", "90s": in the largest unit that says it exactly.
std::string duration_text(Duration duration);

/// "now", "+10m" (from now), or RFC 3339: "2026-11-27T09:00:00Z", "2026-11-27T10:00+01:00". An offset or Z
/// must be there: a sale starts at one moment everywhere.
std::optional<Instant> parse_instant(std::string_view text, Instant now);

}  // namespace ff::app
