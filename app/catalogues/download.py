"""One file over HTTP, into a file of ours: bounded in size, time and redirects."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import urljoin, urlsplit

from app.catalogues.addresses import HTTP, Address, AllowList, is_public, parse_address
from indexing.errors import CatalogError

_CHUNK = 1 << 18
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_FAULTS = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """allowed: the only addresses there are; None for any, also within our own network.

    idle_s: between two packets. total_s: of the whole, redirects included.
    """

    allowed: AllowList | None = None
    max_bytes: int = 64 << 30
    idle_s: float = 30.0
    total_s: float = 3_600.0


def download(address: Address, file: IO[bytes], limits: Limits) -> None:
    """Raises CatalogError. Every address, redirected ones too, is checked, resolved once, and
    that very address is connected to.
    """
    with _deadline(limits.total_s) as deadline:
        for _ in range(_MAX_REDIRECTS + 1):
            if limits.allowed is not None:
                limits.allowed.check(address)
            with _connected(address, limits, deadline) as connection:
                following = _fetched(connection, address, file, limits, deadline)
            if following is None:
                return
            address = following
    raise CatalogError(f"{address.told}: redirects more than {_MAX_REDIRECTS} times. Name the end.")


class _Deadline:
    """Shuts the connection down when the time is over, whatever is being waited for."""

    def __init__(self) -> None:
        self.over = False
        self.sock: socket.socket | None = None

    def end(self) -> None:
        self.over = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already


@contextmanager
def _deadline(total_s: float) -> Iterator[_Deadline]:
    deadline = _Deadline()
    timer = threading.Timer(total_s, deadline.end)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()


@contextmanager
def _connected(
    address: Address, limits: Limits, deadline: _Deadline
) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=limits.idle_s)
    try:
        ip = _resolved(address, limits)
        sock = socket.create_connection((ip, address.port), timeout=limits.idle_s)
        deadline.sock = sock
        if address.scheme == "https":
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=address.host)
            deadline.sock = sock
        connection.sock = sock
        if deadline.over:
            raise TimeoutError
        yield connection
    except _FAULTS as error:
        raise _failed(address, limits, deadline, error) from error
    finally:
        opened, deadline.sock = deadline.sock, None
        if opened is not None:
            opened.close()
        connection.close()


def _resolved(address: Address, limits: Limits) -> str:
    """One IP address, asked for once; all that the name has must be public, or it may be ours."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    ips = [str(entry[4][0]) for entry in found]
    if limits.allowed is not None and not all(map(is_public, ips)):
        raise CatalogError(
            f"{address.told}: is an address within this network, which catalogues may not be read "
            "from over HTTP. Use `vitrina build`, or put the file into VITRINA_CATALOG_DIR."
        )
    return ips[0]


def _fetched(
    connection: http.client.HTTPConnection,
    address: Address,
    file: IO[bytes],
    limits: Limits,
    deadline: _Deadline,
) -> Address | None:
    """Write the body; or give the address that it has moved to."""
    parts = urlsplit(address.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "vitrina", "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("GET", target, headers=headers)
    answer = connection.getresponse()
    if answer.status in _REDIRECTS:
        moved = parse_address(urljoin(address.url, answer.getheader("Location", "")))
        if moved.scheme not in HTTP or (address.scheme == "https" and moved.scheme == "http"):
            raise CatalogError(f"{address.told}: redirects to {moved.told}, which is not followed.")
        return moved
    if answer.status != 200:
        raise CatalogError(
            f"{address.told}: answers {answer.status} {answer.reason}. Check the address, and "
            "whether it asks for a key."
        )
    expected, got = answer.length, 0
    if expected is not None and expected > limits.max_bytes:
        raise _too_large(address, limits)
    while chunk := answer.read1(_CHUNK):
        got += len(chunk)
        if got > limits.max_bytes:
            raise _too_large(address, limits)
        file.write(chunk)
    if deadline.over:
        raise TimeoutError
    if expected is not None and got < expected:
        raise CatalogError(f"{address.told}: was cut off after {got:,} of {expected:,} bytes.")
    return None


def _too_large(address: Address, limits: Limits) -> CatalogError:
    return CatalogError(
        f"{address.told}: is larger than {limits.max_bytes:,} bytes, which is what a download may "
        "have."
    )


def _failed(
    address: Address, limits: Limits, deadline: _Deadline, error: Exception
) -> CatalogError:
    if deadline.over:
        return CatalogError(
            f"{address.told}: took longer than {limits.total_s:g} s. Download it yourself, and "
            "name the file."
        )
    if isinstance(error, TimeoutError):
        return CatalogError(f"{address.told}: sent nothing for {limits.idle_s:g} s. Try again.")
    return CatalogError(f"{address.told}: cannot be read: {error or type(error).__name__}.")
