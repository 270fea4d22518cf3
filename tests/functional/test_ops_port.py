"""Probes, metrics, logs and the life cycle."""

import json
import pathlib
import re
import signal
import threading
import time

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
