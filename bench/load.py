"""Load and yardsticks for the benches: server on one core, generator on the other, rounds interleaved."""

import contextlib
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from support.postgres import children

SERVER_CORE, LOAD_CORE = "0", "1"
ROUND_SECONDS = int(os.environ.get("FF_BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("FF_BENCH_ROUNDS", "3"))
LAG_MS_MAX = 5.0  # p99 of the generator's own lag; above it a round is void (design 11)
VOIDS_MAX = 3     # void rounds of one measurement, after which the machine is too busy to measure on
LAG_WINDOW_SECONDS = 0.02
MADE_BY_NGINX = {"Date", "Connection", "Content-Type", "Content-Length", "ETag"}


def on_core(core: str, *command: str) -> list:
    # The generator first, before what else the machine does for a moment: its delay would be booked to the server. Only root may.
    first = ["nice", "-n", "-19"] if core == LOAD_CORE and os.geteuid() == 0 else []
    return ["taskset", "-c", core, *first, *command]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_with_lag(command: list) -> tuple:
    """Runs `command` to its end: (its output, p99 of its lag in ms). Its lag in a window of LAG_WINDOW_SECONDS is how
    long its threads had work in that window and did not get the core: that delay would be booked to the server."""

    def waited_ms(pid: int) -> float:
        with contextlib.suppress(OSError, IndexError):  # it has just ended
            return sum(int(path.read_text().split()[1]) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6
        return 0.0

    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lags, before = [], 0.0
    while process.poll() is None:
        time.sleep(LAG_WINDOW_SECONDS)
        now = waited_ms(process.pid)
        lags.append(max(0.0, now - before))
        before = now
    output = process.communicate()[0]
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} exited {process.returncode}:\n{output}")
    return output, sorted(lags)[int(len(lags) * 0.99)]


def wrk(url: str, **options) -> dict:
    """One round of wrk: requests per second and p99 in ms. A round in which the generator lagged is void: it is said
    and repeated, and after VOIDS_MAX of them nothing is measured. Any answer but 2xx or 3xx ends the bench."""
    for void in range(1, VOIDS_MAX + 1):
        figures, lag_ms = wrk_once(url, **options)
        if lag_ms <= LAG_MS_MAX:
            return figures
        print(f"  void round {void} of at most {VOIDS_MAX}: the load generator lagged, p99 {lag_ms:.1f} ms "
              f"(at most {LAG_MS_MAX:.0f})", flush=True)
    raise SystemExit(f"{VOIDS_MAX} void rounds against {url}: this machine is too busy to measure on")


def wrk_once(url: str, *, connections: int = 64, headers: dict = None, script: pathlib.Path = None) -> tuple:
    """(figures, p99 of the generator's lag in ms)"""
    output, lag_ms = run_with_lag(on_core(LOAD_CORE, *wrk_command(url, connections, headers, script)))
    return parse_wrk(output, url), lag_ms


def wrk_timed(processes: set, url: str, **options) -> dict:
    """A round's figures with what the server's `processes` did in a second of their time, and `lag_ms`, how late the generator was: a
    lag does not make it void, as the processor time stands."""
    def once() -> dict:
        figures, lag_ms = wrk_once(url, **options)
        return {**figures, "lag_ms": lag_ms}

    return costed(processes, once)


def wrk_command(url: str, connections: int, headers: dict = None, script: pathlib.Path = None) -> list:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{ROUND_SECONDS}s", "--latency"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(script)]
    return [*command, url]


def parse_wrk(output: str, url: str) -> dict:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    errors = re.search(r"Socket errors: (.*)", output)
    if not rate or bad or (errors and re.search(r"[1-9]", errors.group(1))):
        raise SystemExit(f"void run against {url}:\n{output}")
    scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}[p99.group(2)]
    return {"per_second": float(rate.group(1)), "p99_ms": float(p99.group(1)) * scale}


def wrk_together(commands: list) -> dict:
    """One round of several wrk at once, on any core: the sum of their rates and the worst p99."""
    urls = [command[-1] for command in commands]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    figures = [parse_wrk(process.communicate()[0], url) for process, url in zip(running, urls)]
    return {"per_second": sum(f["per_second"] for f in figures), "p99_ms": max(f["p99_ms"] for f in figures)}


def cpu_seconds(processes: set) -> float:
    """User and system time that the processes have taken, in seconds."""
    ticks = 0
    for process in processes:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def costed(processes: set, round_of_load) -> dict:
    """That round's figures, with what the server did in a second of its processes' own processor time: which, unlike a rate or a
    latency, neither a generator at its limit nor a neighbour on the machine moves much."""
    began = cpu_seconds(processes)
    figures = round_of_load()
    used = cpu_seconds(processes) - began
    return {**figures, "per_cpu_second": figures["per_second"] * ROUND_SECONDS / used, "cores": used / ROUND_SECONDS}


def interleaved(*runs) -> list:
    """Each of `runs` once per round, in turn, so that noise hits all alike; the median of each figure."""
    results = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, kept in zip(runs, results):
            kept.append(run())
    return [{key: statistics.median(r[key] for r in kept) for key in kept[0]} for kept in results]


@contextlib.contextmanager
def nginx(folder: pathlib.Path, files: dict, fields: dict):
    """Debian's nginx, one worker on the server's core, serving `files` {name: bytes} from disk, each with the header `fields`
    that it does not make by itself: a client pays for each that it reads. Its address and its processes."""
    added = "".join(f"  add_header {name} \"{value}\";\n" for name, value in fields.items() if name not in MADE_BY_NGINX)
    (folder / "www").mkdir(parents=True)
    for name, content in files.items():
        (folder / "www" / name).write_bytes(content)
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=1000; default_type text/html; gzip_static on; etag on;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
{added}  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
""")
    if os.geteuid() == 0:  # the worker drops to an unprivileged user, which must reach the files
        subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    process = subprocess.Popen(on_core(SERVER_CORE, "nginx", "-c", str(folder / "nginx.conf")),
                               stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}", {process.pid, *children(process.pid)}
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port: int):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


class Report:
    """The table of one suite: printed, and written to build/bench/<suite>.json."""

    def __init__(self, suite: str):
        self.suite = suite
        self.rows = []

    def add(self, work: str, value: float, unit: str, yardstick: str, bar: str, met: bool):
        self._keep(work, value, unit, yardstick, bar, met, f"; bar {bar}: {'met' if met else 'MISSED'}")

    def note(self, work: str, value: float, unit: str, yardstick: str = ""):
        """A figure that has no bar."""
        self._keep(work, value, unit, yardstick, "", None, "")

    def _keep(self, work, value, unit, yardstick, bar, met, verdict):
        self.rows.append({"work": work, "value": round(value, 3), "unit": unit, "yardstick": yardstick,
                          "bar": bar, "met": met})
        print(f"  {work}: {value:.2f} {unit} ({yardstick or 'absolute'}{verdict})", flush=True)

    def close(self) -> int:
        folder = ROOT / "build" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.suite}.json").write_text(json.dumps(self.rows, indent=2) + "\n")
        print("\n| work | value | unit | yardstick | bar | met |\n|---|---|---|---|---|---|")
        for row in self.rows:
            print(f"| {row['work']} | {row['value']} | {row['unit']} | {row['yardstick']} | {row['bar']} | "
                  f"{ {True: 'yes', False: 'no', None: ''}[row['met']]} |")
        missed = [row["work"] for row in self.rows if row["met"] is False]
        print(f"\nwrote build/bench/{self.suite}.json" + (f"; missed: {', '.join(missed)}" if missed else ""))
        return 1 if missed else 0
