"""Values of parameters, as version 5 writes them (JSON) or version 4 (text of a form)."""

import re
from typing import Any, Final

import orjson

from app.errors import InvalidRequestError, refused

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_TRUE, _FALSE = ("true", "1"), ("false", "0")
MOST_NAMES: Final = 1_000
"""Of a list of attributes, or of clauses."""


def wrong(where: str, raw: Any, expected: str) -> InvalidRequestError:
    shown = repr(raw)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return refused(where, f"{shown} is not {expected}", "Send one.")


def whole_number(where: str, raw: Any, least: int, most: int) -> int:
    number = raw
    if (isinstance(raw, str) and _WHOLE.fullmatch(raw.strip())) or (
        isinstance(raw, float) and raw.is_integer()
    ):
        number = int(raw)
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise wrong(where, raw, f"a whole number from {least:,} to {most:,}")
    return number


def truth(where: str, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).lower() if isinstance(raw, str | int) else ""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise wrong(where, raw, "true or false")


def text(where: str, raw: Any, most: int = 1_000) -> str:
    if isinstance(raw, str) and len(raw) <= most:
        return plain(raw)
    raise wrong(where, raw, f"a text of at most {most:,} characters")


def plain(raw: str) -> str:
    """Without lone surrogates, which no JSON can say."""
    return raw.encode("utf-8", "ignore").decode()


def names(where: str, raw: Any) -> tuple[str, ...]:
    """Attributes: a list, one text, names with commas, or a list as JSON text. Each once."""
    found = listed(where, raw)
    if isinstance(raw, str) and len(found) == 1:
        found = [part.strip() for part in found[0].split(",")]
    if not all(isinstance(name, str) for name in found):
        raise wrong(where, raw, "a list of attributes")
    return tuple(dict.fromkeys(plain(name) for name in found if name))


def listed(where: str, raw: Any) -> list[Any]:
    """A list, or JSON text of one; a text that is none stands for itself."""
    found = raw
    if isinstance(raw, str):
        found = [raw] if raw.strip() else []
        if raw.lstrip().startswith("["):
            try:
                found = orjson.loads(plain(raw))
            except ValueError:
                raise wrong(where, raw, "a list in JSON") from None
    if not isinstance(found, list) or len(found) > MOST_NAMES:
        raise wrong(where, raw, f"a list of at most {MOST_NAMES:,}")
    return found
