"""Restoring to a point in time, by the steps of docs/runbooks/backup-and-restore.md."""

import os
import shutil
import time

from chaos.conftest import SERVERS, make_fleet
from support.patroni import wait_until
from support.postgres import Fleet, Postgres
from support.storm import Shelf, Storm

ORDERS = 150  # before the base backup, between it and the moment, and after the moment
STORM_SECONDS_MAX = 60
ARCHIVE_SECONDS_MAX = 60
RECOVERY_SECONDS_MAX = 120
SHELF = Shelf(hot=100, few=10)


def test_a_restore_to_a_moment_has_every_order_acknowledged_before_it(tmp_path):
    with Postgres() as database:
        archive, backup = database.folder / "archive", database.folder / "backup"
        archive.mkdir()
        if os.geteuid() == 0:
            shutil.chown(archive, "postgres", "postgres")
        database.settings = {"archive_mode": "on",
                             "archive_command": f"test ! -f {archive}/%f && cp %p {archive}/%f"}
        database.stop()
        database.start()
        url = database.create_database("shop")
        with make_fleet(tmp_path, [url] * SERVERS, SHELF) as fleet:
            with Storm(SHELF, fleet.urls) as storm:
                storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
                database.base_backup(backup)
                storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
                told = dict(storm.acknowledged)
                moment = database.execute("SELECT clock_timestamp()")
                storm.wait_for_orders(ORDERS, STORM_SECONDS_MAX)
            last = database.execute("SELECT pg_walfile_name(pg_switch_wal())")
            wait_until(lambda: (archive / last).exists(), f"{last} in the archive", ARCHIVE_SECONDS_MAX)

        with Postgres({"restore_command": f"cp {archive}/%f %p", "recovery_target_time": f"'{moment}'",
                       "recovery_target_action": "promote"}, backup=backup,
                      signal_file="recovery.signal") as restored:
            wait_until(lambda: restored.execute("SELECT pg_is_in_recovery()") == "f", "the end of recovery",
                       RECOVERY_SECONDS_MAX)
            shop = Fleet(tmp_path, [restored.url("shop")])  # the gateway's books are as they are: outside
            audit = shop.audit()
            assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"
            with shop:
                storm.urls = shop.urls
                lost = storm.losses(only=lambda entry: entry.answer["id"] in told)
                gone = storm.losses(only=lambda entry: entry.answer["id"] not in told)
            print(f"\nrestored to {moment}: {len(told)} orders acknowledged before it, {len(lost)} of them missing; "
                  f"{len(gone)} of {len(storm.acknowledged) - len(told)} later ones gone, as they should")
            assert not lost, lost[:5]
            assert gone, "orders from after the moment are there: it was not restored to it"
