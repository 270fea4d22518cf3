"""Receivers of traces for tests: the OpenTelemetry collector itself, compiled once from the module beside this file, and behind
it a small server that keeps what the collector passes on."""

import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

SOURCE = pathlib.Path(__file__).with_name("otel-collector")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "fashionforward" / "otel-collector"
START_SECONDS_MAX = 60


def place() -> pathlib.Path:
    """Where the collector is, once compiled."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir()))).hexdigest()[:16]
    return CACHE / f"otel-collector-{key}"


def is_built() -> bool:
    return place().exists()


def program() -> pathlib.Path:
    """The collector, compiled where its module has changed since. Raises FileNotFoundError without Go."""
    built = place()
    if not built.exists():
        if shutil.which("go") is None:
            raise FileNotFoundError("Go is needed to compile the OpenTelemetry collector")
        CACHE.mkdir(parents=True, exist_ok=True)
        # One compiler at a time, and gently: it is some minutes of one processor, once.
        subprocess.run(["nice", "-n", "19", "go", "build", "-p", "1", "-trimpath", "-ldflags", "-s -w", "-o", f"{built}.new", "."],
                       cwd=SOURCE, check=True, env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off"})
        os.replace(f"{built}.new", built)
    return built


class Receiver:
    """Takes what is posted to /v1/traces, as whoever sends it encodes it in JSON."""

    def __init__(self, status: int = 200, delay_s: float = 0):
        self.status = status
        self.delay_s = delay_s
        self.bodies: list[dict] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(receiver.delay_s)
                if receiver.status == 200:
                    receiver.bodies.append({"path": self.path, "type": self.headers["Content-Type"], **json.loads(body)})
                answer = b"{}"
                try:
                    self.send_response(receiver.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    pass  # whoever asked did not wait

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self) -> list[dict]:
        """All that came, each with its service's name and its attributes as a dict."""
        found = []
        for body in list(self.bodies):
            for resource in body.get("resourceSpans", []):
                service = attributes(resource["resource"])["service.name"]
                for scope in resource["scopeSpans"]:
                    found += [{**span, "service": service, "attributes": attributes(span)} for span in scope["spans"]]
        return found

    def until(self, condition, seconds: float = 30) -> list[dict]:
        """The spans, once they fulfil `condition`."""
        deadline = time.monotonic() + seconds
        while not condition(self.spans()):
            assert time.monotonic() < deadline, [span["name"] for span in self.spans()]
            time.sleep(0.05)
        return self.spans()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def attributes(of: dict) -> dict:
    return {each["key"]: next(iter(each["value"].values())) for each in of.get("attributes", [])}


class Collector:
    """The collector: takes OTLP over HTTP and passes it on to a Receiver."""

    def __init__(self, folder: pathlib.Path, receiver: Receiver):
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"http://{self.address}"
        self.config = folder / "collector.yaml"
        self.config.write_text(f"""\
receivers: {{otlp: {{protocols: {{http: {{endpoint: "{self.address}"}}}}}}}}
exporters:
  otlphttp:
    endpoint: {receiver.url}
    encoding: json
    compression: none
    sending_queue: {{enabled: false}}  # what it answers is what became of it
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [otlphttp]}}}}
""")
        self.log = folder / "collector.log"
        self.process = None

    def start(self) -> "Collector":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([program(), "--config", str(self.config)], stdout=log, stderr=log)
        host, port = self.address.split(":")
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            try:
                socket.create_connection((host, int(port)), 1).close()
                return self
            except OSError:
                time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


if __name__ == "__main__":
    print(program())
