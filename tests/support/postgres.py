"""A PostgreSQL server of the tests' own: on a free loopback port, in a folder, stopped by its own pid. And the
shop's servers that use it."""

import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from support.shop_process import ShopProcess

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
START_SECONDS_MAX = 60
PR_SET_PDEATHSIG = 1
METRICS_SECONDS_MAX = 10


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def become_server_user(last_signal: int = signal.SIGQUIT):
    """In the child: the server refuses to be root, and ends with whoever started it."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, last_signal)


def children(pid: int) -> list:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def execute(url: str, sql: str) -> str:
    """One statement through psql; its rows, unadorned."""
    done = subprocess.run([BINARIES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", sql],
                          check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Postgres:
    """`with Postgres() as server: server.url("shop")`. Durable by default, as production is: `fsync` and
    `synchronous_commit` stay at the server's own settings unless `settings` says otherwise. `backup`: starts from
    a copy of that base backup instead of an empty server; `signal_file`: recovery.signal, or
    standby.signal, for what `settings` say of recovery."""

    def __init__(self, settings: dict = None, backup: pathlib.Path = None, signal_file: str = None):
        # A folder that the server's user can reach: pytest's are the test user's alone.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ff-postgres-"))
        self.port = free_port()
        self.settings = settings or {}
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        if backup:
            subprocess.run(["cp", "-a", backup, self.folder / "data"], check=True, capture_output=True)
            if signal_file:
                (self.folder / "data" / signal_file).touch()
        else:
            self._run("initdb", "-D", str(self.folder / "data"), "-U", "ff", "--auth=trust", "--no-locale", "-E",
                      "UTF8", "--no-sync")

    def _run(self, program: str, *arguments: str):
        subprocess.run([BINARIES / program, *arguments], check=True, capture_output=True, cwd=self.folder,
                       preexec_fn=become_server_user)

    def url(self, database: str, port: int = None) -> str:
        return f"postgres://ff@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> "Postgres":
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
                    "max_connections": 100, **self.settings}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([BINARIES / "postgres", "-D", str(self.folder / "data"), *arguments],
                                            stdout=log, stderr=log, cwd=self.folder, preexec_fn=become_server_user)
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            ready = subprocess.run([BINARIES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
            if ready.returncode == 0:
                return self
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self, mode: str = "fast"):
        """fast: a clean end. immediate: as if the machine had failed; what was not on disk is gone."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal({"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        self.process.wait(timeout=60)

    def kill(self):
        """kill -9 of the server and all its backends at once: no process gets to write what it still held."""
        postmaster = self.process.pid
        os.kill(postmaster, signal.SIGSTOP)  # or it would start new ones
        family = [*children(postmaster), postmaster]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=60)
        deadline = time.monotonic() + START_SECONDS_MAX
        while any(alive(pid) for pid in family):
            assert time.monotonic() < deadline, "killed processes of PostgreSQL are still there"
            time.sleep(0.01)

    def pause_wal_writer(self):
        """From now on only those who wait for the disk write to it. It ends with the server."""
        for pid in children(self.process.pid):
            if b"walwriter" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGSTOP)
                return
        raise AssertionError("PostgreSQL has no WAL writer")

    def base_backup(self, folder: pathlib.Path, wal: str = "none"):
        """Of the running server, as an operator takes one. none: without the WAL, which the archive has."""
        self._run("pg_basebackup", "-D", str(folder), "-h", "127.0.0.1", "-p", str(self.port), "-U", "ff",
                  "--checkpoint=fast", f"--wal-method={wal}", "--no-sync")

    def execute(self, sql: str, database: str = "postgres") -> str:
        """One statement through psql; its rows, unadorned."""
        return execute(self.url(database), sql)

    def create_database(self, name: str) -> str:
        """Its URL."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def terminate_backends(self, database: str) -> int:
        """Ends every connection to the database, as an operator or a failover would; how many."""
        return int(self.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresShop(ShopProcess):
    """A server whose database is elsewhere; its folder keeps the demo gateway's ledger, unless several share one."""

    def __init__(self, folder, url, ledger: pathlib.Path = None, **options):
        self.postgres_url = url
        self.ledger = ledger
        super().__init__(folder, **options)

    @property
    def database_url(self):
        return self.postgres_url

    @property
    def environment(self) -> dict:
        return {**super().environment, **({"FF_PAYMENT_LEDGER": str(self.ledger)} if self.ledger else {})}


class Fleet:
    """Several servers on one database and one gateway. `urls`: the database's address for each of them."""

    def __init__(self, folder: pathlib.Path, urls: list, config: str = ""):
        self.servers = [PostgresShop(folder / f"server-{number}", url, ledger=folder / "gateway.db", config=config)
                        for number, url in enumerate(urls)]

    def __enter__(self) -> "Fleet":
        for server in self.servers:
            server.start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.stop()

    def urls(self) -> list:
        """Of those that run."""
        return [server.url for server in self.servers if server.process.poll() is None]

    def audit(self) -> subprocess.CompletedProcess:
        return self.servers[0].audit()

    def metric(self, name: str) -> float:
        """The sum over all servers and all labels, since they were started."""
        total = 0.0
        for server in self.servers:
            with urllib.request.urlopen(server.ops_url + "/metrics", timeout=METRICS_SECONDS_MAX) as answer:
                for row in answer.read().decode().splitlines():
                    if row.startswith((name + " ", name + "{")):
                        total += float(row.rsplit(" ", 1)[1])
        return total
