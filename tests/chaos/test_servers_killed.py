"""Four servers on one PostgreSQL, killed at random and started again, while 64 shoppers buy."""

import random

from chaos.conftest import LONG, SERVERS, finish, make_fleet, make_storm
from support.storm import Shelf

ROUNDS = 100 if LONG else 10
ORDERS_A_ROUND = 40  # acknowledged between two kills
ROUND_SECONDS_MAX = 60
SHELF = Shelf(hot=30 * ROUNDS, few=2 * ROUNDS)


def test_servers_killed_at_random_lose_nothing_and_sell_nothing_twice(database, tmp_path):
    url = database.create_database("shop")
    rng = random.Random(4)
    with make_fleet(tmp_path, [url] * SERVERS, SHELF) as fleet:
        with make_storm(SHELF, fleet) as storm:
            for _ in range(ROUNDS):
                storm.wait_for_orders(ORDERS_A_ROUND, ROUND_SECONDS_MAX)
                victims = rng.sample(fleet.servers, rng.choice((1, 1, 1, 2, SERVERS)))
                for victim in victims:
                    victim.kill()
                for victim in victims:
                    victim.start()
        finish(f"{ROUNDS} rounds of kill -9", storm, fleet)
