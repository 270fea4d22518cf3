"""The Python programs of the tests: the emulator (moto) and checkov, each in a virtual environment of its own, since they want different versions
of the same library. Kept in CACHE/python/NAME-KEY; KEY is a hash of the lock file.
"""

import hashlib
import os
import shutil
from pathlib import Path

from harness import settings, shell

INTERPRETER = "/usr/bin/python3"  # the one that `./ff` makes its own environment with: site-packages of both can be read by it
NAMES = ("moto", "checkov")


def lock(name: str) -> Path:
    return settings.HERE / f"{name}.lock"


def folder(name: str) -> Path:
    return settings.PYTHONS / f"{name}-{hashlib.sha256(lock(name).read_bytes()).hexdigest()[:16]}"


def program(name: str) -> Path:
    return folder(name) / "bin" / "python"


def site_packages(name: str) -> Path:
    return next((folder(name) / "lib").glob("python3*")) / "site-packages"


def install(names: tuple[str, ...] = NAMES) -> None:
    """Makes those environments that are not there."""
    for name in names:
        if folder(name).exists():
            continue
        with shell.step(f"Installing {name} (once)"):
            for old in settings.PYTHONS.glob(f"{name}-*"):
                shutil.rmtree(old)
            # Elsewhere until it is whole. Its scripts hold that path and don't work afterwards; its interpreter does.
            making = settings.PYTHONS / f".{name}"
            shutil.rmtree(making, ignore_errors=True)
            shell.run([INTERPRETER, "-m", "venv", making], log=f"pip-{name}")
            shell.run(["nice", "-n", "19", making / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                       "--requirement", lock(name)], log=f"pip-{name}")
            os.rename(making, folder(name))
