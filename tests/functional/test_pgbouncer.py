"""Behind PgBouncer in transaction mode (Debian's 1.18: no prepared statements): two servers share few connections."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from functional.test_postgres import any_variant, buy, until
from support import api
from support.postgres import Postgres, PostgresShop, free_port

POOL = 4  # connections to the database that both servers together get
PROGRAM = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


@contextlib.contextmanager
def pgbouncer(server: Postgres):
    """Its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ff-pgbouncer-") as folder:
        settings = os.path.join(folder, "pgbouncer.ini")
        with open(settings, "w", encoding="ascii") as file:
            file.write(f"""[databases]
* = host=127.0.0.1 port={server.port} user=ff
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
max_client_conn = 100
""")
        user = []
        if os.geteuid() == 0:  # it refuses to be root
            os.chmod(folder, 0o755)
            user = ["-u", "postgres"]
        process = subprocess.Popen([PROGRAM, *user, settings], stderr=subprocess.DEVNULL)
        try:
            assert until(lambda: process.poll() is None and answers(port)), "pgbouncer did not start"
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def answers(port: int) -> bool:
    time.sleep(0.05)
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@pytest.mark.skipif(not os.path.exists(PROGRAM), reason="pgbouncer is not installed: apt-get install pgbouncer")
def test_two_servers_buy_through_a_transaction_pooler(tmp_path):
    with Postgres() as server, pgbouncer(server) as port:
        direct = server.create_database("shop")
        pooled = direct.replace(f":{server.port}/", f":{port}/")
        PostgresShop(tmp_path / "direct", direct).migrate_and_seed()
        config = "[database]\nprepared = false\n"
        shops = [PostgresShop(tmp_path / f"shop{i}", pooled, config=config) for i in range(2)]
        with shops[0] as first, shops[1] as second:
            variant = any_variant(first.url)
            for shop in (first, second, first, second):
                assert buy(shop.url, variant, payment=api.ON_DELIVERY)[0] == 201
            assert buy(first.url, variant)[0] == 201
            opened = int(server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'"))
            assert 0 < opened <= POOL
        audit = PostgresShop(shops[0].folder, direct).audit()
        assert audit.returncode == 0, audit.stdout
        assert int(server.execute("SELECT count(*) FROM orders", "shop")) == 5
