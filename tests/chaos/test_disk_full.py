"""The disk of a shop on SQLite is full: carts and checkout answer 503, pages go on, and it heals with space."""

import collections
import os
import pathlib
import subprocess
import time

import pytest
import requests
from chaos.conftest import CONFIG
from support import api
from support.shop_process import ShopProcess
from support.storm import Shelf, Storm

DISK_MIB = 32  # the log takes 16 of them before it is folded into the file (OpenOptions::checkpoint_pages)
CHUNK_BYTES = 4096
ORDERS = 100
STORM_SECONDS_MAX = 60
SHOPPERS = 16
SHELF = Shelf(hot=40, few=3)


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", folder], check=False,
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(path: pathlib.Path):
    with open(path, "ab", buffering=0) as file:
        while True:
            try:
                file.write(bytes(CHUNK_BYTES))
            except OSError:
                return


def refused(ask, disk: pathlib.Path):
    """`ask` is, and told when to come again: once what a checkpoint had freed, in files or inside the log, is used up too."""
    answers = collections.Counter()
    end = time.monotonic() + STORM_SECONDS_MAX
    while time.monotonic() < end:
        fill(disk / "more")
        status, headers, _ = ask()
        answers[status] += 1
        if status not in (200, 201):
            break
    assert status == 503 and int(headers["Retry-After"]) > 0, answers


class ShopOnSmallDisk(ShopProcess):
    """Its database is there; the gateway's books are on another machine's disk, as with a real one."""

    disk = None

    @property
    def database_url(self) -> str:
        return f"sqlite:{self.disk / 'shop.db'}"


def test_a_full_disk_refuses_politely_and_heals(small_disk, tmp_path):
    shop = ShopOnSmallDisk(tmp_path / "shop", config=CONFIG)
    shop.disk = small_disk
    shop.run("migrate")
    SHELF.import_into(shop)
    ballast = small_disk / "ballast"
    with shop:
        with Storm(SHELF, lambda: [shop.url], shoppers=SHOPPERS) as storm:
            storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
            fill(ballast)
            storm.wait_for_refusals(1, STORM_SECONDS_MAX, meanwhile=lambda: fill(small_disk / "more"))
            variant = storm.variants["plenty"]
            client = api.Client(shop.url)
            refused(lambda: client.checkout(api.token(), api.token(), [(variant, 1)], api.ON_DELIVERY), small_disk)
            refused(lambda: client.request("POST", f"/api/v1/carts/{api.token()}/lines", {"variant_id": variant, "quantity": 1}),
                    small_disk)
            for page in ("/", "/api/v1/products?limit=5"):
                assert requests.get(shop.url + page, timeout=10).status_code == 200
            assert requests.get(shop.ops_url + "/readyz", timeout=10).status_code == 200

            ballast.unlink()
            (small_disk / "more").unlink()
            storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
        storm.settle()
        print(f"\ndisk full: {storm.figures()}")
        storm.verify()
    audit = shop.audit()
    assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"
