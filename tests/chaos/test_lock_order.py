"""Several servers lock the same hot articles in one order, so they never wait for each other in a circle. The test of
the test: the same storm through a network that takes the ORDER BY out of the statement that locks them. Then
PostgreSQL finds deadlocks; they are resolved, and still nothing is lost."""

import time

import pytest
from chaos.conftest import SERVERS, make_fleet
from support import api
from support.network import Proxy
from support.postgres import Postgres
from support.storm import FEW, Shelf, Storm

ORDERS = 300
STORM_SECONDS_MAX = 120
ARTICLES = 6  # of an order, in any order of its lines
SHELF = Shelf(hot=1_000_000, few=1_000_000)
WITHOUT = (b"ORDER BY variant FOR", b"ORDER BY random()FOR")
# Found early: by default the first second of each deadlock is a wait.
SETTINGS = {"deadlock_timeout": "20ms"}


def many_articles(rng) -> dict:
    return {f"few-{number}": 1 for number in rng.sample(range(FEW), ARTICLES)}


@pytest.mark.parametrize("instead", [None, WITHOUT], ids=["in-order", "in-any-order"])
def test_servers_on_the_same_hot_articles_deadlock_only_without_the_order_of_locks(tmp_path, instead):
    with Postgres(SETTINGS) as database, Proxy(database.port, instead) as network:
        url = database.create_database("shop")
        deadlocks = lambda: (database.folder / "log").read_text().count("deadlock detected")
        fleet = make_fleet(tmp_path, [url] * SERVERS, SHELF)
        for server in fleet.servers:
            server.postgres_url = database.url("shop", port=network.port)
        with fleet:
            with Storm(SHELF, fleet.urls, payments=(api.ON_DELIVERY, api.card()), wants=many_articles) as storm:
                if instead is None:
                    storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
                else:
                    end = time.monotonic() + STORM_SECONDS_MAX
                    while not (network.replaced and deadlocks()):
                        assert time.monotonic() < end, "rows were locked in any order, and no deadlock was ever seen"
                        storm.blow(0.05)
            found = deadlocks()
            network.instead = None  # what is still open is settled in order: connections are made anew
            if instead:
                network.cut()
                network.heal()
            storm.settle()
            print(f"\n{'in any order' if instead else 'in order'}: {found} deadlocks; {storm.figures()}")
            storm.verify()
        assert (found > 0) == (instead is not None)
        assert instead is None or network.replaced > 0
        counted = database.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = 'shop'")
        assert (int(counted) > 0) == (instead is not None)
        audit = fleet.audit()
        assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"
