"""The machine of the database's primary dies in the storm; Patroni makes the synchronous standby the primary."""

import time

from chaos.conftest import LONG, SERVERS, finish, make_fleet, make_storm
from support.patroni import Patroni, wait_until
from support.postgres import execute
from support.storm import Shelf

FAILOVERS = 5 if LONG else 1
ORDERS_BEFORE, ORDERS_AFTER = 200, 100
STORM_SECONDS_MAX = 60
FAILOVER_SECONDS_MAX = 120
SHELF = Shelf(hot=100 * FAILOVERS, few=8 * FAILOVERS)


def test_the_primary_dies_and_no_acknowledged_order_with_it(tmp_path):
    with Patroni() as pair:
        execute(pair.url("postgres"), "CREATE DATABASE shop")
        away = []
        with make_fleet(tmp_path, [pair.url("shop")] * SERVERS, SHELF) as fleet:
            with make_storm(SHELF, fleet) as storm:
                for failover in range(FAILOVERS):
                    storm.wait_for_orders(ORDERS_BEFORE, STORM_SECONDS_MAX)
                    dead = pair.primary()
                    before = len(storm.times)
                    killed = time.monotonic()
                    dead.kill()
                    wait_until(lambda: any(node.is_("primary") for node in pair.nodes if node is not dead),
                               "the standby to be promoted", FAILOVER_SECONDS_MAX, pair.logs)
                    promoted = time.monotonic() - killed
                    storm.wait_for_orders(ORDERS_AFTER, FAILOVER_SECONDS_MAX)
                    back = next(at for at in storm.times[before:] if at > killed + promoted) - killed
                    away.append(f"promoted after {promoted:.1f} s, checkout back after {back:.1f} s")
                    if failover + 1 < FAILOVERS:
                        dead.start()  # rewound, it becomes the standby
                        pair.wait_for_both()
            finish(f"{FAILOVERS} failovers ({'; '.join(away)}), orders lost: 0", storm, fleet)
