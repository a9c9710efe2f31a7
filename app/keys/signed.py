"""Keys that a shop's backend derives by itself: what they allow, signed; docs/keys.md.

The form is that of Algolia's secured keys: base64 of the hexadecimal HMAC-SHA-256 of the parameters
under the signing key, and the parameters as a URL writes them.
"""

import hmac
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from urllib.parse import parse_qs

from app.api.algolia.clauses import facet_filters, numeric_filters
from app.api.algolia.filter_text import parse_filter_text
from app.api.algolia.values import names
from app.errors import KeyRefusedError, ServiceError
from ranking.filters.filters import Filter, FilterError
from ranking.filters.url_syntax import DEFAULT_LIMITS, FilterBudget, parse_filters

Network = IPv4Network | IPv6Network
MOST_CHARS: Final = 8_192
_MAC_CHARS: Final = 64
_HEAD: Final = 84
"""Signs of base64 that hold nothing but signature."""
_ONCE: Final = frozenset({
    "validUntil", "filters", "facetFilters", "numericFilters", "restrictIndices",
    "restrictSources", "userToken", "key",
})  # fmt: skip
_REPEATED: Final = "filter"
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Signed:
    """A key as it is written, its signature not yet compared."""

    mac: str
    parameters: str

    def fits(self, signing_key: str) -> bool:
        """In a time that does not tell how much of it fits."""
        made = hmac.digest(signing_key.encode(), self.parameters.encode(), "sha256").hex()
        return hmac.compare_digest(made.encode(), self.mac.encode())  # it may hold any sign


@dataclass(frozen=True, slots=True)
class Restrictions:
    """key_id: of the key that signed, if that is said. valid_until: seconds since the epoch."""

    key_id: str | None
    valid_until: float | None
    filters: tuple[Filter, ...]
    indexes: tuple[str, ...]
    networks: tuple[Network, ...]
    user_token: str | None


def looks_signed(text: str) -> bool:
    """Whether a text means to be a signed key, whole or not."""
    if len(text) < _HEAD or text.startswith("vk_"):
        return False
    try:
        head = b64decode(_standard(text[:_HEAD]), validate=True)
    except (Error, ValueError):
        return False
    return _HEX.issuperset(head.decode("latin-1"))


def read_signed(text: str) -> Signed:
    """Raises KeyRefusedError."""
    if len(text) > MOST_CHARS:
        raise KeyRefusedError(f"the signed key has over {MOST_CHARS:,} characters. Sign less.")
    try:
        bare = _standard(text)
        written = b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("utf-8")
    except (Error, ValueError):
        raise KeyRefusedError("the signed key was cut or changed. Sign a new one.") from None
    return Signed(written[:_MAC_CHARS], written[_MAC_CHARS:])


def key_named_in(signed: Signed) -> str | None:
    """The id of the key that signed, if that is said; nothing else is believed of it yet."""
    for part in signed.parameters.split("&"):
        if part.startswith("key="):
            return part[4:]
    return None


def restrictions_of(signed: Signed, aliases: Mapping[str, str]) -> Restrictions:
    """aliases: other names of indexes. Raises KeyRefusedError for what this service cannot hold a
    request to: a restriction must not be lost.
    """
    try:
        given = parse_qs(
            signed.parameters, keep_blank_values=True, strict_parsing=bool(signed.parameters),
            max_num_fields=100,
        )  # fmt: skip
    except ValueError:
        raise KeyRefusedError("the signed key's parameters cannot be read.") from None
    for name, values in given.items():
        if name not in _ONCE and name != _REPEATED:
            raise KeyRefusedError(f"the signed key restricts {name[:60]!r}, which is unknown here.")
        if name in _ONCE and len(values) > 1:
            raise KeyRefusedError(f"the signed key says {name} twice.")
    one = {name: values[0] for name, values in given.items() if name in _ONCE}
    try:
        return Restrictions(
            one.get("key"),
            _time(one.get("validUntil")),
            _filters(one, given.get(_REPEATED, [])),
            tuple(aliases.get(name, name) for name in _listed(one, "restrictIndices")),
            tuple(ip_network(each) for each in _listed(one, "restrictSources")),
            one.get("userToken") or None,
        )
    except (ServiceError, FilterError, ValueError) as error:
        raise KeyRefusedError(f"the signed key's parameters cannot be used: {error}") from None


def _filters(one: Mapping[str, str], ours: list[str]) -> tuple[Filter, ...]:
    budget = FilterBudget(DEFAULT_LIMITS)
    found = parse_filters(ours)
    clause = parse_filter_text(one.get("filters", ""), budget)
    found += () if clause is None else (clause,)
    if one.get("facetFilters"):
        found += facet_filters("facetFilters", one["facetFilters"], budget)
    if one.get("numericFilters"):
        found += numeric_filters("numericFilters", one["numericFilters"], budget)
    return found


def _time(written: str | None) -> float | None:
    if written is None:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= 11):
        raise ValueError("validUntil is no time in seconds since the epoch")
    return float(written)


def _listed(one: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A restriction that is there and names nothing would be none."""
    if name not in one:
        return ()
    found = tuple(each.strip() for each in names(name, one[name]))
    if not found or not all(found) or any("*" in each[:-1] for each in found):
        raise ValueError(f"{name} names nothing that is known here")
    return found


def _standard(text: str) -> str:
    """Base64 in its standard alphabet; a plus that an address made a space is one again."""
    return text.rstrip("=").replace("-", "+").replace("_", "/").replace(" ", "+")
