"""The test of the storm: a database that acknowledges commits before they are on disk, and then dies, must be
found out. The same storm on the default settings must find nothing."""

import pytest
from chaos.conftest import SERVERS, make_fleet
from support.postgres import Postgres
from support.storm import Shelf, Storm

ORDERS = 100  # acknowledged before and after the WAL writer falls behind
STORM_SECONDS_MAX = 120
SHELF = Shelf(hot=50, few=10)
# By default what was committed is handed to the kernel some 200 ms later, and the storm would have to be lucky.
LAX = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB", "wal_buffers": "64MB",
       "checkpoint_timeout": "1h", "bgwriter_lru_maxpages": "0", "autovacuum": "off"}


@pytest.mark.parametrize("how", ["immediate", "kill"])
@pytest.mark.parametrize("settings, loses", [(LAX, True), ({}, False)], ids=["lax", "durable"])
def test_an_acknowledged_order_is_missing_only_where_commits_do_not_wait_for_the_disk(tmp_path, settings, loses, how):
    with Postgres(settings) as database:
        url = database.create_database("shop")
        with make_fleet(tmp_path, [url] * SERVERS, SHELF) as fleet:
            with Storm(SHELF, fleet.urls) as storm:
                storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
                database.pause_wal_writer()
                storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
                if how == "kill":
                    database.kill()
                else:
                    database.stop("immediate")
            told = set(storm.acknowledged)
            database.start()
            storm.settle()
            lost = storm.losses(only=lambda entry: entry.answer["id"] in told)
            print(f"\n{how}, {'lax' if loses else 'durable'}: {len(lost)} of {len(told)} acknowledged orders lost; "
                  f"{storm.figures()}")
            if loses:
                assert lost, "the database lost commits that it had acknowledged, and the storm did not see it"
            else:
                storm.verify()
                assert fleet.audit().returncode == 0
