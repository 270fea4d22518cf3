"""Writes down what the shoppers of a storm saw of the stock, for support/history.py to judge."""

import json
import threading
import time

from support import history

ANSWERS = {201: "paid", 202: "pending", 402: "declined"}
SOLD, FREE = ("paid", "placed"), ("declined", "cancelled")  # an order's states at the end


class Recording:
    """The history of one storm. Any thread. No two times are the same. Only what is in `stock` is watched: leave out
    what there is enough of, which explains any history and makes the search long."""

    def __init__(self, stock: dict, hold_seconds: float):
        self._lock = threading.Lock()
        self._last = 0
        self._stock = stock
        self._calls, self._ends, self._skus = [], {}, {}
        self._before = [{"type": "stock", "sku": sku, "units": units} for sku, units in stock.items()]
        self._before.append({"type": "hold", "lasts": int(hold_seconds * 1e9)})

    def asked(self, checkout, variants: dict) -> dict:
        self._skus = {variant: sku for sku, variant in variants.items()}
        lines = {sku: units for sku, units in checkout.lines.items() if sku in self._stock}
        call = {"type": "call", "key": checkout.key, "lines": lines, "asked": self._now()}
        with self._lock:
            self._calls.append(call)
        return call

    def answered(self, call: dict, status: int, answer: dict):
        """Not called where no answer came."""
        if status == 409 and "lines" in answer:
            word = "sold out"
            call["available"] = {self._skus[line["variant_id"]]: line["available"] for line in answer["lines"]
                                 if line["available"] < line["wanted"]}
        elif status == 503 and "unknown" in answer["type"]:
            word = "unknown"
        else:
            word = ANSWERS.get(status, "nothing")
        call["answer"] = word
        call["answered"] = self._now()

    def ended(self, checkout, state: str):
        if state in SOLD + FREE:
            self._ends[checkout.key] = "sold" if state in SOLD else "free"

    def faults(self, left: dict) -> list:
        """What can't be explained by any order of the calls. `left`: what was on the shelf at the end."""
        rows = [*self._before, *self._calls]
        rows += [{"type": "end", "key": key, "state": state} for key, state in self._ends.items()]
        rows += [{"type": "left", "sku": sku, "available": left[sku]} for sku in self._stock]
        return history.check(history.read(json.dumps(row) for row in rows))

    def _now(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.monotonic_ns())
            return self._last
