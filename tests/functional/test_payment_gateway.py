"""The payment gateway as a process of its own: what it answers, who it admits, and what becomes of a checkout when it
is killed, slow, away, or shared by several servers."""

import json
import random
import resource
import signal
import sqlite3
import threading
import time

import pytest
import requests

from support import api
from support.gateway_process import GatewayProcess, RemotePostgresShop, RemoteShop
from support.postgres import Postgres
from support.shop_process import run
from support.storm import Shelf, Storm
from test_postgres import any_variant, buy, metric, until

CARD_SLOW = "4000000000003220"  # authorised after three seconds
CARD_OF_NOBODY = "4111111111111111"  # no published test number
# An order whose payment never came is given up when its hold ends; a shopper's retry waits for the lease.
SETTINGS = "[payment]\ntimeout_ms = 4000\nhold_ms = 10000\n"
SETTLED_SECONDS_MAX = 90
KILLS, SHOPPERS = 6, 16
AUTHORISE = {"amount": {"amount": 11800, "currency": "EUR"}, "card": api.CARD_OK}


@pytest.fixture
def gateway(tmp_path):
    with GatewayProcess(tmp_path / "gateway") as process:
        yield process


@pytest.fixture
def shop(tmp_path, gateway):
    process = RemoteShop(tmp_path / "shop", gateway, config=SETTINGS).migrate_and_seed()
    yield process
    process.stop()


def pending(shop) -> int:
    with sqlite3.connect(f"file:{shop.folder / 'shop.db'}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM orders WHERE state = 0").fetchone()[0]


def settled(shop) -> bool:
    """Nothing is open between the shop and its gateway any more, and all is accounted for."""
    done = shop.audit()
    assert done.returncode == 0, done.stdout + done.stderr
    return "too young" not in done.stdout and pending(shop) == 0


def state(shop, order) -> str:
    status, _, read = api.Client(shop.url).order(order["id"], order["key"])
    assert status == 200, read
    return read["status"]


# --- the API ------------------------------------------------------------------------------------------------


def test_every_operation_acts_once_however_often_it_is_asked(gateway):
    for _ in range(2):
        paid = gateway.ask("POST", "/order-1/authorise", AUTHORISE)
        assert paid.status_code == 200 and paid.headers["Cache-Control"] == "no-store"
        assert (paid.json()["status"], paid.json()["card_hint"]) == ("authorised", "Visa ending 4242")
    for operation, status in (("refund", "authorised"), ("capture", "captured"), ("capture", "captured"),
                              ("void", "captured"), ("refund", "refunded"), ("refund", "refunded")):
        answer = gateway.ask("POST", f"/order-1/{operation}")
        assert (answer.json()["status"], answer.json()["captures"]) == (status, 0 if status == "authorised" else 1)
    assert gateway.ask("GET", "/order-1").json()["status"] == "refunded"
    assert gateway.ask("GET", "/order-2").json()["status"] == "none"
    assert gateway.ask("POST", "/order-2/void").json()["status"] == "voided"
    assert gateway.ask("POST", "/order-2/authorise", AUTHORISE).json()["status"] == "voided"


def test_its_ledger_is_listed_in_pages(gateway):
    keys = {f"order-{number:03}" for number in range(250)}
    for key in keys:
        assert gateway.ask("POST", f"/{key}/authorise", AUTHORISE).status_code == 200
    assert set(gateway.payments()) == keys
    assert gateway.ask("GET", "?limit=0").status_code == 422
    assert gateway.ask("GET", "?after=not%20a%20key").status_code == 422


@pytest.mark.parametrize("body", [
    {}, [], None, {**AUTHORISE, "card": CARD_OF_NOBODY}, {**AUTHORISE, "cvc": "123"}, {**AUTHORISE, "card": 4},
    {**AUTHORISE, "amount": {"amount": -1, "currency": "EUR"}}, {**AUTHORISE, "amount": {"amount": 1}},
])
def test_a_request_that_does_not_fit_is_refused_and_nothing_is_kept(gateway, body):
    refused = gateway.ask("POST", "/order-1/authorise", body)
    assert refused.status_code == 422 and CARD_OF_NOBODY not in refused.text
    assert gateway.payments() == {}


def test_a_stranger_is_told_nothing_and_moves_nothing(gateway):
    gateway.ask("POST", "/order-1/authorise", AUTHORISE)
    gateway.ask("POST", "/order-1/capture")
    for token in ("", "wrong", gateway.token_file.read_text().strip() + "x"):
        for method, path in (("GET", ""), ("GET", "/order-1"), ("POST", "/order-1/refund"), ("POST", "/order-1/void"),
                             ("POST", "/order-1/capture"), ("POST", "/order-2/authorise")):
            refused = gateway.ask(method, path, token=token)
            assert refused.status_code == 401 and "captured" not in refused.text, (method, path)
    assert {key: payment["status"] for key, payment in gateway.payments().items()} == {"order-1": "captured"}


def test_it_does_not_start_without_a_secret_where_strangers_could_come(tmp_path):
    done = run("payment-gateway", "--listen", "0.0.0.0:0", "--ledger", str(tmp_path / "gateway.db"), check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "--token-file: must name a file with a secret" in done.stderr
    assert not (tmp_path / "gateway.db").exists()


def test_probes_and_metrics_need_no_secret(gateway):
    for path in ("/livez", "/readyz", "/startupz", "/metrics"):
        assert requests.get(gateway.url + path, timeout=10).status_code == 200


def test_it_takes_the_descriptors_that_it_may_and_no_more_connections_than_they_allow(tmp_path):
    soft, hard = 200, 1_000
    lower = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))  # noqa: E731
    with GatewayProcess(tmp_path / "gateway", before_exec=lower) as gateway:
        assert resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)
        metrics = requests.get(gateway.url + "/metrics", timeout=10).text
        assert 'ff_http_connections_max{server="payment-gateway"} 500\n' in metrics, "half is for all else"


def test_told_to_stop_it_answers_what_it_has_begun(gateway):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        gateway.ask("POST", "/order-1/authorise", {**AUTHORISE, "card": CARD_SLOW})))
    asking.start()
    time.sleep(0.5)
    gateway.process.send_signal(signal.SIGTERM)
    asking.join(timeout=30)
    assert gateway.process.wait(timeout=30) == 0
    assert answers[0].status_code == 200 and answers[0].json()["status"] == "authorised"


# --- a shop that uses it ------------------------------------------------------------------------------------


def test_orders_are_paid_declined_and_looked_up_as_with_the_gateway_inside(shop, gateway):
    with shop:
        variant = any_variant(shop.url)
        status, _, paid = buy(shop.url, variant)
        assert status == 201, paid
        assert buy(shop.url, variant, payment=api.card(api.CARD_DECLINED))[0] == 402
        status, _, unknown = buy(shop.url, variant, payment=api.card(api.CARD_UNKNOWN))
        assert status == 202 and until(lambda: state(shop, unknown) == "paid")
        assert until(lambda: settled(shop), seconds=SETTLED_SECONDS_MAX)
        statuses = {key.removeprefix("order-"): payment["status"] for key, payment in gateway.payments().items()}
        assert statuses[paid["id"]] == statuses[unknown["id"]] == "captured"
        assert sorted(statuses.values()) == ["captured", "captured", "declined"]
        assert metric(shop, "ff_gateway_reachable") == 1
    assert not (shop.folder / "gateway.db").exists(), "it has a ledger of its own besides"


def test_no_card_number_is_kept_or_logged_on_either_side(shop, gateway):
    with shop:
        variant = any_variant(shop.url)
        assert buy(shop.url, variant)[0] == 201
        assert buy(shop.url, variant, payment=api.card(CARD_OF_NOBODY))[0] == 201
    gateway.stop()
    told = json.dumps(shop.log) + json.dumps(gateway.log)
    files = {path: path.read_bytes() for folder in (shop.folder, gateway.folder) for path in folder.glob("*.db*")}
    token = gateway.token_file.read_text().strip()
    assert token not in told
    for number in (api.CARD_OK, CARD_OF_NOBODY, CARD_OF_NOBODY[:12]):
        assert number not in told
        for path, content in files.items():
            assert number.encode() not in content and token.encode() not in content, path


def test_audit_compares_both_ways_with_a_gateway_elsewhere(shop, gateway):
    with shop:
        status, _, order = buy(shop.url, any_variant(shop.url))
        assert status == 201 and until(lambda: settled(shop), seconds=SETTLED_SECONDS_MAX)
    gateway.ask("POST", "/of-nobody/authorise", AUTHORISE)
    done = shop.audit()
    assert done.returncode == 1 and "I4 payment of-nobody: of 118.00 EUR belongs to no order" in done.stdout
    gateway.stop()
    with sqlite3.connect(gateway.ledger) as ledger:
        ledger.execute("DELETE FROM payment")
    ledger.close()
    away = shop.audit()
    assert away.returncode == 1 and "the payment gateway can't be asked" in away.stderr
    assert "hold" not in away.stdout
    gateway.start()
    done = shop.audit()
    assert done.returncode == 1
    assert f"I4 order {order['id']}: is paid, but the gateway knows no payment of it" in done.stdout


def test_with_another_secret_nothing_is_sold_and_the_log_says_why(tmp_path, gateway):
    shop = RemoteShop(tmp_path / "shop", gateway, config=SETTINGS).migrate_and_seed()
    gateway.token_file.write_text("another-secret-than-the-gateway-has")
    with shop:
        assert [buy(shop.url, any_variant(shop.url))[0] for _ in range(3)] == [503, 503, 503]
        told = [entry for entry in shop.log if entry["message"] == "the payment gateway can't be asked"]
        assert told and told[0]["detail"] == "it answered 401" and told[0]["url"] == gateway.url


# --- when it fails ------------------------------------------------------------------------------------------


def test_killed_again_and_again_in_a_storm_it_charges_nobody_twice_and_loses_no_order(tmp_path, gateway):
    shop = RemoteShop(tmp_path / "shop", gateway, config=SETTINGS)
    shop.run("migrate")
    shelf = Shelf(hot=400, few=20)
    shelf.import_into(shop)
    rng = random.Random(6)
    with shop:
        storm = Storm(shelf, lambda: [shop.url], shoppers=SHOPPERS,
                      payments=(api.card(), api.card(), api.card(api.CARD_DECLINED), api.ON_DELIVERY))
        with storm:
            storm.wait_for_orders(50, seconds=60)
            for _ in range(KILLS):
                storm.blow(rng.uniform(0.2, 0.8))
                gateway.kill()
                storm.blow(rng.uniform(0.0, 2.0))
                gateway.start()
            storm.wait_for_orders(50, seconds=60)
        storm.settle()
        assert until(lambda: settled(shop), seconds=SETTLED_SECONDS_MAX), "some payment was never settled"
        storm.verify()
        payments = gateway.payments()
        cards = [entry for entry in storm.acknowledged.values()
                 if entry.status == 201 and entry.checkout.payment["method"] == "card"]
        print(f"{KILLS} kills: {storm.figures()}; {len(payments)} payments")
        assert len(cards) > 50, "the storm was no storm"
        for entry in cards:
            assert payments[f"order-{entry.answer['id']}"]["status"] == "captured", entry
        assert all(payment["captures"] <= 1 for payment in payments.values())
    shop.stop()
    assert settled(shop)


def test_slower_than_the_deadline_it_leaves_orders_pending_and_they_are_paid_when_it_is_quick_again(shop, gateway):
    shop.config = "[payment]\ntimeout_ms = 1000\nhold_ms = 60000\n"
    gateway.stop()
    gateway.start(latency_ms=3000)
    with shop:
        variant = any_variant(shop.url)
        status, _, order = buy(shop.url, variant)
        assert status == 202 and state(shop, order) == "pending_payment"
        gateway.stop()
        gateway.start()
        assert until(lambda: state(shop, order) == "paid", seconds=SETTLED_SECONDS_MAX)
        assert until(lambda: settled(shop), seconds=SETTLED_SECONDS_MAX)
    assert gateway.payments()[f"order-{order['id']}"]["captures"] == 1


def test_while_nobody_listens_orders_are_refused_before_they_are_placed_and_it_heals_by_itself(shop, gateway):
    with shop:
        variant = any_variant(shop.url)
        cart, key, lines = api.token(), api.token(), [(variant, 1)]
        client = api.Client(shop.url)
        status, _, before = client.checkout(cart, key, lines, api.card())
        assert status == 201
        gateway.kill()
        status, _, caught = buy(shop.url, variant)
        assert status == 202, "it was reserved before anybody knew"
        for _ in range(20):
            status, headers, problem = buy(shop.url, variant)
            assert (status, problem["type"]) == (503, "/api/problems/unavailable"), problem
            assert int(headers["Retry-After"]) > 0
        assert pending(shop) == 1, "what was refused has placed nothing"
        assert buy(shop.url, variant, payment=api.ON_DELIVERY)[0] == 201
        status, _, again = client.checkout(cart, key, lines, api.card())
        assert (status, again["id"]) == (201, before["id"]), "an answer that was given is given again"
        assert requests.get(shop.url + "/", timeout=10).status_code == 200
        assert requests.get(shop.ops_url + "/readyz", timeout=10).status_code == 200
        assert metric(shop, "ff_gateway_reachable") == 0

        gateway.start()
        assert until(lambda: buy(shop.url, variant)[0] == 201)
        assert metric(shop, "ff_gateway_reachable") == 1
        assert until(lambda: state(shop, caught) == "cancelled", seconds=SETTLED_SECONDS_MAX)
        assert until(lambda: settled(shop), seconds=SETTLED_SECONDS_MAX)
        told = [entry["message"] for entry in shop.log if entry["room"] == "payments"]
        assert told == ["the payment gateway can't be asked", "the payment gateway answers again"]


# --- several servers ----------------------------------------------------------------------------------------


def test_what_one_server_began_to_pay_another_finishes(tmp_path, gateway):
    with Postgres() as database:
        url = database.create_database("shop")
        first, second = (RemotePostgresShop(tmp_path / name, url, gateway, config=SETTINGS)
                         for name in ("first", "second"))
        first.migrate_and_seed()
        with first, second:
            variant = any_variant(first.url)
            for server in (first, second):
                assert buy(server.url, variant)[0] == 201
            client = api.Client(first.url)

            def buy_and_never_hear():
                try:
                    client.checkout(api.token(), api.token(), [(variant, 1)], api.card(CARD_SLOW))
                except ConnectionError:
                    pass

            shopper = threading.Thread(target=buy_and_never_hear)
            shopper.start()
            count = lambda where: int(database.execute(f"SELECT count(*) FROM orders WHERE {where}", "shop"))
            assert until(lambda: count("state = 0") == 1 and len(gateway.payments()) == 3)
            first.kill()
            shopper.join(timeout=30)
            assert until(lambda: count("state = 0") == 0, seconds=SETTLED_SECONDS_MAX), "it stayed pending"
            done = lambda: all(payment["status"] == "captured" for payment in gateway.payments().values())
            assert until(done, seconds=SETTLED_SECONDS_MAX), "nobody captured it"
            audit = second.audit()
            assert audit.returncode == 0 and "3 payments" in audit.stdout, audit.stdout + audit.stderr
    assert [path.parent.name for path in tmp_path.glob("*/gateway.db")] == ["gateway"]
