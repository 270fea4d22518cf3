"""A primary and a synchronous standby under Patroni, with etcd as their judge: Debian's packages, on loopback."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from support.postgres import BINARIES, alive, become_server_user, children, free_port

START_SECONDS_MAX = 120  # of everything; a standby is a base backup first
PROBE_SECONDS_MAX = 5
TTL_SECONDS = 20  # until a primary that is not heard of counts as gone: the least that Patroni allows


def as_server_user():
    become_server_user(signal.SIGTERM)  # Patroni then stops its PostgreSQL


class Node:
    """One machine: Patroni and the PostgreSQL that it runs."""

    def __init__(self, folder: pathlib.Path, name: str, etcd_port: int):
        self.name = name
        self.folder = folder
        self.port, self.rest_port = free_port(), free_port()
        self.process = None
        trusted = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
        login = {"username": "ff", "password": "ff"}
        settings = {
            "scope": "shop", "namespace": "/service/", "name": name,
            "restapi": {"listen": f"127.0.0.1:{self.rest_port}", "connect_address": f"127.0.0.1:{self.rest_port}"},
            "etcd3": {"host": f"127.0.0.1:{etcd_port}"},
            "bootstrap": {
                "dcs": {"ttl": TTL_SECONDS, "loop_wait": 1, "retry_timeout": 5, "synchronous_mode": True,
                        "primary_start_timeout": 0,
                        "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 100}}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}", "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(folder / name), "bin_dir": str(BINARIES), "pgpass": str(folder / f"{name}.pgpass"),
                "authentication": {"superuser": login, "replication": login, "rewind": login},
                "parameters": {"unix_socket_directories": str(folder)}, "pg_hba": trusted,
            },
        }
        self.settings = folder / f"{name}.yml"
        self.settings.write_text(json.dumps(settings))  # JSON is YAML
        if os.geteuid() == 0:
            shutil.chown(self.settings, "postgres", "postgres")

    def start(self):
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(["patroni", str(self.settings)], stdout=log, stderr=log, cwd=self.folder,
                                            preexec_fn=as_server_user)

    def is_(self, role: str) -> bool:
        """primary, synchronous ... as Patroni itself says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest_port}/{role}", timeout=PROBE_SECONDS_MAX) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self):
        """As when the machine loses power: kill -9 of Patroni, PostgreSQL and all its backends."""
        self.process.kill()
        self.process.wait(timeout=START_SECONDS_MAX)
        try:
            postmaster = int((self.folder / self.name / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGSTOP)
        except (FileNotFoundError, ProcessLookupError):
            return
        family = [*children(postmaster), postmaster]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(alive(pid) for pid in family), "PostgreSQL to be gone")

    def log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text()[-3000:]


def wait_until(true, what: str, seconds: float = START_SECONDS_MAX, say=lambda: ""):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s for {what}\n{say()}"
        time.sleep(0.1)


class Patroni:
    """`with Patroni() as pair:` a primary and its synchronous standby, both up."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ff-patroni-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.etcd_port, self.peer_port = free_port(), free_port()
        self.etcd = None
        self.nodes = [Node(self.folder, f"node{number}", self.etcd_port) for number in range(2)]

    def url(self, database: str) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgres://ff@{hosts}/{database}?target_session_attrs=read-write"

    def primary(self) -> Node:
        return next(node for node in self.nodes if node.is_("primary"))

    def wait_for_both(self):
        wait_until(lambda: any(node.is_("primary") for node in self.nodes), "a primary", say=self.logs)
        wait_until(lambda: any(node.is_("synchronous") for node in self.nodes), "a synchronous standby", say=self.logs)

    def logs(self) -> str:
        return "\n".join(node.log() for node in self.nodes)

    def __enter__(self) -> "Patroni":
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        with open(self.folder / "etcd.log", "ab") as log:
            self.etcd = subprocess.Popen(
                ["etcd", "--data-dir", str(self.folder / "etcd"), "--listen-client-urls", client,
                 "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                 "--initial-cluster", f"default={peer}"],
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=as_server_user)
        try:
            self.nodes[0].start()
            wait_until(lambda: self.nodes[0].is_("primary"), "the first primary", say=self.nodes[0].log)
            self.nodes[1].start()
            self.wait_for_both()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process is not None:
                node.kill()
        self.etcd.kill()
        self.etcd.wait(timeout=START_SECONDS_MAX)
        shutil.rmtree(self.folder, ignore_errors=True)
