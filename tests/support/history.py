"""Says whether a recorded history of checkouts is linearisable: whether every answer can be explained by one moment
between its question and its answer at which the whole shop's stock was as the answer says.

    python tests/support/history.py FILE.jsonl...        prints what can't be explained; exit code 1 if there is any

A history is JSON lines, in any order; times are integers of one clock (nanoseconds):

    {"type": "stock", "sku": "hot", "units": 6}          what there is at first
    {"type": "hold", "lasts": 90000000000}               a hold never ends by itself before that (optional)
    {"type": "call", "key": "k1", "lines": {"hot": 2}, "asked": 10, "answered": 20, "answer": "paid"}
    {"type": "call", "key": "k2", "lines": {"hot": 1}, "asked": 11, "answered": 19, "answer": "sold out",
     "available": {"hot": 0}}                            of the lines that fell short
    {"type": "call", "key": "k3", "lines": {"hot": 1}, "asked": 12}           never answered
    {"type": "end", "key": "k3", "state": "sold"}        or "free": read back when all was over (optional)
    {"type": "left", "sku": "hot", "available": 1}       likewise

Answers: "paid" (sold for ever), "pending" (was granted), "declined" (was granted and given back), "sold out",
"nothing" (refused, nothing was changed), "unknown". A key buys at most once, however often it is sent.

How it decides. A variant's stock is a counter, and each line of a call acts on one counter, so each is judged by
itself (a necessary condition for orders of several lines). What is known of a key becomes operations on it:

- sold: a `Take`, the units leave the counter at one moment between question and answer, for ever;
- declined: a `Maybe`, they may have been away at any moments of the interval, and a `Room`, there were that many
  at one of them;
- pending, and nothing more was heard: likewise, and the `Maybe` does not end; unknown: a `Maybe` alone;
- sold out: a `Look`, at one moment the counter read what the answer says, less than was wanted.

The search is that of Wing and Gong, made just in time as Lowe does: configurations (which of the calls under way
have acted) are kept side by side, and moved on only when a call returns, which must have acted by then. It is not
exponential here, because the object is a counter: two takes of the same number of units under way at the same
time are interchangeable, so the one that must act first does; looks and rooms change nothing, so they act as soon
as they are true; and Maybes are no part of a configuration, they only widen what the counter may read. With c
calls under way that leaves about c + 1 configurations for each number of units.

What it reports can't be explained by any order (no false alarm). What it can't see: units that would have had to be
held, given back and held again by a key that did so at most once, and an order of several lines whose lines only
fit at different moments.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable

CONFIGURATIONS_MAX = 100_000  # side by side; more than that is reported as undecided, not as right

GRANTED = ("paid", "pending", "declined")
ANSWERS = (*GRANTED, "sold out", "nothing", "unknown")
END = math.inf


@dataclasses.dataclass(frozen=True)
class Take:
    """Units leave the counter at one moment in [asked, answered]."""

    key: str
    units: int
    asked: float
    answered: float


@dataclasses.dataclass(frozen=True)
class Room:
    """At one moment in [asked, answered] there were that many on the counter."""

    key: str
    units: int
    asked: float
    answered: float


@dataclasses.dataclass(frozen=True)
class Maybe:
    """Units that may be away at any moments in [asked, answered]; nobody knows."""

    key: str
    units: int
    asked: float
    answered: float


@dataclasses.dataclass(frozen=True)
class Look:
    """At one moment in [asked, answered] the counter read `available`: less than `wanted`."""

    key: str
    wanted: int
    available: int
    asked: float
    answered: float


@dataclasses.dataclass
class History:
    units: dict[str, int] = dataclasses.field(default_factory=dict)
    calls: list[dict] = dataclasses.field(default_factory=list)
    ends: dict[str, str] = dataclasses.field(default_factory=dict)
    left: dict[str, int] = dataclasses.field(default_factory=dict)
    hold_lasts: float = 0


def read(lines: Iterable[str]) -> History:
    history = History()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record = json.loads(line)
        match record["type"]:
            case "stock":
                history.units[record["sku"]] = record["units"]
            case "hold":
                history.hold_lasts = record["lasts"]
            case "call":
                if record.get("answer", "unknown") not in ANSWERS:
                    raise ValueError(f"line {number}: no answer is called {record['answer']!r}")
                history.calls.append(record)
            case "end":
                history.ends[record["key"]] = record["state"]
            case "left":
                history.left[record["sku"]] = record["available"]
            case other:
                raise ValueError(f"line {number}: nothing is called {other!r}")
    return history


def check(history: History) -> list[str]:
    """What can't be explained, in words, or what could not be decided; empty: it is linearisable."""
    by_key = defaultdict(list)
    for call in history.calls:
        by_key[call["key"]].append(call)
    faults = []
    operations: dict[str, list] = {sku: [] for sku in history.units}
    for key, calls in by_key.items():
        if contradiction := contradicts_itself(key, calls, history.ends.get(key)):
            faults.append(contradiction)
            continue
        for sku, units in calls[0]["lines"].items():
            operations[sku] += acts_of(key, units, calls, history.ends.get(key), history.hold_lasts)
    for call in history.calls:
        for sku, available in call.get("available", {}).items():
            operations[sku].append(
                Look(call["key"], call["lines"][sku], available, call["asked"], call["answered"])
            )
    for sku, units in history.units.items():
        fault = explain(units, operations[sku])
        if fault is None and sku in history.left:
            fault = conserved(units, history.left[sku], by_key, history.ends, sku)
        if fault is not None:
            faults.append(f"{sku}: {fault}")
    return faults


def contradicts_itself(key: str, calls: list[dict], end: str | None) -> str | None:
    answers = {call.get("answer", "unknown") for call in calls}
    if {"paid", "declined"} <= answers:
        return f"{key}: was told both 'paid' and 'declined'"
    if "paid" in answers and end == "free":
        return f"{key}: was told 'paid', but at the end it was not sold"
    if "declined" in answers and end == "sold":
        return f"{key}: was told 'declined', but at the end it was sold"
    if answers <= {"sold out", "nothing"} and end == "sold":
        return f"{key}: was told each time that nothing was changed, but at the end it was sold"
    return None


def acts_of(key: str, units: int, calls: list[dict], end: str | None, hold_lasts: float) -> list:
    """What the key's calls did to the counter, as far as it is known."""
    changing = [call for call in calls if call.get("answer") not in ("sold out", "nothing")]
    if not changing:
        return []
    asked = min(call["asked"] for call in changing)

    def first(*answers: str) -> float:
        return min((call["answered"] for call in changing if call.get("answer") in answers), default=END)

    granted, paid, declined = first(*GRANTED), first("paid"), first("declined")
    if granted == END:
        return [Maybe(key, units, asked, END)]
    if paid < END and paid - asked < hold_lasts:
        return [Take(key, units, asked, granted)]
    if paid < END:
        # The hold may have ended by itself before the payment was known, and the units were taken again.
        return [Maybe(key, units, asked, paid), Take(key, units, asked, paid)]
    return [Room(key, units, asked, granted), Maybe(key, units, asked, declined)]


def conserved(units: int, left: int, by_key: dict, ends: dict, sku: str) -> str | None:
    """What was left at the end is what was not sold."""
    sold, unknown = 0, []
    for key, calls in by_key.items():
        quantity = calls[0]["lines"].get(sku, 0)
        answers = {call.get("answer", "unknown") for call in calls}
        if ends.get(key) == "sold" or "paid" in answers:
            sold += quantity
        elif key not in ends and "declined" not in answers:
            unknown.append(quantity)
    if units - sold - left in sums_of(unknown):
        return None
    return f"{left} of {units} are left at the end, but {sold} were sold"


def sums_of(units: Iterable[int]) -> frozenset[int]:
    """What the units of some of them can add up to."""
    reachable = 1  # bit n: n can be reached
    for each in units:
        reachable |= reachable << each
    return frozenset(n for n in range(reachable.bit_length()) if reachable >> n & 1)


def explain(units: int, operations: list) -> str | None:
    """Why no order of these operations on a counter of `units` explains them; None when one does."""
    events = []  # at equal times questions come first: then the two calls overlapped
    for operation in operations:
        events.append((operation.asked, 0, operation))
        events.append((operation.answered, 1, operation))
    events.sort(key=lambda event: event[:2])

    under_way: list = []
    maybes: list[Maybe] = []
    away = sums_of([])
    # A configuration: the units on the counter but for the Maybes, and which of those under way have acted.
    configurations: set[tuple[int, frozenset]] = {(units, frozenset())}
    for at, returns, operation in events:
        if at == END:
            break
        if not returns:
            (maybes if isinstance(operation, Maybe) else under_way).append(operation)
            if isinstance(operation, Maybe):
                away = sums_of(maybe.units for maybe in maybes)
            continue
        reached = reach(configurations, under_way, away)
        if reached is None:
            return f"undecided: more than {CONFIGURATIONS_MAX} configurations at {at}"
        if isinstance(operation, Maybe):
            configurations = reached
            maybes.remove(operation)
            away = sums_of(maybe.units for maybe in maybes)
            continue
        configurations = {(counter, acted - {operation}) for counter, acted in reached if operation in acted}
        under_way.remove(operation)
        if not configurations:
            return why_not(operation, {counter for counter, _ in reached}, away)
    return None


def reach(configurations: set, under_way: list, away: frozenset[int]) -> set | None:
    """All that these may become while calls under way act, themselves included; None: too many."""
    watching = [each for each in under_way if not isinstance(each, Take)]
    takes = defaultdict(list)  # by units; the most urgent first
    for each in sorted((each for each in under_way if isinstance(each, Take)), key=lambda take: take.answered):
        takes[each.units].append(each)

    def true(operation, counter: int) -> bool:
        if isinstance(operation, Room):
            return counter >= operation.units
        return operation.available < operation.wanted and counter - operation.available in away

    def seen(counter: int, acted: frozenset) -> tuple[int, frozenset]:
        return counter, acted.union(each for each in watching if each not in acted and true(each, counter))

    found = {seen(*configuration) for configuration in configurations}
    frontier = list(found)
    while frontier:
        counter, acted = frontier.pop()
        for units, alike in takes.items():
            most_urgent = next((each for each in alike if each not in acted), None)
            if most_urgent is None or counter < units:
                continue
            after = seen(counter - units, acted | {most_urgent})
            if after in found:
                continue
            found.add(after)
            frontier.append(after)
            if len(found) > CONFIGURATIONS_MAX:
                return None
    return found


def why_not(operation, counters: set[int], away: frozenset[int]) -> str:
    least, most = min(counters), max(counters)
    there = str(least) if least == most else f"{least} to {most}"
    when = f"between {operation.asked} and {operation.answered}"
    if not isinstance(operation, Look):
        return f"{operation.key} was granted {operation.units} {when}, but at most {most} were there"
    perhaps = f", of which up to {max(away)} may have been held by others" if max(away) else ""
    return (
        f"{operation.key} wanted {operation.wanted} and was told {when} that {operation.available} were available, "
        f"but it was {there}{perhaps}"
    )


def main(paths: list[str]) -> int:
    calls = broken = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            history = read(file)
        calls += len(history.calls)
        faults = check(history)
        broken += bool(faults)
        for fault in faults:
            print(f"{path}: {fault}")
    print(f"{len(paths)} histories of {calls} calls, {broken} not linearisable")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
