"""The JSON API over the wire: what a client of its own making would do."""

import concurrent.futures
import gzip
import http.client
import json
import urllib.parse

import pytest
import requests

from support import api


@pytest.fixture
def client(shop):
    return api.Client(shop.url)


@pytest.fixture(scope="module")
def handle(shop):
    """A product whose first variants are in stock."""
    page = requests.get(f"{shop.url}/api/v1/products?available=true&limit=100").json()
    for product in page["products"]:
        variants = requests.get(f"{shop.url}/api/v1/products/{product['handle']}").json()["variants"]
        if len(variants) > 1 and all(variant["stock"] == "in_stock" for variant in variants[:2]):
            return product["handle"]
    raise AssertionError("the demo shop has nothing in stock")


@pytest.fixture
def variant(client, handle):
    return client.variants(handle)[0]


def lines_of(cart):
    return f"/api/v1/carts/{cart}/lines"


def test_every_page_of_the_catalogue_is_reached_by_its_cursor_and_no_product_twice(client):
    seen, cursor = [], None
    while True:
        query = {"limit": 7, "sort": "newest", **({"cursor": cursor} if cursor else {})}
        status, _, page = client.request("GET", "/api/v1/products?" + urllib.parse.urlencode(query))
        assert status == 200
        seen += [product["handle"] for product in page["products"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]


def test_a_filter_leaves_as_many_products_as_its_count_said(client):
    _, _, page = client.request("GET", "/api/v1/products?limit=1")
    for facet in page["facets"]:
        value = facet["values"][0]
        query = urllib.parse.urlencode({"filter": f"{facet['name']}:{value['value']}", "limit": 1})
        status, _, filtered = client.request("GET", "/api/v1/products?" + query)
        assert (status, filtered["total"]) == (200, value["count"]), facet["name"]


def test_what_is_listed_can_be_read(client):
    _, _, page = client.request("GET", "/api/v1/products?limit=5")
    for product in page["products"]:
        status, _, whole = client.request("GET", f"/api/v1/products/{product['handle']}")
        assert status == 200
        assert {key: whole[key] for key in product} == product
    _, _, listed = client.request("GET", "/api/v1/collections")
    assert len(listed["collections"]) >= 6
    for collection in listed["collections"]:
        _, _, page = client.request("GET", f"/api/v1/products?collection={collection['handle']}&limit=1")
        assert page["total"] == collection["product_count"]


def test_a_product_is_found_by_its_title_also_with_a_slip(client, handle):
    _, _, product = client.request("GET", f"/api/v1/products/{handle}")
    _, _, found = client.request("GET", "/api/v1/search?q=" + urllib.parse.quote(product["title"]))
    assert handle in [each["handle"] for each in found["products"]]
    word = max(product["title"].split(), key=len)
    slip = word[:2] + word[3:] if len(word) > 5 else word
    _, _, found = client.request("GET", "/api/v1/search?limit=100&q=" + urllib.parse.quote(slip))
    assert found["total"] > 0
    status, _, suggestions = client.request("GET", "/api/v1/suggestions?q=" + urllib.parse.quote(word[:3]))
    assert status == 200 and suggestions["products"]


def test_reading_again_with_the_tag_gets_304(shop, handle):
    first = requests.get(f"{shop.url}/api/v1/products/{handle}")
    tag = first.headers["ETag"]
    assert "public" in first.headers["Cache-Control"]
    again = requests.get(first.url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert requests.get(first.url, headers={"If-None-Match": '"other"'}).status_code == 200
    head = requests.head(first.url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]


def test_answers_of_the_catalogue_are_compressed_for_who_takes_it(shop):
    url = shop.url + "/api/v1/products?limit=50"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.headers["Vary"] == "Accept-Encoding"
    for coding in ("gzip", "br"):
        with requests.get(url, headers={"Accept-Encoding": coding}, stream=True) as answer:
            raw = answer.raw.read(decode_content=False)
        assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (coding, "Accept-Encoding")
        assert len(raw) < len(plain.content) / 3
        if coding == "gzip":
            assert gzip.decompress(raw) == plain.content
        assert answer.headers["ETag"] != plain.headers["ETag"], "other bytes, another tag"
        again = requests.get(url, headers={"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    small = requests.get(shop.url + "/api/v1/suggestions?q=zzzzqqq", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers, "smaller than what compressing it would win"
    cart = requests.get(f"{shop.url}/api/v1/carts/{api.token()}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in cart.headers, "what belongs to one client is not compressed"


def test_a_cart_may_try_no_sixth_card_within_an_hour(client, variant):
    cart = api.token()
    for _ in range(5):
        status, _, _ = client.checkout(cart, api.token(), [(variant["id"], 1)], api.card(api.CARD_DECLINED))
        assert status == 402
    status, headers, problem = client.checkout(cart, api.token(), [(variant["id"], 1)], api.card())
    assert (status, problem["type"]) == (429, "/api/problems/too-many-requests")
    assert 3500 < int(headers["Retry-After"]) <= 3600
    status, _, receipt = client.checkout(cart, api.token(), [(variant["id"], 1)], api.ON_DELIVERY)
    assert status == 201, receipt


def test_a_cart_is_filled_changed_and_emptied(client, variant):
    status, headers, cart = client.request("POST", "/api/v1/carts")
    assert (status, headers["Location"]) == (201, f"/api/v1/carts/{cart['id']}")
    lines = lines_of(cart["id"])
    client.request("POST", lines, {"variant_id": variant["id"], "quantity": 1})
    status, headers, cart = client.request("POST", lines, {"variant_id": variant["id"], "quantity": 2})
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert cart["quantity"] == 3
    assert cart["subtotal"]["amount"] == 3 * variant["price"]["amount"]
    _, _, cart = client.request("PUT", f"{lines}/{variant['id']}", {"quantity": 1})
    assert cart["lines"][0]["quantity"] == 1
    _, _, read = client.request("GET", f"/api/v1/carts/{cart['id']}")
    assert read == cart
    _, _, cart = client.request("DELETE", f"{lines}/{variant['id']}")
    assert cart["lines"] == []


def test_adds_to_one_cart_at_the_same_time_are_all_counted(shop, variant):
    cart = api.token()

    def add(_):
        return api.Client(shop.url).request("POST", lines_of(cart), {"variant_id": variant["id"], "quantity": 1})[0]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert set(pool.map(add, range(48))) == {200}
    assert requests.get(f"{shop.url}/api/v1/carts/{cart}").json()["quantity"] == 48


def test_limits_of_a_cart_are_told_by_field(client, variant):
    lines = lines_of(api.token())
    client.request("POST", lines, {"variant_id": variant["id"], "quantity": 99})
    status, headers, problem = client.request("POST", lines, {"variant_id": variant["id"], "quantity": 1})
    assert (status, headers["Content-Type"]) == (422, "application/problem+json")
    assert problem["type"] == "/api/problems/invalid-request"
    assert problem["errors"][0]["field"] == "quantity"


@pytest.mark.parametrize("payment", [api.card(), api.ON_DELIVERY], ids=["card", "on_delivery"])
def test_an_order_is_placed_and_read_with_its_key(client, variant, payment):
    status, headers, receipt = client.checkout(api.token(), api.token(), [(variant["id"], 1)], payment)
    assert status == 201, receipt
    assert receipt["status"] == ("paid" if payment["method"] == "card" else "placed")
    status, _, order = client.request("GET", headers["Location"], headers={"Order-Key": receipt["key"]})
    assert status == 200
    assert order["number"] == receipt["number"]
    assert order["totals"]["total"] == receipt["total"]
    assert [(line["variant_id"], line["quantity"]) for line in order["lines"]] == [(variant["id"], 1)]
    for wrong in ("", "?key=" + api.token()):
        status, _, problem = client.request("GET", headers["Location"] + wrong)
        assert (status, problem["type"]) == (404, "/api/problems/not-found")


def test_the_order_takes_its_lines_out_of_the_cart(client, variant):
    cart = api.token()
    client.request("POST", lines_of(cart), {"variant_id": variant["id"], "quantity": 2})
    body = api.checkout_body(cart, [], api.card())
    del body["lines"]
    status, _, receipt = client.request("POST", "/api/v1/checkouts", body, {"Idempotency-Key": api.token()})
    assert status == 201, receipt
    _, _, left = client.request("GET", f"/api/v1/carts/{cart}")
    assert left["lines"] == []
    status, _, problem = client.request("POST", "/api/v1/checkouts", body, {"Idempotency-Key": api.token()})
    assert status == 422, problem


def raw_checkout(shop, body: bytes, key: str):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(shop.url).netloc, timeout=60)
    connection.request("POST", "/api/v1/checkouts", body,
                       {"Content-Type": "application/json", "Idempotency-Key": key})
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


@pytest.mark.parametrize("number,status", [(api.CARD_OK, 201), (api.CARD_DECLINED, 402), (api.CARD_UNKNOWN, 202)])
def test_a_retry_gets_the_same_status_and_the_same_bytes(shop, variant, number, status):
    body = json.dumps(api.checkout_body(api.token(), [(variant["id"], 1)], api.card(number))).encode()
    key = api.token()
    first = raw_checkout(shop, body, key)
    assert first[0] == status, first
    assert raw_checkout(shop, body, key)[:2] == first[:2]


def test_of_many_with_the_same_key_one_buys_and_all_hear_of_the_same_order(shop, variant):
    cart, key = api.token(), api.token()
    body = json.dumps(api.checkout_body(cart, [(variant["id"], 1)], api.card())).encode()
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: raw_checkout(shop, body, key), range(12)))
    for status, content, headers in answers:
        assert status in (201, 409)
        if status == 409:
            assert json.loads(content)["type"] == "/api/problems/in-progress"
            assert int(headers["Retry-After"]) > 0
    assert len({content for status, content, _ in answers if status == 201}) == 1


def test_a_key_with_another_body_is_refused(client, variant):
    cart, key = api.token(), api.token()
    client.checkout(cart, key, [(variant["id"], 1)], api.ON_DELIVERY)
    status, _, problem = client.checkout(cart, key, [(variant["id"], 2)], api.ON_DELIVERY)
    assert (status, problem["type"]) == (422, "/api/problems/idempotency-key-reused")


def test_sold_out_says_which_line_and_how_many_are_left(fresh_shop, tmp_path):
    catalogue = tmp_path / "two.csv"
    catalogue.write_text("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
                         "Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Requires Shipping,"
                         "Variant Taxable\n"
                         "rare,Rare Shirt,Size,S,RARE-S,shopify,2,deny,50.00,true,true\n"
                         "rare,,Size,M,RARE-M,shopify,50,deny,50.00,true,true\n")
    fresh_shop.run("import", str(catalogue))
    with fresh_shop as shop:
        client = api.Client(shop.url)
        scarce, plenty = (variant["id"] for variant in client.variants("rare"))
        cart, key = api.token(), api.token()
        status, _, problem = client.checkout(cart, key, [(plenty, 1), (scarce, 3)], api.card())
        assert (status, problem["type"]) == (409, "/api/problems/sold-out")
        assert [(line["variant_id"], line["wanted"], line["available"]) for line in problem["lines"]] == [(scarce, 3, 2)]
        # It changed nothing and the key is free again.
        status, _, receipt = client.checkout(cart, key, [(plenty, 1), (scarce, 2)], api.card())
        assert status == 201, receipt
        assert shop.audit().returncode == 0


def test_what_is_wrong_with_a_checkout_is_told_by_path_and_nothing_is_sold(client, variant):
    body = api.checkout_body(api.token(), [(variant["id"], 1)], api.card("4242424242424241"))
    body["email"] = "nobody"
    body["address"] = {**body["address"], "postcode": "nope"}
    status, _, problem = client.request("POST", "/api/v1/checkouts", body, {"Idempotency-Key": api.token()})
    assert status == 422
    assert {error["field"] for error in problem["errors"]} == {"email", "address.postcode", "payment.card.number"}


def test_another_total_than_the_shopper_saw_is_refused(client, variant):
    body = api.checkout_body(api.token(), [(variant["id"], 1)], api.card())
    body["expected_total"] = {"amount": 1, "currency": variant["price"]["currency"]}
    status, _, problem = client.request("POST", "/api/v1/checkouts", body, {"Idempotency-Key": api.token()})
    assert status == 422
    assert problem["errors"][0]["field"] == "expected_total"


@pytest.mark.parametrize("body,field", [
    ('{"variant_id":1,"quantity":1,"gift":true}', "gift"),
    ('{"variant_id":1,"quantity":1,"quantity":2}', "quantity"),
    ('{"variant_id":"1","quantity":1}', "variant_id"),
    ('{"variant_id":1}', "quantity"),
    ('{"variant_id":1,"quantity":100}', "quantity"),
])
def test_a_body_is_read_strictly(shop, body, field):
    answer = requests.post(shop.url + lines_of(api.token()), data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"", b"{", b'{"variant_id":1}}', b'{"a":"\xff"}', b"[" * 2000, b"\x00"])
def test_what_is_not_json_is_refused(shop, body):
    answer = requests.post(shop.url + lines_of(api.token()), data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/api/problems/malformed-request")


def test_a_form_of_another_site_can_change_nothing(shop, variant):
    cart = api.token()
    body = json.dumps({"variant_id": variant["id"], "quantity": 1})
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = requests.post(shop.url + lines_of(cart), data=body, headers={"Content-Type": content_type})
        assert answer.status_code == 415, content_type
    assert requests.get(f"{shop.url}/api/v1/carts/{cart}").json()["lines"] == []


def test_a_body_beyond_the_routes_limit_is_refused(shop):
    answer = requests.post(shop.url + lines_of(api.token()), data=b'{"variant_id":' + b" " * 100_000 + b"1}",
                           headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "/api/problems/payload-too-large")


def test_the_servers_own_errors_are_problems_too(shop):
    answer = requests.get(shop.url + "/api/v1/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    answer = requests.patch(shop.url + "/api/v1/products")
    assert (answer.status_code, answer.json()["type"]) == (405, "/api/problems/method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_every_type_of_a_problem_can_be_looked_up(shop):
    answer = requests.get(shop.url + "/api/v1/nothing").json()
    kind = requests.get(shop.url + answer["type"]).json()
    assert (kind["type"], kind["title"], kind["status"]) == (answer["type"], answer["title"], 404)


def test_no_card_number_or_address_reaches_the_log(shop, client, variant):
    client.checkout(api.token(), api.token(), [(variant["id"], 1)], api.card(api.CARD_DECLINED))
    log = json.dumps(shop.log)
    for secret in (api.CARD_DECLINED, "ada@example.com", "Lovelace"):
        assert secret not in log
