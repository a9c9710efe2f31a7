"""Which addresses a catalogue may be read from."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from indexing.errors import CatalogError

HTTP = ("http", "https")
BUCKETS = ("s3", "gs")
_PORTS = {"http": 80, "https": 443}
_LOOKS_LIKE_ONE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_address(name: str) -> bool:
    """Whether a catalogue's name is an address rather than a path."""
    return _LOOKS_LIKE_ONE.match(name) is not None


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address. told: without what may be secret."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def told(self) -> str:
        port = "" if self.port == _PORTS.get(self.scheme, 0) else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{port}{self.path}"


def parse_address(url: str) -> Address:
    """Raises CatalogError for what is not plainly an address of one of these schemes."""
    if not url.isprintable() or " " in url or "\\" in url or "::" in url.partition("://")[0]:
        raise _bad(url, "holds signs that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(url, f"cannot be parsed: {error}") from None
    scheme = parts.scheme.lower()
    if scheme not in (*HTTP, *BUCKETS):
        raise _bad(url, f"begins with {parts.scheme}://; use https, http, s3 or gs")
    if "@" in parts.netloc:
        raise _bad(url, "has a name or password in it; leave it out")
    host = (parts.hostname if scheme in HTTP else parts.netloc) or ""
    host = host.rstrip(".")
    if not host or "::" in url.replace(f"[{host}]", ""):
        raise _bad(url, "names no host" if not host else "chains addresses with `::`")
    return Address(url, scheme, host, port or _PORTS.get(scheme, 0), _path(parts))


def _path(parts: SplitResult) -> str:
    return parts.path or "/"


@dataclass(frozen=True, slots=True)
class AllowList:
    """Prefixes that addresses must begin with: scheme, host and port the same, the path below."""

    prefixes: tuple[Address, ...]

    @classmethod
    def of(cls, urls: tuple[str, ...]) -> "AllowList":
        return cls(tuple(map(parse_address, urls)))

    def check(self, address: Address) -> None:
        """Raises CatalogError for an address outside."""
        if not any(_below(address, prefix) for prefix in self.prefixes):
            raise CatalogError(
                f"{address.told}: is not among the addresses that catalogues may be read from. "
                "Add its beginning to VITRINA_CATALOG_URLS."
            )


def _below(address: Address, prefix: Address) -> bool:
    if (address.scheme, address.host, address.port) != (prefix.scheme, prefix.host, prefix.port):
        return False
    path = _decoded(address.path)
    if ".." in path.split("/"):
        return False
    folder = _decoded(prefix.path).rstrip("/")
    return path == folder or path.startswith(folder + "/")


def _decoded(path: str) -> str:
    """Without escapes, however often they were escaped."""
    while (once := unquote(path)) != path:
        path = once
    return path.replace("\\", "/")


def is_public(ip: str) -> bool:
    """Whether an IP address is one of the internet, and not of a machine or network of ours."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _of_nat64(address)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _of_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _bad(url: str, why: str) -> CatalogError:
    told = re.sub(r"//[^/@]*@", "//…@", url.partition("?")[0])[:200]
    return CatalogError(f"{told!r}: is no address of a catalogue: it {why}.")
