"""What every storm on PostgreSQL needs: a durable server of its own, and a fleet of the shop's servers on it."""

import os

import pytest

from support.postgres import Fleet, Postgres, execute
from support.recording import Recording
from support.storm import Shelf, Storm

SERVERS = 4
LONG = os.environ.get("FF_CHAOS_LONG") == "1"
# Short leases: who loses a server in the middle of a payment waits for twice this and 10 s more.
HOLD_SECONDS = 15
CONFIG = f"[payment]\ntimeout_ms = 1000\nhold_ms = {HOLD_SECONDS * 1000}\n"


@pytest.fixture
def database():
    with Postgres() as server:
        yield server


def make_fleet(folder, urls: list, shelf: Shelf) -> Fleet:
    """Migrated and stocked, not started."""
    fleet = Fleet(folder, urls, CONFIG)
    fleet.servers[0].run("migrate")
    shelf.import_into(fleet.servers[0])
    return fleet


def make_storm(shelf: Shelf, fleet: Fleet) -> Storm:
    """Whose history is recorded."""
    storm = Storm(shelf, fleet.urls)
    storm.history = Recording(shelf.scarce, HOLD_SECONDS)
    return storm


def finish(name: str, storm: Storm, fleet: Fleet):
    """How every storm ends: nobody is left in doubt, every promise is kept, no key has two orders, what the shoppers
    saw of the stock is linearisable, and the books are right."""
    storm.settle()
    print(f"\n{name}: {storm.figures()}")
    storm.verify()
    assert len(storm.acknowledged) > 0 and storm.refused > 0, "nothing was fought over: the storm was no storm"
    database = fleet.servers[0].postgres_url
    doubled = execute(database, "SELECT count(*) - count(DISTINCT idempotency_key) FROM orders")
    assert doubled == "0", f"{doubled} keys have more than one order"
    skus = {str(variant): sku for sku, variant in storm.variants.items()}
    rows = [row.split("|") for row in execute(database, "SELECT variant, available FROM stock").splitlines()]
    faults = storm.history.faults({skus[variant]: int(available) for variant, available in rows})
    assert not faults, f"the history is not linearisable: {faults[:3]}"
    audit = fleet.audit()
    assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"
