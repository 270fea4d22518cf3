"""Subcommands that are told to stop while they work, also as the first process of a container, to which the kernel
applies no default action: a pod that ignores SIGTERM costs its whole grace period."""

import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from support.shop_process import binary, run, surroundings

PATIENCE_S = 20  # a process that has not come so far, or not ended, by then never will


def processes_of(parent: int) -> list:
    listed = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in listed.read_text().split()]


def wait_until(what: str, holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"after {PATIENCE_S} s: {what}"
        time.sleep(0.02)


def has_open(process: int, path: pathlib.Path) -> bool:
    with contextlib.suppress(OSError):
        return any(os.path.realpath(each) == str(path) for each in pathlib.Path(f"/proc/{process}/fd").iterdir())
    return False


class Stopped:
    """A subcommand that was told to stop once it had opened `path`, where somebody else keeps it waiting."""

    def __init__(self, arguments: list, path: pathlib.Path, folder: pathlib.Path, first_process: bool, told: int):
        command = [binary(), *arguments]
        if first_process:
            command = ["unshare", "--fork", "--pid", "--mount-proc", *command]
        process = subprocess.Popen(command, cwd=folder, env={**surroundings(), "FF_DATABASE_URL": "sqlite:shop.db"},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            if first_process:
                wait_until("no process inside the namespace", lambda: processes_of(process.pid))
            self.process = processes_of(process.pid)[0] if first_process else process.pid
            wait_until(f"{path} is not open", lambda: has_open(self.process, path))
            os.kill(self.process, told)
            self.error = process.communicate(timeout=PATIENCE_S)[1]
        finally:
            if process.poll() is None:
                process.kill()
                for child in processes_of(process.pid):
                    os.kill(child, signal.SIGKILL)
        self.exit_code = process.returncode


@pytest.fixture(params=[False, True], ids=["beside others", "first of a container"])
def first_process(request):
    if request.param and (os.geteuid() != 0 or shutil.which("unshare") is None):
        pytest.skip("a pid namespace of its own needs root and unshare")
    return request.param


def test_a_migration_that_waits_for_the_database_stops_when_told(first_process, tmp_path):
    shop = tmp_path / "shop.db"
    run("migrate", env={**surroundings(), "FF_DATABASE_URL": f"sqlite:{shop}"}, cwd=tmp_path)
    with sqlite3.connect(shop) as other:
        other.execute("BEGIN IMMEDIATE")
        stopped = Stopped(["migrate"], shop, tmp_path, first_process, signal.SIGTERM)
    assert stopped.error == "fashionforward: stopped by SIGTERM before it was done\n"
    assert stopped.exit_code == 128 + signal.SIGTERM


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_an_import_stops_when_told_and_leaves_the_shop_as_it_was(first_process, told, tmp_path):
    environment = {**surroundings(), "FF_DATABASE_URL": f"sqlite:{tmp_path / 'shop.db'}",
                   "FF_PAYMENT_LEDGER": str(tmp_path / "gateway.db")}
    run("migrate", env=environment, cwd=tmp_path)
    pipe = tmp_path / "products.csv"
    os.mkfifo(pipe)
    writing = os.open(pipe, os.O_RDWR)  # whoever reads it waits for more
    try:
        stopped = Stopped(["import", str(pipe)], pipe, tmp_path, first_process, told)
    finally:
        os.close(writing)
    assert stopped.error == f"fashionforward: stopped by {told.name} before it was done\n"
    assert stopped.exit_code == 128 + told
    assert "I1-I5 hold" in run("audit", env=environment, cwd=tmp_path).stdout
