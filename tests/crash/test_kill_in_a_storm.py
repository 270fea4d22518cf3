"""kill -9 in a checkout storm, round after round, on one shop: nothing acknowledged is lost, nothing is sold
or charged twice. Shoppers retry with the same Idempotency-Key, as their browsers would."""

import os
import random
import threading
import time

import pytest

from support import api
from support.shop_process import ShopProcess

FINAL = {201: ("paid", "placed"), 402: ("declined", "cancelled")}  # what such an answer promises for ever
ROUNDS = int(os.environ.get("FF_CRASH_ROUNDS", "20"))
SHOPPERS = 16
STOCK = 400  # of the hot variant; demand is above it, so the storm also runs into "sold out"

CATALOGUE = """Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable
hot,Hot Shirt,Size,S,HOT-S,shopify,{stock},deny,50.00,true,true
hot,,Size,M,HOT-M,shopify,100000,deny,50.00,true,true
"""


class Storm:
    """Shoppers who buy until told to stop; what they were told is kept, to be held against the shop later."""

    def __init__(self, shop: ShopProcess, variants: list):
        self.shop = shop
        self.variants = variants
        self.running = threading.Event()
        self.acknowledged = {}  # order id -> (access key, status, wanted)
        self.refused = 0
        self.wrong = []
        self.lock = threading.Lock()

    def shopper(self, seed: int):
        rng = random.Random(seed)
        client = None
        while self.running.is_set():
            cart, key = api.token(), api.token()
            lines = [(self.variants[0 if rng.random() < 0.5 else 1], rng.randint(1, 2))]
            payment = rng.choice([api.ON_DELIVERY, api.card(), api.card(), api.card(api.CARD_DECLINED),
                                  api.card(api.CARD_UNKNOWN)])
            while self.running.is_set():
                try:
                    if client is None or client.host not in self.shop.url:
                        client = api.Client(self.shop.url)
                    status, _, answer = client.checkout(cart, key, lines, payment)
                except ConnectionError:
                    time.sleep(0.02)  # the server is being started again
                    continue
                if status in (201, 202, 402):
                    with self.lock:
                        self.acknowledged[answer["id"]] = (answer["key"], status, lines)
                    break
                if status == 409 and "lines" in answer:
                    with self.lock:
                        self.refused += 1
                    break
                if status in (409, 429, 503):
                    time.sleep(0.05)
                    continue
                self.wrong.append((status, answer))
                return

    def run(self, seconds: float, seed: int):
        self.running.set()
        threads = [threading.Thread(target=self.shopper, args=(seed * 1000 + i,)) for i in range(SHOPPERS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.shop.kill()
        self.running.clear()
        for thread in threads:
            thread.join(timeout=60)
        stuck = [thread for thread in threads if thread.is_alive()]
        assert not stuck, f"{len(stuck)} shoppers never came back"


def test_nothing_is_lost_sold_twice_or_charged_twice(tmp_path):
    shop = ShopProcess(tmp_path / "shop")
    shop.run("migrate")
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text(CATALOGUE.format(stock=STOCK))
    shop.run("import", str(catalogue))
    storm = None
    rng = random.Random(1)
    for round_number in range(ROUNDS):
        shop.start()
        if storm is None:
            storm = Storm(shop, [variant["id"] for variant in api.Client(shop.url).variants("hot")])
        storm.run(rng.uniform(0.3, 1.2), round_number)
        assert not storm.wrong, storm.wrong[:3]
        audit = shop.audit()
        assert audit.returncode == 0, f"round {round_number}: {audit.stdout}\n{audit.stderr}"

    shop.start()
    client = api.Client(shop.url)
    missing, reversed_later = [], []
    for identifier, (access_key, told, _) in storm.acknowledged.items():
        status, _, order = client.order(identifier, access_key)
        if status != 200 or order["id"] != identifier:
            missing.append(identifier)
        elif told in FINAL and order["status"] not in FINAL[told]:
            reversed_later.append((identifier, told, order["status"]))
    shop.stop()
    sold_out = storm.refused
    print(f"{ROUNDS} kills: {len(storm.acknowledged)} orders acknowledged, {sold_out} refused as sold out")
    assert len(storm.acknowledged) > ROUNDS, "the storm was no storm"
    assert storm.refused > 0, "nothing ever sold out: the storm never fought over the last ones"
    assert not missing, f"{len(missing)} acknowledged orders are gone: {missing[:5]}"
    assert not reversed_later, f"orders are not what their shoppers were told: {reversed_later[:5]}"
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
