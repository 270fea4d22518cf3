"""A name server that hangs, between the shop and its database: the shop refuses at once or sells, and never hangs with
it; and it heals by itself. Needs root, for a resolv.conf of the test's own."""

import os
import socket
import struct
import threading

import pytest
from support import api, shop_process
from support.postgres import Postgres, PostgresShop
from test_postgres import buy, metric, until
from test_webhooks import stock_up, variant_of

ADDRESS = "127.0.77.53"  # resolv.conf can't name a port, so it is 53 on a loopback address that nobody else uses
NAME = "db.shop.test"
HANGS_SECONDS = 25  # the system's resolver waits so long for an answer; a request may not
REQUEST_SECONDS_MAX = 15
HEADER_BYTES = 12


class NameServer:
    """Knows one name, and falls silent when told to."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, 53))
        self.silent = False
        self.ignored = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                query, asker = self.socket.recvfrom(1024)
            except OSError:
                return
            if self.silent:
                self.ignored += 1
                continue
            end = query.index(b"\0", HEADER_BYTES) + 1
            kind = struct.unpack("!H", query[end:end + 2])[0]
            answers = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton("127.0.0.1") if kind == 1 else b""
            head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, 1 if answers else 0, 0, 0)
            self.socket.sendto(head + query[HEADER_BYTES:end + 4] + answers, asker)

    def close(self):
        self.socket.close()


@pytest.fixture
def names():
    if os.geteuid() != 0:
        pytest.skip("needs root")
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def own_resolver(tmp_path, monkeypatch):
    """Programs of the shop run with a resolv.conf that leads to NameServer, in a mount namespace of their own."""
    real = shop_process.binary()
    (tmp_path / "resolv.conf").write_text(f"nameserver {ADDRESS}\noptions timeout:{HANGS_SECONDS} attempts:1\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    wrapper = tmp_path / "fashionforward"
    mounts = " && ".join(f"mount --bind {tmp_path / name} /etc/{name}" for name in ("resolv.conf", "nsswitch.conf"))
    wrapper.write_text(f"#!/bin/sh\nexec unshare --mount sh -c '{mounts} && exec {real} \"$@\"' sh \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setenv("FF_BINARY", str(wrapper))


def test_a_name_server_that_hangs_does_not_hang_the_shop(names, own_resolver, tmp_path):
    with Postgres() as database:
        database.create_database("shop")
        url = f"postgres://ff@{NAME}:{database.port}/shop"
        with stock_up(PostgresShop(tmp_path / "shop", url)) as shop:
            variant = variant_of(shop.url)
            assert buy(shop.url, variant)[0] == 201
            names.silent = True
            # Only those that read: the connections that write stay as they are.
            database.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                             "WHERE datname = 'shop' AND query NOT IN ('COMMIT', 'BEGIN')")
            assert until(lambda: names.ignored > 0), "the name was never looked up again"
            for _ in range(3):
                client = api.Client(shop.url, REQUEST_SECONDS_MAX)
                status, _, _ = client.checkout(api.token(), api.token(), [(variant, 1)], api.ON_DELIVERY)
                assert status in (201, 503)
            assert until(lambda: metric(shop, "ff_postgres_available") == 0)
            assert "name server" in " ".join(str(line) for line in shop.log)
            names.silent = False
            assert until(lambda: metric(shop, "ff_postgres_available") == 1, seconds=2 * HANGS_SECONDS)
            assert buy(shop.url, variant)[0] == 201
        assert shop.audit().returncode == 0
