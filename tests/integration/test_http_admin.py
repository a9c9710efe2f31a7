"""Who may use /v1/admin: whoever has the key; without one, this machine, and nobody in between."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from http_service import serving

KEY = "a key of sixteen characters or more"
Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service without a key."""
    with serving(tmp_path_factory.mktemp("admin") / "var") as http:
        yield http


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(tmp_path_factory.mktemp("keyed") / "var", admin_key=KEY) as http:
        yield http


def status(http: httpx.Client, headers: Headers) -> int:
    return http.get("/v1/admin/builds", headers=headers).status_code


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([("X-Admin-Key", KEY)], True),
        ([("Authorization", f"Bearer {KEY}")], True),
        ([("authorization", f"bearer  {KEY}")], True),
        # The key counts, whatever a proxy or a browser sends beside it.
        ([("X-Admin-Key", KEY), ("Authorization", "Basic dXNlcjpwYXNz")], True),
        ([("X-Admin-Key", KEY), ("Authorization", "Bearer of something else")], True),
        ([("X-Admin-Key", KEY), ("X-Forwarded-For", "10.0.0.1")], True),
        # And if it is wrong, a right one elsewhere does not mend it.
        ([("X-Admin-Key", "wrong"), ("Authorization", f"Bearer {KEY}")], False),
        ([("X-Admin-Key", ""), ("Authorization", f"Bearer {KEY}")], False),
        ([("X-Admin-Key", KEY), ("X-Admin-Key", "another")], False),
        ([("Authorization", f"Bearer {KEY}"), ("Authorization", "Bearer x")], False),
        ([("Authorization", f"Basic {KEY}")], False),
        ([("Authorization", KEY)], False),
        ([("X-Admin-Key", KEY[:-1])], False),
        ([("X-Admin-Key", KEY + "\u00e9")], False),
        ([], False),
    ],
)
def test_the_key_and_what_is_sent_beside_it(
    keyed: httpx.Client, headers: Headers, allowed: bool
) -> None:
    encoded = [(name, value.encode("latin-1")) for name, value in headers]
    assert status(keyed, encoded) == (200 if allowed else 403)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
     "X-Forwarded-Anything", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP",
     "Fastly-Client-IP", "X-Original-Forwarded-For", "X-Amzn-Trace-Id", "CDN-Loop"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["127.0.0.1", ""])
def test_without_a_key_whatever_was_passed_on_is_refused(
    local: httpx.Client, name: str, value: str
) -> None:
    assert status(local, [(name, value)]) == 403


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],  # another port of this machine
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", "http://evil.example")],
        [("Origin", "null")],
        [("Origin", "http://localhost:1")],
    ],
)
def test_without_a_key_pages_of_others_are_refused(local: httpx.Client, headers: Headers) -> None:
    assert status(local, headers) == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
     "localhost:80:80", "localhost:", "localhost:port", "localhost:123456", "[::1", "[::1]x",
     "::1", "127.1", "10.0.0.1", "", "localhost, evil.example", "localhost."],
)  # fmt: skip
def test_without_a_key_a_host_that_is_not_plainly_this_machine_is_refused(
    local: httpx.Client, host: str
) -> None:
    assert status(local, [("Host", host)]) == 403


def test_without_a_key_this_machine_may(local: httpx.Client) -> None:
    port = local.base_url.port
    allowed: list[Headers] = [
        [],
        [("Host", "localhost")],
        [("Host", "LOCALHOST:8080")],
        [("Host", "[::1]:8080")],
        [("Sec-Fetch-Site", "none")],
        [("Sec-Fetch-Site", "same-origin"), ("Origin", f"http://127.0.0.1:{port}")],
    ]
    for headers in allowed:
        assert status(local, headers) == 200, headers


def test_without_a_key_two_hosts_are_refused(local: httpx.Client) -> None:
    """The client library would not send them."""
    address = (local.base_url.host, local.base_url.port)
    with socket.create_connection(address, timeout=20) as link:
        link.sendall(b"GET /v1/admin/builds HTTP/1.1\r\n" + b"Host: localhost\r\n" * 2 + b"\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 403 ")
