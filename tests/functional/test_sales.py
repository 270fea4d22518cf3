"""`fashionforward sale`: sales are stored, changed, ended and removed, and a draw is checked without a database."""

import base64
import csv
import hashlib
import hmac
import json
import re
import secrets
import shlex
import subprocess
import sys
import textwrap
import time

import pytest
import requests

from support.postgres import Postgres
from support.shop_process import ROOT

STARTS, ENDS = "2036-11-27T09:00:00Z", "2036-11-27T21:00:00Z"


def field(shown: str, name: str) -> str:
    return re.search(rf"^{name} +(.*)$", shown, re.MULTILINE).group(1)


def metric(shop, name: str) -> float:
    text = requests.get(shop.ops_url + "/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def until(what, seconds=20):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_sale_is_added_changed_and_shown_without_its_seed(fresh_shop):
    run = fresh_shop.run
    assert "no sales" in run("sale", "list").stdout
    run("sale", "set", "bf", "--title", "Black Friday", "--products", "wool-pea-coat,bias-slip-dress", "--starts", STARTS, "--ends", ENDS,
        "--limit", "2", "--queue", "on")
    changed = run("sale", "set", "bf", "--rate", "12.5", "--ends", "2036-11-27T23:00:00+02:00")
    assert changed.stdout.startswith("changed")
    shown = run("sale", "show", "bf").stdout
    assert field(shown, "title") == "Black Friday"
    assert field(shown, "products") == "bias-slip-dress, wool-pea-coat"
    assert field(shown, "starts") == "2036-11-27T09:00:00.000000Z"
    assert field(shown, "ends") == "2036-11-27T21:00:00.000000Z"
    assert field(shown, "limit") == "2 units for one shopper"
    assert field(shown, "queue") == "on, a pass lasts 10m, at most 12.5 admissions a second"
    assert field(shown, "line").startswith("open; 0 tickets")
    assert re.fullmatch("[0-9a-f]{64}", field(shown, "commitment"))
    assert field(shown, "seed") == "kept until the start"
    assert "bf  scheduled" in run("sale", "list").stdout
    run("sale", "remove", "bf")
    assert "no sales" in run("sale", "list").stdout


def test_once_it_has_started_it_keeps_its_start_tells_its_seed_and_can_be_ended(fresh_shop):
    run = fresh_shop.run
    run("sale", "set", "rush", "--whole-shop", "--starts", "now", "--ends", "+7d", "--queue", "auto")
    shown = run("sale", "show", "rush").stdout
    seed, commitment = field(shown, "seed"), field(shown, "commitment")
    assert hashlib.sha256(bytes.fromhex(seed)).hexdigest() == commitment
    moved = run("sale", "set", "rush", "--starts", "+1h", check=False)
    assert moved.returncode == 1 and "has started" in moved.stderr and moved.stderr.count("\n") == 1
    run("sale", "end", "rush")
    assert "over" in field(run("sale", "show", "rush").stdout, "sale")
    again = run("sale", "end", "rush", check=False)
    assert again.returncode == 1 and "over already" in again.stderr


@pytest.mark.parametrize("arguments, said", [
    (["set", "Black"], "a-z, 0-9 and -"),
    (["set", "s", "--starts", STARTS, "--ends", ENDS], "--whole-shop"),
    (["set", "s", "--whole-shop", "--ends", ENDS], "--starts"),
    (["set", "s", "--whole-shop", "--starts", ENDS, "--ends", STARTS], "ends"),
    (["set", "s", "--whole-shop", "--starts", "2036-11-27T09:00:00", "--ends", ENDS], "2026-11-27T09:00:00Z"),
    (["set", "s", "--whole-shop", "--starts", "2036-02-30T09:00:00Z", "--ends", ENDS], "2026-11-27T09:00:00Z"),
    (["set", "s", "--whole-shop", "--starts", STARTS, "--ends", ENDS, "--queue", "maybe"], "on, off or auto"),
    (["set", "s", "--whole-shop", "--starts", STARTS, "--ends", ENDS, "--pass-for", "10"], "10m"),
    (["set", "s", "--products", "wool-pea-coat,bias-slip-dres", "--starts", STARTS, "--ends", ENDS],
     "--products: must be handles of products of this shop, and 'bias-slip-dres' is none; did you mean bias-slip-dress?"),
    (["set", "s", "--products", "zeppelin", "--starts", STARTS, "--ends", ENDS], "'zeppelin' is none\n"),
    (["show", "s"], "no sale"),
    (["end", "s"], "no sale"),
    (["remove", "s"], "no sale"),
])
def test_what_is_wrong_is_said_in_one_line(fresh_shop, arguments, said):
    done = fresh_shop.run("sale", *arguments, check=False)
    assert done.returncode == 1
    assert said in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_what_is_refused_is_not_stored(fresh_shop):
    fresh_shop.run("sale", "set", "s", "--products", "zeppelin", "--starts", STARTS, "--ends", ENDS, check=False)
    assert "no sales" in fresh_shop.run("sale", "list").stdout


def test_a_product_that_left_the_shop_stands_in_the_way_of_no_edit(fresh_shop, tmp_path):
    fresh_shop.run("sale", "set", "bf", "--products", "wool-pea-coat", "--starts", STARTS, "--ends", ENDS)
    goods = tmp_path / "goods.csv"
    fresh_shop.run("export", "--output", str(goods))
    with goods.open(newline="") as file:
        header, *rows = csv.reader(file)
    with goods.open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if row[0] != "wool-pea-coat")])
    fresh_shop.run("import", str(goods), "--replace")
    fresh_shop.run("sale", "set", "bf", "--limit", "3")
    fresh_shop.run("sale", "set", "bf", "--products", "wool-pea-coat,bias-slip-dress")
    again = fresh_shop.run("sale", "set", "other", "--products", "wool-pea-coat", "--starts", STARTS, "--ends", ENDS, check=False)
    assert again.returncode == 1 and "'wool-pea-coat' is none" in again.stderr


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_product_that_is_not_published_yet_can_be_guarded(fresh_shop, tmp_path, status):
    """By the command, and on the ops port in the moment after its import: what is stored decides."""
    goods = tmp_path / "goods.csv"
    goods.write_text(f"Handle,Title,Variant Price,Status\nsecret-drop,Secret Drop,49.00,{status}\n")
    settings = {"title": "Drop", "products": ["secret-drop"], "starts_at": STARTS, "ends_at": ENDS}
    with fresh_shop:
        fresh_shop.run("import", str(goods))
        made = requests.put(f"{fresh_shop.ops_url}/sales/drop", json=settings, timeout=10)
        assert made.status_code == 201, made.text
        unknown = requests.put(f"{fresh_shop.ops_url}/sales/drop", json={**settings, "products": ["secret-dro"]}, timeout=10)
        assert unknown.status_code == 422
        assert unknown.json()["errors"][0]["message"] == "must be handles of products of this shop, and 'secret-dro' is none"
    fresh_shop.run("sale", "set", "other", "--products", "secret-drop", "--starts", STARTS, "--ends", ENDS)
    assert field(fresh_shop.run("sale", "show", "other").stdout, "products") == "secret-drop"
    refused = fresh_shop.run("sale", "set", "third", "--products", "secret-dro", "--starts", STARTS, "--ends", ENDS, check=False)
    assert refused.returncode == 1 and "'secret-dro' is none; did you mean secret-drop?" in refused.stderr


def documented(first_words: str) -> str:
    """The block of docs/waiting-room.md that begins so, without its indent."""
    blocks = re.findall(r"(?:^    .*\n)+", (ROOT / "docs" / "waiting-room.md").read_text(), re.MULTILINE)
    return next(block for block in map(textwrap.dedent, blocks) if block.startswith(first_words))


def test_the_documented_check_of_a_draw_prints_the_place_that_is_documented(fresh_shop):
    arguments = shlex.split(documented("fashionforward sale check-draw").replace("\\\n", " "))
    checked = fresh_shop.run(*arguments[1:]).stdout
    assert "the seed is the one that was committed to" in checked
    assert f"place    {field(checked, 'place')}" in (ROOT / "docs" / "waiting-room.md").read_text()
    assert field(checked, "place") == "1631 of 5000"


def test_anybody_finds_the_place_of_each_ticket_by_what_is_public(fresh_shop, tmp_path):
    seed, tickets = secrets.token_bytes(32), 4321
    numbers = [secrets.token_bytes(16) for _ in range(5)]
    public = {"seed": seed.hex(), "commitment": hashlib.sha256(seed).hexdigest(), "drawn_tickets": tickets}
    (tmp_path / "state.json").write_text(json.dumps(public))
    checked = fresh_shop.run("sale", "check-draw", "--seed", public["seed"], "--commitment", public["commitment"], "--tickets",
                             str(tickets), *(number.hex() for number in numbers)).stdout
    places = re.findall(r"^place +(\d+ of \d+)$", checked, re.MULTILINE)
    assert len(places) == len(numbers)
    script = tmp_path / "place.py"
    script.write_text(documented("import hashlib"))
    for number, place in zip(numbers, places):
        by_hand = [sys.executable, str(script), (tmp_path / "state.json").as_uri(), number.hex()]
        done = subprocess.run([*by_hand, public["commitment"]], capture_output=True, text=True, check=True)
        assert done.stdout == f"place {place}\n"
    other = subprocess.run([*by_hand, "00" * 32], capture_output=True, text=True, check=False)
    assert other.returncode == 1 and "committed to" in other.stderr


def test_a_draw_is_checked_without_a_database(fresh_shop, tmp_path):
    seed, ticket_id = bytes(range(32)), bytes(range(16))
    fields = b"\x01" + (1).to_bytes(4, "big") + (0).to_bytes(4, "big") + ticket_id
    ticket = "bf." + base64.urlsafe_b64encode(fields + bytes(16)).decode().rstrip("=")
    draw = hmac.new(seed, ticket_id, hashlib.sha256).hexdigest()[:16]
    commitment = hashlib.sha256(seed).hexdigest()
    (fresh_shop.folder / "shop.db").rename(tmp_path / "elsewhere.db")
    done = fresh_shop.run("sale", "check-draw", "--seed", seed.hex(), "--commitment", commitment, ticket)
    assert field(done.stdout, "draw") == draw
    assert float(field(done.stdout, "part")) == pytest.approx(int(draw, 16) / 2**64, abs=1e-9)
    assert field(done.stdout, "place").startswith("give --tickets")
    late = "bf." + base64.urlsafe_b64encode(b"\x01" + (1).to_bytes(4, "big") + (7).to_bytes(4, "big") + ticket_id + bytes(16)).decode()
    behind = fresh_shop.run("sale", "check-draw", "--seed", seed.hex(), "--commitment", commitment, "--tickets", "10", "--before",
                            "500", late.rstrip("=")).stdout
    assert field(behind, "taken").startswith("30 to 35 s after the queue opened")
    assert field(behind, "place") == f"{500 + int(int(draw, 16) / 2**64 * 10) + 1} of 510"
    wrong = fresh_shop.run("sale", "check-draw", "--seed", seed.hex(), "--commitment", "00" * 32, ticket, check=False)
    assert wrong.returncode == 1 and "not the one that was committed to" in wrong.stderr
    assert fresh_shop.run("sale", "check-draw", "--seed", "00", "--commitment", commitment, ticket,
                          check=False).returncode == 1
    assert fresh_shop.run("sale", "check-draw", "--seed", seed.hex(), "--commitment", commitment, ticket[:-1],
                          check=False).returncode == 1


def test_a_running_server_knows_of_a_sale_and_leads_it(fresh_shop):
    with fresh_shop as shop:
        assert metric(shop, "ff_sales") == 0
        shop.run("sale", "set", "bf", "--whole-shop", "--starts", STARTS, "--ends", ENDS, "--queue", "on")
        until(lambda: metric(shop, "ff_sales") == 1)
        until(lambda: metric(shop, 'ff_leader{task="sales"}') == 1)
        assert 'ff_sale_line_length{sale="bf"} 0' in requests.get(shop.ops_url + "/metrics", timeout=10).text
        shop.run("sale", "remove", "bf")
        until(lambda: metric(shop, "ff_sales") == 0)
        until(lambda: metric(shop, 'ff_leader{task="sales"}') == 0)


def test_sales_move_to_another_database_with_their_secrets(fresh_shop):
    with Postgres() as server:
        fresh_shop.run("sale", "set", "bf", "--whole-shop", "--starts", STARTS, "--ends", ENDS, "--queue", "on")
        before = fresh_shop.run("sale", "show", "bf").stdout
        url = server.create_database("moved")
        done = fresh_shop.run("copy", "--from", fresh_shop.database_url, "--to", url)
        assert "sales: 1" in done.stdout
        assert fresh_shop.run("sale", "show", "bf", "--database-url", url).stdout == before
