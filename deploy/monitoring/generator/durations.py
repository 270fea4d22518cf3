"""Durations as Prometheus writes them, and shrinking them all by one factor, so that a test sees in minutes what takes hours."""

import re
from fractions import Fraction

UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
SHORTEST_MS = 2000  # of a scaled window: two scrapes of one second, without which there is no rate
LASTING_MS = 5000  # the shortest scaled `for`: what the shop itself does is not scaled, and a lease takes two seconds to its next holder
WRITTEN = r"(\d+)(ms|s|m|h|d)"


def milliseconds(text: str) -> int:
    found = re.fullmatch(WRITTEN, text)
    if not found:
        raise ValueError(f"{text!r} is no duration like 5m")
    return int(found.group(1)) * UNITS_MS[found.group(2)]


def written(ms: int) -> str:
    """In the largest unit that needs no fraction."""
    for unit in ("d", "h", "m", "s", "ms"):
        if ms % UNITS_MS[unit] == 0:
            return f"{ms // UNITS_MS[unit]}{unit}"
    raise AssertionError(ms)


class Scale:
    """`factor` 1: as it stands. Smaller: every duration is that much shorter, but none shorter than the constants above."""

    def __init__(self, factor: Fraction = Fraction(1)):
        if not 0 < factor <= 1:
            raise ValueError(f"a scale is above 0 and at most 1, not {factor}")
        self.factor = factor

    def duration(self, text: str, shortest_ms: int = SHORTEST_MS) -> str:
        if self.factor == 1:
            return text
        return written(max(shortest_ms, round(milliseconds(text) * self.factor)))

    def lasting(self, text: str) -> str:
        """How long something must hold before an alert fires, or an alert must go on."""
        return self.duration(text, LASTING_MS)

    def seconds(self, text: str) -> float:
        exact = milliseconds(self.duration(text)) / 1000
        return int(exact) if exact == int(exact) else exact

    def expression(self, promql: str) -> str:
        """The same with every range `[5m]` scaled."""
        return re.sub(r"\[" + WRITTEN + r"\]", lambda found: f"[{self.duration(found.group(0)[1:-1])}]", promql)
