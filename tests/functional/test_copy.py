"""`copy`: a shop moves from SQLite to PostgreSQL, and nothing is lost on the way."""

import sqlite3

import pytest

from support import api
from support.postgres import Postgres, PostgresShop


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        yield running


def any_variant(url):
    client = api.Client(url)
    _, _, found = client.request("GET", "/api/v1/products?limit=5&available=true")
    return next(v["id"] for p in found["products"] for v in client.variants(p["handle"]) if v["stock"] == "in_stock")


def buy(url, variant):
    status, _, order = api.Client(url).checkout(api.token(), api.token(), [(variant, 1)], api.card())
    assert status == 201, order
    return order


def test_a_shop_moves_to_postgresql_with_its_orders_and_goes_on_there(fresh_shop, server):
    with fresh_shop as small:
        variant = any_variant(small.url)
        orders = [buy(small.url, variant) for _ in range(3)]
    url = server.create_database("moved")
    done = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url)
    assert done.stdout.count("I1-I5 hold") == 2
    assert "orders: 3, the same in both" in done.stdout
    with PostgresShop(fresh_shop.folder, url) as large:
        for order in orders:
            status, _, read = api.Client(large.url).order(order["id"], order["key"])
            assert status == 200 and read["number"] == order["number"]
        assert buy(large.url, variant)["number"] == max(order["number"] for order in orders) + 1
    assert large.audit().returncode == 0
    again = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url, check=False)
    assert again.returncode == 1 and "not empty" in again.stderr and again.stderr.count("\n") == 1


def test_a_source_with_a_violation_is_not_copied(fresh_shop, server):
    with sqlite3.connect(fresh_shop.folder / "shop.db") as database:
        database.execute("UPDATE stock SET received = received + 1, available = available + 1 WHERE variant = 1")
    database.close()
    url = server.create_database("refused")
    done = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url, check=False)
    assert done.returncode == 1 and "violation" in done.stderr
    assert server.execute("SELECT count(*) FROM pg_class WHERE relname = 'orders'", "refused") == "0"


def test_a_source_that_somebody_is_writing_is_refused(fresh_shop, server):
    database = sqlite3.connect(fresh_shop.folder / "shop.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    done = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", server.create_database("busy"), check=False)
    database.close()
    assert done.returncode == 1 and "locked" in done.stderr


@pytest.mark.parametrize("flag", ["from", "to"])
def test_a_database_without_a_scheme_is_refused(fresh_shop, flag):
    urls = {"from": fresh_shop.database_url, "to": "sqlite:target.db", flag: str(fresh_shop.folder / "some.db")}
    before = {path.name for path in fresh_shop.folder.iterdir()}
    done = fresh_shop.run("copy", "--from", urls["from"], "--to", urls["to"], check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f'{flag}: must be like "sqlite:var/shop.db"' in done.stderr
    assert {path.name for path in fresh_shop.folder.iterdir()} == before


def test_a_shop_is_not_moved_in_the_middle_of_a_sale_that_counts_what_each_shopper_has(fresh_shop, server):
    fresh_shop.run("sale", "set", "drop", "--whole-shop", "--starts", "now", "--ends", "+1h", "--limit", "2")
    fresh_shop.run("sale", "set", "later", "--whole-shop", "--starts", "+1h", "--ends", "+2h", "--limit", "2")
    url = server.create_database("in_a_sale")
    refused = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url, check=False)
    assert refused.returncode == 1 and "the sale 'drop' is running" in refused.stderr
    fresh_shop.run("sale", "end", "drop")
    done = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url)
    assert "sales: 2, with their lines" in done.stdout
