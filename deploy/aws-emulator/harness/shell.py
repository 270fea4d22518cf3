"""Running other programs: quietly into a log file for each step, with the time each took, and a short message where one fails."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.settings import LOGS


class Failure(Exception):
    """Something the person who runs this can act on: printed without a traceback."""


@contextmanager
def step(what: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"{what} ...", end="", flush=True)
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str | Path], *, log: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Runs `command` with its output appended to the log file `log`, whose end is shown where it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    with open(path, "a", encoding="utf-8") as out:
        print("+", *command, file=out, flush=True)
        try:
            status = subprocess.run([str(each) for each in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, check=False,
                                    env={**os.environ, **(env or {})}).returncode
        except FileNotFoundError:
            raise Failure(f"there is no program {command[0]}") from None
    if status != 0:
        print("\n" + "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-25:]), file=sys.stderr)
        raise Failure(f"{Path(command[0]).name} failed ({status}): see {path}")


def ask(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout_s: float = 60) -> str | None:
    """What `command` prints, or None where it fails or is missing."""
    try:
        done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False, cwd=cwd,
                              stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, timeout=timeout_s)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
