"""Runs the real binary: subcommands, and `serve` as a process with free ports on loopback."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time

from support import log_book

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60  # sanitizer builds on a busy machine


def binary() -> str:
    return os.environ.get("FF_BINARY", str(ROOT / "build" / "release" / "fashionforward"))


def sanitized() -> bool:
    """Whether that program is built with a sanitizer, which multiplies the memory and the time that it takes."""
    code = pathlib.Path(binary()).read_bytes()
    return b"__asan_init" in code or b"__tsan_init" in code


def surroundings() -> dict:
    """This process's environment without what would be settings of the program: FF_BINARY and others are the tests'."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FF_")}


def run(*arguments: str, check: bool = True, **options) -> subprocess.CompletedProcess:
    """One subcommand to its end; output captured as text. Without `env` it has surroundings()."""
    options.setdefault("env", surroundings())
    done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=300, **options)
    for line in done.stderr.splitlines():
        log_book.keep(arguments[0] if arguments else "", line)
    if check and done.returncode != 0:
        raise AssertionError(f"{arguments} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class ShopProcess:
    """`fashionforward serve` on one folder: the shop's database and the demo gateway's ledger live there."""

    def __init__(self, folder: pathlib.Path, config: str = "", io_threads: int = 2, arguments: tuple = (),
                 before_exec=None):
        self.folder = folder
        self.config = config
        self.io_threads = io_threads
        self.arguments = arguments
        self.before_exec = before_exec  # called in the new process, before it is the shop's
        self.process = None
        self.log = []  # parsed JSON lines of standard error
        self.url = self.ops_url = ""
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def database_url(self) -> str:
        return f"sqlite:{self.folder / 'shop.db'}"

    @property
    def environment(self) -> dict:
        return {**surroundings(), "FF_PAYMENT_LEDGER": str(self.folder / "gateway.db"),
                "FF_DATABASE_URL": self.database_url}

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        return run(*arguments, check=check, env=self.environment, cwd=self.folder)

    def migrate_and_seed(self) -> "ShopProcess":
        self.run("migrate")
        self.run("seed")
        return self

    def thread(self, name: str) -> pathlib.Path:
        """Its folder in /proc. A thread names itself once it runs."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
                if (task / "comm").read_text().strip() == name:
                    return task
            time.sleep(0.01)
        raise TimeoutError(f"the server has no thread {name}")

    def start(self) -> "ShopProcess":
        flags = ["--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--io-threads", str(self.io_threads)]
        if self.config:
            path = self.folder / "test.toml"
            path.write_text(self.config)
            flags += ["--config", str(path)]
        self.process = subprocess.Popen(
            [binary(), "serve", *flags, *self.arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment, cwd=self.folder,
            preexec_fn=self.before_exec)
        addresses = queue.Queue()
        threading.Thread(target=self._read_log, args=(self.process.stderr, addresses), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS_MAX
        found = {}
        while set(found) != {"shop", "ops"}:
            try:
                found.update([addresses.get(timeout=max(0.01, deadline - time.monotonic()))])
            except queue.Empty:
                raise AssertionError(f"the server did not start: {self.log[-20:]}") from None
            if None in found:
                raise AssertionError(f"the server ended at start: {self.log[-20:]}")
        self.url, self.ops_url = f"http://{found['shop']}", f"http://{found['ops']}"
        return self

    def _read_log(self, stream, addresses):
        for line in stream:
            log_book.keep("serve", line)
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"message": "not JSON", "line": line}
            self.log.append(entry)
            if entry.get("message") == "listening":
                addresses.put((entry["server"], entry["address"]))
        addresses.put((None, None))

    def kill(self):
        """As the machine would: no warning, no drain."""
        self.process.kill()
        self.process.wait(timeout=30)

    def stop(self) -> int:
        """SIGTERM and the drain; the exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0 if self.process is None else self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def audit(self) -> subprocess.CompletedProcess:
        return self.run("audit", check=False)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
