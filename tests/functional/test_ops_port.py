"""Probes, metrics, logs and the life cycle."""

import json
import pathlib
import re
import signal
import socket
import threading
import time
import urllib.parse

import pytest
import requests

from support import api

GOLDEN = pathlib.Path(__file__).with_name("metrics.golden")


def until_ready(shop, ready: bool):
    deadline = time.monotonic() + 30
    while (requests.get(shop.ops_url + "/readyz", timeout=30).status_code == 200) != ready:
        assert time.monotonic() < deadline, f"readiness did not become {ready}"
        time.sleep(0.02)


@pytest.mark.parametrize("probe", ["/livez", "/readyz", "/startupz"])
def test_probes_answer_on_the_ops_port_only(shop, probe):
    assert requests.get(shop.ops_url + probe, timeout=10).status_code == 200
    assert requests.get(shop.url + probe, timeout=10).status_code == 404


def test_metrics_are_openmetrics_and_their_names_are_known(shop):
    answer = requests.get(shop.ops_url + "/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    names = sorted(set(re.findall(r"^# TYPE (\S+ \S+)$", answer.text, re.MULTILINE)))
    assert "\n".join(names) + "\n" == GOLDEN.read_text(), "metrics changed: dashboards read these names"


def test_logs_are_json_lines_with_time_level_room_and_message(fresh_shop):
    with fresh_shop as shop:
        requests.get(shop.url + "/", timeout=10)
    assert shop.log
    for entry in shop.log:
        assert {"time", "level", "room", "message"} <= set(entry), entry


def log_of(shop) -> list:
    """What the shop has logged, once it has stopped."""
    shop.stop()
    return shop.log


def test_numbers_are_numbers_in_the_log(fresh_shop):
    fresh_shop.config = 'log_level = "debug"\n'
    with fresh_shop as shop:
        requests.get(shop.url + "/nothing-here", timeout=10)
        entry = next(e for e in log_of(shop) if e["message"] == "request" and e["status"] == 404)
    assert all(isinstance(entry[name], int) for name in ("status", "bytes", "micros"))
    assert entry["bytes"] > 100


def test_what_clients_send_wrongly_is_told_once_and_is_no_error(fresh_shop):
    with fresh_shop as shop:
        address = urllib.parse.urlsplit(shop.url)
        for raw in [b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\n", b"\x16\x03\x01\r\n\r\n"] * 20:
            with socket.create_connection((address.hostname, address.port), 10) as connection:
                connection.sendall(raw)
                assert connection.recv(1000).startswith(b"HTTP/1.1 ")
        log = log_of(shop)
    assert [entry for entry in log if entry["level"] in ("warning", "error")] == []
    told = [entry for entry in log if entry["message"] == "request refused"]
    assert sorted(entry["reason"] for entry in told) == ["bad_request_line", "unknown_method", "unknown_version"]


@pytest.mark.parametrize("number,outcome", [(api.CARD_DECLINED, "declined"), (api.CARD_UNKNOWN, "pending_payment")])
def test_a_checkout_that_did_not_go_well_is_found_by_its_request(fresh_shop, number, outcome):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with fresh_shop as shop:
        client = api.Client(shop.url)
        _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
        variant = next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")
        body = api.checkout_body(api.token(), [(variant["id"], 1)], api.card(number))
        _, _, answer = client.request("POST", "/api/v1/checkouts", body,
                                      {"Idempotency-Key": api.token(), "X-Request-Id": "support-17",
                                       "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        told = [entry for entry in log_of(shop) if entry.get("request_id") == "support-17"]
    assert len(told) == 1
    assert (told[0]["level"], told[0]["outcome"], told[0]["trace_id"]) == ("info", outcome, trace)
    assert told[0]["order_id"] == answer["id"] and isinstance(told[0]["order"], int)


def test_a_request_id_and_a_trace_are_carried_through(shop):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = requests.get(shop.url + "/api/v1/products/nothing-here", timeout=10,
                          headers={"X-Request-Id": "my-request-17", "traceparent": trace})
    assert answer.status_code == 404
    assert answer.json()["request_id"] == "my-request-17"
    assert answer.headers["X-Request-Id"] == "my-request-17"


def test_sigterm_drains_requests_in_flight_and_exits_0(fresh_shop):
    fresh_shop.config = "[drain]\ndelay_ms = 300\n"
    with fresh_shop as shop:
        client = api.Client(shop.url)
        _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
        variant = next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")
        answers = []

        def buy_slowly():  # the gateway takes three seconds for this card
            answers.append(api.Client(shop.url).checkout(api.token(), api.token(), [(variant["id"], 1)],
                                                         api.card("4000000000003220")))

        buyer = threading.Thread(target=buy_slowly)
        buyer.start()
        time.sleep(0.5)
        shop.process.send_signal(signal.SIGTERM)
        until_ready(shop, False)
        assert requests.get(shop.url + "/", timeout=5).headers["Connection"] == "close"
        buyer.join(timeout=30)
        assert shop.process.wait(timeout=30) == 0
    assert answers and answers[0][0] == 201


def test_a_second_sigterm_exits_at_once(fresh_shop):
    fresh_shop.config = "[drain]\ndelay_ms = 60000\n"
    with fresh_shop as shop:
        until_ready(shop, True)  # told to stop before it serves, it ends at once with 0
        shop.process.send_signal(signal.SIGTERM)
        until_ready(shop, False)  # it drains
        shop.process.send_signal(signal.SIGTERM)
        assert shop.process.wait(timeout=10) != 0


def test_the_log_never_holds_cards_or_addresses(fresh_shop):
    with fresh_shop as shop:
        client = api.Client(shop.url)
        _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
        variant = next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")
        for number in (api.CARD_OK, api.CARD_DECLINED, api.CARD_UNKNOWN):
            client.checkout(api.token(), api.token(), [(variant["id"], 1)], api.card(number))
    text = json.dumps(shop.log)
    for secret in (api.CARD_OK, api.CARD_DECLINED, api.CARD_UNKNOWN, "ada@example.com", "Lovelace"):
        assert secret not in text
    for database in shop.folder.glob("*.db*"):
        content = database.read_bytes()
        for number in (api.CARD_OK, api.CARD_DECLINED, api.CARD_UNKNOWN):
            assert number.encode() not in content, f"{database.name} holds a card number"
