"""Events reach subscribers' servers: signed, in order, again after failures, from several processes, not lost."""

import collections
import http.server
import json
import re
import ssl
import subprocess
import threading
import time

import pytest
import requests
import standardwebhooks

from support import api
from support.postgres import Postgres
from support.shop_process import ShopProcess

SECONDS_MAX = 30
CONFIG = """
[webhooks]
allow_private = true
poll_ms = 50
lease_ms = 2000
timeout_ms = 3000
retries = ["300ms", "300ms", "300ms"]
"""


class Receiver:
    """A subscriber's server. `answer(message)` gives the status; messages are kept in the order of arrival."""

    def __init__(self, answer=lambda message: 204, certificate=None):
        self.answer = answer
        self.messages = []
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = {"headers": dict(self.headers.items()), "body": body, **json.loads(body)}
                message["status"] = receiver.answer(message)
                with receiver.lock:
                    receiver.messages.append(message)
                self.send_response(message["status"])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def delivered(self) -> list:
        with self.lock:
            return [m for m in self.messages if m["status"] < 300]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receivers():
    made = []

    def make(*arguments):
        made.append(Receiver(*arguments))
        return made[-1]

    yield make
    for receiver in made:
        receiver.stop()


@pytest.fixture
def shop(tmp_path):
    process = stock_up(ShopProcess(tmp_path / "shop", config=CONFIG))
    yield process
    process.stop()


class SharedShop(ShopProcess):
    """A server on somebody else's database."""

    def __init__(self, folder, url, **options):
        self.shared_url = url
        super().__init__(folder, **options)

    @property
    def database_url(self):
        return self.shared_url


class Authority:
    """Signs certificates, as a company's own would."""

    def __init__(self, folder, name):
        self.folder = folder
        self.key, self.file = folder / f"{name}.key", folder / f"{name}.pem"
        self._openssl("req", "-x509", *self._new_key(self.key), "-days", "2", "-subj", f"/CN={name}", "-out", self.file)

    def certificate(self, name, subject):
        """A file with key and certificate for "IP:127.0.0.1" or "DNS:shop.example"."""
        key, request, signed = (self.folder / f"{name}.{part}" for part in ("key", "csr", "crt"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={subject}\n")
        self._openssl("req", "-new", *self._new_key(key), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days",
                      "2", "-extfile", extension, "-out", signed)
        both = self.folder / f"{name}.both"
        both.write_text(key.read_text() + signed.read_text())
        return both

    @staticmethod
    def _new_key(path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def add(shop, url, *arguments) -> str:
    """Its secret."""
    config = shop.folder / "webhooks.toml"
    config.write_text(shop.config)
    done = shop.run("webhooks", "add", url, "--config", str(config), *arguments)
    return re.search(r"^secret (whsec_\S+)$", done.stdout, re.MULTILINE).group(1)


def stock_up(shop) -> ShopProcess:
    """Enough of one thing for every test here."""
    shop.run("migrate")
    csv = shop.folder / "plenty.csv"
    csv.write_text("Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Status\n"
                   "plenty,Plenty,Size,M,10.00,100000,active\n")
    shop.run("import", str(csv))
    return shop


def variant_of(url) -> int:
    return api.Client(url).variants("plenty")[0]["id"]


def buy(url, variant, payment=api.ON_DELIVERY) -> dict:
    status, _, order = api.Client(url).checkout(api.token(), api.token(), [(variant, 1)], payment)
    assert status == 201, order
    return order


def until(condition):
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def by_order(messages) -> dict:
    found = collections.defaultdict(list)
    for message in messages:
        found[message["data"]["order_id"]].append(message["data"]["sequence"])
    return found


def test_messages_are_signed_as_the_standards_own_library_demands(shop, receivers):
    receiver = receivers()
    secret = add(shop, receiver.url)
    with shop:
        order = buy(shop.url, variant_of(shop.url), api.card())
        until(lambda: len(receiver.delivered()) == 3)
    verifier = standardwebhooks.Webhook(secret)
    for message in receiver.delivered():
        headers = {name.lower(): value for name, value in message["headers"].items()}
        assert verifier.verify(message["body"], headers)["type"] == message["type"]
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            verifier.verify(message["body"].replace(b"EUR", b"USD"), headers)
        assert headers["webhook-id"] == f"msg_{order['id']}_{message['data']['sequence']}"
        assert set(message["data"]) == {"order_id", "number", "sequence", "state", "total"}
        assert b"ada@example.com" not in message["body"]
    assert [m["type"] for m in receiver.delivered()] == ["order.pending_payment", "order.paid", "order.captured"]
    assert [m["data"]["state"] for m in receiver.delivered()] == ["pending_payment", "paid", "paid"]


def test_only_the_events_that_were_asked_for_arrive(shop, receivers):
    receiver = receivers()
    add(shop, receiver.url, "--events", "order.placed,order.cancelled")
    with shop:
        variant = variant_of(shop.url)
        buy(shop.url, variant, api.card())
        buy(shop.url, variant)
        until(lambda: receiver.delivered())
    assert [m["type"] for m in receiver.delivered()] == ["order.placed"]


def test_failures_are_retried_in_order_and_hold_no_other_order_back(shop, receivers):
    failures = collections.Counter()

    def answer(message):
        key = message["data"]["order_id"], message["data"]["sequence"]
        failures[key] += 1
        return 500 if message["data"]["number"] % 2 and failures[key] <= 2 else 200

    receiver = receivers(answer)
    add(shop, receiver.url)
    with shop:
        variant = variant_of(shop.url)
        for _ in range(6):
            buy(shop.url, variant, api.card())
        until(lambda: len(receiver.delivered()) == 18)
    assert set(map(tuple, by_order(receiver.delivered()).values())) == {(1, 2, 3)}
    first_of_even = next(m for m in receiver.messages if m["data"]["number"] % 2 == 0 and m["status"] == 200)
    last_of_odd = [m for m in receiver.messages if m["data"]["number"] % 2 and m["status"] == 200][-1]
    assert receiver.messages.index(first_of_even) < receiver.messages.index(last_of_odd)


def test_a_slow_subscriber_does_not_delay_another(shop, receivers):
    release = threading.Event()
    slow = receivers(lambda message: release.wait(SECONDS_MAX) and 200 or 500)
    quick = receivers()
    add(shop, slow.url)
    add(shop, quick.url)
    with shop:
        variant = variant_of(shop.url)
        for _ in range(20):
            buy(shop.url, variant)
        until(lambda: len(quick.delivered()) == 20)
        assert not slow.delivered()
        release.set()
        until(lambda: len(by_order(slow.delivered())) == 20)


def test_a_dead_letter_is_listed_counted_and_redelivered(shop, receivers):
    broken = threading.Event()
    broken.set()
    receiver = receivers(lambda message: 500 if broken.is_set() else 200)
    add(shop, receiver.url)
    with shop:
        order = buy(shop.url, variant_of(shop.url))
        until(lambda: "HTTP 500" in shop.run("webhooks", "dead-letters").stdout)
        listed = shop.run("webhooks", "dead-letters").stdout
        assert order["id"] in listed and "4 attempts" in listed
        assert "dead 1" in shop.run("webhooks", "list").stdout
        until(lambda: "ff_webhooks_dead_letters 1\n" in requests.get(shop.ops_url + "/metrics", timeout=10).text)
        broken.clear()
        shop.run("webhooks", "redeliver", listed.split()[0])
        until(lambda: receiver.delivered())
        assert shop.run("webhooks", "dead-letters").stdout == "no dead letters\n"


def test_gone_disables_the_subscription_until_it_is_enabled_again(shop, receivers):
    status = [410]
    receiver = receivers(lambda message: status[0])
    add(shop, receiver.url)
    with shop:
        buy(shop.url, variant_of(shop.url))
        until(lambda: "disabled" in shop.run("webhooks", "list").stdout)
        assert len(receiver.messages) == 1
        status[0] = 200
        shop.run("webhooks", "enable", "1")
        until(lambda: receiver.delivered())


def test_over_tls_only_a_receiver_whose_certificate_is_right_gets_anything(tmp_path, receivers):
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    right = receivers(lambda message: 204, ours.certificate("right", "IP:127.0.0.1"))
    stranger = receivers(lambda message: 204, theirs.certificate("stranger", "IP:127.0.0.1"))
    other_name = receivers(lambda message: 204, ours.certificate("other", "DNS:other.example"))
    shop = stock_up(ShopProcess(tmp_path / "shop", config=CONFIG + f'ca_file = "{ours.file}"\n'))
    assert right.url.startswith("https://")
    secret = add(shop, right.url)
    for refused in (stranger, other_name):
        add(shop, refused.url)
    with shop:
        buy(shop.url, variant_of(shop.url))
        until(lambda: right.delivered())
        until(lambda: shop.run("webhooks", "dead-letters").stdout.count("4 attempts") == 2)
        letters = shop.run("webhooks", "dead-letters").stdout
    message = right.delivered()[0]
    headers = {name.lower(): value for name, value in message["headers"].items()}
    assert standardwebhooks.Webhook(secret).verify(message["body"], headers)["type"] == "order.placed"
    assert not stranger.messages and not other_name.messages, "something was told to who could not prove its name"
    assert letters.count("certificate") + letters.count("SSL") >= 2, letters


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_processes_share_the_work_and_a_killed_ones_is_taken_over(tmp_path, receivers, kind):
    receiver, other_receiver = receivers(), receivers()
    with Postgres() as server:
        url = server.create_database("shop") if kind == "postgres" else f"sqlite:{tmp_path / 'shared.db'}"
        one = stock_up(SharedShop(tmp_path / "one", url, config=CONFIG))
        two = SharedShop(tmp_path / "two", url, config=CONFIG)
        add(one, receiver.url)
        add(one, other_receiver.url)
        with one, two:
            variant = variant_of(one.url)
            for _ in range(10):
                buy(one.url, variant)
                buy(two.url, variant)
            for each in (receiver, other_receiver):
                until(lambda at=each: len(by_order(at.delivered())) == 20)
                assert len(each.messages) == 20, "something was delivered twice"
            one.kill()
            for _ in range(10):
                buy(two.url, variant)
            for each in (receiver, other_receiver):
                until(lambda at=each: len(by_order(at.delivered())) == 30)


@pytest.mark.parametrize("url", ["http://example.org/hook", "https://10.0.0.1/hook", "https://localhost/", "nonsense"])
def test_urls_that_lead_inside_are_refused(shop, url):
    done = shop.run("webhooks", "add", url, check=False)
    assert done.returncode == 1 and done.stderr.startswith("fashionforward: url: ")


def test_every_command_explains_itself(shop):
    for command in ("list", "add", "remove", "enable", "dead-letters", "redeliver"):
        assert f"fashionforward webhooks {command}" in shop.run("webhooks", command, "--help").stdout
