"""The payment gateway as a process of its own, and shops that use it instead of one inside themselves."""

import json
import pathlib
import secrets
import signal
import subprocess
import threading
import time

import requests

from support import log_book
from support.postgres import PostgresShop, free_port
from support.shop_process import START_SECONDS_MAX, ShopProcess, binary, surroundings


class GatewayProcess:
    """`fashionforward payment-gateway` on one folder; its address and its secret outlive a kill."""

    def __init__(self, folder: pathlib.Path, before_exec=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.before_exec = before_exec
        self.ledger = folder / "gateway.db"
        self.token_file = folder / "token"
        self.token_file.write_text(log_book.secret(secrets.token_urlsafe(32), "a gateway's token") + "\n")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.log = []

    @property
    def settings(self) -> dict:
        """What a shop's environment must say to use it."""
        return {"FF_PAYMENT_GATEWAY_URL": self.url, "FF_PAYMENT_GATEWAY_TOKEN_FILE": str(self.token_file)}

    def start(self, latency_ms: int = 0, more_settings: dict | None = None) -> "GatewayProcess":
        self.process = subprocess.Popen(
            [binary(), "payment-gateway", "--listen", f"127.0.0.1:{self.port}", "--ledger", str(self.ledger),
             "--token-file", str(self.token_file), "--latency", str(latency_ms)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**surroundings(), **(more_settings or {})}, cwd=self.folder, preexec_fn=self.before_exec)
        threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._ready():
            assert self.process.poll() is None and time.monotonic() < deadline, f"it did not start: {self.log}"
            time.sleep(0.01)
        return self

    def _ready(self) -> bool:
        try:
            return requests.get(self.url + "/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def _read_log(self, stream):
        for line in stream:
            log_book.keep("payment-gateway", line)
            self.log.append(json.loads(line))

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)

    def stop(self) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def ask(self, method: str, path: str, body: dict = None, token: str = None) -> requests.Response:
        shown = self.token_file.read_text().strip() if token is None else token
        return requests.request(method, f"{self.url}/v1/payments{path}", json=body, timeout=30,
                                headers={"Authorization": f"Bearer {shown}"})

    def payments(self) -> dict:
        """Its whole ledger by key, page by page."""
        found, after = {}, ""
        while True:
            answer = self.ask("GET", f"?limit=100{'&after=' + after if after else ''}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            for payment in page["payments"]:
                assert payment["key"] not in found, "a page overlaps another"
                found[payment["key"]] = payment
            after = page.get("next")
            if not after:
                return found

    def __enter__(self) -> "GatewayProcess":
        return self.start()

    def __exit__(self, *_):
        self.stop()


class UsesGateway:
    """Mixed into a shop's process: it asks `gateway`, and has none inside."""

    gateway: GatewayProcess

    @property
    def environment(self) -> dict:
        return {**super().environment, **self.gateway.settings}


class RemoteShop(UsesGateway, ShopProcess):
    def __init__(self, folder: pathlib.Path, gateway: GatewayProcess, **options):
        self.gateway = gateway
        super().__init__(folder, **options)


class RemotePostgresShop(UsesGateway, PostgresShop):
    def __init__(self, folder: pathlib.Path, url: str, gateway: GatewayProcess, **options):
        self.gateway = gateway
        super().__init__(folder, url, **options)
