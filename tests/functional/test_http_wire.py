"""HTTP/1.1 on the wire: raw bytes against the real server."""

import re
import socket
import urllib.parse

import pytest


def exchange(shop, raw: bytes, timeout: float = 15) -> bytes:
    """Sends `raw`, reads until the server closes."""
    address = urllib.parse.urlsplit(shop.url)
    with socket.create_connection((address.hostname, address.port), timeout) as connection:
        connection.sendall(raw)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


HOST = b"Host: shop\r\n"

REFUSED = {
    "content-length with transfer-encoding":
        b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two content-lengths": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "content-length list": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc",
    "signed content-length": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
    "folded field": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: shop\n\n",
    "bare line feed in a field": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\nX-C: d\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length : 0\r\n\r\n",
    "bad chunk size": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "negative chunk size": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk size overflow":
        b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n",
    "chunk without its end":
        b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "encoding twice": b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "nul in a field": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: b\0c\r\n\r\n",
    "broken percent escape": b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_could_smuggle_a_request_gets_400_and_the_connection_closes(shop, raw):
    smuggled = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
    received = exchange(shop, raw + smuggled)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1, "something after the refused bytes was answered"


def test_pipelined_requests_are_answered_in_order(shop):
    one = b"GET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\n"
    two = b"GET /api/v1/products?limit=1 HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /nothing-here HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    received = exchange(shop, one + two + one + last)
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", received)
    assert statuses == [b"200", b"200", b"200", b"404"]


def test_head_has_the_fields_of_get_and_no_body(shop):
    get = exchange(shop, b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    head = exchange(shop, b"HEAD / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    fields, body = head.split(b"\r\n\r\n", 1)
    assert body == b""
    length = next(f for f in get.split(b"\r\n") if f.lower().startswith(b"content-length"))
    assert length in fields.split(b"\r\n")


def test_an_etag_that_fits_gets_304_without_a_body(shop):
    get = exchange(shop, b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    etag = next(f for f in get.split(b"\r\n") if f.lower().startswith(b"etag:")).split(b": ", 1)[1]
    again = exchange(shop, b"GET / HTTP/1.1\r\n" + HOST + b"If-None-Match: " + etag + b"\r\nConnection: close\r\n\r\n")
    assert again.startswith(b"HTTP/1.1 304 ") and again.endswith(b"\r\n\r\n")
    assert etag in again and b"date:" in again.lower() and b"vary:" in again.lower()


def test_a_chunked_body_is_read(shop):
    body = b"variant=0&quantity=1"
    raw = (b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Origin: http://shop\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    received = exchange(shop, raw)
    assert not received.startswith((b"HTTP/1.1 400", b"HTTP/1.1 411", b"HTTP/1.1 5")), received[:200]


def test_expect_continue_is_honoured_and_a_body_too_large_is_refused_before_it_is_sent(shop):
    address = urllib.parse.urlsplit(shop.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(b"POST /cart/lines HTTP/1.1\r\n" + HOST + b"Origin: http://shop\r\nExpect: 100-continue\r\n"
                           b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\nConnection: close\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"variant=0")
        assert connection.recv(1000).startswith(b"HTTP/1.1 ")
    received = exchange(shop, b"POST /cart/lines HTTP/1.1\r\n" + HOST +
                        b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 413 ")


def test_other_methods_get_405_with_allow(shop):
    received = exchange(shop, b"DELETE / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 405 ")
    assert b"allow: get, head" in received.lower()


def test_headers_too_large_or_too_many_get_431(shop):
    assert exchange(shop, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 40_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")
    many = b"".join(b"X-%d: 1\r\n" % i for i in range(300))
    assert exchange(shop, b"GET / HTTP/1.1\r\n" + HOST + many + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_a_client_that_never_finishes_its_headers_gets_408(shop):
    assert exchange(shop, b"GET / HTTP/1.1\r\nHos", timeout=40).startswith(b"HTTP/1.1 408 ")


def test_http_1_0_is_answered_and_closed(shop):
    assert exchange(shop, b"GET /robots.txt HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_an_empty_line_before_a_request_is_passed_over_as_rfc_9112_asks(shop):
    one = b"\r\nGET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"\r\nGET /robots.txt HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert re.findall(rb"HTTP/1\.1 (\d+)", exchange(shop, one + last)) == [b"200", b"200"]


def test_a_slash_too_many_leads_to_the_page(shop):
    def place(target: bytes) -> tuple:
        received = exchange(shop, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        found = re.search(rb"\r\nLocation: (\S+)", received)
        return int(received[9:12]), found and found.group(1)

    assert place(b"/collections/?page=2") == (308, b"/collections?page=2")
    assert place(b"/cart/") == (308, b"/cart")
    assert place(b"/nothing-here/") == (404, None)
    assert place(b"//evil.example/") == (404, None), "another host must not be the place"
