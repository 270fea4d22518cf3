"""./ff bench sizes: does the size of the catalogue show? 1,000, 100,000 and 1,000,000 variants on SQLite: a cached page,
a first rendering, start and memory; Zipf-distributed shoppers over more pages than the cache holds; a price that
changes under load; one serving thread and two. Server on one core, load on the other, rounds interleaved.

FF_BENCH_SIZES (1000,100000,1000000) chooses the sizes; the first is what the others are compared with. FF_BENCH_PARTS
(start,threads,render,cached,change,zipf) chooses what is measured."""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import load
from shops import BUILD, PinnedShop, fetch, generated
from support import shop_process

SIZES = [int(size) for size in os.environ.get("FF_BENCH_SIZES", "1000,100000,1000000").split(",")]
PARTS = os.environ.get("FF_BENCH_PARTS", "start,threads,render,cached,change,zipf").split(",")
CACHE = pathlib.Path.home() / ".cache" / "fashionforward" / "bench"
# What the made database depends on: the generator, the import, the schema.
INPUTS = ["src/catalog", "src/storage/migrations", "src/storage/sqlite"]
PAGES_BYTES_MAX = 24 * 1024 * 1024  # storefront::ReadingLimits
FIRST_RENDERS = 200
READY_SECONDS_MAX = 120
CONNECTIONS_OF_A_THREAD = 32
ZIPF_EXPONENT = 1.0  # what measurements of shops and of the web find: 0.8 to 1.1
ZIPF_CONNECTIONS = 16
PRICE_CHANGES = 7
LOOKS, LOOK_SECONDS = 10, 0.02  # a change shows after some 0.2 s
# The load while a price changes: so many connections, each with a pause between its requests, take a part of the core
# and leave the rest to what is measured. At full load a tail would be the queue's and not the change's.
PACED_CONNECTIONS, PACED_PAUSE_MS = 32, 4

PACED = """
local path = %s
function delay() return %d end
function request() return wrk.format("GET", path, {["Accept-Encoding"] = "br"}) end
"""

ZIPF = """
math.randomseed(%d)
local paths, sums, total = {}, {}, 0
for line in io.lines(%s) do paths[#paths + 1] = line end
for i = 1, #paths do total = total + 1 / i ^ %f; sums[i] = total end
local function pick()
  local at, low, high = math.random() * total, 1, #paths
  while low < high do
    local middle = math.floor((low + high) / 2)
    if sums[middle] < at then low = middle + 1 else high = middle end
  end
  return paths[low]
end
function request() return wrk.format("GET", pick(), {["Accept-Encoding"] = "br"}) end
"""


def words(variants: int) -> str:
    return f"{variants:,} variants"


# --- shops of a size ---------------------------------------------------------------------------------------

def fingerprint(variants: int) -> str:
    digest = hashlib.sha256(str(variants).encode())
    for folder in INPUTS:
        for path in sorted((load.ROOT / folder).rglob("*")):
            if path.is_file() and not path.name.endswith("_test.cc"):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def database_of(variants: int) -> pathlib.Path:
    """The database of a generated shop, made once for each version of what makes it."""
    kept = CACHE / f"{variants}-{fingerprint(variants)}.db"
    if not kept.exists():
        print(f"  making a shop of {words(variants)} in {CACHE} ...", flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        for older in CACHE.glob(f"{variants}-*.db"):
            older.unlink()
        with tempfile.TemporaryDirectory(dir=CACHE) as name:
            shop = PinnedShop(pathlib.Path(name))
            csv = shop.folder / "catalogue.csv"
            csv.write_bytes(generated(variants))
            shop.run("migrate")
            shop.run("import", str(csv))
            with contextlib.closing(sqlite3.connect(shop.folder / "shop.db")) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (shop.folder / "shop.db").rename(kept)
    return kept


class SizedShop(PinnedShop):
    """A copy of the generated shop of that size, on the server's core; stands still but in its rounds."""

    def __init__(self, folder: pathlib.Path, variants: int, io_threads: int = 1):
        super().__init__(folder)
        self.io_threads = io_threads
        self.variants = variants
        shutil.copyfile(database_of(variants), folder / "shop.db")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        super().__exit__(*_)

    @contextlib.contextmanager
    def running(self):
        """The others are stopped, so that what they do by themselves takes nothing from this one."""
        self.process.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGSTOP)

    def handles(self) -> list:
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'shop.db'}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute("SELECT handle FROM products WHERE coalesce(json_extract(document, '$.status'), 0) = 0 ORDER BY id")]

    def memory_mb(self, which: str = "VmRSS") -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{which}:\s+(\d+) kB", status).group(1)) / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def metric(self, name: str, label: str = "") -> float:
        text = fetch(self.ops_url + "/metrics")[1].decode()
        found = re.findall(rf"^{name}\{{([^\n]*)\}} (\S+)$|^{name} (\S+)$", text, re.MULTILINE)
        return sum(float(value or bare) for labels, value, bare in found if label in labels)

    def until_indexed(self):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while fetch(self.url + "/search?q=a")[0]["Cache-Control"] == "no-store":
            if time.monotonic() > deadline:
                raise SystemExit("the search index does not get ready")
            time.sleep(0.1)
        return self


def calm(round_of_load, *arguments, **options) -> dict:
    """A round that is repeated where the server refused some (503): something else on this machine kept it from its core
    for longer than its shedder bears, so that the round says nothing of the catalogue's size."""
    for void in range(1, load.VOIDS_MAX + 1):
        try:
            return round_of_load(*arguments, **options)
        except SystemExit as reason:
            refused = re.search(r"Non-2xx or 3xx responses: (\d+)", str(reason))
            if not refused or void == load.VOIDS_MAX:
                raise
            print(f"  void round {void} of at most {load.VOIDS_MAX}: {refused.group(1)} refused", flush=True)
            time.sleep(1)


# --- what is measured --------------------------------------------------------------------------------------

def starting(report: load.Report, folder: pathlib.Path):
    """exec to ready, and memory at rest once the index is there; then both per variant."""
    figures = {}
    for variants in SIZES:
        shop = SizedShop(folder / f"start-{variants}", variants)
        milliseconds, resident = [], []
        for _ in range(load.ROUNDS if variants < 1_000_000 else 2):
            port, ops = load.free_port(), load.free_port()
            started = time.monotonic()
            process = subprocess.Popen(
                load.on_core(load.SERVER_CORE, shop_process.binary(), "serve", "--listen", f"127.0.0.1:{port}",
                             "--ops-listen", f"127.0.0.1:{ops}", "--io-threads", "1"),
                env=shop.environment, cwd=shop.folder, stderr=subprocess.DEVNULL)
            try:
                while True:
                    if time.monotonic() > started + READY_SECONDS_MAX or process.poll() is not None:
                        raise SystemExit(f"the shop of {words(variants)} does not get ready")
                    with contextlib.suppress(OSError):
                        fetch(f"http://127.0.0.1:{ops}/readyz")
                        break
                    time.sleep(0.001)
                milliseconds.append((time.monotonic() - started) * 1e3)
                shop.process, shop.url = process, f"http://127.0.0.1:{port}"
                shop.until_indexed()
                time.sleep(2)  # the labels are refreshed, freed memory is given back: idle
                resident.append(shop.memory_mb())
            finally:
                process.terminate()
                process.wait()
        figures[variants] = (statistics.median(milliseconds), statistics.median(resident))
        report.note(f"exec to ready, {words(variants)}", figures[variants][0], "ms")
        report.note(f"idle memory, {words(variants)}", figures[variants][1], "MiB")
    small, large = min(SIZES), max(SIZES)
    if large > small:
        each_us = (figures[large][0] - figures[small][0]) * 1e3 / (large - small)
        each_bytes = (figures[large][1] - figures[small][1]) * 1024 * 1024 / (large - small)
        report.add("start, each further variant", each_us, "us", "", "<= 10", each_us <= 10)
        report.add("memory, each further variant", each_bytes, "bytes", "", "<= 1024", each_bytes <= 1024)


def rendering(report: load.Report, shop: SizedShop):
    """A page that nobody has asked for yet, beside the same page again."""
    netloc = urllib.parse.urlsplit(shop.url).netloc
    handles = shop.handles()
    chosen = handles[1::max(1, (len(handles) - 1) // FIRST_RENDERS)][:FIRST_RENDERS]  # not the hot page, which is first
    connection = http.client.HTTPConnection(netloc, timeout=10)

    def milliseconds(handle: str) -> float:
        began = time.perf_counter()
        connection.request("GET", f"/products/{handle}", headers={"Accept-Encoding": "br"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"/products/{handle} answered {answer.status}")
        return (time.perf_counter() - began) * 1e3

    first = [milliseconds(handle) for handle in chosen]
    again = [milliseconds(handle) for handle in chosen]
    cost = statistics.median(first) - statistics.median(again)
    tail = sorted(first)[int(len(first) * 0.99)]
    report.add(f"first rendering of a page, brotli, {words(shop.variants)}", cost, "ms", f"p99 of the whole request {tail:.1f} ms; "
               f"a cached one {statistics.median(again):.2f} ms", "<= 5", cost <= 5)


def cached_pages(report: load.Report, shops: list):
    """The same product's page at each size."""
    runs, sizes = [], []
    for shop in shops:
        page = f"/products/{shop.handles()[0]}"
        with shop.running():
            sizes.append(len(fetch(shop.url + page, **{"Accept-Encoding": "br"})[1]))

        def run(shop=shop, page=page):
            with shop.running():
                return calm(load.wrk_timed, {shop.process.pid}, shop.url + page, headers={"Accept-Encoding": "br"})

        runs.append(run)
    figures = load.interleaved(*runs)
    lag = max(figure["lag_ms"] for figure in figures)
    for shop, size, figure in zip(shops, sizes, figures):
        of = words(shop.variants)
        yardstick = f"{size:,} bytes; {figure['per_cpu_second']:,.0f} for a second of a core, p99 {figure['p99_ms']:.2f} ms"
        if shop is shops[0]:
            report.note(f"cached page, {of}", figure["per_second"], "pages/s", yardstick)
            continue
        cost = figure["per_cpu_second"] / figures[0]["per_cpu_second"]
        tail = figure["p99_ms"] / figures[0]["p99_ms"]
        report.add(f"cached page, {of}, for a second of a core", cost, f"x {SIZES[0]:,}", yardstick, ">= 0.9", cost >= 0.9)
        if lag <= load.LAG_MS_MAX:
            report.add(f"cached page, {of}, p99", tail, f"x {SIZES[0]:,}", yardstick, "<= 1.1", tail <= 1.1)
        else:
            report.note(f"cached page, {of}, p99", tail, f"x {SIZES[0]:,}", f"void as a latency: the load generator lagged by {lag:.1f} ms")


def zipf(report: load.Report, shop: SizedShop, folder: pathlib.Path):
    """Shoppers who want what others want, over more pages than the cache holds."""
    handles = shop.handles()
    paths = folder / "paths"
    paths.write_text("".join(f"/products/{handle}\n" for handle in handles))
    script = folder / "zipf.lua"
    script.write_text(ZIPF % (1, json.dumps(str(paths)), ZIPF_EXPONENT))

    def shoppers() -> dict:
        # Few connections: each miss costs a rendering, and what queued behind many would be refused.
        return calm(load.wrk_timed, {shop.process.pid}, shop.url, script=script, connections=ZIPF_CONNECTIONS)

    shoppers()  # the cache fills
    before = {name: shop.metric(f"ff_pages_{name}_total", 'cache="pages"') for name in ("hits", "renders", "evicted")}
    figures = shoppers()
    made = {name: shop.metric(f"ff_pages_{name}_total", 'cache="pages"') - count for name, count in before.items()}
    held = shop.metric("ff_pages_bytes", 'cache="pages"')
    hits = made["hits"] / max(1.0, made["hits"] + made["renders"])
    yardstick = (f"{len(handles):,} pages, Zipf {ZIPF_EXPONENT}; hits {hits:.0%}, {made['evicted']:,.0f} evicted; p99 {figures['p99_ms']:.1f} ms, "
                 f"generator's lag {figures['lag_ms']:.1f} ms; {shop.memory_mb():.0f} MiB in all")
    report.note(f"Zipf over more pages than the cache holds, {words(shop.variants)}, for a second of a core", figures["per_cpu_second"], "pages", yardstick)
    report.add("pages held meanwhile", held / PAGES_BYTES_MAX, "x the cache's bound", f"{held / 1e6:.1f} MB", "<= 1",
               held <= PAGES_BYTES_MAX and made["evicted"] > 0)


@contextlib.contextmanager
def changing(shop: SizedShop, handle: str, told: bool = True):
    """The product's document, to be changed as an import does it: with the versions in one transaction. Not `told`: a commit of the
    same size, of which the shop does not hear."""
    with contextlib.closing(sqlite3.connect(shop.folder / "shop.db", timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        document = json.loads(database.execute("SELECT document FROM products WHERE handle = ?", (handle,)).fetchone()[0])
        yield document
        if told:
            database.execute("UPDATE catalogue SET changes_from = CASE WHEN changes_to = version THEN changes_from ELSE version END,"
                             " version = version + 1, changes_to = version + 1")
        database.execute("UPDATE products SET document = ?, changed_at = (SELECT version FROM catalogue) WHERE handle = ?",
                         (json.dumps(document), handle))
        database.execute("COMMIT")


def change_price(shop: SizedShop, handle: str) -> str:
    """The new price as the page writes it."""
    with changing(shop, handle) as document:
        price = document["variants"][0]["price"] + 101
        for variant in document["variants"]:
            variant["price"] = price
            variant.pop("compare_at", None)
    return f"{price // 100:,}.{price % 100:02}"


def until_shown(url: str, text: str) -> float:
    """Seconds from now until the page has the text."""
    committed = time.monotonic()
    while text.encode() not in fetch(url)[1]:
        if time.monotonic() > committed + READY_SECONDS_MAX:
            raise SystemExit(f"{text} does not show at {url}")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - committed


def price_change(report: load.Report, shop: SizedShop, base_mb: float, folder: pathlib.Path):
    handle = shop.handles()[0]
    page = f"/products/{handle}"
    script = folder / "paced.lua"
    script.write_text(PACED % (json.dumps(page), PACED_PAUSE_MS))

    def paced() -> dict:
        return calm(load.wrk, shop.url, script=script, connections=PACED_CONNECTIONS)

    def p99_with(disturb) -> float:
        figures = {}
        under_load = threading.Thread(target=lambda: figures.update(paced()))
        under_load.start()
        time.sleep(0.5)  # the load is there
        disturb()
        under_load.join()
        return figures["p99_ms"]

    def nothing_new():  # what this program does to the machine while it changes a price, but for the change
        with changing(shop, handle, told=False):
            pass
        for _ in range(LOOKS):
            fetch(shop.url + page)
            time.sleep(LOOK_SECONDS)

    steady = shop.memory_mb()
    shop.forget_peak()
    seen, before, during, found = [], [], [], []
    for _ in range(PRICE_CHANGES):
        before.append(p99_with(nothing_new))
        during.append(p99_with(lambda: seen.append(until_shown(shop.url + page, change_price(shop, handle)))))
    for number in range(PRICE_CHANGES):  # words that nobody has used: the search index changes as well
        under_load = threading.Thread(target=paced)
        under_load.start()
        time.sleep(0.5)
        word = f"zuiderzee{'abcdefgh'[number]}"
        with changing(shop, handle) as document:
            document["title"] = f"{word} shirt"
        found.append(until_shown(f"{shop.url}/search?q={word}", f"/products/{handle}"))
        under_load.join()
    peak = shop.memory_mb("VmHWM")
    slowest = max(seen)
    tail, calm_tail = (statistics.quantiles(rounds, n=4)[0] for rounds in (during, before))  # others on this machine only add to a tail
    times = (peak - base_mb) / max(0.1, steady - base_mb)
    of = words(shop.variants)
    report.add(f"a changed price shows, {of}", slowest, "s", f"slowest of {PRICE_CHANGES}, under load", "<= 1", slowest <= 1)
    report.add(f"a changed title is found, {of}", max(found), "s", f"slowest of {PRICE_CHANGES}, under load", "<= 1", max(found) <= 1)
    report.add(f"p99 while it does, {of}", tail / calm_tail, "x without", f"{calm_tail:.2f} ms, then {tail:.2f} ms", "<= 1.1",
               tail <= calm_tail * 1.1)
    yardstick = f"at rest {steady:.0f} MiB, peak {peak:.0f} MiB; the program without a catalogue {base_mb:.0f} MiB"
    if shop.variants < 10_000:
        report.note(f"peak memory meanwhile, {of}", peak, "MiB", yardstick)  # a snapshot too small to tell from noise
    else:
        report.add(f"peak memory meanwhile, {of}", times, "x one snapshot", yardstick, "<= 2.2", times <= 2.2)


def threads(report: load.Report, folder: pathlib.Path):
    """A process of two threads does as much for a core's second as two processes of one, which share nothing that they could wait for.
    A thread, or a process, and two load generators are on each core; half of each one's requests come from the other core."""
    two, *alone = [SizedShop(folder / f"threads-{number}", SIZES[0], io_threads=count) for number, count in enumerate((2, 1, 1))]
    page = f"/products/{two.handles()[0]}"
    with contextlib.ExitStack() as stack:
        for shop in (two, *alone):
            shop_process.ShopProcess.start(shop)
            stack.push(shop.__exit__)
        for core, shop in enumerate(alone):
            for task in (shop.thread("shop-0"), two.thread(f"shop-{core}")):
                os.sched_setaffinity(int(task.name), {core})

        def run(shops):
            wrks = [["taskset", "-c", str(core), *load.wrk_command(shop.url + page, CONNECTIONS_OF_A_THREAD // 2, {"Accept-Encoding": "br"})]
                    for shop in shops for core in (0, 1)]
            return calm(load.costed, {shop.process.pid for shop in shops}, lambda: load.wrk_together(wrks))

        threaded, apart = load.interleaved(lambda: run([two, two]), lambda: run(alone))
    ratio = threaded["per_cpu_second"] / apart["per_cpu_second"]
    yardstick = "; ".join(f"{name} {figures['per_cpu_second']:,.0f} on {figures['cores']:.2f} cores"
                          for name, figures in (("two processes", apart), ("two threads", threaded)))
    report.add("pages for a second of a core, 2 threads", ratio, "x 2 processes", yardstick, ">= 0.9", ratio >= 0.9)


def main() -> int:
    if not (BUILD / "bench" / "generate_export").exists():
        raise SystemExit("build first: ./ff build release fashionforward bench_tools")
    report = load.Report("sizes")
    with tempfile.TemporaryDirectory(prefix="ff-sizes-", dir=load.ROOT / "build") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        if "start" in PARTS:
            starting(report, folder)
        if "threads" in PARTS:
            threads(report, folder)
        shops = []
        for variants in SIZES:
            shop = stack.enter_context(SizedShop(folder / f"shop-{variants}", variants)).until_indexed()
            if "render" in PARTS:
                rendering(report, shop)
            shop.process.send_signal(signal.SIGSTOP)
            shops.append(shop)
        base_mb = shops[0].memory_mb()
        if "cached" in PARTS:
            cached_pages(report, shops)
        for shop in shops if "change" in PARTS else []:
            with shop.running():
                price_change(report, shop, base_mb, folder)
        middle = shops[len(shops) // 2]
        if "zipf" in PARTS:
            with middle.running():
                zipf(report, middle, folder)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
