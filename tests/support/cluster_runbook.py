"""A page of docs/runbooks as a test follows it: its commands are run as they stand there, what it says one sees is looked for,
and its tables are read the way somebody at night reads them. So the page and the test can't disagree."""

import functools
import re
import textwrap

from support.cluster import ROOT, run

FOLDER = ROOT / "docs" / "runbooks"
COMMANDS_SECONDS_MAX = 330  # the longest `--timeout` of a page, and a little


class Page:
    def __init__(self, name: str):
        self.name = name
        self.text = (FOLDER / f"{name}.md").read_text()

    def section(self, title: str) -> str:
        """What stands under **title**, up to the next such word at the beginning of a line."""
        found = re.search(rf"^\*\*{title}\*\*(.*?)(?=^\*\*\w|^#|\Z)", self.text, re.M | re.S)
        assert found, f"{self.name}.md has no {title}"
        return found.group(1)

    def under(self, heading: str) -> str:
        """What stands under the heading that begins like that, up to the next of its level."""
        found = re.search(rf"^## {heading}[^\n]*\n(.*?)(?=^## |\Z)", self.text, re.M | re.S)
        assert found, f"{self.name}.md has no heading {heading}"
        return found.group(1)

    def scripts(self, title: str, **names: str) -> list:
        """The section's indented blocks; `names`: what stands for POD and the like."""
        scripts = self._blocks(self.section(title))
        assert scripts, f"{self.name}.md, {title}: no commands"
        for name, value in names.items():
            scripts = [re.sub(rf"\b{name}\b", value, script) for script in scripts]
        return scripts

    def look(self, title: str, **names: str) -> str:
        """Runs the section's commands; what they printed. They may fail: one looks at something broken."""
        return "".join(self._run(script, check=False) for script in self.scripts(title, **names))

    def follow(self, title: str, **names: str):
        """Runs the section's commands, which must do what they are there for."""
        for script in self.scripts(title, **names):
            self._run("set -euo pipefail\n" + script, check=True)

    def do(self, heading: str, what: str) -> str:
        """Runs the one block under the heading that says `what`; what it printed."""
        scripts = [script for script in self._blocks(self.under(heading)) if what in script]
        assert len(scripts) == 1, f"{self.name}.md, {heading}: {len(scripts)} blocks say {what}"
        return self._run("set -euo pipefail\n" + scripts[0], check=True)

    def symptom(self, *words: str) -> tuple:
        """The words, after a look whether the page tells the reader to look out for them."""
        told = self.section("Symptom")
        for word in words:
            assert f"`{word}`" in told, f"{self.name}.md does not say that one sees {word}"
        return words

    def diagnosis(self, seen: str) -> list:
        """What the tables under Check say of what was seen: [(what stands in the first column, what it is)]."""
        found = []
        for left, right in re.findall(r"^\| (.+?) \| (.+) \|$", self.section("Check"), re.M):
            if re.search(self._pattern(left), seen):
                found.append((left, right))
        return found

    @staticmethod
    def _blocks(text: str) -> list:
        """Indented blocks: what is to be typed."""
        return [textwrap.dedent(block).strip() for block in re.findall(r"(?:^(?: {4}.*)\n(?:\n(?= {4}))?)+", text, re.M)]

    @staticmethod
    def _pattern(cell: str) -> str:
        """A cell as somebody reads it: `...` is anything, N a number, name a name; bare numbers are exit codes."""
        if quoted := re.findall(r"`([^`]+)`", cell):
            stands_for = ((r"\.\.\.", ".*"), (r"\ N\ ", r" \d+ "), (r"\(name\)", r"\(\S+\)"))
            return "|".join(functools.reduce(lambda text, pair: text.replace(*pair), stands_for, re.escape(part))
                            for part in quoted)
        if codes := re.findall(r"\d+", cell):
            return rf'"exitCode":({"|".join(codes)})\b'
        return r"(?!)"  # of nothing that can be read

    def _run(self, script: str, check: bool) -> str:
        done = run("bash", "-c", script, check=check, timeout=COMMANDS_SECONDS_MAX)
        return done.stdout + done.stderr
