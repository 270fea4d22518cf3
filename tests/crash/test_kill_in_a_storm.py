"""kill -9 in a checkout storm, round after round, on one shop: nothing acknowledged is lost, nothing is sold
or charged twice. Shoppers retry with the same Idempotency-Key, as their browsers would."""

import os
import random

import pytest

from support import api
from support.shop_process import ShopProcess
from support.storm import Shelf, Storm

ROUNDS = int(os.environ.get("FF_CRASH_ROUNDS", "20"))
ROUND_SECONDS = (0.3, 1.2)  # at least, at most
SHOPPERS = 16
SHELF = Shelf(hot=400, few=20)  # demand is above it, so the storm also runs into "sold out"
# A shopper whose server dies in the payment waits for its lease: twice this and 10 s more.
CONFIG = "[payment]\ntimeout_ms = 1000\nhold_ms = 15000\n"


def test_nothing_is_lost_sold_twice_or_charged_twice(tmp_path):
    shop = ShopProcess(tmp_path / "shop", config=CONFIG)
    shop.run("migrate")
    SHELF.import_into(shop)
    storm = Storm(SHELF, lambda: [shop.url], shoppers=SHOPPERS)
    rng = random.Random(1)
    for round_number in range(ROUNDS):
        shop.start()
        with storm:
            storm.blow(rng.uniform(*ROUND_SECONDS))
            shop.kill()
        audit = shop.audit()
        assert audit.returncode == 0, f"round {round_number}: {audit.stdout}\n{audit.stderr}"

    with shop:
        storm.settle()
        print(f"{ROUNDS} kills: {storm.figures()}")
        assert len(storm.acknowledged) > ROUNDS, "the storm was no storm"
        assert storm.refused > 0, "nothing ever sold out: the storm never fought over the last ones"
        storm.verify()
    assert shop.audit().returncode == 0


@pytest.mark.parametrize("payment", [api.ON_DELIVERY, api.card()], ids=["on_delivery", "card"])
def test_a_retry_across_a_crash_is_the_same_order(fresh_shop, payment):
    with fresh_shop as shop:
        client = api.Client(shop.url)
        _, _, products = client.request("GET", "/api/v1/products?limit=1&available=true")
        variant = next(v for v in client.variants(products["products"][0]["handle"]) if v["stock"] == "in_stock")
        cart, key = api.token(), api.token()
        status, _, first = client.checkout(cart, key, [(variant["id"], 1)], payment)
        assert status == 201, first
        shop.kill()
        shop.start()
        again, _, second = api.Client(shop.url).checkout(cart, key, [(variant["id"], 1)], payment)
        assert (again, second["id"]) == (201, first["id"])
