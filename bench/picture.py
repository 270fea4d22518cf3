"""The picture of ./ff bench spike: offered load against goodput of checkout, each shop measured by its own capacity. SVG that
reads on light and on dark pages."""

import html

WIDTH, HEIGHT = 860, 430
LEFT, RIGHT, TOP, BOTTOM = 62, 600, 64, 352  # of the plot
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink) }
  .title { font-size: 17px; font-weight: 600 } .small { font-size: 12px; fill: var(--soft) } .name { font-weight: 600 }
  .page { fill: var(--page); stroke: var(--grid) } .grid { stroke: var(--grid) } .ideal { stroke: var(--soft); stroke-dasharray: 3 5 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  svg { --page: #ffffff; --ink: #1c2126; --soft: #5b6570; --grid: #d9dee3; --s0: #0b6e4f; --s1: #c2410c; --s2: #9a6700; --s3: #6d4bd1 }
  @media (prefers-color-scheme: dark) {
    svg { --page: #14181c; --ink: #e8ecef; --soft: #a3adb7; --grid: #39424b; --s0: #4fd1a1; --s1: #ff8a5c; --s2: #e5b94e; --s3: #b8a1ff }
  }
"""
MARKS = ("circle", "square", "triangle", "diamond")  # shops are told apart without colour too


def draw(shops: list) -> str:
    multiples = list(shops[0]["rounds"])
    across = {multiple: LEFT + 34 + index * (RIGHT - LEFT - 68) / (len(multiples) - 1) for index, multiple in enumerate(multiples)}
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
             'aria-labelledby="title description">',
             '<title id="title">Orders that come through when more shoppers come than there is room for</title>',
             f'<desc id="description">{html.escape(in_words(shops))}</desc>', f"<style>{STYLE}</style>",
             f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
             text(LEFT - 34, 34, "Orders that come through, when more come than there is room for", "title")]
    for share in (0, 25, 50, 75, 100):
        y = height(share / 100)
        parts += [f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
                  text(LEFT - 8, y + 4, f"{share} %", "small", "end")]
    for multiple, x in across.items():
        parts.append(text(x, BOTTOM + 22, f"{multiple}×", anchor="middle"))
    parts += [text((LEFT + RIGHT) / 2, BOTTOM + 46, "shoppers who come, in multiples of the shop's capacity", "small", "middle"),
              text(LEFT - 34, BOTTOM + 66, "goodput of checkout, in percent of the best that the shop showed; dotted: nothing lost",
                   "small"),
              f'<polyline class="line ideal" points="{points([(x, height(min(1, float(m)))) for m, x in across.items()])}"/>']
    for index, shop in enumerate(shops):
        corners = [(across[m], height(result["bought_per_second"] / shop["best"])) for m, result in shop["rounds"].items()]
        parts.append(f'<polyline class="line" style="stroke:var(--s{index})" points="{points(corners)}"/>')
        parts += [mark(MARKS[index], x, y, index) for x, y in corners]
        parts += legend(shop, index)
    return "\n".join([*parts, "</svg>"]) + "\n"


def legend(shop: dict, index: int) -> list:
    y = TOP + 12 + 66 * index
    last = list(shop["rounds"].values())[-1]["bought_per_second"]
    return [mark(MARKS[index], RIGHT + 30, y - 4, index), text(RIGHT + 46, y, shop["name"], "name"),
            text(RIGHT + 46, y + 18, f"best {number(shop['best'])} orders/s", "small"),
            text(RIGHT + 46, y + 35, f"at {list(shop['rounds'])[-1]}×: {number(last)} orders/s", "small")]


def in_words(shops: list) -> str:
    said = []
    for shop in shops:
        kept = ", ".join(f"{100 * result['bought_per_second'] / shop['best']:.0f} % at {multiple} times its capacity"
                         for multiple, result in shop["rounds"].items())
        said.append(f"{shop['name']} sells {kept}.")
    return " ".join(said)


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:.1f}"


def height(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)


def points(corners: list) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{html.escape(words)}</text>'


def mark(kind: str, x: float, y: float, index: int) -> str:
    fill = f'style="fill:var(--s{index});stroke:var(--page);stroke-width:1.5"'
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" {fill}/>'
    shapes = {"square": [(-5, -5), (5, -5), (5, 5), (-5, 5)], "triangle": [(0, -6.5), (6, 5), (-6, 5)],
              "diamond": [(0, -7), (7, 0), (0, 7), (-7, 0)]}
    return f'<polygon points="{points([(x + dx, y + dy) for dx, dy in shapes[kind]])}" {fill}/>'
