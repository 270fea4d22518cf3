"""The shop on PostgreSQL: buying, several processes, the database going away and coming back."""

import time

import pytest
import requests

from support import api
from support.postgres import Postgres, PostgresShop

HEAL_SECONDS_MAX = 30


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        yield running


@pytest.fixture
def shop(server, tmp_path, request):
    name = "shop_" + str(abs(hash(request.node.name)))
    process = PostgresShop(tmp_path / "shop", server.create_database(name)).migrate_and_seed()
    yield process
    process.stop()


def any_variant(url):
    client = api.Client(url)
    _, _, found = client.request("GET", "/api/v1/products?limit=5&available=true")
    for product in found["products"]:
        for variant in client.variants(product["handle"]):
            if variant["stock"] == "in_stock":
                return variant["id"]
    raise AssertionError("nothing is in stock")


def buy(url, variant, key=None, payment=None):
    return api.Client(url).checkout(api.token(), key or api.token(), [(variant, 1)], payment or api.card())


def until(answer, *, seconds=HEAL_SECONDS_MAX):
    deadline = time.monotonic() + seconds
    while True:
        found = answer()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def metric(shop, line):
    for row in requests.get(shop.ops_url + "/metrics", timeout=10).text.splitlines():
        if row.startswith(line + " "):
            return float(row.split()[1])
    return None


def test_a_schema_that_was_not_migrated_is_refused_in_one_line(server, tmp_path):
    process = PostgresShop(tmp_path / "shop", server.create_database("empty"))
    done = process.run("serve", check=False)
    assert done.returncode == 1
    assert "run: fashionforward migrate" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "the schema is at 0" in process.run("migrate").stdout
    assert "up to date" in process.run("migrate").stdout


def test_orders_are_bought_and_the_audit_is_clean(shop):
    with shop:
        variant = any_variant(shop.url)
        for payment in (api.card(), api.ON_DELIVERY):
            key = api.token()
            cart = api.token()
            client = api.Client(shop.url)
            status, _, order = client.checkout(cart, key, [(variant, 1)], payment)
            assert status == 201, order
            again, _, same = client.checkout(cart, key, [(variant, 1)], payment)
            assert again == 201 and same["id"] == order["id"]
            status, _, read = client.order(order["id"], order["key"])
            assert status == 200 and read["id"] == order["id"]
        status, _, _ = buy(shop.url, variant, payment=api.card(api.CARD_DECLINED))
        assert status == 402
    assert shop.audit().returncode == 0


def test_two_processes_share_the_shop_and_hear_of_a_change(shop, tmp_path):
    other = PostgresShop(tmp_path / "other", shop.postgres_url)
    with shop, other:
        variant = any_variant(shop.url)
        assert buy(shop.url, variant)[0] == 201
        assert buy(other.url, variant)[0] == 201
        csv = tmp_path / "one.csv"
        csv.write_text("Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Status\n"
                       "new-thing,New thing,Size,M,10.00,5,active\n")
        shop.run("import", str(csv))
        for process in (shop, other):
            page = process.url + "/api/v1/products/new-thing"
            assert until(lambda at=page: requests.get(at, timeout=10).status_code == 200), "the change did not arrive"


def test_the_connection_budget_is_kept_and_shown(shop, server):
    shop.config = "[database]\ncommitters = 2\nreaders = 1\n"
    with shop:
        variant = any_variant(shop.url)
        assert buy(shop.url, variant)[0] == 201
        name = shop.postgres_url.rsplit("/", 1)[1]
        open_now = int(server.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"))
        assert 0 < open_now <= 4
        assert metric(shop, 'ff_postgres_connections_max{use="commit"}') == 2
        assert metric(shop, 'ff_postgres_connections_max{use="read"}') == 1
        assert metric(shop, "ff_postgres_available") == 1


def test_while_the_database_is_away_the_shop_is_browsed_and_it_heals_by_itself(tmp_path):
    with Postgres() as server:
        with PostgresShop(tmp_path / "shop", server.create_database("shop")).migrate_and_seed() as shop:
            variant = any_variant(shop.url)
            status, _, order = buy(shop.url, variant)
            assert status == 201
            before = len(shop.log)
            server.stop("immediate")
            for _ in range(50):
                status, headers, _ = buy(shop.url, variant, payment=api.ON_DELIVERY)
                assert status == 503 and int(headers["Retry-After"]) > 0
            cart = f"{shop.url}/api/v1/carts/{api.token()}"
            line = {"variant_id": variant, "quantity": 1}
            for refused in (requests.get(cart, timeout=10), requests.post(cart + "/lines", timeout=10, json=line)):
                assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
            for page in ("/", "/api/v1/products?limit=5"):
                assert requests.get(shop.url + page, timeout=10).status_code == 200
            assert requests.get(shop.ops_url + "/readyz", timeout=10).status_code == 200
            assert until(lambda: metric(shop, "ff_postgres_available") == 0)
            server.start()
            assert until(lambda: metric(shop, "ff_postgres_available") == 1)
            assert buy(shop.url, variant)[0] == 201
            away = [entry for entry in shop.log[before:] if entry["room"] == "postgres"]
            assert [entry["level"] for entry in away] == ["warning", "info"], away
            assert len(shop.log) - before < 10, "thousands of lines for one reason"
            status, _, read = api.Client(shop.url).order(order["id"], order["key"])
            assert status == 200 and read["id"] == order["id"]
        assert shop.audit().returncode == 0


def test_backends_that_are_terminated_cost_no_order(shop, server):
    with shop:
        variant = any_variant(shop.url)
        name = shop.postgres_url.rsplit("/", 1)[1]
        for _ in range(5):
            assert server.terminate_backends(name) > 0
            assert buy(shop.url, variant, payment=api.ON_DELIVERY)[0] == 201
    assert shop.audit().returncode == 0
