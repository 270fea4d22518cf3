"""The emulated AWS: moto's server with extensions/, a fresh one for each run, since its state is its process'."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from harness import python, settings, shell


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """`with Emulator(log) as address:`"""

    def __init__(self, log: Path, port: int | None = None):
        """`port`: any free one, if none is given."""
        self.log = log
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> str:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(
                [str(python.program("moto")), str(settings.HERE / "extensions"), "-H", "127.0.0.1", "-p", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + 120  # importing all of it takes 3 s, and much longer on a starved machine
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise shell.Failure(f"the emulator did not start: see {self.log}")
            time.sleep(0.2)
        return self.address

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/moto-api/data.json", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(10)
