"""Shoppers in a storm: they buy against each other, retry with the same Idempotency-Key (at another server when
theirs is gone), and keep what they were told, to be held against the shop later.

What `verify()` holds the shop to: each order that was acknowledged reads back as it was acknowledged, one key
has one order, and no more was sold than there was."""

import collections
import dataclasses
import itertools
import random
import threading
import time

from support import api

SHOPPERS = 64
FEW = 20  # further limited articles, so that the storm fights over many rows too
PENDING_SECONDS_MAX = 2  # a shopper who hears "in progress" for longer buys something else meanwhile
PAUSES_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.3)  # between two tries; then the last one again and again
REQUEST_SECONDS_MAX = 20
JOIN_SECONDS_MAX = 60
SETTLE_SECONDS_MAX = 120  # from the storm's end until each open checkout must have its answer
VERIFY_THREADS = 8
REPLAYS_MAX = 200  # keys that are sent once more at the end

# What a proxy says when the server behind it is gone or silent: it may have done what it was asked for.
OF_A_PROXY = (502, 504)
FINAL = {201: ("paid", "placed"), 402: ("declined", "cancelled")}  # what such an answer promises for ever
HEADER = ("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
          "Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable")


@dataclasses.dataclass(frozen=True)
class Shelf:
    """What is for sale: one article that everybody wants, FEW that are scarce, one of which there is enough."""
    hot: int
    few: int

    @property
    def scarce(self) -> dict:
        return {"hot": self.hot, **{f"few-{number}": self.few for number in range(FEW)}}

    @property
    def stock(self) -> dict:
        return {**self.scarce, "plenty": 10_000_000}

    @property
    def csv(self) -> str:
        rows = [f"{sku},Shirt {sku},Size,M,{sku},shopify,{units},deny,50.00,true,true"
                for sku, units in self.stock.items()]
        return "\n".join([HEADER, *rows]) + "\n"

    def import_into(self, shop):
        path = shop.folder / "shelf.csv"
        path.write_text(self.csv)
        shop.run("import", str(path))


@dataclasses.dataclass
class Checkout:
    """One order that a shopper means to place, however often it takes."""
    cart: str
    key: str
    lines: dict  # SKU -> units
    payment: dict
    tries: int = 0
    doubts: int = 0  # tries that may have done something although no answer said so


@dataclasses.dataclass(frozen=True)
class Acknowledged:
    checkout: Checkout
    status: int
    answer: dict
    at: float  # time.time(): the clock that PostgreSQL's restore to a point in time goes by


def any_of_the_shelf(rng: random.Random) -> dict:
    return rng.choice(({"hot": rng.randint(1, 2)}, {f"few-{rng.randrange(FEW)}": 1}, {"plenty": 1},
                       {"plenty": 2, f"few-{rng.randrange(FEW)}": 1}))


class Storm:
    """`with storm: <break things>`, then settle(), then verify(). `urls()` gives the addresses of the
    servers that may be asked now; it is called from many threads. `host`: the name that they ask by; then a proxy may be
    on the way, and answer for a server that is gone. `think_seconds`: between two orders of a shopper."""

    def __init__(self, shelf: Shelf, urls, shoppers: int = SHOPPERS, payments: tuple = None, wants=None, host: str = "",
                 think_seconds: float = 0):
        self.shelf = shelf
        self.urls = urls
        self.host = host
        self.think_seconds = think_seconds
        self.shoppers = shoppers
        self.payments = payments or (api.ON_DELIVERY, api.ON_DELIVERY, api.card(), api.card(),
                                     api.card(api.CARD_DECLINED), api.card(api.CARD_UNKNOWN))
        self.wants = wants or any_of_the_shelf
        self.running = threading.Event()
        self.lock = threading.Lock()
        self.acknowledged = {}  # order id -> Acknowledged
        self.times = []  # of those that came while it blew, time.monotonic()
        self.refused = self.retried = self.resolved = self.told_when = 0
        self.answers = collections.Counter()  # status -> how many
        self.open = []  # checkouts whose answer is still to come
        self.wrong = []  # what no shopper may ever be told
        self.threads = []
        self.variants = {}
        self.seeds = itertools.count()
        self.history = None  # a Recording, where one is wanted
        self.bears = ()  # statuses that end a purchase and are only counted: of a release that is bad on purpose

    # --- while it blows ---------------------------------------------------------------------------------

    def start(self):
        if not self.variants:
            client = self._client(self.urls()[0])
            self.variants = {sku: client.variants(sku)[0]["id"] for sku in self.shelf.stock}
        self.running.set()
        self.threads = [threading.Thread(target=self._shopper, args=(next(self.seeds),), daemon=True)
                        for _ in range(self.shoppers)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Shoppers stop where they are; what they have no answer to yet stays open."""
        self.running.clear()
        self._join(self.threads)
        assert not self.wrong, f"{len(self.wrong)} wrong answers: {self.wrong[:3]}"

    def blow(self, seconds: float):
        """Lets the storm go on; a shopper who was told what must not be ends it early."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.wrong:
            time.sleep(min(0.1, max(0.0, end - time.monotonic())))
        assert not self.wrong, f"{len(self.wrong)} wrong answers: {self.wrong[:3]}"

    def wait_for_orders(self, more: int, seconds: float):
        """Until `more` orders were acknowledged from now on."""
        wanted = len(self.acknowledged) + more
        end = time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert not self.wrong, f"{len(self.wrong)} wrong answers: {self.wrong[:3]}"
            assert time.monotonic() < end, (f"only {more - wanted + len(self.acknowledged)} of {more} orders in "
                                            f"{seconds} s; answers: {dict(self.answers)}")
            time.sleep(0.02)

    def wait_for_refusals(self, more: int, seconds: float, meanwhile):
        """Until `more` tries from now on were told that a part of the shop is away; `meanwhile` is called again and again."""
        wanted = self.answers[503] + more
        end = time.monotonic() + seconds
        while self.answers[503] < wanted:
            assert not self.wrong, f"{len(self.wrong)} wrong answers: {self.wrong[:3]}"
            assert time.monotonic() < end, f"fewer than {more} refusals in {seconds} s; answers: {dict(self.answers)}"
            meanwhile()
            time.sleep(0.02)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.running.clear()
        if kind is None:
            self.stop()

    # --- afterwards -------------------------------------------------------------------------------------

    def settle(self, seconds: float = SETTLE_SECONDS_MAX):
        """Every open checkout is tried again until it is answered: nobody is left in doubt."""
        end = time.monotonic() + seconds
        waiting = collections.deque(self.open)
        self.open = []

        def shopper(seed):
            rng, visit = random.Random(seed), {}
            while True:
                try:
                    checkout = waiting.popleft()
                except IndexError:
                    return
                self._pursue(checkout, rng, visit, lambda: time.monotonic() < end, patient=True)

        self._join(self._run(shopper, self.shoppers), seconds + JOIN_SECONDS_MAX)
        assert not self.wrong, f"{len(self.wrong)} wrong answers: {self.wrong[:3]}"
        assert not self.open, f"{len(self.open)} checkouts were never answered: {self.open[:3]}"

    def losses(self, only=lambda acknowledged: True) -> list:
        """Acknowledged orders that do not read back as they were acknowledged, and why."""
        found = []
        waiting = collections.deque(entry for entry in list(self.acknowledged.values()) if only(entry))

        def reader(_):
            client = self._client(self.urls()[0])
            while True:
                try:
                    entry = waiting.popleft()
                except IndexError:
                    return
                what = self._difference(client, entry)
                if what:
                    found.append((entry.answer["id"], what))

        self._join(self._run(reader, VERIFY_THREADS))
        return found

    def verify(self):
        """Fails unless the shop keeps every promise that it made."""
        losses = self.losses()
        assert not losses, f"{len(losses)} of {len(self.acknowledged)} acknowledged orders are lost: {losses[:5]}"
        self._one_key_one_order()
        self._nothing_oversold()

    def away(self) -> float:
        """The longest time in seconds, while it blew, without any order acknowledged."""
        return max((later - sooner for sooner, later in itertools.pairwise(sorted(self.times))), default=0.0)

    def figures(self) -> str:
        return (f"{len(self.acknowledged)} orders acknowledged, {self.refused} refused as sold out, "
                f"{self.retried} tries repeated, {self.resolved} unknown outcomes resolved, checkout away for at most "
                f"{self.away():.1f} s; answers {dict(sorted(self.answers.items(), key=str))}")

    def failed(self) -> dict:
        """Tries that got no answer from the shop, or one that a shopper should never see in fair weather; without those that were
        told when to come again, as the shop had no room (`told_when`)."""
        failed = collections.Counter({what: count for what, count in self.answers.items() if what in ("gone", 503, 429, *OF_A_PROXY)})
        failed[503] -= self.told_when
        return dict(+failed)  # what there was none of is not named

    # --- inside -----------------------------------------------------------------------------------------

    def _client(self, address: str, timeout: float = 30) -> api.Client:
        return api.Client(address, timeout, self.host)

    @staticmethod
    def _run(work, count: int) -> list:
        threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        return threads

    @staticmethod
    def _join(threads: list, seconds: float = JOIN_SECONDS_MAX):
        end = time.monotonic() + seconds
        for thread in threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))
        stuck = [thread for thread in threads if thread.is_alive()]
        assert not stuck, f"{len(stuck)} shoppers never came back"

    def _shopper(self, seed: int):
        rng, visit = random.Random(seed), {}
        while self.running.is_set() and not self.wrong:
            checkout = Checkout(api.token(), api.token(), self.wants(rng), rng.choice(self.payments))
            self._pursue(checkout, rng, visit, self.running.is_set, patient=False)
            if self.think_seconds:
                time.sleep(rng.uniform(0.5, 1.5) * self.think_seconds)

    def _pursue(self, checkout: Checkout, rng: random.Random, visit: dict, may_go_on, patient: bool):
        """Until there is an answer that ends it, or the shopper has to leave it open."""
        began = time.monotonic()
        pauses = itertools.chain(PAUSES_SECONDS, itertools.repeat(PAUSES_SECONDS[-1]))
        while may_go_on():
            servers = self.urls()
            client = visit.get("client")
            if client is None or client.url not in servers:
                if not servers:
                    time.sleep(next(pauses))
                    continue
                address = rng.choice(servers)
                client = visit["client"] = self._client(address, REQUEST_SECONDS_MAX)
                client.url = address
            checkout.tries += 1
            lines = [(self.variants[sku], units) for sku, units in checkout.lines.items()]
            call = self.history and self.history.asked(checkout, self.variants)
            try:
                status, _, answer = client.checkout(checkout.cart, checkout.key, lines, checkout.payment)
            except ConnectionError:
                visit["client"] = None  # another server, perhaps
                checkout.doubts += 1
                self._count("gone")
                time.sleep(next(pauses))
                continue
            if self.host and status in OF_A_PROXY:
                checkout.doubts += 1
                self._count(status)
                time.sleep(next(pauses))
                continue
            if self.history:
                self.history.answered(call, status, answer)
            if self._ends(checkout, status, answer):
                return
            if status == 503:
                checkout.doubts += 1
            in_progress = status == 409
            if in_progress and not patient and time.monotonic() - began > PENDING_SECONDS_MAX:
                break
            time.sleep(next(pauses))
        with self.lock:
            self.open.append(checkout)

    def _count(self, what):
        with self.lock:
            self.answers[what] += 1
            self.retried += what in ("gone", 503, 429, *OF_A_PROXY)

    def _ends(self, checkout: Checkout, status: int, answer: dict) -> bool:
        sold_out = status == 409 and "lines" in answer
        with self.lock:
            self.answers["sold out" if sold_out else status] += 1
            if status in (201, 202, 402):
                self.resolved += checkout.doubts > 0
                self.acknowledged[answer["id"]] = Acknowledged(checkout, status, answer, time.time())
                if self.running.is_set():
                    self.times.append(time.monotonic())
                return True
            if sold_out:
                self.resolved += checkout.doubts > 0
                self.refused += 1
                return True
            if status in (409, 429, 503):
                self.retried += 1
                self.told_when += status == 503 and (answer or {}).get("type", "").endswith("/overloaded")
                return False
            if status in self.bears:
                return True
            self.wrong.append((status, answer, checkout))
            return True

    def _difference(self, client: api.Client, entry: Acknowledged) -> str:
        answer = entry.answer
        status, _, order = client.order(answer["id"], answer["key"])
        if status != 200:
            return f"told {entry.status}, now {status}"
        if self.history:
            self.history.ended(entry.checkout, order["status"])
        lines = {line["sku"]: line["quantity"] for line in order["lines"]}
        if order["id"] != answer["id"] or lines != entry.checkout.lines:
            return f"ordered {entry.checkout.lines}, now {order['id']} {lines}"
        if entry.status != 402 and (order["number"], order["totals"]["total"]) != (answer["number"], answer["total"]):
            return f"told {answer['number']} {answer['total']}, now {order['number']} {order['totals']['total']}"
        if entry.status in FINAL and order["status"] not in FINAL[entry.status]:
            return f"told {entry.status}, now {order['status']}"
        return ""

    def _one_key_one_order(self):
        client = self._client(self.urls()[-1])
        entries = list(self.acknowledged.values())
        final = [entry for entry in entries if entry.status in FINAL]
        for entry in random.Random(1).sample(final, min(len(final), REPLAYS_MAX)):
            lines = [(self.variants[sku], units) for sku, units in entry.checkout.lines.items()]
            status, _, again = client.checkout(entry.checkout.cart, entry.checkout.key, lines, entry.checkout.payment)
            assert status == entry.status, (entry, status, again)
            assert again["id"] == entry.answer["id"], f"one key, two orders: {entry} and {again}"
        keys = collections.Counter(entry.checkout.key for entry in entries)
        doubled = [key for key, orders in keys.items() if orders > 1]
        assert not doubled, f"{len(doubled)} keys with two orders: {doubled[:5]}"

    def _nothing_oversold(self):
        sold = collections.Counter()
        for entry in self.acknowledged.values():
            if entry.status == 201:
                sold.update(entry.checkout.lines)
        over = {sku: units for sku, units in sold.items() if units > self.shelf.stock[sku]}
        assert not over, f"oversold: {over} of {self.shelf.stock}"
