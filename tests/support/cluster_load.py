"""Load on a port of this machine: `hey` for pages, in the two ways that browsers and proxies ask (connections kept, and a
connection for each request), and the storm of bench/storm for whole visits. What failed is told apart: no connection, an
answer that never came, an answer of 5xx."""

import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from support.cluster import ROOT, run

PATIENCE_SECONDS = 10
TRIES = 8  # of one request, when the shop says when to come again
FOREVER = "1h"  # until it is stopped
STOP_SECONDS_MAX = PATIENCE_SECONDS + 20
STORM = ROOT / "build" / "release" / "bench" / "storm"
UNANSWERED = ("Client.Timeout", "deadline exceeded", "i/o timeout")
LOOPBACK = "127."
# Of requests; who was told when to come again, and came, lost nothing. And of visits: told too often, and any other way.
FAILED = ("refused_bare", "server_error", "odd", "timeout", "reset", "unconnected")
LEFT_WITHOUT = ("gave_up", "lost")


class Hey:
    """`with Hey(url, host) as pages: <break things>`; afterwards its figures. `workers` x `each` requests a second at most."""

    def __init__(self, url: str, host: str, workers: int = 6, each: int = 10, keep_alive: bool = True):
        assert urllib.parse.urlsplit(url).hostname.startswith(LOOPBACK), f"load goes to this machine only, not to {url}"
        self.command = ["hey", "-z", FOREVER, "-c", str(workers), "-q", str(each), "-t", str(PATIENCE_SECONDS), "-host", host]
        self.command += ([] if keep_alive else ["-disable-keepalive"]) + [url]
        self.workers = workers
        self.name = f"{'keep-alive' if keep_alive else 'a connection each'}"
        self.statuses, self.errors, self.seconds, self.latency = {}, {}, 0.0, {}

    def __enter__(self) -> "Hey":
        self.output = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(self.command, stdout=self.output, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)  # it finishes what it has asked for, and tells
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.seek(0)
        self.parse(self.output.read())
        self.output.close()

    def parse(self, text: str):
        total = re.search(r"Total:\s+([\d.]+) secs", text)
        assert total, f"hey told no figures, but: {text}"
        self.seconds = float(total.group(1))
        self.statuses = {int(status): int(count) for status, count in re.findall(r"\[(\d{3})\]\s+(\d+) responses", text)}
        self.latency = {int(part): float(seconds) for part, seconds in re.findall(r"(\d+)% in ([\d.]+) secs", text)}
        errors = text.split("Error distribution:")[1] if "Error distribution:" in text else ""
        self.errors = {}
        for count, words in re.findall(r"\[(\d+)\]\s+(.*)", errors):
            kind = "no answer" if any(each in words for each in UNANSWERED) else re.sub(r"^.*?: ", "", words.split('": ')[-1])
            self.errors[kind] = self.errors.get(kind, 0) + int(count)

    @property
    def asked(self) -> int:
        return sum(self.statuses.values()) + sum(self.errors.values())

    @property
    def served(self) -> int:
        return self.statuses.get(200, 0)

    @property
    def failed(self) -> int:
        return self.asked - self.served

    def __str__(self) -> str:
        bad = {status: count for status, count in self.statuses.items() if status != 200} | self.errors
        return (f"pages, {self.name}: {self.failed} failed of {self.asked} ({self.asked / max(self.seconds, 0.001):.0f}/s, p50 "
                f"{1e3 * self.latency.get(50, 0):.0f} ms, p99 {1e3 * self.latency.get(99, 0):.0f} ms){f' {bad}' if bad else ''}")


class Pulse:
    """`with Pulse(ask) as pulse:` calls ask() again and again from a thread of its own: when it began, how long it took,
    and what went wrong ('' for nothing)."""

    def __init__(self, ask, every: float = 0.1):
        self.ask, self.every = ask, every
        self.beats = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.over.wait(self.every):
            began = time.time()
            try:
                self.ask()
                fault = ""
            except Exception as error:  # whatever went wrong is what is counted
                fault = str(error) or type(error).__name__
            self.beats.append((began, time.time() - began, fault))

    def __enter__(self) -> "Pulse":
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(timeout=STOP_SECONDS_MAX)

    def between(self, begin: float, end: float) -> list:
        return [beat for beat in self.beats if begin <= beat[0] < end]

    def gap(self, begin: float, end: float) -> float:
        """The longest time without an answer, in seconds."""
        good = [began + took for began, took, fault in self.between(begin, end) if not fault]
        moments = [begin, *good, end]
        return max(later - sooner for sooner, later in zip(moments, moments[1:]))


class Visits:
    """The storm of bench/storm: shoppers who arrive, look around, and buy. `with Visits(...) as visits:` waits for its end."""

    def __init__(self, folder: pathlib.Path, target: str, host: str, goods: str, rate: float, seconds: float, *flags: str,
                 warm_up: float = 2):
        self.goods, self.orders = folder / "goods", folder / "orders"
        self.goods.write_text(goods)
        self.seconds, self.warm_up = seconds, warm_up
        self.command = [str(STORM), "--target", target, "--host", host, "--goods", str(self.goods), "--rate", str(rate),
                        "--shoppers", "5000", "--warm-up", str(warm_up), "--seconds", str(seconds), "--patience",
                        str(PATIENCE_SECONDS), "--tries", str(TRIES), "--orders", str(self.orders), "--run", str(time.time_ns()),
                        *flags]
        self.result = None

    def __enter__(self) -> "Visits":
        self.began = time.time() + self.warm_up  # of what counts
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.process.kill()
        output, errors = self.process.communicate(timeout=self.seconds + self.warm_up + STOP_SECONDS_MAX)
        assert kind is not None or self.process.returncode == 0, errors
        if kind is None:
            self.result = json.loads(output)

    def running(self) -> bool:
        return self.process.poll() is None

    def endings(self) -> dict:
        """Of all requests, by how they ended."""
        counts = {}
        for figures in self.result["classes"].values():
            for ending, count in figures.items():
                if isinstance(count, int):
                    counts[ending] = counts.get(ending, 0) + count
        return {ending: count for ending, count in counts.items() if count}

    def failed(self) -> dict:
        """Requests without an honest answer, and visits that did not end with what the shopper came for."""
        bad = {ending: count for ending, count in self.endings().items() if ending in FAILED}
        return bad | {exit_: count for exit_ in LEFT_WITHOUT if (count := self.result["shoppers"][exit_])}

    def bought(self) -> list:
        """The names of the orders that shoppers were told."""
        return self.orders.read_text().split() if self.orders.exists() else []

    def __str__(self) -> str:
        asked = sum(self.endings().values())
        latencies = "; ".join(f"{name} p50 {of['served']['p50_ms']:.0f}, p99 {of['served']['p99_ms']:.0f} ms"
                              for name, of in self.result["classes"].items() if of["served"]["count"])
        return (f"visits: {self.result['arrived_per_second']:.0f} shoppers/s, {asked / self.result['seconds']:.0f} requests/s, "
                f"{self.result['bought_per_second']:.1f} orders/s; {self.endings()}; {latencies}")


def tools():
    """What a load needs, or why there is none."""
    for tool in (["hey"], [str(STORM), "--help"]):
        try:
            run(*tool, check=False, timeout=10)
        except FileNotFoundError:
            sys.exit(f"{tool[0]} is not there: ./ff cluster up makes hey, ./ff build release bench_tools makes the storm")
