"""./ff bench spike: what becomes of a shop when many times the shoppers come that it has room for. Ours, the Flask shop of the
origin story (under Flask's development server, and under Gunicorn) and Vendure, one after the other on the same core with the
same PostgreSQL, each at 0.5, 1, 2 and 10 times the capacity that it was measured to have.

FF_BENCH_SECONDS (12): of each round, besides warming up. FF_BENCH_SHOPS: some of ours, flask-development, flask-gunicorn,
vendure; the others keep the figures that they had."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import load
import picture
from contenders import ORDER_MS, Contender, FlaskDevelopment, FlaskGunicorn, Ours, Unavailable, Vendure
from shops import BUILD, children, pin
from support.postgres import Postgres

SECONDS = int(os.environ.get("FF_BENCH_SECONDS", "12"))
WARM_UP_SECONDS = 4
MULTIPLES = (0.5, 1, 2, 10)
PATIENCE_SECONDS = 5   # a shopper waits that long for one answer, then leaves
TRIES = 3              # comes again that often when told when to (Retry-After), then gives up
SETTLE_SECONDS_MAX = 90
SHOPPERS_MAX = 60_000  # at once
SHOPS = {"ours": Ours, "flask-development": FlaskDevelopment, "flask-gunicorn": FlaskGunicorn, "vendure": Vendure}
KEPT = load.ROOT / "build" / "bench" / "spike-rounds.json"
PICTURE = load.ROOT / "build" / "bench" / "spike.svg"
FAILED = ("refused_bare", "server_error", "odd", "timeout", "reset", "unconnected")
WORDS = {"refused_bare": "503 without Retry-After", "server_error": "5xx", "odd": "other answers", "timeout": "no answer in 5 s",
         "reset": "connection lost", "unconnected": "connection refused"}


class Memory:
    """`with Memory(shop) as memory:` the most that it was seen to take, in MB."""

    def __init__(self, shop: Contender):
        self.shop, self.most, self.over = shop, 0.0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        os.sched_setaffinity(0, {int(load.SERVER_CORE)})  # of this thread: not in the generator's way
        while not self.over.wait(1):
            self.most = max(self.most, self.shop.memory_mb())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.most = max(self.most, self.shop.memory_mb())


def storm(shop: Contender, run: int, *flags: str) -> dict:
    """One round; a round in which the generator lagged is void and repeated."""
    for void in range(1, load.VOIDS_MAX + 1):
        command = [str(BUILD / "bench" / "storm"), "--shop", shop.kind, "--target", shop.target, "--goods", str(shop.goods),
                   "--warm-up", str(WARM_UP_SECONDS * shop.longer), "--seconds", str(SECONDS * shop.longer), "--patience",
                   str(PATIENCE_SECONDS), "--tries", str(TRIES), "--run", str(time.time_ns()), "--seed", str(run), *flags]
        with Memory(shop) as memory:
            done = subprocess.run(load.on_core(load.LOAD_CORE, *command), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} exited {done.returncode}:\n{done.stderr}")
        result = json.loads(done.stdout)
        result["memory_mb"] = memory.most
        if result["lag"]["p99_ms"] <= load.LAG_MS_MAX and result["overcrowded"] == 0:
            return result
        print(f"  void round {void} of at most {load.VOIDS_MAX}: the load generator lagged, p99 {result['lag']['p99_ms']:.1f} ms "
              f"(at most {load.LAG_MS_MAX:.0f}); {result['overcrowded']} shoppers more than it can be", flush=True)
        shop.wait_until_well(SETTLE_SECONDS_MAX)
    raise SystemExit(f"{load.VOIDS_MAX} void rounds of {shop.name}: this machine is too busy to measure on")


def measure(shop: Contender) -> dict:
    with shop:
        closed_loop = ("--rate", "0", "--shoppers", str(shop.closed), "--think", "0")
        storm(shop, 0, *closed_loop)  # caches, connections and compilers just in time are warm from here on
        closed = storm(shop, 1, *closed_loop)
        capacity = closed["bought_per_second"]
        print(f"  {shop.name}: capacity {capacity:,.1f} orders/s", flush=True)
        if capacity <= 0:
            raise SystemExit(f"{shop.name} sells nothing: {closed}")
        rounds = {}
        for number, multiple in enumerate(MULTIPLES, 2):
            shop.wait_until_well(SETTLE_SECONDS_MAX)
            result = storm(shop, number, "--rate", f"{capacity * multiple:.3f}", "--shoppers", str(SHOPPERS_MAX))
            rounds[str(multiple)] = result
            print(f"  {shop.name}, {multiple}x: {result['bought_per_second']:,.1f} orders/s; {in_words(result)}", flush=True)
            if isinstance(shop, Ours):
                result["refusals"] = shop.refusals()
    shop.finish()
    best = max(capacity, *(result["bought_per_second"] for result in rounds.values()))
    return {"name": shop.name, "at": time.strftime("%Y-%m-%d %H:%M"), "seconds": SECONDS * shop.longer, "capacity": capacity,
            "best": best, "closed": closed, "rounds": rounds}


def shares(result: dict) -> dict:
    """Of all requests of a round, by how they ended, in percent."""
    counts = {}
    for figures in result["classes"].values():
        for ending, count in figures.items():
            if isinstance(count, int):
                counts[ending] = counts.get(ending, 0) + count
    return {ending: 100 * count / max(1, sum(counts.values())) for ending, count in counts.items()}


def in_words(result: dict) -> str:
    found = shares(result)
    parts = [f"{found['told_when']:.1f} % told when to come again"] if found["told_when"] else []
    parts += [f"{found[ending]:.1f} % {WORDS[ending]}" for ending in FAILED if found[ending]]
    return ", ".join(parts) or "all served"


def ms(figures: dict, *quantiles: str) -> str:
    if figures["count"] == 0:
        return "none"
    return " / ".join(f"{figures[quantile + '_ms']:,.0f}" for quantile in quantiles)


def table(measured: list) -> str:
    lines = ["| shop | offered | shoppers/s | orders/s | of its best | checkout p50 / p99 / p99.9, ms | cart | browse | search | "
             "of all requests | MB |", "|---|---|---|---|---|---|---|---|---|---|---|"]
    for shop in measured:
        for multiple, result in shop["rounds"].items():
            classes = {name: figures["served"] for name, figures in result["classes"].items()}
            rest = [ms(classes[name], "p50", "p99", "p999") for name in ("cart", "browse", "search")]
            lines.append(f"| {shop['name']} | {multiple}x | {result['arrived_per_second']:,.1f} | "
                         f"{result['bought_per_second']:,.1f} | {100 * result['bought_per_second'] / shop['best']:.0f} % | "
                         f"{ms(classes['checkout'], 'p50', 'p99', 'p999')} | {' | '.join(rest)} | {in_words(result)} | "
                         f"{result['memory_mb']:.0f} |")
    return "\n".join(lines)


def judge(report: load.Report, shop: dict):
    """Ours against the bars; the others are told without."""
    for multiple, bar in (("2", 0.95), ("10", 0.80)):
        result = shop["rounds"][multiple]
        share = result["bought_per_second"] / shop["best"]
        words = f"{result['bought_per_second']:,.1f} of {shop['best']:,.1f} orders/s"
        work = f"{shop['name']}: goodput of checkout at {multiple}x, of its best"
        if shop["name"] == Ours.name:
            report.add(work, share, "", words, f">= {bar}", share >= bar)
        else:
            report.note(work, share, "", words)
    if shop["name"] != Ours.name:
        return
    for multiple in ("2", "10"):
        checkout = shop["rounds"][multiple]["classes"]["checkout"]["served"]
        report.add(f"{shop['name']}: admitted checkout at {multiple}x, p99", checkout["p99_ms"], "ms",
                   f"p50 {checkout['p50_ms']:.0f} ms, p99.9 {checkout['p999_ms']:.0f} ms, of {checkout['count']:,}", "<= 100",
                   0 < checkout["p99_ms"] <= 100)
    failed = sum(figures[ending] for result in shop["rounds"].values() for figures in result["classes"].values()
                 for ending in FAILED)
    report.add(f"{shop['name']}: requests that failed without being told when to come again", failed, "requests",
               "5xx, 503 without Retry-After, no answer, lost connections; all rounds", "0", failed == 0)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that what it started is stopped too
    wanted = os.environ.get("FF_BENCH_SHOPS", " ".join(SHOPS)).replace(",", " ").split()
    if unknown := set(wanted) - set(SHOPS):
        raise SystemExit(f"FF_BENCH_SHOPS: no shop is called {', '.join(unknown)}; there are: {', '.join(SHOPS)}")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with (tempfile.TemporaryDirectory(prefix="ff-bench-", dir=load.ROOT / "build") as name,
          Postgres(settings={"max_connections": 200}) as server):
        for process in (server.process.pid, *children(server.process.pid)):
            pin(process, load.SERVER_CORE)
        for short in wanted:
            shop = SHOPS[short](server, pathlib.Path(name))
            try:
                shop.prepare()
            except Unavailable as reason:
                print(f"  SKIPPED {shop.name}: {reason}", flush=True)
                continue
            kept[short] = measure(shop)
            KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    measured = [kept[short] for short in SHOPS if short in kept]
    report = load.Report("spike")
    for shop in measured:
        report.note(f"{shop['name']}: capacity", shop["capacity"], "orders/s",
                    f"its store takes {ORDER_MS} ms an order" if shop["name"] == Ours.name else "its processor is the limit")
    for shop in measured:
        judge(report, shop)
    PICTURE.write_text(picture.draw(measured))
    print(f"\n{table(measured)}\n\nwrote {PICTURE.relative_to(load.ROOT)}")
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
