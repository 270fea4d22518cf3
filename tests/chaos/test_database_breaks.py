"""The database dies, drops its connections, or can't be reached, while 64 shoppers buy from four servers."""

import random
import time

import pytest
from chaos.conftest import LONG, SERVERS, finish, make_fleet, make_storm
from support import api
from support.network import Proxy
from support.storm import Shelf, Storm

ROUNDS = 20 if LONG else 3
ORDERS_A_ROUND = 40  # acknowledged before each fault
HEAL_SECONDS_MAX = 60  # until checkout works again after a fault
AWAY_SECONDS = 1.5  # of the database or the network
DELAY_SECONDS = 0.05
COMMITS_CUT = 6  # in a round
SHELF = Shelf(hot=8 * ROUNDS, few=ROUNDS)


@pytest.mark.parametrize("how", ["immediate", "kill"])
def test_a_database_that_dies_and_comes_back_has_every_acknowledged_order(database, tmp_path, how):
    url = database.create_database("shop")
    with make_fleet(tmp_path, [url] * SERVERS, SHELF) as fleet:
        with make_storm(SHELF, fleet) as storm:
            for _ in range(ROUNDS):
                storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
                if how == "kill":
                    database.kill()
                else:
                    database.stop("immediate")
                database.start()
            storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
        finish(f"PostgreSQL {how}, {ROUNDS} times", storm, fleet)


def test_backends_terminated_in_the_storm_cost_no_order(database, tmp_path):
    url = database.create_database("shop")
    terminated = 0
    with make_fleet(tmp_path, [url] * SERVERS, SHELF) as fleet:
        with make_storm(SHELF, fleet) as storm:
            for _ in range(3 * ROUNDS):
                storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
                terminated += database.terminate_backends("shop")
        assert terminated > 0
        finish(f"{terminated} backends terminated", storm, fleet)


def test_a_network_that_is_cut_delayed_and_silent_loses_nothing(database, tmp_path):
    url = database.create_database("shop")
    rng = random.Random(2)
    with Proxy(database.port) as first, Proxy(database.port) as second:
        networks = [first, second]
        urls = [database.url("shop", port=networks[number % 2].port) for number in range(SERVERS)]
        fleet = make_fleet(tmp_path, [url] * SERVERS, SHELF)
        for server, through in zip(fleet.servers, urls):
            server.postgres_url = through
        with fleet:
            with make_storm(SHELF, fleet) as storm:
                for _ in range(ROUNDS):
                    for fault in ("cut", "delay", "black_hole"):
                        storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
                        for network in rng.choice(([first], [second], networks)):
                            if fault == "delay":
                                network.delay(DELAY_SECONDS)
                            else:
                                getattr(network, fault)()
                        storm.blow(AWAY_SECONDS)
                        for network in networks:
                            network.heal()
            finish(f"network cut, delayed and silent, {ROUNDS} times each", storm, fleet)


def test_commits_whose_outcome_is_unknown_are_resolved(database, tmp_path):
    url = database.create_database("shop")
    with Proxy(database.port) as network:
        fleet = make_fleet(tmp_path, [url] * SERVERS, SHELF)
        for server in fleet.servers:
            server.postgres_url = database.url("shop", port=network.port)
        with fleet:
            with make_storm(SHELF, fleet) as storm:
                for round_number in range(1, ROUNDS + 1):
                    network.cut_at_commits(COMMITS_CUT)
                    end = time.monotonic() + HEAL_SECONDS_MAX
                    while network.commits_cut < round_number * COMMITS_CUT:
                        assert time.monotonic() < end, f"only {network.commits_cut} commits passed by"
                        storm.blow(0.05)
                    storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
            replays = fleet.metric("ff_commit_replays_total")
            finish(f"{network.commits_cut} commits cut, {replays:.0f} batches replayed", storm, fleet)
            assert replays > 0, "no commit's outcome was ever unknown: nothing was shown"


def test_locks_of_a_server_that_fell_silent_end_within_seconds(database, tmp_path):
    """Its network swallows everything, so neither side is told; the hot article is locked by its transaction."""
    url = database.create_database("shop")
    shelf = Shelf(hot=100_000, few=100)
    with Proxy(database.port) as network:
        fleet = make_fleet(tmp_path, [url] * 2, shelf)
        silent, healthy = fleet.servers
        silent.postgres_url = database.url("shop", port=network.port)
        # The healthy one has nothing to do, so what waits in a transaction that has locked stock is the silent one's.
        locking = ("SELECT coalesce(min(a.pid), 0) FROM pg_stat_activity a JOIN pg_locks l USING (pid) "
                   "WHERE a.state = 'idle in transaction' AND l.relation = 'stock'::regclass")
        with fleet:
            variant = api.Client(healthy.url).variants("hot")[0]["id"]
            with Storm(shelf, lambda: [silent.url], shoppers=16, payments=(api.ON_DELIVERY,),
                       wants=lambda rng: {"hot": 1}) as storm:
                storm.wait_for_orders(ORDERS_A_ROUND, HEAL_SECONDS_MAX)
                network.delay(DELAY_SECONDS)  # so that its transactions are open for most of the time
                end = time.monotonic() + HEAL_SECONDS_MAX
                holder = "0"
                while holder == "0":
                    assert time.monotonic() < end, "no transaction was ever caught open"
                    network.heal()
                    network.delay(DELAY_SECONDS)
                    network.black_hole()
                    holder = database.execute(locking, "shop")
                began = time.monotonic()
                status = 503
                while status == 503:
                    assert time.monotonic() < end, "the locks of the silent server were never freed"
                    status, _, _ = api.Client(healthy.url).checkout(api.token(), api.token(), [(variant, 1)],
                                                                    api.ON_DELIVERY)
                freed = time.monotonic() - began
                assert status == 201
                left = database.execute(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {holder}")
                network.heal()
            storm.settle()
            print(f"\nlocks of a silent server: the next order took {freed:.1f} s; {storm.figures()}")
            assert left == "0", "the order passed a lock that was still held"
            storm.verify()
            assert fleet.audit().returncode == 0
