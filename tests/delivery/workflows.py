"""The workflow files as GitHub reads them, and the few questions that the tests ask of them."""

import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "deploy" / "ci"
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.y*ml"))
COMMAND_SECONDS_MAX = 120


@dataclass(frozen=True)
class Step:
    where: str  # "test.yaml, every-change, 2"
    job: dict
    content: dict


def read(path: pathlib.Path) -> dict:
    """A workflow. YAML 1.1 reads its key `on` as true."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    loaded["on"] = loaded.pop(True)
    return loaded


def jobs(path: pathlib.Path) -> dict[str, dict]:
    return read(path)["jobs"]


def steps() -> Iterator[Step]:
    for path in FILES:
        for name, job in jobs(path).items():
            for number, step in enumerate(job.get("steps", ()), 1):
                yield Step(f"{path.name}, {name}, {number}", job, step)


def commands() -> dict[str, str]:
    """Where -> what each step runs."""
    return {step.where: step.content["run"] for step in steps() if "run" in step.content}


def uses() -> Iterator[tuple[str, str]]:
    """(where, the text of the line after `uses:`) with its comment, which a YAML reader drops."""
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = re.match(r"\s*(?:- )?uses:\s*(.*)$", line)
            if found:
                yield f"{path.name}:{number}", found.group(1).strip()


def tool(module: str, name: str) -> pathlib.Path:
    """A program of deploy/ci/tools.sh, where it has been compiled; here nothing is."""
    done = subprocess.run([SCRIPTS / "tools.sh", "--cached", module], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
    if done.returncode != 0:
        pytest.skip(f"{name} is not compiled; deploy/ci/tools.sh {module} does it once")
    return pathlib.Path(done.stdout.strip()) / name


def run(*arguments, check: bool = True, **options) -> subprocess.CompletedProcess:
    """A program to its end, output captured as text."""
    options.setdefault("timeout", COMMAND_SECONDS_MAX)
    options.setdefault("cwd", ROOT)
    done = subprocess.run([str(each) for each in arguments], capture_output=True, text=True, **options)
    assert not check or done.returncode == 0, f"{arguments} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def need(program: str, why: str) -> str:
    found = shutil.which(program)
    return found or pytest.skip(f"there is no {program}, {why}")
