"""The shops that ./ff bench spike measures side by side: ours, Flask's and Vendure. Each has the same catalogue, a database of
its own on the same PostgreSQL server, and the server's core for its processes."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import load
import sale
from shops import PostgresShop, fetch, get_json
from support.postgres import BINARIES, Postgres, children

PEERS = load.ROOT / "bench" / "peers"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "fashionforward"
INSTALL_SECONDS_MAX = 540
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 20
# What an order costs the store that ours is given: then the store is the limit, and ten times as much can be offered by a
# generator on one core, and answered by a server on one (with 3 ms its pages and refusals fill it). Asleep, so that it takes
# nobody's processor; once a batch, so that waking up late counts once.
ORDER_MS = 4
SLOW_STORE = f"""
CREATE FUNCTION slow_store() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep({ORDER_MS / 1000} * (SELECT count(*) FROM placed)); RETURN NULL; END $$;
CREATE TRIGGER slow_store AFTER INSERT ON orders REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION slow_store();
"""


class Unavailable(Exception):
    """A peer that can't be had on this machine; why."""


class Contender:
    """`with contender:` it serves at `target`. `goods`: the file for storm --goods."""

    name = ""
    kind = ""     # storm --shop
    closed = 16   # shoppers of the closed loop that finds its capacity
    longer = 1    # its rounds are so much longer: it makes so few orders
    page = "/"    # of which it is asked whether it is well

    def __init__(self, server: Postgres, folder: pathlib.Path):
        self.server, self.folder = server, folder / self.name.replace(" ", "-")
        self.folder.mkdir()
        self.goods = self.folder / "goods"
        self.port = load.free_port()
        self.processes = []

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self):
        """Installs it and makes its database. Raises Unavailable."""

    def start(self):
        raise NotImplementedError

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                for pid in (*children(process.pid), process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def finish(self):
        """After all its rounds."""

    def spawn(self, *command: str, folder: pathlib.Path, **environment: str):
        with open(self.folder / "log", "ab") as log:
            self.processes.append(subprocess.Popen(load.on_core(load.SERVER_CORE, *command), cwd=folder, stdout=log, stderr=log,
                                                   env={**os.environ, **environment}))

    def answers(self) -> float:
        """How long a page takes now, in seconds; START_SECONDS_MAX when it fails."""
        began = time.monotonic()
        try:
            with urllib.request.urlopen(self.request(), timeout=5) as answer:
                answer.read()
        except (OSError, urllib.error.URLError):
            return START_SECONDS_MAX
        return time.monotonic() - began

    def request(self) -> urllib.request.Request:
        return urllib.request.Request(f"http://{self.target}{self.page}")

    def wait_until_well(self, seconds: float = START_SECONDS_MAX):
        """What an earlier round left in its queues is worked through."""
        deadline = time.monotonic() + seconds
        quick = 0
        while quick < 3:
            if time.monotonic() > deadline or any(process.poll() is not None for process in self.processes):
                raise SystemExit(f"{self.name} does not come up:\n{(self.folder / 'log').read_text()[-2000:]}")
            quick = quick + 1 if self.answers() < 1 else 0
            time.sleep(0.2)

    def memory_mb(self) -> float:
        """Of its processes, without the database: proportional set size, so that what they share counts once."""
        total, left = 0, [process.pid for process in self.processes]
        while left:
            pid = left.pop()
            with contextlib.suppress(OSError):
                left += children(pid)
                for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total / 1024

    def __enter__(self):
        self.start()
        self.wait_until_well()
        return self

    def __exit__(self, *_):
        self.stop()


class Ours(Contender):
    name, kind, closed = "FashionForward", "ours", 32

    def prepare(self):
        self.shop = PostgresShop(self.folder, self.server.create_database("ours"))
        sale.write_for_us(self.folder / "catalogue.csv", self.folder / "collections.csv")
        self.shop.run("migrate")
        self.shop.run("import", str(self.folder / "catalogue.csv"), "--collections", str(self.folder / "collections.csv"))
        self.server.execute(SLOW_STORE, "ours")

    def start(self):
        self.shop.start()
        self.processes = [self.shop.process]
        self.port = int(self.shop.url.rsplit(":", 1)[1])
        sale.write_goods(self.goods, {product["handle"]: get_json(f"{self.shop.url}/api/v1/products/{product['handle']}")
                                      ["variants"][0]["id"] for product in sale.products()})

    def stop(self):
        self.shop.stop()
        self.processes = []

    def finish(self):
        audit = self.shop.audit()
        if audit.returncode != 0:
            raise SystemExit(f"the shop's books don't balance after the storm:\n{audit.stdout}")

    def refusals(self) -> dict:
        """What the shop itself counts of its refusals, since it was started."""
        text = fetch(self.shop.ops_url + "/metrics")[1].decode()
        counts = (row.rsplit(" ", 1) for row in text.splitlines() if row.startswith("ff_admission_refused_total"))
        return {name: float(count) for name, count in counts if float(count) > 0}


class Flask(Contender):
    kind = "flask"

    def prepare(self):
        self.python = install_flask()
        self.url = self.server.create_database(self.name.replace(" ", "_").lower())
        self.url = self.url.replace("postgres://", "postgresql+psycopg://")
        sale.write_for_flask(self.folder / "catalogue.json")
        subprocess.run([self.python, "-m", "flask", "--app", "app", "load", str(self.folder / "catalogue.json")],
                       cwd=PEERS / "flask", env={**os.environ, "DATABASE_URL": self.url, "PYTHONDONTWRITEBYTECODE": "1"},
                       check=True, capture_output=True)
        sale.write_goods(self.goods, {product["handle"]: product["variants"][0]["id"] for product in sale.products()})

    def serve(self, *command: str):
        self.spawn(str(self.python), "-m", *command, folder=PEERS / "flask", DATABASE_URL=self.url, PYTHONDONTWRITEBYTECODE="1")


class FlaskDevelopment(Flask):
    name = "Flask development server"

    def start(self):
        self.serve("flask", "--app", "app", "run", "--port", str(self.port))


class FlaskGunicorn(Flask):
    name = "Flask Gunicorn"

    def start(self):
        self.serve("gunicorn", "--bind", self.target, "--workers", "3", "--log-level", "warning", "app:app")


class Vendure(Contender):
    name, kind, closed, longer = "Vendure", "vendure", 8, 2
    settings = {"NODE_ENV": "production"}
    query = '{search(input:{take:1,collectionSlug:"shirts"}){totalItems}}'

    def prepare(self):
        self.app = install_vendure()
        self.url = self.server.create_database("vendure")
        dump = self.app / "shop.dump"
        if not dump.exists():
            self.populate()
            subprocess.run([BINARIES / "pg_dump", "-Fc", "-f", dump.with_suffix(".new"), self.url], check=True)
            dump.with_suffix(".new").rename(dump)
        else:
            subprocess.run([BINARIES / "pg_restore", "--no-owner", "-d", self.url, dump], check=True)
        self.server.execute("ANALYZE", "vendure")
        rows = self.server.execute('SELECT t.slug, min(v.id) FROM product_variant v JOIN product_translation t '
                                   'ON t."baseId" = v."productId" GROUP BY t.slug', "vendure")
        sale.write_goods(self.goods, dict(row.split("|") for row in rows.splitlines()))

    def populate(self):
        print("  populating Vendure, once", flush=True)
        sale.write_for_vendure(self.folder / "products.csv", self.folder / "collections.json")
        done = subprocess.run(["node", "populate.js", str(self.folder / "products.csv"), str(self.folder / "collections.json")],
                              cwd=self.app, env={**os.environ, "DATABASE_URL": self.url, "FILLING": "1"},
                              capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise Unavailable(f"populate.js failed: {(done.stdout + done.stderr)[-500:]}")
        self.settings = {"FILLING": "1"}
        with self:  # the worker puts the products into their collections and into the search index
            deadline = time.monotonic() + INSTALL_SECONDS_MAX
            while self.items() < sale.PRODUCTS // len(sale.COLLECTIONS) or self.jobs() > 0:
                if time.monotonic() > deadline:
                    raise Unavailable(f"its worker does not fill the collections: {self.items()} items, {self.jobs()} jobs")
                time.sleep(2)
        self.settings = {"NODE_ENV": "production"}

    def jobs(self) -> int:
        return int(self.server.execute("SELECT count(*) FROM job_record WHERE state IN ('PENDING', 'RUNNING', 'RETRYING')",
                                       "vendure"))

    def items(self) -> int:
        with urllib.request.urlopen(self.request(), timeout=30) as answer:
            found = json.load(answer)
        return found["data"]["search"]["totalItems"] if "data" in found else 0

    def request(self) -> urllib.request.Request:
        return urllib.request.Request(f"http://{self.target}/shop-api", data=json.dumps({"query": self.query}).encode(),
                                      headers={"Content-Type": "application/json"})

    def start(self):
        for script in ("server.js", "worker.js"):
            self.spawn("node", script, folder=self.app, DATABASE_URL=self.url, PORT=str(self.port), **self.settings)


def install_flask() -> pathlib.Path:
    """Its Python."""
    folder, lock = CACHE / "flask", PEERS / "flask" / "requirements.lock"
    python = folder / "bin" / "python"
    if installed(folder, lock):
        return python
    print("  installing Flask, once", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True,
                       timeout=INSTALL_SECONDS_MAX)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(lock)], check=True,
                       capture_output=True, timeout=INSTALL_SECONDS_MAX)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"requirements.lock can't be installed: {why(error)}") from error
    shutil.copy(lock, folder / "installed.lock")
    return python


def install_vendure() -> pathlib.Path:
    """Its folder: our scripts and node_modules."""
    folder, lock = CACHE / "vendure", PEERS / "vendure" / "package-lock.json"
    if not shutil.which("npm") or not shutil.which("node"):
        raise Unavailable("there is no node and npm on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = installed(folder, lock)
    for path in PEERS.joinpath("vendure").iterdir():
        if path.suffix in (".js", ".json"):
            shutil.copy(path, folder)
    if fresh:
        return folder
    print("  installing Vendure, once", flush=True)
    for dump in folder.glob("*.dump"):
        dump.unlink()
    try:
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True,
                       text=True, timeout=INSTALL_SECONDS_MAX)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"npm ci failed: {why(error)}") from error
    shutil.copy(lock, folder / "installed.lock")
    return folder


def installed(folder: pathlib.Path, lock: pathlib.Path) -> bool:
    stamp = folder / "installed.lock"
    return stamp.exists() and stamp.read_bytes() == lock.read_bytes()


def why(error: Exception) -> str:
    text = getattr(error, "stderr", None) or str(error)
    return (text if isinstance(text, str) else text.decode(errors="replace")).strip()[-300:]
