"""Every route of the router against http_caching.py, and docs/caching.md against the table."""

import gzip
import http.client
import json
import pathlib
import re
import time
import urllib.parse
import urllib.request

import pytest

import http_caching as table
from support import api

ALL = table.ROWS + table.OTHERS
KEPT_BY_304 = ("cache-control", "cdn-cache-control", "vary", "etag")
PRELOADS_BYTES_MAX = 1_500  # of a page's start, in which its style sheet, fonts and first picture are named


def ask(shop, method: str, target: str, headers: dict = None, body: bytes = None):
    """(status, headers, content), on a connection of its own."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(shop.url).netloc, timeout=30)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def same_origin(shop) -> dict:
    return {"Origin": shop.url, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def names(shop) -> dict:
    """What the examples are about."""
    client = api.Client(shop.url)
    deadline = time.monotonic() + 30
    while True:  # the index is being built: listings aren't cached yet
        status, headers, listing = client.request("GET", "/api/v1/products?limit=1")
        if status == 200 and "no-store" not in ask(shop, "GET", "/search?q=a")[1]["Cache-Control"]:
            break
        assert time.monotonic() < deadline
    product = listing["products"][0]["handle"]
    variant = client.variants(product)[0]["id"]
    collection = client.request("GET", "/api/v1/collections")[2]["collections"][0]["handle"]
    cart = client.request("POST", "/api/v1/carts")[2]["id"]
    status, _, order = client.checkout(cart, api.token(), [(variant, 1)], api.ON_DELIVERY)
    assert status == 201, order
    page = ask(shop, "GET", f"/products/{product}")[2].decode()
    shop.run("sale", "set", "to-come", "--products", product, "--starts", "+1h", "--ends", "+2h")
    while ask(shop, "GET", "/api/v1/sales/to-come")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield {"product": product, "sale": "to-come", "variant": variant, "collection": collection, "cart": cart,
            "order": f"{order['id']}?key={order['key']}",
            "asset": re.search(r'"(/assets/[^"]*\.css)"', page).group(1),
            "picture": re.search(r'"(/pictures/[^"]*\.svg)"', page).group(1)}
    shop.run("sale", "remove", "to-come")


def example(row: table.Row, names: dict) -> str:
    return row.target.format(**names) if row.example else row.target


def check_fields(row: table.Row, headers):
    assert headers.get_all("Cache-Control") == [row.policy.everyone]
    assert headers["CDN-Cache-Control"] == (row.policy.cdn or None)
    assert headers["Expires"] is None and headers["Pragma"] is None and headers["Age"] is None
    assert headers["Vary"] in (None, "Accept-Encoding")
    if row.policy.shared:
        assert headers["Set-Cookie"] is None


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.method} {row.route}")
def test_route(shop, names, row):
    target = example(row, names)
    fields = same_origin(shop) if row.method == "POST" and not row.route.startswith("/api/") else {}
    status, headers, content = ask(shop, row.method, target, fields)
    assert status == row.status, content[:300]
    check_fields(row, headers)
    assert (headers["ETag"] is not None) == row.policy.tagged
    if row.method != "GET" or not row.policy.shared:
        return

    # The same for everybody.
    cookies = {"Cookie": f"cart={names['cart']}; __Host-cart={names['cart']}; recent=1"}
    assert ask(shop, "GET", target, cookies)[2] == content
    # An encoding that is chosen is named, and has a tag of its own.
    coded_status, coded, packed = ask(shop, "GET", target, {"Accept-Encoding": "gzip"})
    assert coded_status == 200
    check_fields(row, coded)
    if coded["Content-Encoding"]:
        assert coded["Content-Encoding"] == "gzip" and gzip.decompress(packed) == content
        assert headers["Vary"] == coded["Vary"] == "Accept-Encoding"
        assert coded["ETag"] != headers["ETag"]
    if not row.policy.tagged:
        return
    for method in ("GET", "HEAD"):
        for tagged, coding in ((headers, {}), (coded, {"Accept-Encoding": "gzip"})):
            status, unmodified, nothing = ask(shop, method, target, {"If-None-Match": f"W/{tagged['ETag']}", **coding})
            assert (status, nothing) == (304, b"")
            check_fields(row, unmodified)
            for name in KEPT_BY_304:
                assert unmodified[name] == tagged[name], name


def test_what_changes_something_is_kept_nowhere_when_it_succeeds(shop, names):
    variant, line = names["variant"], {"variant_id": names["variant"], "quantity": 1}
    as_json = {"Content-Type": "application/json"}
    cart = json.loads(ask(shop, "POST", "/api/v1/carts")[2])["id"]
    answers = [
        ask(shop, "POST", "/api/v1/carts"),
        ask(shop, "POST", f"/api/v1/carts/{cart}/lines", as_json, json.dumps(line).encode()),
        ask(shop, "PUT", f"/api/v1/carts/{cart}/lines/{variant}", as_json, b'{"quantity":2}'),
        ask(shop, "DELETE", f"/api/v1/carts/{cart}/lines/{variant}"),
        ask(shop, "POST", "/api/v1/checkouts", {**as_json, "Idempotency-Key": api.token()},
            json.dumps(api.checkout_body(cart, [(variant, 1)], api.ON_DELIVERY)).encode()),
        ask(shop, "POST", "/cart/lines", same_origin(shop), f"variant={variant}&quantity=1".encode()),
    ]
    assert [status for status, _, _ in answers] == [201, 200, 200, 200, 201, 303]
    for _, headers, _ in answers:
        assert "no-store" in headers["Cache-Control"] and headers["CDN-Cache-Control"] is None and headers["ETag"] is None


def test_every_route_of_the_router_has_a_row(shop):
    """The server registers a series for each route at start."""
    with urllib.request.urlopen(shop.ops_url + "/metrics") as answer:
        text = answer.read().decode()
    routes = set(re.findall(r'^ff_http_requests_total\{server="shop",method="([A-Z]+)",route="(/[^"]*)"', text, re.MULTILINE))
    assert len(routes) > 30
    assert routes == {(row.method, row.route) for row in table.ROWS}


def test_the_ops_port_is_never_cached(shop):
    for path in ("/livez", "/startupz", "/readyz", "/metrics"):
        with urllib.request.urlopen(shop.ops_url + path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("row", [row for row in table.ROWS if row.policy is table.PAGE], ids=lambda row: row.route)
def test_a_page_names_what_it_needs_in_its_first_packet(shop, names, row):
    _, headers, content = ask(shop, "GET", example(row, names))
    start = content[:PRELOADS_BYTES_MAX].decode(errors="ignore")
    assert re.search(r'<link rel="stylesheet" href="/assets/[^"]+">', start)
    assert start.count('rel="preload" as="font"') == content.decode().count('rel="preload" as="font"') > 0
    assert start.count('as="image"') == content.decode().count('as="image"')
    assert headers["Link"] is None, "docs/caching.md says why"


def test_the_document_is_this_table():
    path = pathlib.Path(__file__).resolve().parents[2] / "docs" / "caching.md"
    assert path.read_text() == table.document(), "run: python tests/functional/http_caching.py > docs/caching.md"
