"""A PostgreSQL server of the tests' own: on a free loopback port, in a folder, stopped by its own pid."""

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

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
START_SECONDS_MAX = 60
PR_SET_PDEATHSIG = 1


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _become_server_user():
    """In the child: the server refuses to be root, and ends with whoever started it."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Postgres:
    """`with Postgres() as server: server.url("shop")`. Durable by default, as production is: `fsync` and
    `synchronous_commit` stay at the server's own settings unless `settings` says otherwise."""

    def __init__(self, settings: dict = None):
        # A folder that the server's user can reach: pytest's are the test user's alone.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ff-postgres-"))
        self.port = free_port()
        self.settings = settings or {}
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "ff", "--auth=trust", "--no-locale", "-E", "UTF8",
                  "--no-sync")

    def _run(self, program: str, *arguments: str):
        subprocess.run([BINARIES / program, *arguments], check=True, capture_output=True, cwd=self.folder,
                       preexec_fn=_become_server_user)

    def url(self, database: str, port: int = None) -> str:
        return f"postgres://ff@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> "Postgres":
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
                    "max_connections": 100, **self.settings}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([BINARIES / "postgres", "-D", str(self.folder / "data"), *arguments],
                                            stdout=log, stderr=log, cwd=self.folder, preexec_fn=_become_server_user)
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

    def execute(self, sql: str, database: str = "postgres") -> str:
        """One statement through psql; its rows, unadorned."""
        done = subprocess.run([BINARIES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database),
                               "-c", sql], check=True, capture_output=True, text=True)
        return done.stdout.strip()

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
