"""Addresses of images and pages, alone, listed in a cell, or within objects."""

import re

from indexing.catalogue.field_values import FieldValueError, label_of

_APART = re.compile(r"[\s,;|]+(?=(?:https?:)?//)|\s*[|;]\s*|\n+|,\s+(?=\S+\.\w{3,4}(?:,|$))")
ONE_ADDRESS = re.compile(r"https?://[!-+\--:<-{}~]+")
"""An address of signs that are never between two."""

_BEFORE = re.compile(r"[^\s|;,]+:\d+:\d+:\|(?=https?://)")
_COMMAS = re.compile(r",\s*")
_FILE = re.compile(r"[^\s,]+\.(?:jpe?g|png|webp|gif|avif|svg|bmp|tiff?)(?:\?\S*)?", re.IGNORECASE)
_DROPPED = re.compile(r"[\x00-\x20\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WITHIN = ("src", "url", "href", "contentUrl", "image", "link", "large", "original", "image_url")
_NOTHING = frozenset({"no_selection", "n/a", "none", "null", "-", "no image", "noimage"})


def addresses_in(value: object) -> list[str]:
    """All of them, in order. Raises FieldValueError where the first is none of the web's."""
    if type(value) is str and ONE_ADDRESS.fullmatch(value):
        return [value]
    found = list(dict.fromkeys(_texts(value)))
    if found:
        checked(found[0])
    return found


def checked(address: str) -> str:
    """Only http, https or a path: another scheme would run or read something at the shopper's.

    Browsers drop tabs and line ends anywhere, and control characters before a scheme: so does this.
    """
    scheme = _SCHEME.match(_DROPPED.sub("", address))
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        raise FieldValueError(
            f"has the scheme {scheme[1].lower()}: only http, https and paths are kept"
        )
    if "." not in address and "/" not in address:
        raise FieldValueError("is no address")
    return address


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        held = next((value[name] for name in _WITHIN if value.get(name)), None)
        return [] if held is None else _texts(held)
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, str) and "|http" in value:
        value = _BEFORE.sub("", value)  # Taobao: `name:1:0:|https://…`
    parts = _APART.split(value) if isinstance(value, str) else [value]
    if len(parts) == 1 and isinstance(value, str) and "," in value:
        pieces = _COMMAS.split(value.strip())
        if all(_FILE.fullmatch(piece) for piece in pieces if piece):
            parts = pieces
    texts = (label_of(part) for part in parts)
    return [text.strip(",;") for text in texts if text and text.casefold() not in _NOTHING]
