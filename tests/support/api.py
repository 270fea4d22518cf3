"""A small client of the JSON API, for storms: one keep-alive connection per client, one retry rule."""

import http.client
import json
import secrets
import urllib.parse

from support import log_book

ADDRESS = {"name": "Ada Lovelace", "line1": "Hauptstrasse 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
CARD_OK, CARD_DECLINED, CARD_UNKNOWN = "4242424242424242", "4000000000000002", "4000000000000119"


def token() -> str:
    return log_book.secret(secrets.token_hex(16), "a cart's token, or a key")


class Client:
    """One shopper's connection. Raises ConnectionError when the server goes away in mid-request. `host`: the name that the
    shop is asked by, where it is another than the address."""

    def __init__(self, url: str, timeout: float = 30, host: str = ""):
        self.host = urllib.parse.urlsplit(url).netloc
        self.fields = {"Accept": "application/json", **({"Host": host} if host else {})}
        self.timeout = timeout
        self.connection = None

    def request(self, method: str, path: str, body=None, headers: dict = None):
        """(status, headers, parsed JSON or None: a proxy on the way answers in its own words)"""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
        sent = {**self.fields, **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path, body=data, headers=sent)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            raise ConnectionError(str(error)) from error
        told = content and "json" in answer.headers.get("Content-Type", "")
        told = json.loads(content) if told else None
        if isinstance(told, dict) and isinstance(told.get("key"), str):
            log_book.secret(told["key"], "the key of an order's link")
        return answer.status, answer.headers, told

    def variants(self, handle: str) -> list:
        status, _, product = self.request("GET", f"/api/v1/products/{handle}")
        assert status == 200, product
        return product["variants"]

    def checkout(self, cart: str, key: str, lines: list, payment: dict):
        """Buys `lines` [(variant id, quantity)] at once, without a stored cart."""
        return self.request("POST", "/api/v1/checkouts", checkout_body(cart, lines, payment), {"Idempotency-Key": key})

    def order(self, identifier: str, access_key: str):
        return self.request("GET", f"/api/v1/orders/{identifier}?key={access_key}")


def card(number: str = CARD_OK) -> dict:
    return {"method": "card", "card": {"number": number, "expiry": "12/40", "cvc": "123"}}


ON_DELIVERY = {"method": "on_delivery"}


def checkout_body(cart: str, lines: list, payment: dict) -> dict:
    return {
        "cart_id": cart,
        "lines": [{"variant_id": variant, "quantity": quantity} for variant, quantity in lines],
        "email": "ada@example.com",
        "address": ADDRESS,
        "delivery_method": "standard",
        "payment": payment,
    }
