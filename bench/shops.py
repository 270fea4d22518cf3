"""Shops to measure, and the shoppers of wrk: what the suites share."""

import itertools
import json
import pathlib
import subprocess
import urllib.request

import load
from support import api
from support.shop_process import ShopProcess

BUILD = load.ROOT / "build" / "release"
STOCK = 10_000_000  # of each variant, as much as an import allows: the storm must not run out
CSV_HEAD = ("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
            "Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable\n")
HOT_CSV = (CSV_HEAD + f"hot,Hot Shirt,Size,M,HOT,shopify,{STOCK},deny,50.00,true,true\n").encode()
ALL_CORES = f"{load.SERVER_CORE},{load.LOAD_CORE}"
SEEDS = itertools.count(1)  # no two scripts make the same cart


class PinnedShop(ShopProcess):
    """The server with one serving thread on the server's core."""

    def __init__(self, folder: pathlib.Path):
        super().__init__(folder, io_threads=1)

    def start(self):
        super().start()
        pin(self.process.pid, load.SERVER_CORE)
        return self


class PostgresShop(PinnedShop):
    def __init__(self, folder: pathlib.Path, url: str, config: str = "", pinned: bool = True):
        super().__init__(folder)
        self.postgres_url, self.config, self.pinned = url, config, pinned

    @property
    def database_url(self):
        return self.postgres_url

    def start(self):
        super().start()
        if not self.pinned:
            pin(self.process.pid, ALL_CORES)
        return self


def pin(process: int, cores: str):
    subprocess.run(["taskset", "-a", "-p", "-c", cores, str(process)], capture_output=True, check=True)


def children(process: int) -> list:
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False).stdout
    return [int(line) for line in found.split()]


def import_shop(folder: pathlib.Path, csv: bytes) -> PinnedShop:
    shop = PinnedShop(folder)
    (folder / "catalogue.csv").write_bytes(csv)
    shop.run("migrate")
    shop.run("import", str(folder / "catalogue.csv"))
    return shop


def generated(variants: int) -> bytes:
    return subprocess.run([str(BUILD / "bench" / "generate_export"), str(variants)],
                          capture_output=True, check=True).stdout


def fetch(url: str, **headers) -> tuple:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return answer.headers, answer.read()


def get_json(url: str):
    return json.loads(fetch(url)[1])


LUA_PRELUDE = """
math.randomseed(os.time() + %d)
local n = 0
local prefix = string.format("%%08x%%08x", math.random(0, 0x7fffffff), math.random(0, 0x7fffffff))
local function token() n = n + 1; return prefix .. string.format("%%016x", n) end
local function variant() return math.random(%d, %d) end
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
"""

# An addition to a cart of its own.
ADD_TO_CART = """
request = function()
  return wrk.format(nil, "/api/v1/carts/" .. token() .. "/lines", nil,
                    '{"variant_id":' .. variant() .. ',"quantity":1}')
end
"""

# One order of one unit.
CHECKOUT = """
request = function()
  local cart = token()
  wrk.headers["Idempotency-Key"] = cart
  return wrk.format(nil, "/api/v1/checkouts", nil, '{"cart_id":"' .. cart .. '","lines":[{"variant_id":' ..
                    variant() .. ',"quantity":1}],' .. order)
end
"""


def order(payment: dict) -> dict:
    return {"email": "ada@example.com", "address": api.ADDRESS, "delivery_method": "standard", "payment": payment}


def on_delivery() -> dict:
    return order(api.ON_DELIVERY)


def by_card() -> dict:
    return order(api.card())


def script(folder: pathlib.Path, name: str, body: str, variants: tuple, order: dict = None) -> pathlib.Path:
    """A file for wrk -s that asks for the variants (first, last)."""
    seed = next(SEEDS)
    path = folder / f"{name}-{seed}.lua"
    text = json.dumps(order or {})[1:]  # without the brace that `body` opened
    path.write_text(LUA_PRELUDE % (seed, *variants) + f"local order = {json.dumps(text)}\n" + body)
    return path
