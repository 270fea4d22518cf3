"""A tour at debug level past every place that may take a secret. That no line has one, here and in the whole suite, is asked when the
suite ends (conftest.py)."""

import secrets

import pytest
import requests

from support import api, log_book
from support.gateway_process import GatewayProcess, RemoteShop


def test_the_search_finds_what_it_is_for():
    for bad in ('{"a":"4242424242424242"}', '{"a":"4000 0000 0000 0002"}', '{"a":"ada@example.com"}', "whsec_abc",
                '{"url":"postgres://me:hidden@host/db"}', '{"name":"Ada Lovelace"}'):
        assert log_book.found_in(bad), bad
    for good in ('{"order_id":"0193a4b2-5c6d-7e8f-9012-345678901234"}', '{"at":1795431600123456}', '{"number":4242424242424241}',
                 '{"request_id":"4242424242424242"}'):
        assert log_book.found_in(good) == [], good


@pytest.fixture
def tour(tmp_path):
    """A shop that tells all it ever tells, and a gateway elsewhere."""
    with GatewayProcess(tmp_path / "gateway") as gateway:
        shop = RemoteShop(tmp_path / "shop", gateway, config='log_level = "debug"\n').migrate_and_seed()
        with shop:
            yield shop, gateway


def test_a_tour_at_debug_level_with_secrets_in_every_place_a_client_can_put_them(tour):
    shop, gateway = tour
    client = api.Client(shop.url)
    _, _, found = client.request("GET", "/api/v1/products?limit=1&available=true")
    variant = next(v for v in client.variants(found["products"][0]["handle"]) if v["stock"] == "in_stock")["id"]
    for number in (api.CARD_OK, api.CARD_DECLINED, api.CARD_UNKNOWN):
        client.checkout(api.token(), api.token(), [(variant, 1)], api.card(number))
    cart = api.token()
    browser = requests.Session()
    browser.cookies.set("cart", cart)
    browser.post(shop.url + "/cart/lines", data={"variant": variant, "quantity": 1}, headers={"Origin": shop.url}, timeout=30)
    browser.post(shop.url + "/checkout", headers={"Origin": shop.url}, timeout=30,
                 data={"email": "ada@example.com", "name": "Ada Lovelace", "line1": "Hauptstrasse 1", "city": "Berlin", "postcode": "10115",
                       "country": "DE", "delivery_method": "standard", "payment": "card", "card_number": api.CARD_DECLINED,
                       "card_expiry": "12/40", "card_cvc": "123", "idempotency_key": api.token()})
    for place in ("/products/ada@example.com", f"/search?q={api.CARD_OK}", f"/api/v1/carts/{cart}", f"/orders/{api.CARD_OK}",
                  f"/nothing/{api.CARD_OK}?email=ada@example.com", "/api/v1/products/x?page=ada@example.com"):
        requests.get(shop.url + place, timeout=30, headers={
            "User-Agent": f"ada@example.com {api.CARD_OK}", "Referer": f"https://x.example/?c={api.CARD_OK}", "Cookie": f"a={api.CARD_OK}",
            "X-Request-Id": f"ada@example.com {api.CARD_OK}", "Authorization": "Bearer " + log_book.secret(secrets.token_hex(16), "a token")})
    for name in ("ada@example.com", api.CARD_OK, f"pay-{api.CARD_OK}"):
        requests.get(shop.url + "/", timeout=30, headers={"X-Request-Id": name})
    requests.post(shop.url + "/api/v1/checkouts", data=f'{{"card": "{api.CARD_OK}", "email": "ada@example.com"', timeout=30,
                  headers={"Content-Type": "application/json", "Idempotency-Key": api.token()})
    gateway.ask("POST", "/order-1/authorise", {"amount": {"amount": 100, "currency": "EUR"}, "card": api.CARD_OK})
    hook = shop.run("webhooks", "add", "--help", check=False)
    assert hook.returncode == 0
    shop.stop()
    gateway.stop()
    assert sum(entry.get("message") == "request" for entry in shop.log) > 10, "it was told at debug level"
    assert sum(who == "serve" for who, _ in log_book.LINES) >= len(shop.log), "what it wrote is searched when the suite ends"
