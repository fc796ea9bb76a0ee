"""Requests as they come in bytes: heads without end, requests within requests, and clients that never go on."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from app import connection
from app.catalogue import Catalogue
from tests.serving import served

HOST = b"Host: 127.0.0.1\r\n"
BODY = b'{"questionnaire":"small","include":[]}'
POST = b"POST /api/v1/score HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def address(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in this process on PostgreSQL too: what stands between it and the network is tried, without a proxy."""
    with served(catalogue, tmp_path_factory.mktemp("connection"), processes=0) as found:
        yield found


def answered(address: str, *pieces: bytes, pause: float = 0) -> bytes:
    """What comes back for what is sent, until the server hangs up or says nothing for a while."""
    host, port = address.removeprefix("http://").split(":")
    found = b""
    with socket.create_connection((host, int(port)), timeout=3) as caller:
        try:
            for piece in pieces:
                caller.sendall(piece)
                time.sleep(pause)
            while more := caller.recv(65536):
                found += more
        except (TimeoutError, ConnectionError):
            pass
    return found


def test_a_request_as_it_should_be_is_answered(address: str) -> None:
    found = answered(address, POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
    assert found.startswith(b"HTTP/1.1 200 OK")
    assert b"server:" not in found.lower()


def test_two_requests_on_one_connection_are_two(address: str) -> None:
    one = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert answered(address, one + last).count(b"HTTP/1.1 200 OK") == 2
    assert answered(address, one, last, pause=0.05).count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
        POST + b"Content-Length: 38\r\nContent-Length: 2\r\n\r\n" + BODY,
        POST + b"Transfer-Encoding: xchunked\r\nContent-Length: 38\r\n\r\n" + BODY,
        POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
        POST + b"Content-Length: +38\r\n\r\n" + BODY,
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + BODY,
        b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
        b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
def test_what_two_servers_could_read_in_two_ways_is_refused(address: str, sent: bytes) -> None:
    found = answered(address, sent)
    assert found.startswith(b"HTTP/1.1 400 "), found[:200]
    assert found.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 300_000,
        b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: b\r\n" * 100_000,
        b"GET /" + b"a" * 300_000,
    ],
)
def test_a_head_without_end_is_not_read_to_its_end(address: str, head: bytes) -> None:
    found = answered(address, head, b"\r\n\r\n")
    assert b"HTTP/1.1 431 " in found or found == b""  # hung up on before it was sent
    assert httpx.get(f"{address}/health/live").status_code == 200


def test_a_head_that_comes_in_one_piece_has_its_length_too(address: str) -> None:
    fields = b"".join(b"X-%d: " % number + b"a" * 9000 + b"\r\n" for number in range(10))
    found = answered(address, b"GET /health/live HTTP/1.1\r\n" + HOST + fields + b"\r\n")
    assert found.split()[1] in (b"400", b"431")
    small = b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 9000 + b"\r\nConnection: close\r\n\r\n"
    assert answered(address, small).startswith(b"HTTP/1.1 200 ")


def test_whoever_says_nothing_or_a_byte_now_and_then_is_hung_up_on(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    for pieces in ([], [b"G", b"E", b"T"], [b"GET / HTTP/1.1\r\n", b"X-A: a\r\n", b"X-B: b\r\n"], [b"\r\n"] * 4):
        began = time.monotonic()
        assert b"HTTP/1.1 408 " in answered(address, *pieces, pause=0.05)
        assert time.monotonic() - began < 2


def test_a_slow_body_holds_up_nobody(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.middleware.BODY_SECONDS", 0.5)
    host, port = address.removeprefix("http://").split(":")
    waiting = [socket.create_connection((host, int(port)), timeout=3) for _ in range(30)]
    for caller in waiting:
        caller.sendall(b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nemail=")
    assert httpx.post(f"{address}/api/v1/score", content=BODY, headers={"Content-Type": "application/json"}).is_success
    for caller in waiting:
        with caller:
            assert caller.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_whoever_hangs_up_in_the_middle_of_a_body_is_no_defect(address: str, caplog: pytest.LogCaptureFixture) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=3) as caller:
        caller.sendall(POST + b"Content-Length: 100\r\n\r\n" + BODY)
        time.sleep(0.1)
    time.sleep(0.2)
    assert httpx.get(f"{address}/health/live").status_code == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
