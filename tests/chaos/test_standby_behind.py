"""A commit that waits for the synchronous standby is seen by others once its backend is ended, although the standby
does not have it. Whoever then looks the order up by its key must not tell the shopper that it stands."""

import threading
import time

from chaos.conftest import CONFIG
from support import api
from support.patroni import wait_until
from support.postgres import Postgres, PostgresShop
from support.storm import Shelf

SHELF = Shelf(hot=10, few=1)
REQUEST_SECONDS_MAX = 120
TRIES = 3  # of the shopper, with the same key, while the standby is away
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop' AND wait_event = 'SyncRep'"
END_THOSE = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
             "WHERE datname = 'shop' AND wait_event = 'SyncRep'")


def buy_while_commits_are_ended(shop, primary, buy) -> int:
    """The answer's status. Every commit that waits for the standby is ended until there is one."""
    answers = []
    shopper = threading.Thread(target=lambda: answers.append(buy()[0]), daemon=True)
    shopper.start()
    end = time.monotonic() + REQUEST_SECONDS_MAX
    while shopper.is_alive():
        assert time.monotonic() < end, "the shopper was never answered"
        if int(primary.execute(WAITING)) > 0:
            primary.execute(END_THOSE)
        shopper.join(timeout=0.02)
    return answers[0]


def test_an_order_that_the_standby_lacks_is_not_acknowledged(tmp_path):
    with Postgres() as primary:
        # As production would run: not as a superuser.
        primary.execute("CREATE ROLE shop LOGIN")
        primary.execute("CREATE DATABASE shop OWNER shop")
        url = primary.url("shop").replace("//ff@", "//shop@")
        primary.base_backup(primary.folder / "backup", wal="stream")
        source = f"host=127.0.0.1 port={primary.port} user=ff application_name=standby"
        standby = Postgres({"primary_conninfo": source}, backup=primary.folder / "backup",
                           signal_file="standby.signal")
        shop = PostgresShop(tmp_path / "shop", url, config=CONFIG)
        shop.run("migrate")
        SHELF.import_into(shop)
        with standby:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            primary.execute("SELECT pg_reload_conf()")
            synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            wait_until(lambda: primary.execute(synchronous) == "1", "a synchronous standby")
            with shop:
                variant = api.Client(shop.url).variants("hot")[0]["id"]
                standby.stop()
                for payment in (api.ON_DELIVERY, api.card()):
                    cart, key = api.token(), api.token()

                    def buy():
                        return api.Client(shop.url, REQUEST_SECONDS_MAX).checkout(cart, key, [(variant, 1)], payment)

                    told = [buy_while_commits_are_ended(shop, primary, buy) for _ in range(TRIES)]
                    print(f"\n{payment['method']}, while the standby was away: {told}")
                    assert not {201, 402} & set(told), f"{told}: the standby has no such order"
                last = (cart, key, payment)
                standby.start()
                wait_until(lambda: primary.execute(synchronous) == "1", "a synchronous standby")
                end = time.monotonic() + REQUEST_SECONDS_MAX
                while True:
                    status, _, order = api.Client(shop.url).checkout(last[0], last[1], [(variant, 1)], last[2])
                    if status == 201:
                        break
                    assert status in (409, 503) and time.monotonic() < end, (status, order)
                    time.sleep(0.2)
            primary.kill()
            standby.execute("SELECT pg_promote()")
            shop.postgres_url = standby.url("shop")
            with shop:
                status, _, read = api.Client(shop.url).order(order["id"], order["key"])
                assert (status, read["id"], read["status"]) == (200, order["id"], "paid")
            audit = shop.audit()
            assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"
