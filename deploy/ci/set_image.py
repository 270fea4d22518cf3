"""Which image an overlay runs: set_image.py KUSTOMIZATION NAME REPOSITORY DIGEST VERSION rewrites NAME's entry of `images:` in place.

Only that entry's lines change, comments and order of the rest stay, so the difference between two deployments reads as what it is. The
image is named by digest; the version is a comment. `--print KUSTOMIZATION NAME` prints REPOSITORY@DIGEST as it stands;
`--keep EARLIER KUSTOMIZATION NAME` writes NAME's entry as it stands in the file EARLIER, if it is by digest there.
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


def kept(text: str, name: str, earlier: str) -> str:
    current(earlier, name)
    lines, source = text.splitlines(), earlier.splitlines()
    (first, last), (begin, end) = entry(lines, name), entry(source, name)
    lines[first:last] = source[begin:end]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    try:
        if len(arguments) == 3 and arguments[0] == "--print":
            print(current(pathlib.Path(arguments[1]).read_text(encoding="utf-8"), arguments[2]))
        elif len(arguments) == 4 and arguments[0] == "--keep":
            earlier, file = (pathlib.Path(each) for each in arguments[1:3])
            file.write_text(kept(file.read_text(encoding="utf-8"), arguments[3], earlier.read_text(encoding="utf-8")), encoding="utf-8")
        elif len(arguments) == 5:
            file = pathlib.Path(arguments[0])
            file.write_text(changed(file.read_text(encoding="utf-8"), *arguments[1:]), encoding="utf-8")
        else:
            raise Refused("usage: set_image.py KUSTOMIZATION NAME REPOSITORY DIGEST VERSION   or: --print KUSTOMIZATION NAME"
                          "   or: --keep EARLIER KUSTOMIZATION NAME")
    except Refused as error:
        print(f"set_image.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
