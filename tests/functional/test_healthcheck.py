"""`fashionforward healthcheck`: what a container asks its own server with."""

import contextlib
import signal
import socket
import threading
import time
import urllib.parse

import pytest

from support.shop_process import run


def healthcheck(address: str, *arguments: str):
    return run("healthcheck", "--ops-listen", address, *arguments, check=False)


def address_of(shop) -> str:
    return urllib.parse.urlsplit(shop.ops_url).netloc


@contextlib.contextmanager
def somebody(answer: bytes, *, then_close: bool = True):
    """A server that is not ours: it sends `answer` to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(10)
                with contextlib.suppress(OSError):
                    connection.recv(10_000)
                    connection.sendall(answer)
                if then_close:
                    connection.close()
                else:
                    kept.append(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)
        for connection in kept:
            connection.close()


@pytest.mark.parametrize("probe", ["readyz", "livez", "startupz"])
def test_a_server_that_serves_is_well(shop, probe):
    done = healthcheck(address_of(shop), "--probe", probe)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_where_the_server_listens_on_every_address_it_is_asked_on_loopback(shop):
    port = urllib.parse.urlsplit(shop.ops_url).port
    assert healthcheck(f":{port}").returncode == 0
    assert healthcheck(f"localhost:{port}").returncode == 0


def test_the_address_comes_from_the_settings_of_the_server(shop, tmp_path):
    (tmp_path / "shop.toml").write_text(f'ops_listen = "{address_of(shop)}"\n')
    assert run("healthcheck", "--config", str(tmp_path / "shop.toml"), check=False).returncode == 0
    assert run("healthcheck", check=False, env={"FF_OPS_LISTEN": address_of(shop)}).returncode == 0


def test_a_server_that_drains_is_alive_but_not_ready(fresh_shop):
    fresh_shop.config = "[drain]\ndelay_ms = 60000\n"
    with fresh_shop as shop:
        address = address_of(shop)
        shop.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 30
        while (done := healthcheck(address)).returncode == 0:
            assert time.monotonic() < deadline, "it stayed ready"
        assert done.returncode == 1
        assert done.stderr.startswith(f"fashionforward: http://{address}/readyz answered 503: ")
        assert healthcheck(address, "--probe", "livez").returncode == 0
        shop.process.send_signal(signal.SIGTERM)  # the second one: at once
        shop.process.wait(timeout=30)


def test_nobody_listening_is_one_line_and_exit_code_1():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    done = healthcheck(address)
    assert done.returncode == 1
    assert done.stderr == f"fashionforward: http://{address}/readyz: Connection refused\n"


@pytest.mark.parametrize("answer, told", [
    (b"", "the answer is not HTTP/1.1"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP/1.1"),
    (b"HTTP/1.1 abc\r\n\r\n", "the answer is not HTTP/1.1"),
    (b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n", "answered 404"),
    (b"HTTP/1.1 500 X\r\n\r\n" + b"x" * 1_000_000, "answered 500"),
])
def test_an_answer_of_somebody_else_is_not_well(answer, told):
    with somebody(answer) as address:
        done = healthcheck(address)
    assert done.returncode == 1 and told in done.stderr
    assert len(done.stderr.splitlines()) == 1 and len(done.stderr) < 400


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_server_that_never_finishes_its_answer_is_given_up(answer):
    with somebody(answer, then_close=False) as address:
        done = healthcheck(address, "--timeout-ms", "200")
    assert done.returncode == 1
    assert done.stderr == f"fashionforward: http://{address}/readyz: no answer within 200 ms\n"


@pytest.mark.parametrize("arguments", [["--probe", "metrics"], ["--timeout-ms", "0"], ["--timeout-ms", "soon"]])
def test_a_question_that_makes_no_sense_is_wrong_usage(arguments):
    assert run("healthcheck", *arguments, check=False).returncode == 2
