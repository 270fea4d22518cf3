"""The checker of histories (tests/support/history.py): by hand-made histories, and by those of the simulation."""

import json
import os
import pathlib
import subprocess

import pytest

from support import history

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATION = os.environ.get("FF_SIMULATION", str(ROOT / "build/release/tests/simulation"))
SEEDS = 2000


def stock(units, sku="hot"):
    return {"type": "stock", "sku": sku, "units": units}


def call(key, asked, answered=None, answer=None, units=1, available=None):
    record = {"type": "call", "key": key, "lines": {"hot": units}, "asked": asked}
    if answered is not None:
        record |= {"answered": answered, "answer": answer}
    if available is not None:
        record["available"] = {"hot": available}
    return record


def sold_out(key, asked, answered, available=0, units=1):
    return call(key, asked, answered, "sold out", units, available)


def end(key, state):
    return {"type": "end", "key": key, "state": state}


def left(available):
    return {"type": "left", "sku": "hot", "available": available}


HOLD = {"type": "hold", "lasts": 1000}


def check(*records):
    return history.check(history.read(json.dumps(record) for record in records))


def test_purchases_one_after_the_other_until_all_is_sold():
    assert check(stock(2), HOLD, call("a", 1, 2, "paid"), call("b", 3, 4, "paid"), sold_out("c", 5, 6), left(0)) == []


def test_an_oversell_is_caught():
    [fault] = check(stock(1), HOLD, call("a", 1, 5, "paid"), call("b", 2, 6, "paid"))
    assert fault.startswith("hot: b was granted 1") and "at most 0 were there" in fault


def test_sold_out_while_stock_was_there_during_the_whole_interval_is_caught():
    [fault] = check(stock(2), HOLD, call("a", 1, 2, "paid"), sold_out("b", 3, 4))
    assert fault.startswith("hot: b wanted 1 and was told between 3 and 4 that 0 were available, but it was 1")


def test_sold_out_is_explained_by_a_purchase_that_overlaps():
    assert check(stock(1), HOLD, call("a", 1, 9, "paid"), sold_out("b", 2, 3)) == []


def test_sold_out_before_the_last_unit_was_even_asked_for_is_caught():
    assert check(stock(1), HOLD, sold_out("b", 1, 2), call("a", 3, 4, "paid")) != []


def test_a_grant_after_everything_was_sold_is_caught_even_if_it_was_given_back():
    [fault] = check(stock(1), HOLD, call("a", 1, 2, "paid"), call("b", 3, 4, "declined"))
    assert "b was granted 1 between 3 and 4, but at most 0 were there" in fault


def test_a_pending_answer_after_everything_was_sold_is_caught():
    assert check(stock(1), HOLD, call("a", 1, 2, "paid"), call("b", 3, 4, "pending")) != []


def test_two_answers_that_are_each_explained_but_not_together_are_caught():
    # b says that a had taken the unit by 3; c that it had not before 5.
    records = stock(1), HOLD, call("a", 1, 9, "paid"), sold_out("b", 2, 3), sold_out("c", 5, 6, available=1, units=2)
    assert check(*records) != []
    assert check(*records[:-1]) == []
    assert check(*records[:3], records[4]) == []


def test_a_declined_purchase_may_have_held_the_unit_while_it_was_under_way_but_not_later():
    declined = call("a", 1, 5, "declined")
    assert check(stock(1), HOLD, declined, sold_out("b", 2, 3), call("c", 6, 7, "paid")) == []
    assert check(stock(1), HOLD, declined, sold_out("b", 6, 7)) != []


def test_an_unknown_purchase_may_hold_the_unit_from_when_it_was_asked_for():
    unknown = call("a", 5)
    assert check(stock(1), HOLD, unknown, sold_out("b", 6, 7), call("c", 8, 9, "paid"), end("a", "free")) == []
    assert check(stock(1), HOLD, sold_out("b", 1, 2), unknown) != []


def test_the_same_key_buys_once_however_often_it_is_sent():
    again = call("a", 1, 2, "unknown"), call("a", 3, 4, "paid"), call("a", 5, 6, "paid")
    assert check(stock(2), HOLD, *again, call("b", 7, 8, "paid"), sold_out("c", 9, 10)) == []


def test_a_hold_that_may_have_ended_before_the_payment_was_known_explains_a_late_sold_out():
    slow = call("a", 1, 5000, "paid")
    assert check(stock(1), HOLD, slow, sold_out("b", 2, 3), sold_out("c", 4000, 4001)) == []


def test_what_is_left_at_the_end_is_what_was_not_sold():
    records = stock(3), HOLD, call("a", 1, 2, "paid"), call("b", 3), end("a", "sold")
    assert check(*records, end("b", "free"), left(2)) == []
    assert check(*records, end("b", "sold"), left(1)) == []
    assert check(*records, left(1)) == [] and check(*records, left(2)) == []
    [fault] = check(*records, end("b", "free"), left(1))
    assert fault == "hot: 1 of 3 are left at the end, but 1 were sold"


@pytest.mark.parametrize(
    "records",
    [
        (call("a", 1, 2, "paid"), call("a", 3, 4, "declined")),
        (call("a", 1, 2, "paid"), end("a", "free")),
        (call("a", 1, 2, "declined"), end("a", "sold")),
        (call("a", 1, 2, "nothing"), end("a", "sold")),
    ],
)
def test_a_key_that_contradicts_itself_is_caught(records):
    assert len(check(stock(5), HOLD, *records)) == 1


def test_several_units_at_once_are_counted():
    half = call("a", 1, 2, "paid", units=2)
    assert check(stock(3), HOLD, half, sold_out("b", 3, 4, available=1, units=2), call("c", 5, 6, "paid")) == []
    assert check(stock(3), HOLD, half, sold_out("b", 3, 4, available=0, units=2)) != []


def test_a_storm_of_64_calls_at_once_is_decided():
    storm = [call(f"buyer-{i}", i, 1000 + i, "paid") for i in range(64)]
    refused = [sold_out(f"late-{i}", 500 + i, 2000 + i) for i in range(64)]
    assert check(stock(64), HOLD | {"lasts": 10_000}, *storm, *refused) == []
    [fault] = check(stock(63), HOLD | {"lasts": 10_000}, *storm, *refused)
    assert "was granted 1" in fault


def test_an_answer_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="line 2: no answer is called 'perhaps'"):
        check(stock(1), call("a", 1, 2, "perhaps"))


# --- the simulation's own -------------------------------------------------------------------------------


def simulate(folder, *arguments):
    subprocess.run([SIMULATION, "--history", str(folder), *arguments], check=True)
    faults = {}
    for path in sorted(folder.glob("*.jsonl"), key=lambda file: int(file.stem)):
        with open(path, encoding="utf-8") as file:
            recorded = history.read(file)
        assert recorded.calls
        faults[int(path.stem)] = history.check(recorded)
    return faults


def test_what_shoppers_saw_in_the_simulation_is_linearisable(tmp_path):
    faults = simulate(tmp_path, "--seeds", str(SEEDS))
    assert len(faults) == SEEDS
    assert {seed: found for seed, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    "safeguard, seeds_max", [("stock-not-checked", 20), ("no-unique-key", 20), ("answer-before-commit", 20)]
)
def test_without_a_safeguard_of_stock_it_is_not(tmp_path, safeguard, seeds_max):
    faults = simulate(tmp_path, "--without", safeguard, "--seeds", str(seeds_max))
    assert any(faults.values())
