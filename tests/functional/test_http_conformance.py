"""Every row of http_conformance.py against the real server, and docs/http-conformance.md against the table."""

import dataclasses
import pathlib
import re
import socket
import urllib.parse

import pytest

import http_conformance as table
from support import api

PATIENCE_SECONDS = 20  # a server that says nothing for so long has failed
LAST = table.get(fields=b"Connection: close\r\n")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclasses.dataclass
class Answer:
    status: int
    fields: list
    content: bytes

    def field(self, name: str):
        return next((value for known, value in self.fields if known.lower() == name), None)


class Client:
    """One connection, and the answers on it."""

    def __init__(self, url: str):
        address = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port), PATIENCE_SECONDS)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def more(self) -> bool:
        chunk = self.socket.recv(65536)
        self.received += chunk
        return bool(chunk)

    def answer(self, to_head: bool) -> Answer:
        while b"\r\n\r\n" not in self.received:
            assert self.more(), f"closed before a whole answer: {self.received[:300]!r}"
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        start, *lines = head.decode("latin-1").split("\r\n")
        assert re.fullmatch(r"HTTP/1\.1 \d{3} [ -~]*", start), start
        fields = []
        for line in lines:
            name, value = line.split(":", 1)
            assert TOKEN.fullmatch(name), line
            assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value), line
            fields.append((name, value.strip(" \t")))
        answer = Answer(int(start[9:12]), fields, b"")
        without_content = to_head or answer.status < 200 or answer.status in (204, 304)
        if not without_content:
            length = int(answer.field("content-length"))
            while len(self.received) < length:
                assert self.more(), "the content is shorter than Content-Length"
            answer.content, self.received = self.received[:length], self.received[length:]
        return answer

    def has_ended(self) -> bool:
        """The server has closed in good order, without another byte."""
        while self.more():
            pass
        return self.received == b""


def check_every_answer(answer: Answer):
    assert answer.field("transfer-encoding") is None
    if answer.status < 200 or answer.status in (204, 304):
        assert answer.field("content-length") is None
    if answer.status >= 200:
        assert re.fullmatch(table.IMF_FIXDATE, answer.field("date") or ""), answer.fields
    if answer.status == 405:
        assert answer.field("allow")
    location = answer.field("location")
    assert location is None or re.fullmatch(r"/(?!/).*", location), location
    names = [name.lower() for name, _ in answer.fields]
    assert len(names) == len(set(names)) or "set-cookie" in names, f"a field twice: {names}"


@pytest.fixture(scope="module")
def known(shop) -> dict:
    """What stands for the placeholders."""
    with Client(shop.url) as client:
        client.socket.sendall(table.get("/"))
        etag = client.answer(to_head=False).field("etag")
    products = api.Client(shop.url).request("GET", "/api/v1/products?limit=1")[2]
    variant = api.Client(shop.url).variants(products["products"][0]["handle"])[0]["id"]
    return {table.ETAG: etag.encode(), table.VARIANT: str(variant).encode()}


@pytest.mark.parametrize("case", table.CASES, ids=lambda case: case.name)
def test_demand(shop, known, case):
    pieces = list(case.sent) if isinstance(case.sent, tuple) else [case.sent]
    for placeholder, value in known.items():
        pieces = [piece.replace(placeholder, value) for piece in pieces]
    to_head = pieces[0].startswith(b"HEAD ") and len(case.statuses) == 1
    answers = []
    with Client(shop.url) as client:
        client.socket.sendall(pieces.pop(0))
        if case.half_close:
            client.socket.shutdown(socket.SHUT_WR)
        for number, status in enumerate(case.statuses):
            mixed_head = len(case.statuses) > 1 and case.sent_to_head(number)
            answers.append(client.answer(to_head or mixed_head))
            assert answers[-1].status == status, f"{answers[-1]}"
            if pieces:
                client.socket.sendall(pieces.pop(0))
        if case.connection == table.STAYS:
            client.socket.sendall(LAST)
            assert client.answer(to_head=False).status == 200, "the next request on this connection"
        assert client.has_ended(), client.received[:300]

    for answer in answers:
        check_every_answer(answer)
    closing = [answer.field("connection") == "close" for answer in answers]
    assert closing == [False] * (len(answers) - 1) + [case.connection == table.CLOSES] or case.half_close or not answers
    for name, pattern in case.fields.items():
        value = answers[-1].field(name)
        if pattern is table.ABSENT:
            assert value is None, f"{name}: {value}"
        else:
            assert value is not None and re.fullmatch(pattern, value), f"{name}: {value}"
    if case.body:
        assert re.search(case.body, answers[-1].content.decode(), re.DOTALL)


def test_what_head_says_is_what_get_says(shop):
    for target in ("/", "/cart", "/nothing-here", "/robots.txt", "/api/v1/products?limit=1", "/sitemap.xml"):
        with Client(shop.url) as client:
            client.socket.sendall(table.get(target))
            got = client.answer(to_head=False)
            client.socket.sendall(table.head(target))
            heads = client.answer(to_head=True)
        own = ("date", "x-request-id")
        assert [f for f in heads.fields if f[0].lower() not in own] == [f for f in got.fields if f[0].lower() not in own], target
        assert heads.status == got.status


def test_a_body_cut_short_changes_nothing(shop, known):
    """The row says that no answer comes; this one, that nothing was put into a cart."""
    client = api.Client(shop.url)
    status, _, cart = client.request("POST", "/api/v1/carts")
    assert status == 201
    path = f"/api/v1/carts/{cart['id']}"
    body = b'{"variant_id":' + known[table.VARIANT] + b',"quantity":1}'
    for fields, sent in ((b"Content-Length: %d\r\n" % (len(body) + 1), body),
                         (b"Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n" % (len(body), body))):
        with Client(shop.url) as connection:
            connection.socket.sendall(table.request("POST", f"{path}/lines", b"Content-Type: application/json\r\n" + fields, sent))
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.has_ended()
    assert client.request("GET", path)[2]["lines"] == []


def test_the_document_is_this_table():
    path = pathlib.Path(__file__).resolve().parents[2] / "docs" / "http-conformance.md"
    assert path.read_text() == table.document(), "run: python tests/functional/http_conformance.py > docs/http-conformance.md"
