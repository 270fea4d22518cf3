"""The picture of a spike on Kubernetes (./ff test cluster --case spike): what was asked, how fast it was answered and how
many pods there were, second by second, one above the other. SVG that reads on light and on dark pages, as bench/picture.py's.

    python3 bench/cluster_picture.py build/cluster/spike.json docs/pictures/cluster-spike.svg"""

import json
import math
import pathlib
import sys

from picture import STYLE, points, text

TITLE = "A spike on Kubernetes: two pods become ten, and two again"
WIDTH, LEFT, RIGHT = 860, 74, 726
TOP, PANEL, GAP = 94, 108, 42  # of the first panel; each panel's height; between them
TICKS = (1, 2, 5, 10, 20, 30, 50, 60, 100, 200, 300, 500, 1000, 2000, 5000, 10000)
LATENCY_MS_LEAST = 1  # the scale of latencies is logarithmic


def draw(told: dict) -> str:
    seconds = told["seconds"]
    first, last = seconds[0]["at"], seconds[-1]["at"] + 1

    def across(at: float) -> float:
        return LEFT + (at - first) / (last - first) * (RIGHT - LEFT)

    requests = max(row["requests"] for row in seconds)
    slowest = max(10.0, *(row["p99_ms"] for row in seconds))
    decades = math.ceil(math.log10(slowest / LATENCY_MS_LEAST))
    pods = told["most"]
    panels = [
        ("requests a second", tick_below(requests), lambda value: value / (requests * 1.08), [(0, "requests", "")]),
        ("latency, ms", [10**power for power in range(decades + 1)],
         lambda value: math.log10(max(value, LATENCY_MS_LEAST) / LATENCY_MS_LEAST) / decades,
         [(0, "p50_ms", "p50"), (1, "p99_ms", "p99")]),
        ("pods", [0, 2, pods] if pods != 2 else [0, 2], lambda value: value / (pods * 1.15),
         [(3, "wanted", "wanted"), (0, "ready", "ready")]),
    ]
    height = TOP + len(panels) * (PANEL + GAP) + 34
    words = in_words(told)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
             'role="img" aria-labelledby="title description">', f'<title id="title">{TITLE}</title>',
             f'<desc id="description">{"; ".join(words)}</desc>', f"<style>{STYLE}</style>",
             f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
             text(28, 34, TITLE, "title"), *(text(28, 52 + 18 * line, part, "small") for line, part in enumerate(words))]
    floor = TOP + 14 + len(panels) * (PANEL + GAP) - GAP
    step = 30
    for tick in range(math.ceil(first / step) * step, int(last) + 1, step):
        parts += [text(across(tick), floor + 20, f"{tick}", "small", "middle"),
                  f'<line class="grid" x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="{TOP + 14}" y2="{floor}"/>']
    for place, (name, ticks, share, lines) in enumerate(panels):
        top = TOP + 14 + place * (PANEL + GAP)
        bottom = top + PANEL
        parts.append(text(LEFT, top - 8, name, "name"))
        for tick in ticks:
            y = bottom - share(tick) * PANEL
            parts += [f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
                      text(LEFT - 8, y + 4, f"{tick:,}", "small", "end")]
        for row, (colour, field, label) in enumerate(lines):
            corners = [(across(second["at"] + 0.5), second[field]) for second in seconds]
            if name == "pods":
                corners = steps(seconds, field, across)
            corners = [(x, bottom - min(1.0, share(value)) * PANEL) for x, value in corners]
            style = f"stroke:var(--s{colour});stroke-width:1.8" + (";stroke-dasharray:5 4" if field == "wanted" else "")
            parts.append(f'<polyline class="line" style="{style}" points="{points(corners)}"/>')
            if label:
                y = top + 12 + 20 * row
                parts += [f'<line class="line" style="{style}" x1="{RIGHT + 14}" x2="{RIGHT + 36}" y1="{y}" y2="{y}"/>',
                          text(RIGHT + 42, y + 4, label, "small")]
    parts.append(text((LEFT + RIGHT) / 2, floor + 40, "seconds since the spike began", "small", "middle"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def steps(seconds: list, field: str, across) -> list:
    """A count holds until it is another."""
    corners = []
    for row in seconds:
        corners += [(across(row["at"]), row[field] or 0), (across(row["at"] + 1), row[field] or 0)]
    return corners


def tick_below(most: float) -> list:
    """0 and two round numbers."""
    step = max((tick for tick in TICKS if tick <= most / 2), default=1)
    return [step * each for each in range(int(most / step) + 1)]


def in_words(told: dict) -> tuple:
    requests = sum(row["requests"] for row in told["seconds"])
    return (f"decided after {told['decided_seconds']:.0f} s, first new pod serving after {told['first_serving_seconds']:.0f} s, "
            f"{told['most']} ready after {told['all_ready_seconds']:.0f} s, {told['least']} again "
            f"{told['back_seconds']:.0f} s after the load",
            f"of {requests:,} requests {told['failed']} failed and {told['told_when']} were told when to come again, and came; all of it "
            "on one machine of two processors")


def draw_file(source: pathlib.Path, target: pathlib.Path):
    target.write_text(draw(json.loads(source.read_text())))


if __name__ == "__main__":
    draw_file(*map(pathlib.Path, sys.argv[1:3]))
