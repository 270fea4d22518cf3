#!/usr/bin/env python3
"""terraform/*/README.md from what the modules themselves say: the first paragraph of each file, variables, outputs. `readme.py` writes them,
`readme.py --check` tells which are old. It reads `terraform fmt`'s own layout and no more of the language than that."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "terraform": "The shop's AWS: network, cluster, database, keys, names, alarms. How to go from nothing to a serving shop: [aws](../docs/aws.md); "
                 "what it costs: [cost](../docs/cost.md).",
    "terraform/bootstrap": "The bucket that Terraform's states are kept in, once for each account, before everything else.",
    "terraform/platform": "What the shop needs inside its cluster, by the Kubernetes provider, after the cluster stands.",
}
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.M | re.S)


def attribute(body: str, name: str) -> str | None:
    """The value of an argument: one line, or up to the bracket that closes at its own indent."""
    found = re.search(rf"^  {name} += (.*[\[({{]\n(?:   .*\n)*  .*|.*)$", body, re.M)
    return re.sub(r"\s+", " ", found[1]).strip() if found else None


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def text_of(literal: str | None) -> str:
    return (literal or "").strip('"').replace('\\"', '"')


def first_paragraph(path: Path) -> str:
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") or line.strip() == "#" or "checkov:" in line:
            break
        lines.append(line.lstrip("# "))
    sentences = re.split(r"(?<=[.])\s", " ".join(lines))
    return sentences[0] if lines else ""


def readme(folder: Path, about: str) -> str:
    files = sorted(folder.glob("*.tf"))
    blocks = [found for path in files for found in BLOCK.finditer(path.read_text(encoding="utf-8"))]
    variables = sorted((found for found in blocks if found[1] == "variable"), key=lambda found: found[2])
    outputs = sorted((found for found in blocks if found[1] == "output"), key=lambda found: found[2])
    parts = [f"# {folder.relative_to(ROOT)}\n\n{about}\n\nMade by `deploy/aws/readme.py` from the files themselves.\n"]
    rows = [(path.name, first_paragraph(path)) for path in files]
    if any(about_file for _, about_file in rows):
        parts.append("## Files\n\n| file | begins |\n|---|---|\n" + "".join(f"| `{name}` | {cell(text)} |\n" for name, text in rows if text))
    parts.append("## Variables\n\n| name | type | default | what |\n|---|---|---|---|\n" + "".join(
        f"| `{found[2]}` | `{cell(attribute(found[3], 'type') or 'any')}` | "
        f"{'**needed**' if (default := attribute(found[3], 'default')) is None else f'`{cell(default)}`'} | "
        f"{cell(text_of(attribute(found[3], 'description')))} |\n" for found in variables))
    parts.append("## Outputs\n\n| name | what |\n|---|---|\n" + "".join(
        f"| `{found[2]}` | {cell(text_of(attribute(found[3], 'description')))} |\n" for found in outputs))
    return "\n".join(parts)


def main() -> int:
    old = []
    for name, about in MODULES.items():
        path, text = ROOT / name / "README.md", readme(ROOT / name, about)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            old.append(str(path.relative_to(ROOT)))
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if old:
        print("old:" if "--check" in sys.argv else "written:", *old)
    return int(bool(old) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
