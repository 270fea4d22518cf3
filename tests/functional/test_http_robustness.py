"""Clients that behave badly, against the real server: it goes on serving the others, lets go of what they held, and
does not grow. Counted on its own metrics; the limits are those that it has (src/http/limits.h)."""

import contextlib
import ctypes
import pathlib
import re
import resource
import socket
import struct
import threading
import time
import urllib.parse
import urllib.request

import pytest

from support.shop_process import ShopProcess, sanitized

IDLE_MEMORY_MB_MAX = 150
PER_SOURCE_ADDRESS = 2_500  # connections; the loopback has 127.0.0.1 to 127.255.255.254
PATIENCE_SECONDS = 120      # an ending that takes longer has failed
LARGEST_LIMIT_SECONDS = 60  # the limits that are waited for here (header, body and write) end well before
TRIES = 1_000
GET = b"GET /robots.txt HTTP/1.1\r\nHost: shop\r\n\r\n"
SO_ATTACH_FILTER = 26


SANITIZED = sanitized()  # a sanitizer multiplies the program's memory
# With a sanitizer fewer: the first must not reach the idle limit (75 s) before the last has come.
IDLE_CONNECTIONS = 2_000 if SANITIZED else 10_000
DESCRIPTORS = IDLE_CONNECTIONS + 200


class Watched:
    """A shop and what it says of itself."""

    def __init__(self, shop: ShopProcess):
        self.shop = shop
        address = urllib.parse.urlsplit(shop.url)
        self.address = (address.hostname, address.port)

    def metric(self, name: str, **labels) -> int:
        """The sum of the series of that name that have these labels."""
        with urllib.request.urlopen(self.shop.ops_url + "/metrics", timeout=PATIENCE_SECONDS) as answer:
            text = answer.read().decode()
        wanted = {"server": "shop", **labels}
        total, found = 0.0, False
        for series, value in re.findall(rf"^{name}\{{([^\n]*)\}} (\S+)$", text, re.MULTILINE):
            have = dict(re.findall(r'(\w+)="([^"]*)"', series))
            if all(have.get(label) == value_of for label, value_of in wanted.items()):
                total, found = total + float(value), True
        assert found, f"no series {name} with {wanted}"
        return int(total)

    def connections(self) -> int:
        return self.metric("ff_http_connections")

    def memory_mb(self) -> float:
        """What this process alone costs the machine: its proportional share of resident pages."""
        text = pathlib.Path(f"/proc/{self.shop.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE).group(1)) / 1024

    def connect(self, source: str = "127.0.0.1", receive_buffer: int = 0) -> socket.socket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(PATIENCE_SECONDS)
        connection.bind((source, 0))
        connection.connect(self.address)
        return connection

    def serves(self):
        with self.connect() as connection:
            ask(connection)

    def settle(self, connections: int):
        """Until exactly so many are open."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := self.connections()) != connections:
            assert time.monotonic() < deadline, f"{now} connections are open, {connections} should be"
            time.sleep(0.05)


def read_answer(connection: socket.socket) -> bytes:
    """Head and content of one small answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        assert chunk, f"closed in mid-answer: {received!r}"
        received += chunk
    head, content = received.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head).group(1))
    while len(content) < length:
        chunk = connection.recv(65536)
        assert chunk, "closed in mid-answer"
        content += chunk
    assert len(content) == length
    return head + b"\r\n\r\n" + content


def ask(connection: socket.socket):
    """Asks until the page comes: on a machine as busy as a test's, the server may have been kept from its core for so
    long that it refuses some first (503, docs/overload.md). That is an answer, too, and the connection goes on."""
    for _ in range(TRIES):
        connection.sendall(GET)
        answer = read_answer(connection)
        if answer.startswith(b"HTTP/1.1 200 "):
            return
        assert answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: " in answer, answer[:300]
    raise AssertionError(f"refused {TRIES} times")


def reset(connection: socket.socket):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def vanish(connection: socket.socket):
    """From here on the kernel drops what arrives for this socket before TCP sees it: no acknowledgement, no FIN, no
    reset comes back, as when a machine loses its network."""
    drop_all = struct.pack("HBBI", 0x06, 0, 0, 0)  # classic BPF: return 0 bytes
    kept = ctypes.create_string_buffer(drop_all)
    program = struct.pack("HP", 1, ctypes.addressof(kept))
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    with ShopProcess(tmp_path_factory.mktemp("robust")).migrate_and_seed() as shop:
        server = Watched(shop)
        for _ in range(50):  # pages are made, buffers have their size
            server.serves()
        yield server


@contextlib.contextmanager
def descriptors(count: int):
    """This process may hold so many sockets; else the test is skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip(f"this machine allows {hard} open files in a process, the test needs {count}: raise `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count) if hard == resource.RLIM_INFINITY else hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def idle_crowd(watched: Watched, size: int = IDLE_CONNECTIONS) -> list:
    """Each has been answered once and keeps its connection."""
    crowd = []
    for first in range(0, size, 250):
        batch = [watched.connect(f"127.0.0.{1 + number // PER_SOURCE_ADDRESS}") for number in range(first, first + 250)]
        for connection in batch:
            connection.sendall(GET)
        for connection in batch:
            assert read_answer(connection).startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 503 "))
        crowd += batch
    return crowd


def test_ten_thousand_idle_connections_cost_little_and_nothing_once_they_are_gone(watched):
    before = watched.connections()
    evicted = watched.metric("ff_http_connections_evicted_total")
    idle_mb = watched.memory_mb()
    held_mb = []
    with descriptors(DESCRIPTORS):
        for _ in range(2):
            crowd = idle_crowd(watched)
            assert watched.connections() == before + IDLE_CONNECTIONS
            held_mb.append(watched.memory_mb())
            for connection in crowd[::997]:  # they are alive: the next request on an old connection is answered
                ask(connection)
            watched.serves()
            for connection in crowd:
                connection.close()
            watched.settle(before)
    print(f"\n  memory: idle {idle_mb:.1f} MB, with {IDLE_CONNECTIONS:,} idle connections {held_mb[0]:.1f} MB, "
          f"the second time {held_mb[1]:.1f} MB, afterwards {watched.memory_mb():.1f} MB")
    assert watched.metric("ff_http_connections_evicted_total") == evicted, "nobody had to give way"
    if not SANITIZED:
        assert held_mb[0] < IDLE_MEMORY_MB_MAX
        assert held_mb[1] < held_mb[0] * 1.1, "the second crowd costs more than the first"


class Slow:
    """One client that never gets done. `drip`: sent a byte at a time. `takes`: how many bytes it reads in all."""

    def __init__(self, connection: socket.socket, opening: bytes, drip: bytes = b"", takes: int = 0):
        self.connection, self.drip, self.takes = connection, drip, takes
        connection.sendall(opening)
        connection.setblocking(False)
        self.received = b""
        self.ended = False

    def turn(self):
        if self.ended:
            return
        try:
            if self.drip:
                self.connection.send(self.drip[:1])
                self.drip = self.drip[1:]
            wanted = min(65536, self.takes - len(self.received))
            if wanted > 0:
                chunk = self.connection.recv(wanted)
                self.received += chunk
                self.ended = not chunk
        except BlockingIOError:
            pass
        except OSError:  # the server has had enough of it
            self.ended = True


def test_where_descriptors_are_few_those_who_idle_give_way_and_a_crowd_is_served(tmp_path):
    few = 600
    lower = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))  # noqa: E731
    with ShopProcess(tmp_path, before_exec=lower).migrate_and_seed() as shop:
        watched = Watched(shop)
        most = watched.metric("ff_http_connections_max")
        assert 0 < most < few
        crowd = idle_crowd(watched, 1_000)
        assert watched.metric("ff_http_connections_evicted_total") >= 1_000 - most
        assert watched.metric("ff_http_accept_errors_total") == 0
        assert watched.metric("ff_http_connections_rejected_total") == 0
        for connection in crowd:
            connection.close()


def test_slow_and_vanished_clients_are_let_go_at_their_limits_while_others_are_served(watched):
    each = 40
    form = (b"POST /cart/lines HTTP/1.1\r\nHost: shop\r\nOrigin: http://shop\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n")
    with urllib.request.urlopen(watched.shop.url + "/") as page:
        style_sheet = re.search(rb'href="(/assets/shop\.[^"]*css)"', page.read()).group(1)
    large = (b"GET " + style_sheet + b" HTTP/1.1\r\nHost: shop\r\n\r\n") * 300  # more than the kernel's buffers take
    endless = b"X-Slow: " + b"a" * 10_000
    before = watched.connections()
    accepted = watched.metric("ff_http_connections_accepted_total", server="shop")
    memory_mb = watched.memory_mb()

    def limits_met() -> dict:
        return {"header": watched.metric("ff_http_refused_total", reason="header_timeout"),
                "body": watched.metric("ff_http_refused_total", reason="body_timeout"),
                "write": watched.metric("ff_http_write_timeouts_total")}

    met_before = limits_met()
    slow, vanished = [], []
    for _ in range(each):
        slow.append(Slow(watched.connect(), b"GET / HTTP/1.1\r\nHost: shop\r\n", endless, takes=100_000))
        slow.append(Slow(watched.connect(), form + b"Content-Length: 10000\r\n\r\n", b"variant=" + b"1" * 9_000, takes=100_000))
        slow.append(Slow(watched.connect(), form + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 2_000, takes=100_000))
        slow.append(Slow(watched.connect(receive_buffer=4096), large))  # and never reads
        slow.append(Slow(watched.connect(receive_buffer=4096), large, takes=3_000))
        for opening in (b"GET / HTTP/1.1\r\nHo", form + b"Content-Length: 100\r\n\r\nvari", large):
            connection = watched.connect(receive_buffer=4096)
            connection.sendall(opening)
            vanish(connection)
            vanished.append(connection)
    deadline = time.monotonic() + PATIENCE_SECONDS  # on a busy machine the first may be gone before the last has come
    while watched.metric("ff_http_connections_accepted_total", server="shop") < accepted + len(slow) + len(vanished):
        assert time.monotonic() < deadline, "not all were accepted"
        time.sleep(0.05)

    served = 0
    deadline = time.monotonic() + LARGEST_LIMIT_SECONDS
    while watched.connections() > before:
        assert time.monotonic() < deadline, f"{watched.connections() - before} are still held"
        for client in slow:
            client.turn()
        watched.serves()
        served += 1
        time.sleep(0.1)  # the pace of the drops, not a wait for anything
    met = {limit: now - met_before[limit] for limit, now in limits_met().items()}
    assert met == {"header": 2 * each, "body": 3 * each, "write": 3 * each}
    for client in slow[::5] + slow[1::5] + slow[2::5]:
        client.turn()
        assert client.received.startswith(b"HTTP/1.1 408 "), client.received[:100]
    assert served > 10, "others were served meanwhile"
    for connection in [client.connection for client in slow] + vanished:
        connection.close()
    if not SANITIZED:
        assert watched.memory_mb() < memory_mb + 20


def test_resets_at_any_moment_cost_nothing_that_stays(watched):
    opening = [
        b"",                                                   # connect and reset
        b"GET / HT",                                           # in the request line
        b"GET / HTTP/1.1\r\nHost: shop\r\nX",                  # in the head
        b"POST /cart/lines HTTP/1.1\r\nHost: shop\r\nOrigin: http://shop\r\nContent-Length: 50\r\n\r\nvar",  # in the body
        b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n" * 200,         # in the answer
        b"GET /cart HTTP/1.1\r\nHost: shop\r\n\r\n" * 20,      # while handlers wait for the store
        b"nonsense\r\n\r\n",                                   # while the server lingers
    ]
    before = watched.connections()
    exceptions = watched.metric("ff_http_handler_exceptions_total")
    memory_mb = []
    for _ in range(4):
        for number in range(200):
            batch = []
            for bytes_sent in opening:
                connection = watched.connect()
                with contextlib.suppress(OSError):
                    connection.sendall(bytes_sent)
                batch.append(connection)
            if number % 2:  # some have read a part of their answer
                with contextlib.suppress(OSError):
                    batch[4].recv(100)
            for connection in batch:
                reset(connection)
            if number % 50 == 0:
                watched.serves()
        watched.settle(before)
        memory_mb.append(watched.memory_mb())
    assert watched.metric("ff_http_handler_exceptions_total") == exceptions
    assert watched.metric("ff_http_requests_in_flight") == 0
    if not SANITIZED:
        assert memory_mb[-1] < memory_mb[0] + 8, f"MB after each round: {memory_mb}"


def flood(requests: int) -> tuple:
    """(bytes, the statuses that they get in order): no two neighbours alike for long, so that a swap would show."""
    targets = [(b"/robots.txt", 200), (b"/", 200), (b"/nothing-here", 404), (b"/collections/", 308), (b"/robots.txt", 200)]
    chosen = [targets[(number * number + number // 7) % len(targets)] for number in range(requests)]
    sent = b"".join(b"HEAD " + target + b" HTTP/1.1\r\nHost: shop\r\n\r\n" for target, _ in chosen)
    return sent, [status for _, status in chosen]


def read_statuses(connection: socket.socket, count: int) -> list:
    """Of answers without content."""
    statuses, received = [], b""
    while len(statuses) < count:
        chunk = connection.recv(1 << 20)
        assert chunk, f"closed after {len(statuses)} answers"
        received += chunk
        *whole, received = received.split(b"\r\n\r\n")
        statuses += [int(head[9:12]) for head in whole]
    assert received == b""
    return statuses


def check_order(statuses: list, expected: list):
    """Answer for answer; some may have been refused (see ask()), which leaves the others in their places."""
    assert len(statuses) == len(expected)
    assert all(status in (wanted, 503) for status, wanted in zip(statuses, expected))
    assert statuses.count(503) < len(expected) // 2


def test_ten_thousand_pipelined_requests_are_answered_in_order(watched):
    sent, expected = flood(10_000)
    before = watched.connections()
    with watched.connect() as connection:
        threading.Thread(target=connection.sendall, args=(sent,), daemon=True).start()
        check_order(read_statuses(connection, len(expected)), expected)
    watched.settle(before)


def test_a_pipelined_flood_leaves_others_their_turn(tmp_path):
    """One serving thread, one connection that floods it: another that asks for one thing at a time gets its answers
    while the flood lasts, and not only at its end."""
    with ShopProcess(tmp_path / "shop", io_threads=1).migrate_and_seed() as shop:
        watched = Watched(shop)
        watched.serves()
        sent, expected = flood(10_000)
        floods = 10
        flooding = watched.connect()
        done = threading.Event()
        failures = []

        def read():
            try:
                check_order(read_statuses(flooding, floods * len(expected)), floods * expected)
            except AssertionError as error:
                failures.append(error)
            finally:
                done.set()

        def send():
            for _ in range(floods):
                flooding.sendall(sent)

        with flooding, watched.connect() as polite:
            threads = [threading.Thread(target=read, daemon=True), threading.Thread(target=send, daemon=True)]
            for thread in threads:
                thread.start()
            answered = 0
            while not done.is_set():
                ask(polite)
                answered += 1
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        assert not failures, failures[0]
        # One answer for each whole flood would be what is left over by a server that finishes the flood first.
        assert answered > 2 * floods, f"{answered} answers beside {floods} floods of {len(expected):,}"


def test_a_crowd_that_connects_and_leaves_is_accepted_as_fast_as_it_comes(watched):
    """Thousands that say nothing, by FIN and by reset, beside one that is served throughout."""
    before = watched.connections()
    accepted = watched.metric("ff_http_connections_accepted_total")
    crowd = 0
    with watched.connect() as steady:
        for number in range(3_000):
            connection = watched.connect(f"127.0.0.{2 + number % 4}")
            if number % 2:
                reset(connection)
            else:
                connection.close()
            crowd += 1
            if number % 100 == 0:
                ask(steady)
    watched.settle(before)
    # One that was reset while it queued may never be seen.
    assert watched.metric("ff_http_connections_accepted_total") - accepted > crowd // 2
    watched.serves()
