"""Spans of requests: what a collector of OpenTelemetry receives of a checkout, across the shop and its gateway, and that the shop
does not care when there is none."""

import secrets
import time

import pytest

from support import api, collector
from support.collector import Receiver
from support.gateway_process import GatewayProcess, RemoteShop
from support.metrics import Metrics, until

STEPS = {"checkout.reserve", "place.queue", "place.batch", "payment.authorise", "checkout.claim", "settle.queue", "settle.batch"}


def variant(client) -> int:
    _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
    return next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")["id"]


def settings(url: str, sample: float = 1, trusted: bool = True) -> str:
    proxies = 'trusted_proxies = ["127.0.0.0/8"]\n' if trusted else ""
    return f'{proxies}[trace]\notlp_url = "{url}"\nsample = {sample}\n'


def buy(shop, trace: str, sampled: bool = True) -> int:
    client = api.Client(shop.url)
    body = api.checkout_body(api.token(), [(variant(client), 1)], api.card())
    status, _, _ = client.request("POST", "/api/v1/checkouts", body, {
        "Idempotency-Key": api.token(), "X-Request-Id": "bought-17", "traceparent": f"00-{trace}-00f067aa0ba902b7-0{int(sampled)}"})
    return status


def of(spans: list, trace: str) -> list:
    return [span for span in spans if span["traceId"] == trace]


@pytest.fixture
def receiver():
    with Receiver() as process:
        yield process


@pytest.fixture(params=["plain receiver", "OpenTelemetry collector"])
def endpoint(request, tmp_path, receiver):
    """Where spans are sent; they all end up in `receiver`."""
    if request.param == "plain receiver":
        yield receiver.url
        return
    if not collector.is_built():
        pytest.skip("the OpenTelemetry collector was not compiled here yet (some minutes): PYTHONPATH=tests python -m support.collector")
    with collector.Collector(tmp_path / "collector", receiver) as process:
        yield process.url


def test_a_checkout_is_one_trace_through_shop_and_gateway(tmp_path, receiver, endpoint):
    trace = secrets.token_hex(16)
    with GatewayProcess(tmp_path / "gateway") as gateway:
        gateway.stop()
        gateway.start(more_settings={"FF_TRACE_OTLP_URL": endpoint, "FF_TRACE_SAMPLE": "0"})
        shop = RemoteShop(tmp_path / "shop", gateway, config=settings(endpoint, sample=0)).migrate_and_seed()
        with shop:
            assert buy(shop, trace) == 201
            spans = of(receiver.until(lambda spans: len(of(spans, trace)) >= 9), trace)
            told = until(shop, lambda m: m.sum("ff_trace_spans_total", outcome="exported") >= 8)
    by_name = {span["name"]: span for span in spans}
    request = by_name["POST /api/v1/checkouts"]
    assert set(by_name) == STEPS | {"POST /api/v1/checkouts", "POST /v1/payments/{key}/authorise"}
    assert request["parentSpanId"] == "00f067aa0ba902b7" and request["kind"] == 2
    assert request["attributes"]["http.response.status_code"] == "201" and request["attributes"]["ff.request_id"] == "bought-17"
    for step in ("checkout.reserve", "payment.authorise", "checkout.claim"):
        assert by_name[step]["parentSpanId"] == request["spanId"], step
    for step, above in (("place.queue", "checkout.reserve"), ("place.batch", "checkout.reserve"), ("settle.queue", "checkout.claim"),
                        ("settle.batch", "checkout.claim"), ("POST /v1/payments/{key}/authorise", "payment.authorise")):
        assert by_name[step]["parentSpanId"] == by_name[above]["spanId"], step
    assert by_name["POST /v1/payments/{key}/authorise"]["service"] == "fashionforward-payment-gateway"
    assert {span["service"] for name, span in by_name.items() if name in STEPS} == {"fashionforward"}
    assert int(by_name["place.batch"]["attributes"]["ff.batch.size"]) == 1
    for span in spans:
        assert int(request["startTimeUnixNano"]) - 2_000_000 <= int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), span["name"]
    assert told.sum("ff_trace_spans_total", outcome="dropped_collector") == 0


def test_what_was_not_asked_for_is_not_recorded(fresh_shop, receiver):
    fresh_shop.config = settings(receiver.url, sample=1)
    unsampled, sampled = secrets.token_hex(16), secrets.token_hex(16)
    with fresh_shop as shop:
        assert buy(shop, unsampled, sampled=False) == 201
        assert buy(shop, sampled) == 201
        spans = receiver.until(lambda spans: len(of(spans, sampled)) >= 8)
    assert of(spans, unsampled) == []


def test_a_stranger_does_not_decide_what_is_recorded(fresh_shop, receiver):
    fresh_shop.config = settings(receiver.url, sample=0, trusted=False)
    with fresh_shop as shop:
        assert buy(shop, secrets.token_hex(16)) == 201
        time.sleep(1.5)  # three looks at the queue
        assert Metrics(shop.ops_url).sum("ff_trace_spans_total", outcome="exported") == 0
    assert receiver.spans() == []


def test_what_is_left_is_sent_when_the_server_stops(fresh_shop, receiver):
    fresh_shop.config = settings(receiver.url)
    trace = secrets.token_hex(16)
    with fresh_shop as shop:
        assert buy(shop, trace) == 201
        assert shop.stop() == 0
    assert {span["name"] for span in of(receiver.spans(), trace)} == STEPS | {"POST /api/v1/checkouts"}


@pytest.mark.parametrize("kind", ["nobody", "refuses", "hangs"])
def test_a_collector_that_is_away_costs_spans_and_nothing_else(fresh_shop, kind):
    with Receiver(status=503 if kind == "refuses" else 200, delay_s=60 if kind == "hangs" else 0) as receiver:
        if kind == "nobody":
            receiver.close()
        fresh_shop.config = settings(receiver.url)
        with fresh_shop as shop:
            client = api.Client(shop.url)
            wanted = variant(client)
            answers = [client.checkout(api.token(), api.token(), [(wanted, 1)], api.card())[0] for _ in range(10)]
            assert answers == [201] * 10
            for _ in range(9_000):  # more than the queue holds: each request is a span
                client.request("GET", "/api/v1/products/no-such-product")
            told = until(shop, lambda m: m.sum("ff_trace_spans_total", outcome="dropped_collector") > 0
                         or m.sum("ff_trace_spans_total", outcome="dropped_queue_full") > 0)
            assert told.sum("ff_trace_spans_total", outcome="exported") == 0
            until(shop, lambda m: m.sum("ff_trace_spans_total", outcome="dropped_collector") > 0)
            assert shop.stop() == 0
        told = [entry["level"] for entry in shop.log if entry["message"].startswith("the collector of traces")]
        assert told == ["warning"], "once, however often it is asked"
