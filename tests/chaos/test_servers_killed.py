"""Four servers on one PostgreSQL, killed at random and started again, while 64 shoppers buy."""

import random

import pytest
from chaos.conftest import LONG, SERVERS, finish, make_fleet, make_storm
from support.storm import Shelf

STORMS = 10 if LONG else 1
ROUNDS = 10  # of each storm. Whose server died asks again when the storm is over: a longer one explains any history
ORDERS_A_ROUND = 40  # acknowledged between two kills
ROUND_SECONDS_MAX = 60
SHELF = Shelf(hot=12 * ROUNDS, few=ROUNDS)


@pytest.mark.parametrize("number", range(STORMS))
def test_servers_killed_at_random_lose_nothing_and_sell_nothing_twice(database, tmp_path, number):
    url = database.create_database("shop")
    rng = random.Random(number)
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
