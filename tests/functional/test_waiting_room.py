"""The waiting room over the wire: two servers on one PostgreSQL, and clients of the API."""

import base64
import concurrent.futures
import datetime
import hashlib
import hmac
import time

import pytest
import requests

from support import api
from support.postgres import Fleet, Postgres
from test_postgres import until

CALL_SECONDS_MAX = 60  # the leader's lease, a few steps, and a busy machine
HELD = "0.000001"  # admissions a second: nobody is called while a test looks


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with Postgres() as server:
        url = server.create_database("shop")
        fleet = Fleet(tmp_path_factory.mktemp("fleet"), [url, url])
        fleet.servers[0].migrate_and_seed()
        with fleet:
            yield fleet


@pytest.fixture(scope="module")
def goods(fleet):
    """Pairs of a handle and a variant of it that is in stock: one for each test."""
    client = api.Client(fleet.servers[0].url)
    _, _, page = client.request("GET", "/api/v1/products?limit=60&available=true")
    pairs = ((product["handle"], variant["id"]) for product in page["products"]
             for variant in client.variants(product["handle"])[:1] if variant["stock"] == "in_stock")
    return pairs


class Sale:
    """One sale of one product, and what its shoppers do."""

    def __init__(self, fleet, name, handle, variant):
        self.fleet, self.name, self.handle, self.variant = fleet, name, handle, variant

    def set(self, *options):
        self.fleet.servers[0].run("sale", "set", self.name, *options)

    def state(self, server=0):
        _, _, state = api.Client(self.fleet.servers[server].url).request("GET", f"/api/v1/sales/{self.name}")
        return state

    def request(self, method, path, body=None, headers=None, server=0):
        return api.Client(self.fleet.servers[server].url).request(method, f"/api/v1/sales/{self.name}{path}", body, headers)

    def take_ticket(self, server=0):
        status, _, taken = self.request("POST", "/tickets", {}, server=server)
        assert status == 201, taken
        return taken["ticket"]

    def place(self, ticket, server=0):
        status, _, place = self.request("GET", "/ticket", headers={"Queue-Ticket": ticket}, server=server)
        assert status == 200, place
        return place

    def take_pass(self, ticket, cart, server=0):
        return self.request("POST", "/passes", {"cart_id": cart}, {"Queue-Ticket": ticket}, server=server)

    def buy(self, cart, key=None, sale_pass=None, ticket=None, server=0):
        headers = {"Idempotency-Key": key or api.token()}
        if sale_pass:
            headers["Sale-Pass"] = sale_pass
        if ticket:
            headers["Queue-Ticket"] = ticket
        body = api.checkout_body(cart, [(self.variant, 1)], api.ON_DELIVERY)
        return api.Client(self.fleet.servers[server].url).request("POST", "/api/v1/checkouts", body, headers)

    def until_known(self, known):
        for server in range(2):
            assert until(lambda: known(self.state(server)), seconds=10), self.state(server)

    def until_called(self, ticket, server=0):
        assert until(lambda: self.place(ticket, server)["reached"], seconds=CALL_SECONDS_MAX), self.place(ticket, server)


@pytest.fixture
def sale(fleet, goods, request):
    name = request.node.name.removeprefix("test_").replace("_", "-")[:40].strip("-")
    sale = Sale(fleet, name, *next(goods))
    yield sale
    fleet.servers[0].run("sale", "remove", name, "--drop-line", check=False)


def running(sale, *options):
    """A sale whose queue is open on both servers, with a leader that moves it."""
    sale.set("--products", sale.handle, "--starts", "now", "--ends", "+1h", "--queue", "on", *options)
    sale.until_known(lambda state: state.get("queue_open"))


def fields_of(ticket):
    encoded = ticket.split(".", 1)[1]
    raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    return {"epoch": int.from_bytes(raw[1:5], "big"), "bucket": int.from_bytes(raw[5:9], "big"), "id": raw[9:25]}


def altered(token):
    """With one bit of its signature turned over."""
    at = len(token) - 6
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]


def test_every_server_knows_of_a_sale_and_of_its_end(sale, fleet):
    sale.set("--products", sale.handle, "--starts", "+10m", "--ends", "+1h", "--queue", "on", "--title", "The Drop")
    sale.until_known(lambda state: state.get("title") == "The Drop" and state["phase"] == "scheduled")
    for server in range(2):
        status, headers, refused = sale.buy(api.token(), server=server)
        assert (status, refused["type"], refused["place"]) == (503, "/api/problems/queued", None), refused
        assert int(headers["Retry-After"]) == refused["retry_after_s"] > 0
        assert sale.name in [each["id"] for each in requests.get(f"{fleet.servers[server].url}/api/v1/sales").json()["sales"]]
    fleet.servers[0].run("sale", "remove", sale.name, "--drop-line")
    for server in range(2):
        assert until(lambda: sale.request("GET", "", server=server)[0] == 404)
        assert sale.buy(api.token(), server=server)[0] == 201


def test_the_draw_is_the_one_that_was_committed_to(sale):
    sale.set("--products", sale.handle, "--starts", "+8s", "--ends", "+1h", "--queue", "on", "--rate", HELD)
    sale.until_known(lambda state: state.get("queue_open"))
    before = sale.state()
    assert (before["phase"], before["seed"]) == ("scheduled", None)
    tickets = [sale.take_ticket(server % 2) for server in range(9)]
    for ticket in tickets:
        place = sale.place(ticket)
        assert (place["place"], place["ahead"], place["estimate_s"], place["reached"]) == (None, None, None, False)
    sale.until_known(lambda state: state["phase"] == "running" and state["line_length"] == len(tickets))
    after = sale.state()
    assert hashlib.sha256(bytes.fromhex(after["seed"])).hexdigest() == before["commitment"] == after["commitment"]
    assert after["drawn_tickets"] == len(tickets)
    for ticket in tickets:
        fields = fields_of(ticket)
        drawn = hmac.digest(bytes.fromhex(after["seed"]), fields["id"], "sha256")[:8]
        part = (int.from_bytes(drawn, "big") >> 11) / 2**53
        assert fields["bucket"] == 0
        for server in range(2):
            assert sale.place(ticket, server)["place"] == int(part * len(tickets)) + 1
    late = sale.take_ticket()
    assert until(lambda: sale.place(late, 1)["place"] == len(tickets) + 1), "who comes later stands behind all of them"


def test_who_is_called_gets_a_pass_for_one_cart_and_buys(sale):
    running(sale)
    cart, key = api.token(), api.token()
    _, _, refused = sale.buy(cart, key)
    assert refused["type"] == "/api/problems/queued" and refused["passes_url"].endswith(f"/{sale.name}/passes")
    ticket = refused["ticket"]
    assert sale.buy(cart, key, ticket=ticket, server=1)[2]["ticket"] == ticket, "any server keeps the place"
    sale.until_called(ticket, server=1)
    status, _, admitted = sale.take_pass(ticket, cart, server=1)
    assert status == 201, admitted
    assert sale.take_pass(ticket, cart, server=1)[2] == admitted
    assert datetime.datetime.fromisoformat(admitted["expires_at"]) > datetime.datetime.now(datetime.timezone.utc)
    assert sale.buy(api.token(), sale_pass=admitted["pass"])[0] == 503, "the pass of another cart"
    status, _, bought = sale.buy(cart, key, sale_pass=admitted["pass"])
    assert status == 201, bought
    assert sale.buy(cart, key, server=1)[2] == bought, "what is recorded is answered again, without a pass"


def test_of_many_carts_with_copies_of_a_ticket_one_buys(sale):
    running(sale)
    ticket = sale.take_ticket()
    sale.until_called(ticket)
    sale.until_called(ticket, server=1)
    carts = [api.token() for _ in range(12)]
    with concurrent.futures.ThreadPoolExecutor(len(carts)) as pool:
        answers = list(pool.map(lambda number: sale.take_pass(ticket, carts[number], server=number % 2), range(len(carts))))
    assert sorted(status for status, _, _ in answers) == [201] + [409] * (len(carts) - 1)
    assert {answer["type"] for status, _, answer in answers if status == 409} == {"/api/problems/ticket-used"}
    passes = [answer["pass"] for status, _, answer in answers if status == 201]
    bought = [sale.buy(cart, sale_pass=passes[0])[0] for cart in carts]
    assert sorted(bought) == [201] + [503] * (len(carts) - 1)


def test_what_was_not_signed_is_worth_nothing(sale, fleet, goods):
    running(sale)
    ticket, cart = sale.take_ticket(), api.token()
    sale.until_called(ticket)
    encoded = ticket.split(".", 1)[1]
    for forged in [altered(ticket), ticket[:-3], f"{sale.name}.{'A' * len(encoded)}", "nothing", f"other.{encoded}"]:
        assert sale.take_pass(forged, cart)[0] == 422, forged
        assert sale.request("GET", "/ticket", headers={"Queue-Ticket": forged})[0] == 422, forged
    sale_pass = sale.take_pass(ticket, cart)[2]["pass"]
    other = Sale(fleet, sale.name + "-other", *next(goods))
    running(other)
    assert other.buy(cart, sale_pass=sale_pass)[0] == 503, "a pass of another sale"
    assert other.take_pass(ticket, cart)[0] == 422, "a ticket of another sale"
    for forged in [altered(sale_pass), ticket, sale_pass.replace(sale.name, other.name)]:
        assert sale.buy(cart, sale_pass=forged)[0] == 503, forged
        assert other.buy(cart, sale_pass=forged)[0] == 503, forged
    fleet.servers[0].run("sale", "remove", other.name, "--drop-line")
    assert sale.buy(cart, sale_pass=sale_pass)[0] == 201


def test_nobody_loses_a_place_in_line_by_an_edit_that_does_not_say_so(sale, fleet):
    running(sale, "--rate", HELD)
    tickets = [sale.take_ticket() for _ in range(2)]
    sale.until_known(lambda state: state["line_length"] == len(tickets))
    before = [sale.place(ticket) for ticket in tickets]
    for queue in ("off", "auto"):
        refused = fleet.servers[0].run("sale", "set", sale.name, "--queue", queue, check=False)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
        assert "its 2 tickets would be void" in refused.stderr and "--drop-line" in refused.stderr
    refused = fleet.servers[0].run("sale", "remove", sale.name, check=False)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    assert "without the sale its 2 tickets would be void" in refused.stderr and "--drop-line" in refused.stderr
    ops = f"{fleet.servers[0].ops_url}/sales/{sale.name}"
    settings = requests.get(ops, timeout=10).json()
    answer = requests.put(ops, json={**settings, "queue": "auto"}, timeout=10)
    assert answer.status_code == 409 and '"drop_line": true' in answer.json()["detail"]
    answer = requests.delete(ops, timeout=10)
    assert answer.status_code == 409 and "?drop_line=true" in answer.json()["detail"]
    for server in range(2):
        assert sale.state(server)["queue_open"]
        assert [sale.place(ticket, server)["place"] for ticket in tickets] == [place["place"] for place in before]
    changed = fleet.servers[0].run("sale", "set", sale.name, "--title", "Another title", "--limit", "3").stdout
    shown = fleet.servers[0].run("sale", "show", sale.name).stdout
    assert "open; 2 tickets taken" in shown and changed.endswith(shown), "an edit shows the sale as `show` does"
    assert requests.put(ops, json={**settings, "queue": "auto", "version": settings["version"] + 1, "drop_line": True},
                        timeout=10).status_code == 200
    sale.until_known(lambda state: state.get("queue_open") is False)


def test_a_sale_is_removed_with_its_line_where_that_is_said(fleet, goods):
    def by_command(sale):
        fleet.servers[0].run("sale", "remove", sale.name, "--drop-line")

    def on_the_ops_port(sale):
        requests.delete(f"{fleet.servers[0].ops_url}/sales/{sale.name}", params={"drop_line": "true"}, timeout=10).raise_for_status()

    for number, remove in enumerate([by_command, on_the_ops_port]):
        sale = Sale(fleet, f"to-be-removed-{number}", *next(goods))
        running(sale, "--rate", HELD)
        sale.take_ticket()
        sale.until_known(lambda state: state["line_length"] == 1)
        remove(sale)
        sale.until_known(lambda state: state.get("status") == 404)


def test_a_head_takes_no_place(sale, fleet):
    running(sale, "--rate", HELD)
    page = f"{fleet.servers[0].url}/queue/{sale.name}"
    head = requests.head(page, timeout=10)
    assert head.status_code == 200 and "Set-Cookie" not in head.headers and "Refresh" in head.headers
    got = requests.get(page, timeout=10)
    assert "ff_tickets" in got.headers["Set-Cookie"]
    assert set(got.headers) - {"Set-Cookie"} == set(head.headers)
    sale.until_known(lambda state: state["line_length"] == 1)


def test_a_place_in_an_empty_line_is_called_within_the_time_that_is_told(sale):
    running(sale)
    sale.until_called(sale.take_ticket())  # there is a leader
    ticket = sale.take_ticket()
    waited = 0
    for _ in range(10):
        status, headers, place = sale.request("GET", "/ticket", headers={"Queue-Ticket": ticket})
        assert status == 200 and int(headers["Retry-After"]) == place["retry_after_s"] in range(2, 5), place
        if place["reached"]:
            break
        time.sleep(place["retry_after_s"])
        waited += place["retry_after_s"]
    print(f"called after {waited} s of waiting as told")
    assert place["reached"]


def test_a_queue_that_is_closed_guards_nothing_and_voids_its_tickets(sale):
    running(sale, "--rate", HELD)
    ticket = sale.take_ticket()
    assert sale.buy(api.token())[0] == 503
    sale.set("--queue", "off", "--drop-line")
    sale.until_known(lambda state: state.get("queue_open") is False)
    for server in range(2):
        assert sale.buy(api.token(), server=server)[0] == 201
        assert sale.request("POST", "/tickets", {}, server=server)[0] == 409
    sale.set("--queue", "on")
    sale.until_known(lambda state: state.get("queue_open"))
    assert sale.buy(api.token())[0] == 503
    assert sale.request("GET", "/ticket", headers={"Queue-Ticket": ticket})[0] == 422, "a ticket of the first line"


def test_a_pass_ends(sale):
    running(sale, "--pass-for", "30s")
    ticket, cart = sale.take_ticket(), api.token()
    sale.until_called(ticket)
    _, _, admitted = sale.take_pass(ticket, cart)
    assert sale.buy(cart, sale_pass=admitted["pass"])[0] == 201
    ends = datetime.datetime.fromisoformat(admitted["expires_at"]).timestamp()
    assert until(lambda: time.time() > ends and sale.buy(cart, sale_pass=admitted["pass"])[0] == 503, seconds=60)
    assert sale.take_pass(ticket, cart)[0] == 409, "a pass is not renewed"


def test_the_public_state_is_for_everybody_and_for_a_second(sale, fleet):
    running(sale)
    answer = requests.get(f"{fleet.servers[0].url}/api/v1/sales/{sale.name}", timeout=10)
    assert answer.headers["Cache-Control"] == "public, max-age=1, s-maxage=1"
    assert answer.headers["CDN-Cache-Control"] == "max-age=1, stale-while-revalidate=5"
    assert "Set-Cookie" not in answer.headers and answer.headers["ETag"]


def test_the_merchant_sets_a_sale_on_the_ops_port(sale, fleet):
    ops = f"{fleet.servers[1].ops_url}/sales/{sale.name}"
    now = datetime.datetime.now(datetime.timezone.utc)
    settings = {"title": "The Drop", "products": [sale.handle], "queue": "on", "per_shopper_max": 2,
                "starts_at": (now - datetime.timedelta(minutes=1)).isoformat(),
                "ends_at": (now + datetime.timedelta(hours=1)).isoformat()}
    made = requests.put(ops, json=settings, timeout=10)
    assert made.status_code == 201, made.text
    sale.until_known(lambda state: state.get("per_shopper_max") == 2 and state["queue_open"])
    changed = requests.put(ops, json={**settings, "queue": "off", "version": made.json()["version"]}, timeout=10)
    assert changed.status_code == 200, changed.text
    sale.until_known(lambda state: state.get("queue_open") is False)
    assert requests.put(ops, json=changed.json(), timeout=10).status_code == 200, "what was read may be sent back"
    stale = requests.put(ops, json={**settings, "version": made.json()["version"]}, timeout=10)
    assert stale.status_code == 409, "somebody else changed it meanwhile"
    read = requests.get(ops, timeout=10).json()
    assert {**read, "version": 0} == {**changed.json(), "version": 0}
    unknown = requests.put(ops, json={**settings, "products": [sale.handle, "zeppelin"]}, timeout=10)
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == [{"field": "products", "message": "must be handles of products of this shop, and 'zeppelin' is none"}]
    wrong = requests.put(ops, json={**settings, "ends_at": settings["starts_at"], "queue": "perhaps"}, timeout=10)
    assert wrong.status_code == 422 and wrong.json()["errors"]
    assert requests.put(ops, json=settings, headers={"Origin": "https://elsewhere.example"}, timeout=10).status_code == 403
    assert requests.put(f"{fleet.servers[1].url}/sales/{sale.name}", json=settings, timeout=10).status_code == 404
    assert requests.delete(ops, timeout=10).status_code == 204
    for server in range(2):
        assert until(lambda: sale.request("GET", "", server=server)[0] == 404)
    assert requests.delete(ops, timeout=10).status_code == 404
