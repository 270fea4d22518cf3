"""Nothing secret and nothing of a shopper is in any line that the programs have written while this suite ran, the shop at debug
level in a tour of its own included. Runs last (conftest.py)."""

import json
import re
import secrets

import pytest
import requests

from support import api, log_book
from support.gateway_process import GatewayProcess, RemoteShop

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Of the networks that there are (3 to 6), and not part of a longer number or of an id in hex.
CARD = re.compile(r"(?<![0-9A-Fa-f.-])[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![0-9A-Fa-f.-])")
SHOPPER = ("Lovelace", "Hauptstrasse")
WEBHOOK_SECRET = re.compile(r"whsec_\w+")
PASSWORD_IN_URL = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
OURS = {"time", "request_id", "trace_id", "traceparent"}  # fields of our own making, and the client's name of a request


def is_luhn(number: str) -> bool:
    digits = [int(digit) for digit in re.sub(r"\D", "", number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def worth_reading(line: str) -> str:
    """The line without what can't hold a secret but may look like one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return json.dumps({name: value for name, value in entry.items() if name not in OURS}, ensure_ascii=False)


def found_in(line: str) -> list:
    text = worth_reading(line)
    found = [f"a card number: {number}" for number in CARD.findall(text) if is_luhn(number)]
    found += [f"an e-mail address: {address}" for address in EMAIL.findall(text)]
    found += [f"something of a shopper: {word}" for word in SHOPPER if word in text]
    found += [f"a webhook's secret: {word}" for word in WEBHOOK_SECRET.findall(text)]
    found += [f"a password: {word}" for word in PASSWORD_IN_URL.findall(text)]
    return found


def test_the_search_finds_what_it_is_for():
    for bad in ('{"a":"4242424242424242"}', '{"a":"4000 0000 0000 0002"}', '{"a":"ada@example.com"}', "whsec_abc",
                '{"url":"postgres://me:hidden@host/db"}', '{"name":"Ada Lovelace"}'):
        assert found_in(bad), bad
    for good in ('{"order_id":"0193a4b2-5c6d-7e8f-9012-345678901234"}', '{"at":1795431600123456}', '{"number":4242424242424241}',
                 '{"request_id":"4242424242424242"}'):
        assert found_in(good) == [], good


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
    requests.post(shop.url + "/api/v1/checkouts", data=f'{{"card": "{api.CARD_OK}", "email": "ada@example.com"', timeout=30,
                  headers={"Content-Type": "application/json", "Idempotency-Key": api.token()})
    gateway.ask("POST", "/order-1/authorise", {"amount": {"amount": 100, "currency": "EUR"}, "card": api.CARD_OK})
    hook = shop.run("webhooks", "add", "--help", check=False)
    assert hook.returncode == 0
    shop.stop()
    gateway.stop()
    assert sum(entry.get("message") == "request" for entry in shop.log) > 10, "it was told at debug level"


def test_no_line_that_was_written_holds_a_secret_a_card_or_anything_of_a_shopper():
    assert len(log_book.LINES) > 20
    broken = [(who, what, line) for who, line in log_book.LINES for what in found_in(line)]
    secret = re.compile("[0-9A-Za-z_-]{16,}")  # each secret is one word
    broken += [(who, log_book.SECRETS[word], line) for who, line in log_book.LINES for word in secret.findall(worth_reading(line))
               if word in log_book.SECRETS]
    print(f"{len(log_book.LINES)} lines, {len(log_book.SECRETS)} secrets")
    assert broken == [], broken[:5]
