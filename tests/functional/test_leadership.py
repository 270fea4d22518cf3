"""One of several servers sweeps; another takes over within seconds when it dies."""

import re
import threading

import pytest

import requests

from support import api
from support.postgres import Postgres, PostgresShop
from test_postgres import any_variant, until

LEASE_SECONDS = 6
SETTINGS = "[payment]\ntimeout_ms = 4000\nhold_ms = 15000\n"  # an order's own lease: 18 s
SLOW_CARD = "4000000000003220"  # the gateway takes three seconds for it


@pytest.fixture
def servers(tmp_path):
    with Postgres() as database:
        url = database.create_database("shop")
        # Both share the gateway, whose ledger lies in this folder.
        pair = [PostgresShop(tmp_path / "shop", url, config=SETTINGS) for _ in range(2)]
        pair[0].migrate_and_seed()
        yield database, pair
        for process in pair:
            process.stop()


def leads(process):
    text = requests.get(process.ops_url + "/metrics", timeout=10).text
    return re.search(r'^ff_leader\{task="sweeper"\} (\d)', text, re.MULTILINE).group(1) == "1"


def test_when_the_leader_is_killed_another_settles_what_it_left_pending(servers):
    database, (first, second) = servers
    with first:
        assert until(lambda: leads(first))
        with second:
            variant = any_variant(first.url)
            assert not leads(second)

            def buy():  # its answer never comes
                try:
                    api.Client(first.url).checkout(api.token(), api.token(), [(variant, 1)], api.card(SLOW_CARD))
                except OSError:
                    pass

            buyer = threading.Thread(target=buy)
            buyer.start()
            pending = lambda: int(database.execute("SELECT count(*) FROM orders WHERE state = 0", "shop"))
            assert until(lambda: pending() == 1)
            first.kill()
            buyer.join(timeout=30)
            assert pending() == 1
            assert until(lambda: leads(second), seconds=3 * LEASE_SECONDS), "nobody took over"
            assert until(lambda: pending() == 0, seconds=60), "the order stayed pending"
            changes = [line for line in second.log if line["room"] == "leadership"]
            assert [line["message"] for line in changes] == ["another process leads", "this process leads now"]
    assert second.audit().returncode == 0


def test_a_leader_that_is_stopped_is_followed_at_once(servers):
    _, (first, second) = servers
    with first, second:
        assert until(lambda: leads(first))
        assert first.stop() == 0
        assert until(lambda: leads(second), seconds=LEASE_SECONDS)
