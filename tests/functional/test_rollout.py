"""A rollout: the schema of the next release is there, while servers of this one serve, buy, die and start again."""

import threading

import pytest
from support import api
from support.postgres import Postgres, PostgresShop
from test_postgres import buy, until
from test_webhooks import stock_up, variant_of

# What an expanding migration may do to every table that a server writes: columns, of which some have defaults,
# tables, indexes. Each is a transaction of its own, as a migration is: see docs/runbooks/migrate.md.
EXPAND = [
    "ALTER TABLE orders ADD COLUMN gift_note text, ADD COLUMN channel smallint NOT NULL DEFAULT 1",
    "ALTER TABLE stock ADD COLUMN location bigint NOT NULL DEFAULT 0",
    "ALTER TABLE stock_ledger ADD COLUMN actor text",
    "ALTER TABLE carts ADD COLUMN customer uuid",
    "ALTER TABLE event_batches ADD COLUMN origin text",
    "ALTER TABLE products ADD COLUMN season text",
    "ALTER TABLE leases ADD COLUMN note text",
    "ALTER TABLE webhook_subscriptions ADD COLUMN version integer NOT NULL DEFAULT 1",
    "CREATE TABLE gifts (id bigint PRIMARY KEY, order_id uuid)",
    "CREATE INDEX CONCURRENTLY orders_by_channel ON orders (channel, number)",
    "INSERT INTO schema_migrations (number, name, serves) SELECT max(number) + 1, 'expand', '{serves}' FROM schema_migrations",
]
CONTRACT = ("INSERT INTO schema_migrations (number, name, serves) "
            "SELECT max(number) + 1, 'contract', '99.0.0' FROM schema_migrations")


@pytest.fixture
def database():
    with Postgres() as server:
        yield server


@pytest.fixture
def shop(database, tmp_path):
    process = stock_up(PostgresShop(tmp_path / "shop", database.create_database("shop")))
    yield process
    process.stop()


class Shopper:
    """Buys without a pause until told to stop."""

    def __init__(self, url, variant):
        self.statuses = []
        self.running = True
        self.thread = threading.Thread(target=self._buy, args=(url, variant), daemon=True)
        self.thread.start()

    def _buy(self, url, variant):
        while self.running:
            self.statuses.append(buy(url, variant, payment=api.ON_DELIVERY)[0])

    def stop(self) -> list:
        self.running = False
        self.thread.join(timeout=60)
        return self.statuses


def test_a_server_sells_on_through_the_migration_of_the_next_release_and_starts_again_on_it(shop, database):
    release = shop.run("version").stdout.split()[1]
    with shop:
        variant = variant_of(shop.url)
        shopper = Shopper(shop.url, variant)
        assert until(lambda: len(shopper.statuses) > 5)
        for step in EXPAND:
            database.execute(step.replace("{serves}", release), "shop")
        migrated_at = len(shopper.statuses)
        assert until(lambda: len(shopper.statuses) > migrated_at + 20)
        statuses = shopper.stop()
        assert set(statuses) == {201}, statuses
        assert buy(shop.url, variant)[0] == 201
        cart = api.token()
        client = api.Client(shop.url)
        assert client.request("POST", f"/api/v1/carts/{cart}/lines", {"variant_id": variant, "quantity": 1})[0] < 300
    assert shop.audit().returncode == 0
    with shop:  # a pod of the old release that is restarted in mid-rollout
        assert buy(shop.url, variant)[0] == 201
    assert shop.audit().returncode == 0
    assert "up to date" in shop.run("migrate").stdout, "an older release has nothing to add"


def test_a_schema_that_serves_this_release_no_more_is_refused_and_who_runs_goes_on_running(shop, database):
    with shop:
        variant = variant_of(shop.url)
        database.execute(CONTRACT, "shop")
        assert buy(shop.url, variant)[0] == 201
    done = shop.run("serve", check=False)
    assert done.returncode == 1
    assert "needs release 99.0.0 or later" in done.stderr and done.stderr.count("\n") == 1


def test_a_server_waits_for_its_migration_instead_of_serving_on_an_older_schema(shop, database):
    newest = int(database.execute("SELECT max(number) FROM schema_migrations", "shop"))
    database.execute(f"DELETE FROM schema_migrations WHERE number = {newest}", "shop")
    done = shop.run("serve", check=False)
    assert done.returncode == 1
    assert f"its schema is at {newest - 1}" in done.stderr and "fashionforward migrate" in done.stderr
