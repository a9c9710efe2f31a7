"""Against servers of our own, on this machine."""

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from app.catalogues.addresses import AllowList, parse_address
from app.catalogues.download import Limits, download
from indexing.errors import CatalogError

BODY = b"id,title\n1,Mug\n"


class Feeds(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Feeds.asked.append(f"{self.headers['Host']}{self.path}")
        answer: Callable[[], None] = getattr(self, f"get_{self.path.split('/')[1].split('?')[0]}")
        answer()

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def get_feed(self) -> None:
        self.reply(200, BODY)

    def get_moved(self) -> None:
        self.reply(302, Location="/feed?x=1")

    def get_loop(self) -> None:
        self.reply(301, Location=self.path)

    def get_to_file(self) -> None:
        self.reply(302, Location="file:///etc/passwd")

    def get_to_bucket(self) -> None:
        self.reply(302, Location="s3://bucket/a")

    def get_elsewhere(self) -> None:
        self.reply(302, Location="http://elsewhere.example/feed")

    def get_gone(self) -> None:
        self.reply(404)

    def get_short(self) -> None:
        self.reply(200, BODY, Content_Length="1000")

    def get_large(self) -> None:
        self.reply(200, b"", Content_Length=str(1 << 40))

    def get_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 100_000)
        except OSError:
            return

    def get_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return

    def get_silent(self) -> None:
        time.sleep(3)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Feeds) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def got(url: str, limits: Limits | None = None) -> bytes:
    file = io.BytesIO()
    download(parse_address(url), file, limits or Limits())
    return file.getvalue()


@pytest.mark.parametrize("path", ["feed", "feed?key=a%20b", "moved"])
def test_files_are_copied(port: int, path: str) -> None:
    assert got(f"http://127.0.0.1:{port}/{path}") == BODY
    assert Feeds.asked[-1].startswith(f"127.0.0.1:{port}/feed")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("loop", "redirects more than 5 times"),
        ("gone", "answers 404"),
        ("short", "was cut off after 15 of 1,000 bytes"),
        ("large", "is larger than 1,000,000 bytes"),
        ("endless", "is larger than 1,000,000 bytes"),
        ("to_file", "is no address of a catalogue"),
        ("to_bucket", "which is not followed"),
        ("silent", "sent nothing for 0.5 s"),
    ],
)
def test_servers_that_do_not_do_as_they_should(port: int, path: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        got(f"http://127.0.0.1:{port}/{path}?key=secret", Limits(max_bytes=1_000_000, idle_s=0.5))


def test_a_slow_server_is_left(port: int) -> None:
    begun = time.monotonic()
    with pytest.raises(CatalogError, match=r"took longer than 0\.5 s"):
        got(f"http://127.0.0.1:{port}/slow", Limits(total_s=0.5))
    assert time.monotonic() - begun < 5


def test_nobody_there() -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        got("http://127.0.0.1:1/feed")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_our_own_network_is_no_source_over_http(port: int, host: str) -> None:
    before = len(Feeds.asked)
    url = f"http://{host}:{port}/feed"
    with pytest.raises(CatalogError, match=r"within this network|cannot be read"):
        got(url, Limits(AllowList.of((f"http://{host}:{port}/",))))
    assert len(Feeds.asked) == before


class Names:
    """Names resolve to what is listed, one answer a question; connections go to our server."""

    def __init__(self, port: int, **answers: list[str]) -> None:
        self.port = port
        self.answers = answers
        self.connected: list[str] = []

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        ip = self.answers[host.partition(".")[0]].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    def create_connection(self, place: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(place[0])
        made = socket.socket()
        made.settimeout(timeout)
        made.connect(("127.0.0.1", self.port))
        return made


def test_a_name_is_resolved_once_and_that_address_is_used(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(port, feeds=["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr("app.catalogues.download.socket.getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr("app.catalogues.download.socket.create_connection", names.create_connection)
    assert (
        got("http://feeds.example/feed", Limits(AllowList.of(("http://feeds.example/",)))) == BODY
    )
    assert names.connected == ["93.184.216.34"]
    assert Feeds.asked[-1] == "feeds.example/feed"


def test_redirects_are_checked_again(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    public = "93.184.216.34"
    names = Names(port, feeds=[public, public, "10.0.0.1"], elsewhere=[public])
    monkeypatch.setattr("app.catalogues.download.socket.getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr("app.catalogues.download.socket.create_connection", names.create_connection)
    limits = Limits(AllowList.of(("http://feeds.example/",)))
    with pytest.raises(CatalogError, match=r"elsewhere\.example/feed: is not among the addresses"):
        got("http://feeds.example/elsewhere", limits)
    with pytest.raises(CatalogError, match="within this network"):
        got("http://feeds.example/moved", limits)
    assert names.connected == [public, public]
