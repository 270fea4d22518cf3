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

import load
from shops import (ADD_TO_CART, BUILD, CHECKOUT, HOT_CSV, PinnedShop, fetch, generated, get_json, import_shop,
                   on_delivery, script)
from support import shop_process

BUYERS = 192  # at once: so many that the server works while the disk does


def reading(report: load.Report, folder: pathlib.Path):
    shop = PinnedShop(folder / "demo").migrate_and_seed()
    with shop:
        handle = get_json(shop.url + "/api/v1/products?limit=1")["products"][0]["handle"]
        page = f"/products/{handle}"
        headers, identity = fetch(shop.url + page)
        _, packed = fetch(shop.url + page, **{"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed) == identity
        with load.nginx(folder / "nginx", {"product": identity, "product.gz": packed}, headers) as (nginx, processes):
            nginx_etag = fetch(nginx + "/product")[0]["ETag"]
            works = [
                ("product page, identity", {}, {}),
                ("product page, gzip", {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip"}),
                ("product page, 304", {"If-None-Match": headers["ETag"]}, {"If-None-Match": nginx_etag}),
            ]
            for work, ours, theirs in works:
                us, them = load.interleaved(lambda: load.wrk_timed({shop.process.pid}, shop.url + page, headers=ours),
                                            lambda: load.wrk_timed(processes, nginx + "/product", headers=theirs))
                ratio = us["per_cpu_second"] / them["per_cpu_second"]
                yardstick = "; ".join(f"{name} {figures['per_cpu_second']:,.0f} for a second of a core, {figures['per_second']:,.0f}/s on "
                                      f"{figures['cores']:.2f}" for name, figures in (("nginx", them), ("ours", us)))
                report.add(work, ratio, "x nginx", yardstick, ">= 1.0", ratio >= 1.0)


def searching(report: load.Report):
    output = subprocess.run(load.on_core(load.SERVER_CORE, str(BUILD / "bench" / "search_bench"), "10000"),
                            capture_output=True, text=True, check=True).stdout
    figures = {figure["work"]: figure["value"] for figure in map(json.loads, output.splitlines())}
    rate, p99 = figures["search rate"], figures["search p99"]
    report.add("search + facets, 10,000 products, in process", rate, "queries/s", "", ">= 5000", rate >= 5000)
    report.add("search + facets, 10,000 products, in process, p99", p99, "ms", "", "<= 2", p99 <= 2)


def buying(report: load.Report, folder: pathlib.Path):
    shop = import_shop(folder / "hot", HOT_CSV)
    with shop:
        variant = get_json(shop.url + "/api/v1/products/hot")["variants"][0]["id"]
        add = script(folder, "add", ADD_TO_CART, variants=(variant, variant))
        checkout = script(folder, "checkout", CHECKOUT, variants=(variant, variant), order=on_delivery())

        def naive():
            output = subprocess.run(
                load.on_core(load.SERVER_CORE, str(BUILD / "bench" / "sqlite_yardstick"), str(folder / "yardstick.db"),
                             str(load.ROUND_SECONDS)), capture_output=True, text=True, check=True).stdout
            return {"per_second": float(output)}

        adds, orders, yard = load.interleaved(
            lambda: load.wrk(shop.url, connections=BUYERS, script=add),
            lambda: load.wrk(shop.url, connections=BUYERS, script=checkout), naive)
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
