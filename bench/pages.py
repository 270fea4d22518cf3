"""./ff bench pages: reading against nginx serving the same bytes, buying against one SQLite transaction per
order, start and memory. Bars: the design's. Server on one core, load on the other, rounds interleaved."""

import gzip
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import load
from support import shop_process
from support.api import ADDRESS
from support.shop_process import ShopProcess

BUILD = load.ROOT / "build" / "release"
STOCK = 10_000_000  # of the hot variant, as much as an import allows: the storm must not run out


class PinnedShop(ShopProcess):
    """The server with one serving thread on the server's core."""

    def __init__(self, folder: pathlib.Path):
        super().__init__(folder, io_threads=1)

    def start(self):
        super().start()
        subprocess.run(["taskset", "-a", "-p", "-c", load.SERVER_CORE, str(self.process.pid)],
                       capture_output=True, check=True)
        return self


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


def reading(report: load.Report, folder: pathlib.Path):
    shop = PinnedShop(folder / "demo").migrate_and_seed()
    with shop:
        handle = get_json(shop.url + "/api/v1/products?limit=1")["products"][0]["handle"]
        page = f"/products/{handle}"
        headers, identity = fetch(shop.url + page)
        _, packed = fetch(shop.url + page, **{"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed) == identity
        with load.nginx(folder / "nginx", {"product": identity, "product.gz": packed}) as nginx:
            nginx_etag = fetch(nginx + "/product")[0]["ETag"]
            works = [
                ("product page, identity", {}, {}),
                ("product page, gzip", {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip"}),
                ("product page, 304", {"If-None-Match": headers["ETag"]}, {"If-None-Match": nginx_etag}),
            ]
            for work, ours, theirs in works:
                us, them = load.interleaved(lambda: load.wrk(shop.url + page, headers=ours),
                                            lambda: load.wrk(nginx + "/product", headers=theirs))
                ratio = us["per_second"] / them["per_second"]
                yardstick = f"nginx {them['per_second']:,.0f}/s; ours {us['per_second']:,.0f}/s"
                report.add(work, ratio, "x nginx", yardstick, ">= 1.0", ratio >= 1.0)


def searching(report: load.Report):
    output = subprocess.run(load.on_core(load.SERVER_CORE, str(BUILD / "bench" / "search_bench"), "10000"),
                            capture_output=True, text=True, check=True).stdout
    figures = {figure["work"]: figure["value"] for figure in map(json.loads, output.splitlines())}
    rate, p99 = figures["search rate"], figures["search p99"]
    report.add("search + facets, 10,000 products, in process", rate, "queries/s", "", ">= 5000", rate >= 5000)
    report.add("search + facets, 10,000 products, in process, p99", p99, "ms", "", "<= 2", p99 <= 2)


LUA_PRELUDE = """
math.randomseed(os.time() + %d)
local n = 0
local prefix = string.format("%%08x%%08x", math.random(0, 0x7fffffff), math.random(0, 0x7fffffff))
local function token() n = n + 1; return prefix .. string.format("%%016x", n) end
"""


def script(folder: pathlib.Path, name: str, body: str, seed: int) -> pathlib.Path:
    path = folder / f"{name}.lua"
    path.write_text(LUA_PRELUDE % seed + body)
    return path


def buying(report: load.Report, folder: pathlib.Path):
    csv = ("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
           "Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable\n"
           f"hot,Hot Shirt,Size,M,HOT,shopify,{STOCK},deny,50.00,true,true\n").encode()
    shop = import_shop(folder / "hot", csv)
    with shop:
        variant = get_json(shop.url + "/api/v1/products/hot")["variants"][0]["id"]
        add = script(folder, "add", f"""
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
wrk.body = '{{"variant_id":{variant},"quantity":1}}'
request = function() return wrk.format(nil, "/api/v1/carts/" .. token() .. "/lines") end
""", 1)
        order = json.dumps({"lines": [{"variant_id": variant, "quantity": 1}], "email": "ada@example.com",
                            "address": ADDRESS, "delivery_method": "standard", "payment": {"method": "on_delivery"}})
        checkout = script(folder, "checkout", f"""
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
local rest = ',' .. ({json.dumps(order)}):sub(2)
request = function()
  local cart = token()
  wrk.headers["Idempotency-Key"] = cart
  return wrk.format(nil, "/api/v1/checkouts", nil, '{{"cart_id":"' .. cart .. '"' .. rest)
end
""", 2)

        def naive():
            output = subprocess.run(
                load.on_core(load.SERVER_CORE, str(BUILD / "bench" / "sqlite_yardstick"), str(folder / "yardstick.db"),
                             str(load.ROUND_SECONDS)), capture_output=True, text=True, check=True).stdout
            return {"per_second": float(output)}

        adds, orders, yard = load.interleaved(
            lambda: load.wrk(shop.url, connections=256, script=add),
            lambda: load.wrk(shop.url, connections=256, script=checkout), naive)
        words = f"{yard['per_second']:,.0f} naive transactions/s"
        ratio = adds["per_second"] / yard["per_second"]
        report.add("add to cart, durable, SQLite", ratio, "x naive", f"{words}; ours {adds['per_second']:,.0f}/s, "
                   f"p99 {adds['p99_ms']:.1f} ms", ">= 1.5", ratio >= 1.5)
        ratio = orders["per_second"] / yard["per_second"]
        report.add("hot-SKU checkout through HTTP, durable, SQLite", ratio, "x naive",
                   f"{words}; ours {orders['per_second']:,.0f}/s, p99 {orders['p99_ms']:.1f} ms", ">= 10", ratio >= 10)
    audit = shop.audit()
    if audit.returncode != 0:
        raise SystemExit(f"the shop's books don't balance after the storm:\n{audit.stdout}")


def starting(report: load.Report, folder: pathlib.Path):
    shop = import_shop(folder / "ten-thousand", generated(10_000))
    milliseconds, resident = [], []
    for _ in range(load.ROUNDS + 2):
        port, ops = load.free_port(), load.free_port()
        started = time.monotonic()
        process = subprocess.Popen(
            load.on_core(load.SERVER_CORE, shop_process.binary(), "serve", "--listen", f"127.0.0.1:{port}",
                         "--ops-listen", f"127.0.0.1:{ops}", "--io-threads", "1"),
            env=shop.environment, cwd=shop.folder, stderr=subprocess.DEVNULL)
        try:
            while True:
                try:
                    fetch(f"http://127.0.0.1:{ops}/readyz")
                    break
                except OSError:
                    time.sleep(0.001)
            milliseconds.append((time.monotonic() - started) * 1e3)
            time.sleep(3)  # the index is built, the labels refreshed: idle
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            resident.append(int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024)
        finally:
            process.terminate()
            process.wait()
    ready, memory = statistics.median(milliseconds), statistics.median(resident)
    report.add("exec to ready, 10,000 variants", ready, "ms", "", "<= 50", ready <= 50)
    report.add("idle memory, 10,000 variants", memory, "MiB", "", "<= 64", memory <= 64)


def main() -> int:
    report = load.Report("pages")
    with tempfile.TemporaryDirectory(prefix="ff-bench-", dir=load.ROOT / "build") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        reading(report, folder)
        searching(report)
        buying(report, folder)
        starting(report, folder)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
