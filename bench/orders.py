"""./ff bench orders: buying on PostgreSQL through HTTP, against pgbench's naive transactions on the same server, both
durable. Server and database on one core, load on the other, rounds interleaved; where it says "2 cores", all share both."""

import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import load
from shops import (ADD_TO_CART, ALL_CORES, CHECKOUT, CSV_HEAD, HOT_CSV, STOCK, PostgresShop, by_card, children, fetch,
                   on_delivery, pin, script)
from support.postgres import BINARIES, Postgres

SPREAD = 10_000          # variants of the spread shop, rows of its yardstick
YARDSTICK_CLIENTS = 32
GATEWAY_MS = 50
CLIENTS = (64, 512)  # of more at once some are told to come again: ./ff bench spike
SPREAD_CSV = (CSV_HEAD + "".join(f"spread-{i},Shirt {i},Size,M,S{i},shopify,{STOCK},deny,50.00,true,true\n"
                                 for i in range(SPREAD))).encode()

NAIVE_ORDER = """
\\set v random(1, :rows)
BEGIN;
UPDATE stock SET qty = qty - 1 WHERE id = :v AND qty >= 1;
INSERT INTO orders (variant, quantity, document) VALUES (:v, 1, repeat('x', 600));
COMMIT;
"""
NAIVE_CART = """
\\set v random(1, :rows)
UPDATE carts SET quantity = quantity + 1 WHERE id = :v;
"""
SCHEMA = f"""
CREATE TABLE stock (id int PRIMARY KEY, qty int NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, variant int NOT NULL, quantity int NOT NULL, document text NOT NULL);
CREATE TABLE carts (id int PRIMARY KEY, quantity int NOT NULL);
INSERT INTO stock SELECT i, 1000000000 FROM generate_series(1, {SPREAD}) i;
INSERT INTO carts SELECT i, 1 FROM generate_series(1, {SPREAD}) i;
"""


class Database:
    """The PostgreSQL server of the whole suite, on the server's core, with its yardsticks."""

    def __init__(self, server: Postgres, folder: pathlib.Path):
        self.server, self.folder = server, folder
        self.pin(load.SERVER_CORE)
        self.yardstick = server.create_database("yardstick")
        server.execute(SCHEMA, "yardstick")

    def pin(self, cores: str):
        """Its processes; those to come inherit it."""
        for process in (self.server.process.pid, *children(self.server.process.pid)):
            pin(process, cores)

    def naive(self, name: str, text: str, rows: int):
        path = self.folder / f"{name}.sql"
        path.write_text(text)

        def run() -> dict:
            output = subprocess.run(
                load.on_core(load.LOAD_CORE, str(BINARIES / "pgbench"), "-n", "-M", "prepared", "-j", "1", "-c",
                             str(YARDSTICK_CLIENTS), "-T", str(load.ROUND_SECONDS), "-D", f"rows={rows}", "-f", str(path),
                             self.yardstick), capture_output=True, text=True, check=True).stdout
            return {"per_second": float(re.search(r"tps = ([\d.]+)", output).group(1))}

        return run

    def shop(self, name: str, csv: bytes, **options) -> PostgresShop:
        shop = PostgresShop(self.folder / name, self.server.create_database(name), **options)
        (shop.folder / "catalogue.csv").write_bytes(csv)
        shop.run("migrate")
        shop.run("import", str(shop.folder / "catalogue.csv"))
        return shop

    def variants(self, name: str) -> tuple:
        first, last = self.server.execute("SELECT min(variant), max(variant) FROM stock", name).split("|")
        return int(first), int(last)

    def wal_bytes(self) -> int:
        return int(self.server.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))


def batches(shop: PostgresShop) -> dict:
    """Upper bound of a batch's size: batches so far, cumulative."""
    text = fetch(shop.ops_url + "/metrics")[1].decode()
    return {bound: float(count) for bound, count in
            re.findall(r'ff_commit_batch_size_bucket\{kind="place",le="([^"]+)"\} (\S+)', text)}


def audited(*shops: PostgresShop):
    for shop in shops:
        audit = shop.audit()
        if audit.returncode != 0:
            raise SystemExit(f"the shop's books don't balance after the storm:\n{audit.stdout}")


def checkout_script(database: Database, name: str, order: dict = None) -> pathlib.Path:
    return script(database.folder, f"{name}-checkout", CHECKOUT, database.variants(name), order or on_delivery())


def against_pgbench(report: load.Report, database: Database):
    works = [
        ("hot-SKU checkout through HTTP, durable, PostgreSQL", "hot", HOT_CSV, 1, 6.0),
        ("spread checkout (10,000 SKUs), durable, PostgreSQL", "spread", SPREAD_CSV, SPREAD, 1.5),
    ]
    for work, name, csv, rows, bar in works:
        with database.shop(name, csv) as shop:
            lua = checkout_script(database, name)
            us, them = load.interleaved(lambda: load.wrk(shop.url, connections=256, script=lua),
                                        database.naive(name, NAIVE_ORDER, rows))
        audited(shop)
        ratio = us["per_second"] / them["per_second"]
        report.add(work, ratio, "x naive", f"pgbench {them['per_second']:,.0f}/s; ours {us['per_second']:,.0f}/s, "
                   f"p99 {us['p99_ms']:.1f} ms", f">= {bar}", ratio >= bar)

    with database.shop("carts", HOT_CSV) as shop:
        lua = script(database.folder, "add", ADD_TO_CART, database.variants("carts"))
        us, them = load.interleaved(lambda: load.wrk(shop.url, connections=256, script=lua),
                                    database.naive("cart", NAIVE_CART, SPREAD))
    ratio = us["per_second"] / them["per_second"]
    report.add("add to cart, durable, PostgreSQL", ratio, "x naive",
               f"pgbench one-row UPDATE {them['per_second']:,.0f}/s; ours {us['per_second']:,.0f}/s, "
               f"p99 {us['p99_ms']:.1f} ms", ">= 1.5", ratio >= 1.5)


def two_commits(report: load.Report, database: Database):
    config = f"[payment]\ndemo_latency_ms = {GATEWAY_MS}\n"
    with database.shop("cards", HOT_CSV, config=config) as shop:
        lua = checkout_script(database, "cards", by_card())
        figures, = load.interleaved(lambda: load.wrk(shop.url, connections=512, script=lua))
    audited(shop)
    report.note(f"hot-SKU checkout by card, two commits, gateway of {GATEWAY_MS} ms, 512 clients",
                figures["per_second"], "orders/s", f"p99 {figures['p99_ms']:.0f} ms; the gateway's own books on the same core")


def where_it_goes(report: load.Report, database: Database):
    with database.shop("costs", HOT_CSV) as shop:
        lua = checkout_script(database, "costs")
        load.wrk(shop.url, connections=256, script=lua)  # connections made, caches warm
        backends = {database.server.process.pid, *children(database.server.process.pid)}
        before = (load.cpu_seconds({shop.process.pid}), load.cpu_seconds(backends), database.wal_bytes(), batches(shop))
        count_before = int(database.server.execute("SELECT count(*) FROM orders", "costs"))
        load.wrk(shop.url, connections=256, script=lua)
        orders = int(database.server.execute("SELECT count(*) FROM orders", "costs")) - count_before
        after = (load.cpu_seconds({shop.process.pid}), load.cpu_seconds(backends), database.wal_bytes(), batches(shop))
    report.note("processor time of an order, shop", (after[0] - before[0]) / orders * 1e6, "us")
    report.note("processor time of an order, PostgreSQL", (after[1] - before[1]) / orders * 1e6, "us")
    report.note("WAL of an order", (after[2] - before[2]) / orders, "bytes")
    below = 0.0
    for bound in after[3]:
        upto = after[3][bound] - before[3][bound]
        report.note(f"batches of at most {bound} orders", upto - below, "batches")
        below = upto


def crowds(report: load.Report, database: Database):
    with database.shop("crowds", HOT_CSV) as shop:
        lua = checkout_script(database, "crowds")
        for clients in CLIENTS:
            figures, = load.interleaved(lambda clients=clients: load.wrk(shop.url, connections=clients, script=lua))
            report.note(f"hot-SKU checkout, {clients} clients, p99", figures["p99_ms"], "ms",
                        f"{figures['per_second']:,.0f} orders/s")
    audited(shop)


def processes(report: load.Report, database: Database):
    """All on both cores, the load too."""
    database.pin(ALL_CORES)
    for count in (1, 2, 4):
        name = f"processes{count}"
        first = database.shop(name, HOT_CSV, pinned=False)
        shops = [first] + [PostgresShop(database.folder / f"{name}-{i}", first.postgres_url, pinned=False)
                           for i in range(1, count)]
        try:
            for shop in shops:
                shop.start()
            luas = [checkout_script(database, name) for _ in shops]

            def storm() -> dict:
                return load.wrk_together([load.wrk_command(shop.url, 256 // count, script=lua) for shop, lua in zip(shops, luas)])

            figures, = load.interleaved(storm)
        finally:
            for shop in shops:
                shop.stop()
        words = f"p99 {figures['p99_ms']:.1f} ms; load generator on the same cores"
        work = f"hot-SKU checkout on 2 cores, {count} process{'es' if count > 1 else ''}"
        if count == 1:
            report.add(work, figures["per_second"], "orders/s", words, ">= 6670", figures["per_second"] >= 6670)
        else:
            report.note(work, figures["per_second"], "orders/s", words)
    database.pin(load.SERVER_CORE)


def main() -> int:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # 4,096 clients
    report = load.Report("orders")
    with tempfile.TemporaryDirectory(prefix="ff-bench-", dir=load.ROOT / "build") as name, Postgres() as server:
        database = Database(server, pathlib.Path(name))
        against_pgbench(report, database)
        two_commits(report, database)
        crowds(report, database)
        processes(report, database)
        where_it_goes(report, database)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
