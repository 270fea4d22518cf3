"""What RFC 9110, 9111 and 9112 demand of an origin server, as a table of cases: raw bytes and the answer they must get.

test_http_conformance.py sends each case to the real server. docs/http-conformance.md is this table:

    python tests/functional/http_conformance.py > docs/http-conformance.md

Demands on clients, proxies, gateways, tunnels and caches are left out, and so are those on how a document or a
registry is written. A demand that is met because the server lacks the feature has a row that shows the lack."""

import dataclasses
import re

CLOSES, STAYS = "closes", "stays open"

HOST = b"Host: shop\r\n"
END = b"\r\n"
FORM = b"Origin: http://shop\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# Put in by the test before it sends: the entity tag of "/" without compression, and a variant that can be bought.
ETAG, VARIANT = b"<etag>", b"<variant>"
IMF_FIXDATE = (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
               r"\d\d:\d\d:\d\d GMT")
ABSENT = None


@dataclasses.dataclass(frozen=True)
class Case:
    rfc: str            # "9112 5.1"
    demand: str         # in short
    sent: bytes | tuple  # a tuple: the next piece is sent when the one before has been answered
    status: int | list  # of the answer, or of each answer
    fields: dict = dataclasses.field(default_factory=dict)  # of the last answer: pattern of the whole value, or ABSENT
    connection: str = STAYS
    body: str = ""      # pattern found in the last answer's content
    half_close: bool = False  # the client sends FIN behind the bytes

    @property
    def name(self) -> str:
        return f"{self.rfc}: {self.demand}"

    @property
    def statuses(self) -> list:
        return self.status if isinstance(self.status, list) else [self.status]

    def sent_to_head(self, number: int) -> bool:
        """Whether request `number` of a pipeline is HEAD: its answer has no content."""
        methods = re.findall(rb"(?:^|\r\n\r\n|[^\r\n])(GET|HEAD|POST) /", self.sent if isinstance(self.sent, bytes) else b"")
        return number < len(methods) and methods[number] == b"HEAD"


def get(target: str = "/robots.txt", fields: bytes = b"", version: bytes = b"1.1", host: bytes = HOST) -> bytes:
    return b"GET " + target.encode("latin-1") + b" HTTP/" + version + b"\r\n" + host + fields + END


def head(target: str = "/robots.txt", fields: bytes = b"") -> bytes:
    return b"HEAD " + target.encode() + b" HTTP/1.1\r\n" + HOST + fields + END


def request(method: str, target: str, fields: bytes = b"", body: bytes = b"") -> bytes:
    return f"{method} {target} HTTP/1.1\r\n".encode() + HOST + fields + END + body


def put_line(body: bytes) -> bytes:
    return request("PUT", "/api/v1/carts/00000000000000000000000000000201/lines/<variant>",
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode(), body)


def post(fields: bytes = b"", body: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"POST /cart/lines HTTP/" + version + b"\r\n" + HOST + FORM + fields + END + body


def chunked(body: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked\r\n", body)


# An order line for the cart as a chunked body: 20 bytes, as the size says.
ONE_LINE = b"variant=<variant>"
SMUGGLED = get("/smuggled")

BYTES_OF_A_MESSAGE = [
    Case("9112 2.2", "a message is parsed as octets: bytes above ASCII in a value are kept out of everyone's way",
         get(fields=b"X-Name: caf\xe9\xff\r\n"), 200),
    Case("9112 2.2", "an empty line before the request line is passed over", b"\r\n" + get(), 200),
    Case("9112 2.2", "a bare CR is invalid", b"GET / HTTP/1.1\r\nHost: shop\r\nX-A: b\rc\r\n\r\n" + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 2.2", "a bare CR before a line's end is invalid", b"GET / HTTP/1.1\r\nHost: shop\r\r\n\r\n" + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 2.2", "a bare LF may end a line; here none does", b"GET / HTTP/1.1\nHost: shop\n\n" + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 2.2", "a bare LF inside the fields", b"GET / HTTP/1.1\r\nHost: shop\r\nX-A: b\nX-C: d\r\n\r\n" + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 2.2", "white space between the request line and the first field is refused",
         b"GET / HTTP/1.1\r\n Host: shop\r\nHost: shop\r\n\r\n" + SMUGGLED, 400, connection=CLOSES),
    Case("9112 2.2", "a TAB there, too", b"GET / HTTP/1.1\r\n\tX: y\r\nHost: shop\r\n\r\n" + SMUGGLED, 400, connection=CLOSES),
    Case("9112 2.3", "the version's name is case-sensitive", b"GET / http/1.1\r\n" + HOST + END + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 2.3", "one digit on each side of the dot", b"GET / HTTP/1.10\r\n" + HOST + END, 400, connection=CLOSES),
]

REQUEST_LINE = [
    Case("9112 3", "one space between the three parts", b"GET  / HTTP/1.1\r\n" + HOST + END + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 3", "no TAB in its place", b"GET\t/\tHTTP/1.1\r\n" + HOST + END + SMUGGLED, 400, connection=CLOSES),
    Case("9112 3", "no white space behind the version", b"GET / HTTP/1.1 \r\n" + HOST + END + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 3", "no white space in the target", get("/a b") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 3", "a line without a version (HTTP/0.9) is refused", b"GET /\r\n" + HOST + END, 400, connection=CLOSES),
    Case("9112 3", "a line of 8,000 octets is read", get("/robots.txt?" + "a" * 7_970), 200),
    Case("9112 3", "a target too long gets 414", get("/" + "a" * 20_000), 414, connection=CLOSES),
    Case("9112 3", "a method longer than any gets 501", b"A" * 200 + b" / HTTP/1.1\r\n" + HOST + END, 501,
         connection=CLOSES),
    Case("9112 3.1", "the method is a token", b"G(T / HTTP/1.1\r\n" + HOST + END, 400, connection=CLOSES),
    Case("9110 9.1", "the method is case-sensitive", b"get / HTTP/1.1\r\n" + HOST + END, 501, connection=CLOSES),
    Case("9110 9.1", "GET and HEAD are supported: GET", get("/"), 200, {"content-type": r"text/html; charset=utf-8"}),
    Case("9110 9.1", "GET and HEAD are supported: HEAD", head("/"), 200),
    Case("9110 9.1", "an unknown method gets 501", request("BREW", "/"), 501, connection=CLOSES),
    Case("9110 9.3.6", "CONNECT is not offered: no tunnel", b"CONNECT shop:443 HTTP/1.1\r\n" + HOST + END, 501,
         connection=CLOSES),
    Case("9110 9.3.8", "TRACE is not offered: no field comes back",
         request("TRACE", "/", b"Cookie: secret=1\r\n"), 501, connection=CLOSES, body=r"^(?!.*secret)"),
    Case("9110 15.6.6", "a major version that isn't ours gets 505: HTTP/2 by prior knowledge",
         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, connection=CLOSES),
    Case("9110 15.6.6", "another one", get(version=b"3.0"), 505, connection=CLOSES),
    Case("9110 15.6.6", "HTTP/0.9 by name", get(version=b"0.9"), 505, connection=CLOSES),
    Case("9110 6.2", "a later minor version is read as HTTP/1.1", get(version=b"1.9"), 200),
    Case("9110 6.2", "so it must name its host", get(version=b"1.2", host=b""), 400, connection=CLOSES),
]

TARGETS = [
    Case("9112 3.2.1", "origin-form", get("/robots.txt?a=b"), 200),
    Case("9112 3.2.1", "a target that is neither a path nor absolute", get("robots.txt"), 400, connection=CLOSES),
    Case("9112 3.2.2", "absolute-form is accepted", get("http://shop/robots.txt"), 200),
    Case("9112 3.2.2", "scheme and host in any case (RFC 3986 6.2.2.1)", get("HTTP://SHOP/robots.txt"), 200),
    Case("9110 4.2.3", "an empty path is \"/\"", get("http://shop"), 200, {"content-type": "text/html; charset=utf-8"}),
    Case("9110 4.2.1", "an http URI with an empty host is invalid", get("http:///robots.txt"), 400, connection=CLOSES),
    Case("9110 4.2.4", "user information is an error", get("http://me@shop/robots.txt"), 400, connection=CLOSES),
    Case("9112 3.2", "Host is the target's authority: another one is refused", get("http://other/robots.txt"), 400,
         connection=CLOSES),
    Case("9110 7.4", "an https target is refused where no TLS was", get("https://shop/robots.txt"), 421, connection=CLOSES),
    Case("9110 4.2", "another scheme", get("ftp://shop/robots.txt"), 400, connection=CLOSES),
    Case("9112 3.2.3", "authority-form is for CONNECT only", get("shop:80"), 400, connection=CLOSES),
    Case("9112 3.2.4", "asterisk-form is for OPTIONS: its answer", request("OPTIONS", "*"), 204,
         {"allow": r"GET, HEAD, .*OPTIONS", "content-length": ABSENT}),
    Case("9112 3.2.4", "asterisk-form with GET", get("*"), 400, connection=CLOSES),
    Case("9110 4.1", "no fragment on the wire", get("/robots.txt#top"), 400, connection=CLOSES),
    Case("9112 3.2", "no Host in HTTP/1.1", get(host=b""), 400, connection=CLOSES),
    Case("9112 3.2", "two Hosts", get(host=HOST + HOST), 400, connection=CLOSES),
    Case("9112 3.2", "a Host with a path", get(host=b"Host: shop/x\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a Host with user information", get(host=b"Host: me@shop\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a list of Hosts", get(host=b"Host: shop, other\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a Host with white space in it", get(host=b"Host: sh op\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "an empty Host", get(host=b"Host:\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a Host whose port is no number", get(host=b"Host: shop:8o\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a Host whose port TCP has not", get(host=b"Host: shop:99999\r\n"), 400, connection=CLOSES),
    Case("9112 3.2", "a Host in brackets that is no IPv6 address", get(host=b"Host: [::g]\r\n"), 400, connection=CLOSES),
    Case("9110 7.2", "a Host with a port, one that is an IPv6 address", get(host=b"Host: [::1]:8080\r\n"), 200),
    Case("9112 3.2", "a body doesn't excuse it", b"POST /cart/lines HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\n\r\nabc", 400,
         connection=CLOSES),
]

NORMALISATION = [
    Case("3986 2.3", "escaped unreserved characters are the same resource", get("/%72obots%2etxt"), 200),
    Case("3986 2.1", "hexadecimal digits in either case", get("/robots%2Etxt"), 200),
    Case("3986 2.2", "an escaped slash makes no segment", get("/collections%2F"), 404),
    Case("3986 2.4", "nothing is decoded twice", get("/%2572obots.txt"), 404),
    Case("3986 2.1", "a broken escape", get("/%zz"), 400, connection=CLOSES),
    Case("3986 2.1", "half an escape", get("/a%4"), 400, connection=CLOSES),
    Case("3986 7.3", "%00", get("/robots.txt%00.html"), 400, connection=CLOSES),
    Case("3986 7.3", "an escaped line end", get("/a%0d%0aSet-Cookie:%20x=1"), 400, {"set-cookie": ABSENT}, CLOSES),
    Case("3629 3", "overlong UTF-8", get("/%c0%af"), 400, connection=CLOSES),
    Case("3629 3", "bytes that are no UTF-8", get("/%ff"), 400, connection=CLOSES),
    Case("3986 2", "raw bytes above ASCII", get("/caf\xe9"), 400, connection=CLOSES),
    Case("3986 6.2.2.3", "dot segments are the client's to resolve", get("/assets/../robots.txt"), 400, connection=CLOSES),
    Case("3986 6.2.2.3", "escaped, too", get("/assets/%2e%2e/robots.txt"), 400, connection=CLOSES),
    Case("3986 6.2.2.3", "a single dot", get("/./robots.txt"), 400, connection=CLOSES),
    Case("3986 2", "a backslash is no slash", get("/assets\\..\\robots.txt"), 400, connection=CLOSES),
    Case("3986 3.3", "empty segments count", get("//robots.txt"), 404),
    Case("3986 3.3", "a path that looks like another host leads nowhere", get("//evil.example/"), 404, {"location": ABSENT}),
    Case("9110 10.2.2", "a slash too many is sent on, to this host", get("/collections/?page=2"), 308,
         {"location": r"/collections\?page=2"}),
    Case("9110 17.5", "what is sent on can't carry a field", get("/collections/?q=%0d%0aSet-Cookie:x=1"), 308,
         {"set-cookie": ABSENT}),
]

FIELDS = [
    Case("9112 5.1", "white space before the colon", get(fields=b"X-A : b\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 5.1", "a TAB before the colon", get(fields=b"Transfer-Encoding\t: chunked\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 5.1", "HEAD is refused without content, too", head(fields=b"X-A : b\r\n"), 400, connection=CLOSES),
    Case("9112 5.2", "a folded line", get(fields=b"X-A: b\r\n c\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 5.2", "a field hidden in a folded line",
         post(b"X-A: b\r\n\tTransfer-Encoding: chunked\r\nContent-Length: 0\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9110 5.1", "a name is a token: none", get(fields=b": b\r\n"), 400, connection=CLOSES),
    Case("9110 5.1", "a name is a token: a slash in it", get(fields=b"X/A: b\r\n"), 400, connection=CLOSES),
    Case("9110 5.1", "a name is a token: bytes above ASCII", get(fields=b"X-\xe9: b\r\n"), 400, connection=CLOSES),
    Case("9112 5", "a line without a colon", get(fields=b"nonsense\r\n"), 400, connection=CLOSES),
    Case("9110 5.1", "names in any case", get(fields=b"cOnNeCtIoN: ClOsE\r\n"), 200, {"connection": "close"}, CLOSES),
    Case("9110 5.3", "the order of other fields doesn't matter", b"GET /robots.txt HTTP/1.1\r\nX-A: b\r\n" + HOST + END, 200),
    Case("9110 5.3", "nothing is done before the whole head has come", b"GET /robots.txt HTTP/1.1\r\n" + HOST, [], connection=CLOSES,
         half_close=True),
    Case("9110 5.3", "Content-Type is no list: two are refused",
         b"POST /cart/lines HTTP/1.1\r\n" + HOST + FORM + b"Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc", 400,
         connection=CLOSES),
    Case("9110 5.4", "too many fields", get(fields=b"".join(b"X-%d: 1\r\n" % i for i in range(300))), 431, connection=CLOSES),
    Case("9110 5.4", "fields too large", get(fields=b"X: " + b"a" * 40_000 + b"\r\n"), 431, connection=CLOSES),
    Case("9110 5.5", "NUL in a value", get(fields=b"X-A: b\0c\r\n"), 400, connection=CLOSES),
    Case("9110 5.5", "other control characters in a value", get(fields=b"X-A: b\x1b[2Jc\r\n"), 400, connection=CLOSES),
    Case("9110 5.5", "DEL in a value", get(fields=b"X-A: b\x7f\r\n"), 400, connection=CLOSES),
    Case("9110 5.5", "white space around a value isn't part of it", get(fields=b"Connection: \t close \t\r\n"), 200,
         {"connection": "close"}, CLOSES),
    Case("9110 5.5", "an empty value", get(fields=b"X-A:\r\n"), 200),
    Case("9110 5.6.1.2", "empty elements of a list are passed over", get(fields=b"Connection: , ,close,\r\n"), 200,
         {"connection": "close"}, CLOSES),
    Case("9110 5.3", "lines of one name are one list", get("/", b"If-None-Match: \"other\"\r\nIf-None-Match: <etag>\r\n"), 304),
    Case("9110 5.6.7", "a date that can't be read is no condition", get("/", b"If-Modified-Since: yesterday\r\n"), 200),
    Case("9110 5.1", "fields that nobody knows are passed over", get(fields=b"Frobnicate: yes\r\nSec-X: 1\r\n"), 200),
]

BODIES = [
    Case("9112 6", "no Content-Length and no Transfer-Encoding: no body", post() + get(), [422, 200]),
    Case("9110 8.6", "as many octets as Content-Length says, and the next request behind them",
         post(b"Content-Length: 17\r\n", b"variant=0&padding" ) + get(), [422, 200]),
    Case("9110 8.6", "leading zeros", post(b"Content-Length: 0009\r\n", b"variant=0") + get(), [422, 200]),
    Case("9110 8.6", "a length beyond 64 bits doesn't wrap", post(b"Content-Length: 18446744073709551620\r\n", b"abcd") + SMUGGLED,
         400, connection=CLOSES),
    Case("9112 6.3", "a length that is no number", post(b"Content-Length: abc\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.3", "a sign", post(b"Content-Length: +3\r\n", b"abc") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.3", "a minus", post(b"Content-Length: -1\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.3", "an empty length", post(b"Content-Length:\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.3", "two lengths that differ", post(b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 6.3", "two equal ones may be refused", post(b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9110 8.6", "a list of equal ones, too", post(b"Content-Length: 3, 3\r\n", b"abc") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.1", "Transfer-Encoding beside Content-Length: the connection must close",
         post(b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.1", "in the other order", post(b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", b"0\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 6.1", "Transfer-Encoding in HTTP/1.0: framing is faulty, the connection must close",
         post(b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"1.0") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 6.3", "chunked is not the last coding", post(b"Transfer-Encoding: chunked, gzip\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 6.3", "not chunked at all", post(b"Transfer-Encoding: gzip\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 6.1", "an unknown coding before chunked gets 501", post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n") + SMUGGLED,
         501, connection=CLOSES),
    Case("9112 6.1", "chunked twice", post(b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 6.1", "in two lines", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n") + SMUGGLED,
         400, connection=CLOSES),
    Case("9112 11.2", "a coding that only looks like chunked", post(b"Transfer-Encoding: \"chunked\"\r\n", b"0\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 11.2", "another one", post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 11.2", "a vertical TAB before it", post(b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 11.2", "an empty element in front of it is not passed over", post(b"Transfer-Encoding: , chunked\r\n", b"0\r\n\r\n") + SMUGGLED,
         400, connection=CLOSES),
    Case("9112 7", "names of codings in any case", post(b"Transfer-Encoding: CHUNKED\r\n", b"9\r\nvariant=0\r\n0\r\n\r\n") + get(),
         [422, 200]),
    Case("9112 8", "a body cut short is no request: nothing is done", post(b"Content-Length: 400\r\n", b"variant=<variant>&quantity=1"),
         [], connection=CLOSES, half_close=True),
    Case("9110 9.3.1", "content in a GET has no meaning: refused, and the connection ends",
         get(fields=b"Content-Length: 5\r\n") + b"abcde" + SMUGGLED, 413, connection=CLOSES),
    Case("9110 15.5.14", "a body too large gets 413", post(b"Content-Length: 99999999\r\n"), 413, connection=CLOSES),
    Case("9112 9.3", "a body that nobody reads ends the connection",
         request("POST", "/nothing-here", b"Content-Length: 9\r\n", b"variant=0") + SMUGGLED, 404, connection=CLOSES),
    Case("9112 9.6", "and a client that still sends it gets to read that", post(b"Content-Length: 1000000\r\n", b"x" * 1_000_000), 413,
         connection=CLOSES),
]

CHUNKS = [
    Case("9112 7.1", "chunked is decoded", chunked(b"4\r\nvari\r\n5\r\nant=0\r\n0\r\n\r\n") + get(), [422, 200]),
    Case("9112 7.1", "hexadecimal digits in either case, leading zeros", chunked(b"00A\r\nvariant=00\r\n0a\r\n000&aaaaaa\r\n000\r\n\r\n") + get(),
         [422, 200]),
    Case("9112 7.1", "a size beyond 64 bits doesn't wrap", chunked(b"10000000000000009\r\nvariant=0\r\n0\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 7.1", "nor does the largest one", chunked(b"ffffffffffffffff\r\nvariant=0\r\n0\r\n\r\n"), 413, connection=CLOSES),
    Case("9112 7.1", "a size that is no number", chunked(b"zz\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "0x", chunked(b"0x9\r\nvariant=0\r\n0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "a sign", chunked(b"-1\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "no size", chunked(b"\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "more than its size", chunked(b"1\r\nabc\r\n0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "a bare LF behind the size", chunked(b"9\nvariant=0\r\n0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1", "a bare LF behind the data", chunked(b"9\r\nvariant=0\n0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1.1", "unknown extensions are passed over", chunked(b"9;a;b=c;d=\"e;\\\"\"\r\nvariant=0\r\n0;last\r\n\r\n") + get(), [422, 200]),
    Case("9110 5.6.3", "bad white space around an extension is passed over", chunked(b"9 ; a = b\t;c\r\nvariant=0\r\n0\r\n\r\n") + get(),
         [422, 200]),
    Case("9112 7.1.1", "the total of extensions is bounded", chunked(b"9;" + b"a" * 6_000 + b"\r\nvariant=0\r\n0\r\n\r\n"), 400,
         connection=CLOSES),
    Case("9112 7.1.1", "a bare LF in an extension", chunked(b"9;a\nb\r\nvariant=0\r\n0\r\n\r\n") + SMUGGLED, 400, connection=CLOSES),
    Case("9112 7.1.2", "trailers are read and dropped: none becomes a header field",
         chunked(b"9\r\nvariant=0\r\n0\r\nX-A: b\r\nContent-Length: 3\r\nConnection: close\r\n\r\n") + get(), [422, 200]),
    Case("9112 7.1.2", "a trailer that is no field", chunked(b"9\r\nvariant=0\r\n0\r\nX-A : b\r\n\r\n") + SMUGGLED, 400,
         connection=CLOSES),
    Case("9112 7.1.2", "their total is bounded", chunked(b"9\r\nvariant=0\r\n0\r\nX: " + b"a" * 6_000 + b"\r\n\r\n"), 400,
         connection=CLOSES),
    Case("9112 6.3", "an end without the last chunk is no request", chunked(b"9\r\nvariant=0\r\n"), [], connection=CLOSES,
         half_close=True),
]

CONNECTIONS = [
    Case("9112 9.3", "HTTP/1.1 persists", get() + get(), [200, 200], {"connection": ABSENT}),
    Case("9112 9.3", "close ends it after the answer", get(fields=b"Connection: close\r\n"), 200, {"connection": "close"}, CLOSES),
    Case("9112 9.6", "nothing behind a request with close is processed", get(fields=b"Connection: close\r\n") + SMUGGLED, 200,
         connection=CLOSES),
    Case("9112 9.6", "close among other options, in the second line of them",
         get(fields=b"Connection: x-a, TE\r\nConnection: keep-alive, close\r\nTE: trailers\r\n"), 200, {"connection": "close"}, CLOSES),
    Case("9112 9.3", "HTTP/1.0 ends", get(version=b"1.0"), 200, {"connection": "close"}, CLOSES),
    Case("9112 9.3", "HTTP/1.0 with keep-alive goes on", get(version=b"1.0", fields=b"Connection: keep-alive\r\n") + get(), [200, 200]),
    Case("9112 9.3", "close outweighs keep-alive, in HTTP/1.0, too", get(version=b"1.0", fields=b"Connection: keep-alive, close\r\n"), 200,
         {"connection": "close"}, CLOSES),
    Case("9112 C.2.2", "the old field Proxy-Connection means nothing", get(fields=b"Proxy-Connection: close\r\n"), 200),
    Case("9112 2.3", "HTTP/1.0 needs no Host", get(version=b"1.0", host=b""), 200, connection=CLOSES),
    Case("9112 9.3.2", "pipelined requests are answered in their order",
         get() + get("/nothing-here") + post(b"Content-Length: 9\r\n", b"variant=0") + head() + get(), [200, 404, 422, 200, 200]),
    Case("9112 9.6", "a client that closed its side still gets its answers", get() + get("/cart"), [200, 200], connection=CLOSES,
         half_close=True),
    Case("9110 7.8", "Upgrade is passed over: no other protocol is spoken",
         get(fields=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"), 200,
         {"upgrade": ABSENT}),
    Case("9110 7.8", "Upgrade in HTTP/1.0", get(version=b"1.0", fields=b"Connection: upgrade\r\nUpgrade: websocket\r\n"), 200,
         {"upgrade": ABSENT}, CLOSES),
    Case("9110 10.1.4", "TE is passed over: no answer has a transfer coding", get("/", b"TE: trailers, gzip\r\nConnection: TE\r\n"), 200,
         {"transfer-encoding": ABSENT, "content-length": r"\d+"}),
]

EXPECTATIONS = [
    Case("9110 10.1.1", "100-continue is answered before the body is read",
         (post(b"Expect: 100-continue\r\nContent-Length: 9\r\n"), b"variant=0"), [100, 422]),
    Case("9110 10.1.1", "its value in any case, a chunked body",
         (post(b"Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n"), b"9\r\nvariant=0\r\n0\r\n\r\n"), [100, 422]),
    Case("9110 10.1.1", "where the answer is known it comes at once: too large",
         post(b"Expect: 100-continue\r\nContent-Length: 99999999\r\n"), 413, connection=CLOSES),
    Case("9110 10.1.1", "no such place", request("POST", "/nothing-here", b"Expect: 100-continue\r\nContent-Length: 9\r\n"), 404,
         connection=CLOSES),
    Case("9110 10.1.1", "not that method", request("PUT", "/", b"Expect: 100-continue\r\nContent-Length: 9\r\n"), 405, connection=CLOSES),
    Case("9110 10.1.1", "no 100 where the body has come with the head", post(b"Expect: 100-continue\r\nContent-Length: 9\r\n", b"variant=0"), 422),
    Case("9110 10.1.1", "no 100 where there is no body", get(fields=b"Expect: 100-continue\r\n"), 200),
    Case("9110 10.1.1", "in HTTP/1.0 it must be ignored: no 100",
         post(b"Expect: 100-continue\r\nContent-Length: 9\r\n", b"variant=0", b"1.0"), 422, connection=CLOSES),
    Case("9110 10.1.1", "another expectation gets 417", get(fields=b"Expect: tea\r\n"), 417, connection=CLOSES),
]

METHODS = [
    Case("9110 9.3.2", "HEAD: no content, the fields of GET", head("/"), 200,
         {"content-length": r"\d{4,}", "etag": r'"[0-9a-f]{16}"', "vary": "Accept-Encoding", "cache-control": ".+"}),
    Case("9110 9.3.2", "HEAD of what isn't there", head("/nothing-here"), 404, {"content-length": r"\d{3,}"}),
    Case("9110 9.3.2", "HEAD of a shopper's own page", head("/cart"), 200, {"content-length": r"\d{3,}"}),
    Case("9110 15.5.6", "405 has Allow", request("DELETE", "/"), 405, {"allow": "GET, HEAD, OPTIONS"}),
    Case("9110 15.5.6", "405 has Allow: a place to post to", get("/cart/lines"), 405, {"allow": "POST, OPTIONS"}),
    Case("9110 15.5.6", "405 has Allow: both", request("PUT", "/checkout"), 405, {"allow": "GET, HEAD, POST, OPTIONS"}),
    Case("9110 9.3.7", "OPTIONS of a place", request("OPTIONS", "/checkout"), 204,
         {"allow": "GET, HEAD, POST, OPTIONS", "content-length": ABSENT}),
    Case("9110 9.3.7", "Max-Forwards is for proxies: the last recipient answers", request("OPTIONS", "*", b"Max-Forwards: 0\r\n"), 204),
    Case("9110 9.2.1", "GET is safe: what changes something isn't done by it", get("/cart/lines/remove?variant=<variant>"), 405,
         {"allow": "POST, OPTIONS"}),
    Case("9110 9.3.3", "POST isn't done where the content can't be understood",
         request("POST", "/api/v1/carts", b"Content-Type: text/plain\r\nContent-Length: 2\r\n", b"{}"), 415),
    Case("9110 9.3.4", "PUT tells by 201 that it made what it names, and by 200 that it changed it",
         (put_line(b'{"quantity":1}'), put_line(b'{"quantity":2}')), [201, 200], {"content-type": "application/json.*"}),
    Case("9110 14.5", "a part of what is to be put is refused",
         request("PUT", "/api/v1/carts/0123456789abcdef0123456789abcdef/lines/<variant>", b"Content-Range: bytes 0-13/20\r\n"
                 b"Content-Type: application/json\r\nContent-Length: 14\r\n", b'{"quantity":1}'), 400),
]

CONDITIONS = [
    Case("9110 13.1.2", "If-None-Match that fits: 304", get("/", b"If-None-Match: <etag>\r\n"), 304,
         {"etag": r'"[0-9a-f]{16}"', "vary": "Accept-Encoding", "cache-control": ".+", "content-length": ABSENT, "content-type": ABSENT}),
    Case("9110 13.1.2", "weak comparison", get("/", b"If-None-Match: W/<etag>\r\n"), 304),
    Case("9110 13.1.2", "a list, one tag with a comma", get("/", b"If-None-Match: \"a,b\", W/\"c\", <etag>\r\n"), 304),
    Case("9110 13.1.2", "*", get("/", b"If-None-Match: *\r\n"), 304),
    Case("9110 13.1.2", "* for a page that has no tag", get("/robots.txt", b"If-None-Match: *\r\n"), 304),
    Case("9110 13.1.2", "HEAD, too", head("/", b"If-None-Match: <etag>\r\n"), 304),
    Case("9110 13.1.2", "another tag", get("/", b"If-None-Match: \"other\"\r\n"), 200),
    Case("9110 13.1.1", "If-Match that fits", get("/", b"If-Match: <etag>\r\n"), 200),
    Case("9110 13.1.1", "If-Match: *", get("/", b"If-Match: *\r\n"), 200),
    Case("9110 13.1.1", "another tag: 412", get("/", b"If-Match: \"other\"\r\n"), 412),
    Case("9110 13.1.1", "strong comparison: 412", get("/", b"If-Match: W/<etag>\r\n"), 412),
    Case("9110 13.1.1", "a change of what has no tag: 412, and nothing is done",
         request("POST", "/api/v1/carts", b"If-Match: \"other\"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n", b"{}"), 412),
    Case("9110 13.2.2", "If-Match comes before If-None-Match", get("/", b"If-None-Match: <etag>\r\nIf-Match: \"other\"\r\n"), 412),
    Case("9110 13.1.3", "If-Modified-Since is ignored beside If-None-Match",
         get("/", b"If-None-Match: \"other\"\r\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n"), 200),
    Case("9110 13.1.3", "and where no modification date is known: no answer has one", get("/", b"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n"), 200,
         {"last-modified": ABSENT}),
    Case("9110 13.1.4", "If-Unmodified-Since is ignored where no modification date is known",
         get("/", b"If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n"), 200),
    Case("9110 13.2.1", "conditions are ignored where the answer is none of 2xx", get("/nothing-here", b"If-None-Match: *\r\nIf-Match: \"x\"\r\n"), 404),
    Case("9110 13.2.1", "and by OPTIONS", request("OPTIONS", "/", b"If-Match: \"other\"\r\n"), 204),
    Case("9110 13.1.5", "If-Range without Range is ignored", get("/", b"If-Range: <etag>\r\n"), 200),
    Case("9110 14.2", "Range may be ignored: no asset is large", get("/", b"Range: bytes=0-9\r\n"), 200,
         {"content-range": ABSENT}),
    Case("9110 14.2", "Range means nothing to other methods", post(b"Range: bytes=0-9\r\nContent-Length: 9\r\n", b"variant=0"), 422,
         {"content-range": ABSENT}),
    Case("9110 14.2", "Range beside If-Range, the same", get("/", b"Range: bytes=0-9\r\nIf-Range: <etag>\r\n"), 200, {"content-range": ABSENT}),
]

CONTENT = [
    Case("9110 12.5.3", "a coding that is accepted is named", get("/", b"Accept-Encoding: gzip\r\n"), 200,
         {"content-encoding": "gzip", "vary": "Accept-Encoding"}),
    Case("9110 12.5.3", "q=0 excludes", get("/", b"Accept-Encoding: gzip;q=0, br;q=0\r\n"), 200, {"content-encoding": ABSENT}),
    Case("9110 12.5.3", "* stands for the rest", get("/", b"Accept-Encoding: br;q=0, *;q=0.5\r\n"), 200, {"content-encoding": "gzip"}),
    Case("9110 12.5.3", "names in any case", get("/", b"Accept-Encoding: BR\r\n"), 200, {"content-encoding": "br"}),
    Case("9110 12.5.3", "an empty field: no coding", get("/", b"Accept-Encoding:\r\n"), 200, {"content-encoding": ABSENT}),
    Case("9110 12.5.3", "no field: none either", get("/"), 200, {"content-encoding": ABSENT}),
    Case("9110 8.8.3.3", "codings of one page have entity tags of their own", get("/", b"Accept-Encoding: gzip\r\nIf-None-Match: <etag>\r\n"), 200),
    Case("9110 12.5.1", "Accept that can't be met may be disregarded", get("/", b"Accept: image/png\r\n"), 200),
    Case("9110 11.6.1", "no place asks for authentication; Authorization is passed over", get(fields=b"Authorization: Basic eDp5\r\n"), 200,
         {"www-authenticate": ABSENT}),
    Case("9110 8.4", "content in a coding that isn't understood gets 415",
         request("POST", "/api/v1/carts", b"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n", b"{}"), 415),
    Case("9110 10.2.3", "refusals that pass say when to come back", get("/api/v1/products?limit=0"), 422, {"retry-after": ABSENT}),
]

CACHING = [
    Case("9111 5.2", "what all may see says so, for browsers and for shared caches", get("/"), 200,
         {"cache-control": r"public, max-age=0, s-maxage=30", "set-cookie": ABSENT}),
    Case("9111 5.2.2.5", "what is a shopper's own is stored nowhere", get("/cart"), 200, {"cache-control": "private, no-store"}),
    Case("9111 5.2.2", "errors are not kept", get("/nothing-here"), 404, {"cache-control": "private, no-store"}),
    Case("9111 4.1", "Vary names what chose the representation", get("/", b"Accept-Encoding: br\r\n"), 200, {"vary": "Accept-Encoding"}),
    Case("9111 5.1", "Age is for caches: the origin sends none", get("/"), 200, {"age": ABSENT}),
    Case("9111 5.3", "Expires: Cache-Control says it all", get("/"), 200, {"expires": ABSENT}),
    Case("9111 5.2.1", "a client's Cache-Control changes nothing at the origin", get("/", b"Cache-Control: only-if-cached, no-cache\r\nPragma: no-cache\r\n"), 200),
    Case("9111 4.3.3", "a 304 repeats what the cached answer must be updated with", get("/", b"If-None-Match: <etag>\r\n"), 304,
         {"cache-control": r"public, max-age=0, s-maxage=30", "etag": ".+", "vary": ".+", "date": IMF_FIXDATE}),
]

CHAPTERS = [
    ("Bytes of a message", BYTES_OF_A_MESSAGE),
    ("Request line", REQUEST_LINE),
    ("Targets and Host", TARGETS),
    ("Normalisation", NORMALISATION),
    ("Fields", FIELDS),
    ("Bodies", BODIES),
    ("Chunks", CHUNKS),
    ("Connections", CONNECTIONS),
    ("Expectations", EXPECTATIONS),
    ("Methods", METHODS),
    ("Conditions and ranges", CONDITIONS),
    ("Content", CONTENT),
    ("Caching", CACHING),
]
CASES = [case for _, cases in CHAPTERS for case in cases]

# Checked on every answer of every case.
OF_EVERY_ANSWER = [
    ("9112 4", "the status line is HTTP/1.1, three digits, a space"),
    ("9112 5.1", "no white space before a colon; names are tokens"),
    ("9110 5.5", "no control character in a value"),
    ("9110 6.6.1", "Date, as IMF-fixdate, on every answer but 1xx"),
    ("9110 8.6", "Content-Length is the length of the content, and is absent from 1xx, 204 and 304"),
    ("9112 6.1", "no Transfer-Encoding"),
    ("9110 9.3.2", "no content for HEAD"),
    ("9110 6.4.1", "no content in 1xx, 204 and 304"),
    ("9110 15.5.6", "Allow in every 405"),
    ("9110 10.2.2", "a Location is a reference on this host"),
    ("9112 9.6", "the last answer before the server closes says Connection: close, unless the client closed first, and no other does"),
]

SHOWN_BYTES_MAX = 150


def shown(sent) -> str:
    """Bytes as the document shows them."""
    def escaped(piece: bytes) -> str:
        text = "".join(chr(b) if 0x20 <= b < 0x7f else {13: "\\r", 10: "\\n", 9: "\\t", 0: "\\0"}.get(b, f"\\x{b:02x}") for b in piece)
        if len(text) > SHOWN_BYTES_MAX:
            text = f"{text[:SHOWN_BYTES_MAX]} ... ({len(piece):,} bytes)"
        return "`` " + text.replace("|", "\\|") + " ``"
    return " then ".join(escaped(piece) for piece in (sent if isinstance(sent, tuple) else (sent,)))


def expected(case: Case) -> str:
    words = [" ".join(str(status) for status in case.statuses) or "no answer"]
    for name, pattern in case.fields.items():
        words.append(f"no {name}" if pattern is ABSENT else f"{name}: `{pattern}`".replace("|", "\\|"))
    return "; ".join([*words, case.connection])


def document() -> str:
    lines = [
        "# HTTP conformance",
        "",
        "<!-- Made by: python tests/functional/http_conformance.py > docs/http-conformance.md -->",
        "",
        "Every demand (MUST, MUST NOT, and the SHOULDs that matter) of RFC 9110, 9111 and 9112 on an origin server, as bytes that are",
        f"sent to the real program and the answer they get: {len(CASES)} cases, run by `tests/functional/test_http_conformance.py`. Also",
        "the parts of RFC 3986 and 3629 that decide which resource a target names. Demands on clients, proxies and caches are left out.",
        "`<etag>` stands for the entity tag of `/`, `<variant>` for a variant's id; several statuses are answers in order.",
        "",
        "Where a recipient may be lenient this server is strict: what two servers could read differently (a smuggled request) ends",
        "the connection. Decisions of that kind: a bare LF, equal Content-Lengths, empty elements in Transfer-Encoding, a Host that",
        "differs from an absolute target's, dot segments and backslashes are refused.",
        "",
        "Not offered, so that their demands are met by refusing or ignoring: CONNECT, TRACE, Upgrade, transfer codings but chunked,",
        "ranges (the largest asset is a style sheet of 45 KB, 10 KB of them on the wire), Last-Modified and the conditions that need it,",
        "authentication, trailers in answers.",
        "",
        "## Every answer of every case",
        "",
        "| RFC | demand |",
        "|---|---|",
        *(f"| {rfc} | {demand} |" for rfc, demand in OF_EVERY_ANSWER),
    ]
    for title, cases in CHAPTERS:
        lines += ["", f"## {title}", "", "| RFC | demand | sent | answer |", "|---|---|---|---|"]
        lines += [f"| {case.rfc} | {case.demand} | {shown(case.sent)} | {expected(case)} |" for case in cases]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
