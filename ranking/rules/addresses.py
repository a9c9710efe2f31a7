"""Where a rule may lead: within the shop, or to hosts that its operator allows."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"'`]")


def checked_address(address: str) -> str:
    """A path within the shop or an http address. Raises ValueError."""
    if _UNSAFE.search(address):
        raise ValueError(
            "holds spaces, quotes, backslashes or <>. Write them percent-encoded, as in %20"
        )
    host = host_of(address)
    if host is None and not re.match(r"/(?!/)|[?#]", address):
        raise ValueError("is no address. Write a path as in /sale, or https://…")
    return address


def host_of(address: str) -> str | None:
    """Host, with the port if it says one, in lower case; None for a path. Raises ValueError for
    other schemes, and for users or no host in it.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError("is no address. Write a path as in /sale, or https://…") from None
    if not parts.scheme and not parts.netloc:
        return None
    if parts.scheme not in ("http", "https"):
        raise ValueError("may be http, https, or a path as in /sale")
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("names no host, or a user in it. Write https://shop.example/sale")
    return parts.hostname + ("" if port is None else f":{port}")


def leads_elsewhere(address: str, allowed: Collection[str]) -> str | None:
    """The host, if it is none of those allowed; a path leads nowhere else."""
    host = host_of(address)
    return None if host is None or host in allowed else host
