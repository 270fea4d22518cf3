"""Prometheus, Alertmanager and their tools as the tests run them: the programs that deploy/monitoring/programs.py builds,
processes on free loopback ports, and their HTTP interfaces."""

import functools
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from support.postgres import free_port
from support.shop_process import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
RULES = MONITORING / "rules" / "fashionforward.yml"
BUILD_SECONDS_MAX = 3600  # from nothing, on a busy machine
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30

sys.path.insert(0, str(MONITORING))

from programs import CACHE, MODULES  # noqa: E402,F401


@functools.cache
def folder_of(module: str) -> pathlib.Path:
    done = subprocess.run([sys.executable, MONITORING / "programs.py", module], stdout=subprocess.PIPE, text=True, check=True,
                          timeout=BUILD_SECONDS_MAX)
    return pathlib.Path(done.stdout.strip())


def tool(name: str, *arguments, check: bool = True, input: str = None, timeout: float = 120) -> subprocess.CompletedProcess:
    """promtool or amtool, to its end."""
    module = {"promtool": "prometheus", "amtool": "alertmanager"}[name]
    done = subprocess.run([folder_of(module) / name, *arguments], capture_output=True, text=True, check=False, input=input,
                          timeout=timeout)
    assert not check or done.returncode == 0, f"{name} {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"
    return done


def generated_rules(path: pathlib.Path, scale: str = "1") -> pathlib.Path:
    """The rules with their windows shrunk."""
    subprocess.run([sys.executable, MONITORING / "generate.py", "--rules", path, "--scale", scale], check=True)
    return path


def alerts() -> list:
    """The committed alerting rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule]


class Program:
    """A process that is asked over HTTP at `url`."""

    def __init__(self, folder: pathlib.Path, url: str = ""):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.url = url or f"http://127.0.0.1:{free_port()}"
        self.process = None

    def command(self) -> list:
        raise NotImplementedError

    def __enter__(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder)
        end = time.monotonic() + START_SECONDS_MAX
        while not self.answers("/-/ready"):
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    @property
    def address(self) -> str:
        return urllib.parse.urlsplit(self.url).netloc


class Asked:
    """What is asked of a Prometheus, wherever it runs: `url` is its address."""

    url = ""

    def get(self, path: str, **query: str) -> dict:
        address = f"{self.url}/api/v1/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{query}: {error.read().decode()}") from None

    def query(self, expr: str) -> list:
        """[(labels, value)] at this moment."""
        data = self.get("query", query=expr)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(each["metric"], float(each["value"][1])) for each in data["result"]]

    def value(self, expr: str, otherwise: float = 0.0) -> float:
        found = self.query(expr)
        return found[0][1] if found else otherwise

    def range(self, expr: str, seconds: float, step: float = 1) -> list:
        """Series over the last seconds: [(labels, [(time, value)])]."""
        now = time.time()
        data = self.get("query_range", query=expr, start=str(now - seconds), end=str(now), step=str(step))
        return [(each["metric"], [(float(at), float(value)) for at, value in each["values"]]) for each in data["result"]]

    def alerts(self, state: str = "firing") -> dict:
        """Those that are in that state, without the Watchdog: {(name, severity): when it began to be pending}."""
        return {(each["labels"]["alertname"], each["labels"]["severity"]): each["activeAt"]
                for each in self.get("alerts")["alerts"]
                if each["state"] == state and each["labels"]["alertname"] != "Watchdog"}

    def wait_for(self, expr: str, what: str, seconds: float) -> list:
        end = time.monotonic() + seconds
        while not (found := self.query(expr)):
            assert time.monotonic() < end, f"waited {seconds} s for {what}: {expr}\n{self.get('targets')['activeTargets']}"
            time.sleep(0.2)
        return found


class Prometheus(Program, Asked):
    """`with Prometheus(folder, {"fashionforward": [...addresses]}, rules=path) as prometheus:` Instead of an address: a group of
    targets with labels, as in its configuration."""

    def __init__(self, folder: pathlib.Path, jobs: dict, rules: pathlib.Path = None, every: str = "1s", alertmanager: str = ""):
        super().__init__(folder)
        config = {"global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
                  "rule_files": [str(rules)] if rules else [],
                  "scrape_configs": [{"job_name": name, "static_configs": [
                      target if isinstance(target, dict) else {"targets": [target]} for target in targets]}
                                     for name, targets in jobs.items()]}
        if alertmanager:
            config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))

    def command(self) -> list:
        return [folder_of("prometheus") / "prometheus", f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}", f"--web.listen-address={self.address}", "--log.level=warn"]


class Alertmanager(Program):
    def __init__(self, folder: pathlib.Path, config: dict):
        super().__init__(folder)
        (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))

    def command(self) -> list:
        return [folder_of("alertmanager") / "alertmanager", f"--config.file={self.folder / 'alertmanager.yml'}",
                f"--storage.path={self.folder / 'data'}", f"--web.listen-address={self.address}", "--cluster.listen-address=",
                "--log.level=warn"]

    def post(self, *alerts: dict, ended: bool = False):
        """Alerts as Prometheus sends them: their labels, and whether they have just ended."""
        end = {"endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())} if ended else {}
        body = json.dumps([{"labels": labels, **end} for labels in alerts]).encode()
        request = urllib.request.Request(f"{self.url}/api/v2/alerts", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200


class Inbox:
    """Whoever is called: a web server that keeps what it was told. `with Inbox() as inbox:`; `url(name)` is the address of a
    receiver."""

    def __init__(self):
        self.told = []  # (receiver, notification)
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.told.append((self.path.strip("/"), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def url(self, receiver: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{receiver}"

    def heard(self, status: str = "firing") -> set:
        """{(receiver, alert's name)} of all that came."""
        return {(receiver, each["labels"]["alertname"]) for receiver, note in list(self.told) for each in note["alerts"]
                if each["status"] == status}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
