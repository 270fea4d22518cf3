"""The sale that the shop was built for: 20,000 shoppers want 500 units from two servers on one PostgreSQL, and one of
the servers dies in the middle.

Half of them come before the start and are drawn; the others come after it. Most of the first have lost interest when
their turn comes, as people do; the line goes on without them."""

import asyncio
import collections
import datetime
import random
import time

from chaos.conftest import CONFIG
from support import api
from support.crowd import Crowd
from support.postgres import Fleet

UNITS = 500
EARLY, LATE = 10_000, 10_000
EARLY_SECONDS, LATE_SECONDS = 12, 15  # in which they come, before and after the start
STILL_INTERESTED = {"early": 0.03, "late": 0.3}
CHEATS = 100  # of each kind
ORDERS_BEFORE_THE_KILL = 150
DRILL_SECONDS_MAX = 400
BUCKET_SECONDS = 5  # arrivals of one are drawn among themselves
HEADER = ("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
          "Variant Inventory Policy,Variant Price,Variant Requires Shipping,Variant Taxable")


class Drill:
    def __init__(self, fleet: Fleet, variant: int, starts_at: float):
        self.fleet, self.variant, self.starts_at = fleet, variant, starts_at
        self.crowd = Crowd(fleet.urls)
        self.rng = random.Random(1)
        self.state = {"places_called": 0, "sold_out": False}
        self.outcomes = collections.Counter()
        self.came, self.places, self.admitted = {}, {}, {}  # moments and places, by shopper
        self.orders = {}  # id of the order, by shopper
        self.refused = collections.Counter()  # what cheats were told
        self.over = False

    async def watch(self):
        """What a CDN would do for everybody: asks each half second how far the line has come."""
        while not self.over:
            status, _, state = await self.crowd.ask("GET", "/api/v1/sales/drop")
            if status == 200:
                self.state = state
            await asyncio.sleep(0.5)

    async def kill_one(self):
        while len(self.orders) < ORDERS_BEFORE_THE_KILL:
            await asyncio.sleep(0.02)
        self.fleet.servers[0].kill()

    async def ticket_of(self, number: int) -> str:
        while True:
            status, wait, answer = await self.crowd.ask("POST", "/api/v1/sales/drop/tickets", {})
            if status == 201:
                self.came[number] = time.time()
                return answer["ticket"]
            assert status in (429, 503), answer
            await asyncio.sleep(wait)

    async def place_of(self, ticket: str) -> int:
        while True:
            status, wait, answer = await self.crowd.ask("GET", "/api/v1/sales/drop/ticket", None, {"Queue-Ticket": ticket})
            assert status in (200, 503), answer
            if status == 200 and answer["place"] is not None:
                return answer["place"]
            await asyncio.sleep(min(wait, 2))

    async def turn_of(self, number: int) -> bool:
        """False: nothing is left."""
        while self.state["places_called"] < self.places[number]:
            if self.state["sold_out"]:
                return False
            await asyncio.sleep(0.5)
        return True

    async def pass_of(self, ticket: str, cart: str):
        while True:
            status, wait, answer = await self.crowd.ask("POST", "/api/v1/sales/drop/passes", {"cart_id": cart},
                                                        {"Queue-Ticket": ticket})
            if status == 201:
                return answer["pass"]
            if status == 409:
                return None
            assert status == 503, answer
            await asyncio.sleep(min(wait, 2))

    async def buy(self, cart: str, email: str, pass_: str):
        """The order, or how it was refused. The same key until there is an answer."""
        key = api.token()
        body = {**api.checkout_body(cart, [(self.variant, 1)], api.ON_DELIVERY), "email": email}
        while True:
            status, wait, answer = await self.crowd.ask("POST", "/api/v1/checkouts", body,
                                                        {"Idempotency-Key": key, "Sale-Pass": pass_})
            if status == 201:
                return answer["id"]
            kind = answer["type"].rsplit("/", 1)[1]
            if kind in ("sold-out", "invalid-request", "queued"):
                return kind
            assert status == 503 or kind == "in-progress", answer
            await asyncio.sleep(min(wait, 2))

    async def shopper(self, number: int):
        early = number < EARLY
        arrival = -self.rng.random() * EARLY_SECONDS if early else self.rng.random() * LATE_SECONDS
        interested = self.rng.random() < STILL_INTERESTED["early" if early else "late"]
        await asyncio.sleep(max(0, self.starts_at + arrival - time.time()))
        ticket = await self.ticket_of(number)
        await asyncio.sleep(max(0, self.starts_at + BUCKET_SECONDS + 3 * self.rng.random() - time.time()))
        self.places[number] = await self.place_of(ticket)
        if not interested:
            self.outcomes["left"] += 1
            return
        if not await self.turn_of(number):
            self.outcomes["told that nothing is left"] += 1
            return
        cart, email = api.token(), f"shopper{number}@example.org"
        pass_ = await self.pass_of(ticket, cart)
        assert pass_ is not None
        self.admitted[number] = time.time()
        outcome = await self.buy(cart, email, pass_)
        if outcome == "sold-out":
            self.outcomes["sold out at checkout"] += 1
            return
        self.orders[number] = outcome
        self.outcomes["bought"] += 1
        if len(self.orders) <= CHEATS:
            await self.cheat(ticket, pass_, cart, email)

    async def cheat(self, ticket: str, pass_: str, cart: str, email: str):
        """A ticket used twice, a pass lent, a second purchase from the same cart, none of which may succeed."""
        if await self.pass_of(ticket, api.token()) is None:
            self.refused["ticket used twice"] += 1
        if await self.buy(api.token(), "friend@example.org", pass_) == "queued":
            self.refused["pass of another cart"] += 1
        if await self.buy(cart, email, pass_) in ("invalid-request", "sold-out"):
            self.refused["second purchase"] += 1
        if await self.buy(cart, "other@example.org", pass_) in ("invalid-request", "sold-out"):
            self.refused["second purchase, other address"] += 1

    async def run(self):
        watching = asyncio.create_task(self.watch())
        killing = asyncio.create_task(self.kill_one())
        await asyncio.gather(*(self.shopper(number) for number in range(EARLY + LATE)))
        self.over = True
        await asyncio.gather(watching, killing)


def rank_correlation(pairs: list) -> float:
    """Spearman's, of [(x, y)]."""
    ranks = []
    for axis in (0, 1):
        order = sorted(range(len(pairs)), key=lambda at: pairs[at][axis])
        rank = [0] * len(pairs)
        for position, at in enumerate(order):
            rank[at] = position
        ranks.append(rank)
    n = len(pairs)
    squares = sum((a - b) ** 2 for a, b in zip(*ranks))
    return 1 - 6 * squares / (n * (n * n - 1))


def largest_deviation(places: list) -> float:
    """From a uniform spread, as Kolmogorov and Smirnov measure it."""
    places = sorted(places)
    return max(abs((at + 0.5) / len(places) - place / places[-1]) for at, place in enumerate(places))


def test_a_sale_of_500_units_to_20000_shoppers_while_a_server_dies(database, tmp_path):
    url = database.create_database("shop")
    fleet = Fleet(tmp_path, [url, url], CONFIG)
    fleet.servers[0].run("migrate")
    csv = tmp_path / "drop.csv"
    csv.write_text(f"{HEADER}\ndrop,The drop,Size,M,drop,shopify,{UNITS},deny,50.00,true,true\n")
    fleet.servers[0].run("import", str(csv))
    with fleet:
        starts_at = time.time() + EARLY_SECONDS + 3
        moment = datetime.datetime.fromtimestamp(starts_at, datetime.timezone.utc)
        starts_at = moment.timestamp()
        ends = moment + datetime.timedelta(hours=1)
        fleet.servers[0].run("sale", "set", "drop", "--title", "The drop", "--products", "drop", "--starts",
                             moment.isoformat(), "--ends", ends.isoformat(), "--limit", "1", "--queue", "on")
        variant = api.Client(fleet.urls()[0]).variants("drop")[0]["id"]
        drill = Drill(fleet, variant, starts_at)

        async def begin():
            await asyncio.wait_for(drill.run(), DRILL_SECONDS_MAX)

        asyncio.run(begin())
        fleet.servers[0].start()
        report(drill)
        assert database.execute("SELECT available, sold FROM stock", "shop") == f"0|{UNITS}"
        assert len(set(drill.orders.values())) == len(drill.orders) == UNITS
        assert sum(drill.outcomes.values()) == EARLY + LATE, "somebody was left without an answer"
        for kind in ("ticket used twice", "pass of another cart", "second purchase", "second purchase, other address"):
            assert drill.refused[kind] == CHEATS, drill.refused
        audit = fleet.audit()
        assert audit.returncode == 0, f"{audit.stdout}\n{audit.stderr}"


def report(drill: Drill):
    """The fairness figures, and what they must be."""
    came = [(moment, drill.places[number]) for number, moment in drill.came.items()]
    early = [(moment, place) for moment, place in came if moment < drill.starts_at]
    late = [(moment, place) for moment, place in came if moment > drill.starts_at + 1]  # by the servers' clocks, too
    turns = [(drill.places[number], moment) for number, moment in drill.admitted.items()]
    luck, order, admission = rank_correlation(early), rank_correlation(late), rank_correlation(turns)
    deviation = largest_deviation([place for _, place in early])
    print(f"\nsale drill: {dict(drill.outcomes)}, cheats refused {dict(drill.refused)}; "
          f"draw: arrival against place {luck:.3f}, largest deviation from uniform {deviation:.4f}; "
          f"after the start: arrival against place {order:.3f}, place against admission {admission:.3f}")
    assert len(early) > EARLY / 2 and len(late) > LATE / 2
    assert abs(luck) < 4 / len(early)**0.5, "who came early was not drawn like who came late"
    assert deviation < 2 / len(early)**0.5, "the draw was not uniform"
    assert max(place for _, place in early) <= min(place for _, place in late) + 1, "the drawn come first"
    late.sort()
    best_behind = len(late) * [0]
    best = float("inf")
    for at in reversed(range(len(late))):
        best_behind[at] = best = min(best, late[at][1])
    behind = 0
    for came, place in late:
        while behind < len(late) and late[behind][0] < came + BUCKET_SECONDS + 1:
            behind += 1
        assert behind == len(late) or place <= best_behind[behind] + 1, "somebody overtook one who came a bucket earlier"
    assert order > 0.8 and admission > 0.8
