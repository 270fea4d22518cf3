"""Which image an overlay runs: set_image.py KUSTOMIZATION NAME REPOSITORY DIGEST VERSION rewrites NAME's entry of `images:` in place.

Only that entry's lines change, comments and order of the rest stay, so the difference between two deployments reads as what it is. The
image is named by digest; the version is a comment. `--print KUSTOMIZATION NAME` prints REPOSITORY@DIGEST as it stands.
"""

import pathlib
import re
import sys

REPOSITORY = re.compile(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")


class Refused(Exception):
    """What was asked for can't be written."""


def entry(lines: list[str], name: str) -> tuple[int, int]:
    """The lines [first, last) of NAME's entry, which begins with `- name: NAME`."""
    if "images:" not in lines:
        raise Refused("it has no images")
    start = lines.index("images:") + 1
    first = next((n for n in range(start, len(lines)) if re.fullmatch(rf"\s*- name: {re.escape(name)}(\s+#.*)?", lines[n])), None)
    if first is None or any(re.match(r"\S", line) and not line.startswith(("-", "#")) for line in lines[start:first]):
        raise Refused(f"its images have no entry {name}")
    last = first + 1
    while last < len(lines) and re.match(r"\s+[^-\s]", lines[last]):
        last += 1
    return first, last


def changed(text: str, name: str, repository: str, digest: str, version: str) -> str:
    for what, pattern, given in (("repository", REPOSITORY, repository), ("digest", DIGEST, digest), ("version", VERSION, version)):
        if not pattern.fullmatch(given):
            raise Refused(f"{given!r} is no {what}")
    lines = text.splitlines()
    first, last = entry(lines, name)
    lines[first + 1:last] = [f"  newName: {repository}", f"  digest: {digest} # {version}"]
    return "\n".join(lines) + "\n"


def current(text: str, name: str) -> str:
    lines = text.splitlines()
    first, last = entry(lines, name)
    fields = dict(re.findall(r"^\s+(\w+): (\S+)", "\n".join(lines[first + 1:last]), re.M))
    if "newName" not in fields or "digest" not in fields:
        raise Refused(f"{name} is not deployed by digest")
    return f"{fields['newName']}@{fields['digest']}"


def main(arguments: list[str]) -> int:
    try:
        if len(arguments) == 3 and arguments[0] == "--print":
            print(current(pathlib.Path(arguments[1]).read_text(encoding="utf-8"), arguments[2]))
        elif len(arguments) == 5:
            file = pathlib.Path(arguments[0])
            file.write_text(changed(file.read_text(encoding="utf-8"), *arguments[1:]), encoding="utf-8")
        else:
            raise Refused("usage: set_image.py KUSTOMIZATION NAME REPOSITORY DIGEST VERSION   or: set_image.py --print KUSTOMIZATION NAME")
    except Refused as error:
        print(f"set_image.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
