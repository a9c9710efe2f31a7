"""What a client may do to a connection: heads too large or too slow, silence, no HTTP at all."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_service import serving, wait_until

from app.server import protocol
from app.server.protocol import MAX_HEAD_BYTES, MAX_HEADERS

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
SOON_S = 20.0


@contextmanager
def link_to(http: httpx.Client) -> Iterator[socket.socket]:
    address = (http.base_url.host, http.base_url.port)
    with socket.create_connection(address, timeout=SOON_S) as link:
        yield link


def told(link: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer that ends the connection."""
    raw = b""
    while part := link.recv(65_536):
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head, raw
    assert b"connection: close" in head
    problem = json.loads(body)
    assert re.search(rb"x-request-id: (\w+)", head).group(1).decode() in problem["instance"]  # type: ignore[union-attr]
    assert problem["detail"].endswith(".")
    return int(head.split()[1]), problem


def is_served(http: httpx.Client) -> bool:
    return http.get("/healthz").status_code == 200


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[httpx.Client]:
    """A service without indexes that waits for nobody."""
    for waiting in protocol.SECONDS:
        monkeypatch.setitem(protocol.SECONDS, waiting, 0.3)
    monkeypatch.setattr(protocol, "_NOT_TAKEN_S", 0.3)
    with serving(tmp_path / "var") as http:
        yield http


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (GET + b"X-A: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n", 431),
        (GET + b"X-A: b\r\n" * MAX_HEADERS + b"\r\n", 431),
        (GET + b"X-A: " + b"a" * (2 << 20), 431),  # never ends
        (b"GET /" + b"a" * (MAX_HEAD_BYTES + 1) + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"POST /v1/search HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
         b"X-A: b\r\n" * MAX_HEADERS + b"\r\n", 431),
        (b"NOT HTTP AT ALL\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),  # TLS
        (GET + b"Bad header\r\n\r\n", 400),
        (GET + b"Content-Length: x\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"POST /v1/search HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
    ids=["large", "many", "endless", "address", "trailers", "text", "tls", "colon", "length",
         "ascii", "chunk"],
)  # fmt: skip
def test_what_cannot_be_a_request_is_told_so(
    http: httpx.Client, request_head: bytes, status: int
) -> None:
    with link_to(http) as link:
        link.sendall(request_head)
        link.shutdown(socket.SHUT_WR)
        found, problem = told(link)
    assert (found, problem["status"]) == (status, status)
    assert is_served(http)


def test_a_large_head_within_the_limits_is_read(http: httpx.Client) -> None:
    headers = {f"X-{n}": "a" * 600 for n in range(MAX_HEADERS - 10)}
    assert http.get("/healthz", headers=headers).status_code == 200


def test_refusals_are_counted(http: httpx.Client) -> None:
    def counted() -> float:
        line = r'vitrina_requests_total\{route="unknown",status="431"\} ([\d.]+)'
        found = re.search(line, http.get("/metrics").text)
        return float(found.group(1)) if found else 0.0

    before = counted()
    with link_to(http) as link:
        link.sendall(GET + b"X-A: b\r\n" * 200 + b"\r\n")
        told(link)
    assert counted() == before + 1


def test_an_attack_of_headers_leaves_no_memory_behind(http: httpx.Client) -> None:
    """150 MB of header lines; the service is a thread of this process."""

    def anonymous_mb() -> float:
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]

    line = b"X-A: " + b"a" * 1_000 + b"\r\n"
    before = anonymous_mb()
    for _ in range(15):
        with link_to(http) as link:
            link.sendall(GET)
            try:
                for _ in range(10):
                    link.sendall(line * 1_000)
            except OSError:
                continue  # given up: as good
            assert told(link)[0] == 431
    assert anonymous_mb() < before + 50


def test_a_head_that_drips_is_given_up(impatient: httpx.Client) -> None:
    with link_to(impatient) as link:
        for byte in GET[:4]:
            link.sendall(bytes([byte]))
            time.sleep(0.05)
        assert told(link)[0] == 408


@pytest.mark.parametrize("sent", [b"", b"\r\n", GET + b"\r\n"], ids=["nothing", "line", "request"])
def test_an_idle_connection_is_closed(impatient: httpx.Client, sent: bytes) -> None:
    with link_to(impatient) as link:
        link.sendall(sent)
        while link.recv(65_536):
            pass


def test_a_body_that_nobody_waits_for_is_not_read_for_ever(impatient: httpx.Client) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
    with link_to(impatient) as link:
        link.sendall(head)
        assert b"413" in link.recv(65_536)
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() < begun + SOON_S:
                link.sendall(b"a")
                time.sleep(0.05)


def test_the_rest_of_a_refused_body_does_not_end_the_connection(http: httpx.Client) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 1200000\r\n\r\n"
    with link_to(http) as link:
        link.sendall(head + b"a" * 1_200_000)
        assert b"413" in link.recv(65_536)
        link.sendall(GET + b"\r\n")
        answer = link.recv(65_536)
        assert b" 200 " in answer or b" 200 " in link.recv(65_536)


def test_requests_before_a_bad_one_are_answered(http: httpx.Client) -> None:
    with link_to(http) as link:
        link.sendall((GET + b"\r\n") * 3 + b"NOT HTTP AT ALL\r\n\r\n")
        raw = b""
        while part := link.recv(65_536):
            raw += part
    assert raw.count(b"HTTP/1.1 200 OK") == 3
    assert raw.count(b"HTTP/1.1") == 3


def test_a_client_that_takes_nothing_is_let_go(impatient: httpx.Client) -> None:
    """Its answers would wait in memory for ever."""
    with link_to(impatient) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        link.settimeout(0.2)
        with pytest.raises(OSError):
            wait_until(lambda: _ask_more(link) and False, SOON_S)


def _ask_more(link: socket.socket) -> bool:
    try:
        link.sendall(b"GET /docs/swagger/files/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n")
    except TimeoutError:
        time.sleep(0.05)
    return True


def test_an_upgrade_is_answered_as_it_is(http: httpx.Client) -> None:
    """Neither HTTP/2 nor a web socket is spoken here."""
    for protocol_name in (b"h2c", b"websocket"):
        with link_to(http) as link:
            link.sendall(GET + b"Connection: Upgrade\r\nUpgrade: " + protocol_name + b"\r\n\r\n")
            raw = b""
            while part := link.recv(65_536):
                raw += part
            assert raw.startswith(b"HTTP/1.1 200 OK")
