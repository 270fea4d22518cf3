"""The program among nothing but the image's files, as the image's user: a root directory of its own, no Docker needed."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import command

START_SECONDS_MAX = 60
PROGRAM = "/usr/bin/fashionforward"
SETTINGS = {"FF_LISTEN": "127.0.0.1:0", "FF_OPS_LISTEN": "127.0.0.1:0"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change a process's root directory")


@pytest.fixture
def root(rootfs, tmp_path) -> pathlib.Path:
    """The image's files, where this test may write, in the two folders that may be written."""
    copy = tmp_path / "root"
    shutil.copytree(rootfs, copy, symlinks=True)
    for parent in [tmp_path, *tmp_path.parents]:  # pytest's folders are closed to other users
        if parent.is_relative_to("/tmp") and parent != pathlib.Path("/tmp"):
            parent.chmod(0o755)
    return copy


def inside(root: pathlib.Path, *arguments: str) -> list:
    return ["/usr/sbin/chroot", "--userspec=65532:65532", "--groups=", str(root), *arguments]


def run_inside(root: pathlib.Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    options.setdefault("env", {})
    return command(*inside(root, PROGRAM, *arguments), check=False, **options)


@contextlib.contextmanager
def serving(root: pathlib.Path, **environment: str):
    """The server inside; (process, {"shop": address, "ops": address})."""
    process = subprocess.Popen(inside(root, PROGRAM, "serve"), stderr=subprocess.PIPE, text=True, env={**SETTINGS, **environment})
    addresses, log = {}, []
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        for line in process.stderr:
            log.append(line)
            entry = json.loads(line) if line.startswith("{") else {}
            if entry.get("message") == "listening":
                addresses[entry["server"]] = entry["address"]
            if len(addresses) == 2 or time.monotonic() > deadline:
                break
        assert len(addresses) == 2, log
        yield process, addresses
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stderr.close()


def test_a_shop_is_made_served_asked_for_its_health_and_stopped(root):
    database = "sqlite:/var/lib/fashionforward/shop.db"
    with serving(root, FF_DATABASE_URL=database) as (server, addresses):
        done = run_inside(root, "healthcheck", "--ops-listen", addresses["ops"])
        assert done.returncode == 0, done.stderr
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    assert run_inside(root, "healthcheck", "--ops-listen", addresses["ops"]).returncode == 1
    assert run_inside(root, "audit", "--database-url", database).stdout.endswith("I1-I5 hold\n")


def test_it_can_write_nowhere_else(root):
    for folder in ["/", "/etc", "/usr/bin", "/var"]:
        done = run_inside(root, "migrate", "--database-url", f"sqlite:{folder}/shop.db")
        assert done.returncode == 1 and not (root / folder[1:] / "shop.db").exists()


def test_the_library_for_postgresql_is_there_when_it_is_needed(root):
    done = run_inside(root, "audit", "--database-url", "postgres://shop@127.0.0.1:1/shop")
    assert done.returncode == 1 and "Connection refused" in done.stderr


def test_names_are_looked_up(root):
    (root / "etc/hosts").write_text("127.0.0.1 database\n")
    done = run_inside(root, "audit", "--database-url", "postgres://shop@database:1/shop")
    assert done.returncode == 1 and "Connection refused" in done.stderr and "127.0.0.1" in done.stderr


def test_the_library_for_webhooks_is_there_when_it_is_needed(root):
    database = ["--database-url", "sqlite:/tmp/shop.db"]
    assert run_inside(root, "migrate", *database).returncode == 0
    done = run_inside(root, "webhooks", "add", "https://example.org/hook", *database)
    assert done.returncode == 0 and done.stdout.startswith("added 1"), done.stderr


def test_every_library_finds_all_that_it_needs(root):
    loader = next(root.glob("lib64/ld-linux-*"))
    for name in ["libcurl.so.4", "libpq.so.5"]:
        library = next(root.glob(f"usr/lib/*-linux-gnu/{name}"))
        listed = command(*inside(root, f"/lib64/{loader.name}", "--list", "/" + str(library.relative_to(root)))).stdout
        assert "not found" not in listed and len(re.findall("=>", listed)) > 5
