"""Values as shops write them → values of Product's fields.

Every function returns None for a value that says nothing (blank text, empty list), and raises
FieldValueError, whose text is the reason, for one that cannot be meant.
"""

import re
import sys
from decimal import Decimal
from functools import lru_cache
from math import isfinite

import orjson

from indexing.catalogue.rows.names import CURRENCIES

CATEGORY_SEPARATOR = " > "

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_IDENTIFIER_SEPARATOR = re.compile(r"[|;]")
_MONEY_NUMBER = re.compile(r"-?\d[\d.,' \u00a0\u202f\u2009]*-?|(?<![^\W\d_])-?[.,]\d+")
_BESIDE_MONEY = re.compile(r"[^\W\d_]{0,4}\.?\s*[$€£¥￥₹₩₺₽₴₫฿₱₪]?\s*[^\W\d_]{0,4}\.?")
_CURRENCY_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "zł": "PLN", "₺": "TRY", "US$": "USD",
    "R$": "BRL", "Kč": "CZK", "₽": "RUB", "₴": "UAH", "₫": "VND", "฿": "THB", "₱": "PHP",
    "₪": "ILS", "元": "CNY", "円": "JPY", "Euro": "EUR", "euro": "EUR", "A$": "AUD", "C$": "CAD",
    "CA$": "CAD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "Fr.": "CHF", "Rs": "INR",
    "원": "KRW", "NT$": "TWD", "TL": "TRY", "Ft": "HUF", "Rp": "IDR", "руб": "RUB",
}  # fmt: skip
_EXACT = 2**53
_LARGEST = sys.float_info.max
_LISTS = (list, tuple)


MAX_LEVELS = 16
"""Of a category path; each level is a column of the whole catalogue while building."""


class FieldValueError(ValueError):
    """The reason why a value is none of its field."""


def label_of(value: object) -> str | None:
    """One line of text: white space collapsed, control characters gone. Numbers become text."""
    text = value if type(value) is str else _text(value)
    if text is None:
        return None
    if text.isprintable():
        if "  " not in text:
            return text.strip() or None
    else:
        text = _CONTROLS.sub("", text)
    return " ".join(text.split()) or None


def prose_of(value: object) -> str | None:
    """Text that keeps its line breaks. A list is joined, one item a line."""
    if isinstance(value, _LISTS):
        return "\n".join(filter(None, map(prose_of, value))) or None
    text = value if isinstance(value, str) else _text(value)
    if text is None:
        return None
    if not text.replace("\n", "").isprintable():
        text = _CONTROLS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip() or None


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bool, list, tuple, dict)):
        raise FieldValueError(f"must be text, not {_kind(value)}")
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise FieldValueError("is not valid UTF-8") from None
    if isinstance(value, float):
        if not isfinite(value):
            return None  # what pandas writes for a missing text
        if not value.is_integer():
            return repr(value)
        if abs(value) >= _EXACT:
            raise FieldValueError("is a number too large to be exact; write it in quotes")
        return str(int(value))
    return str(value)


def category_of(value: object) -> tuple[str, ...] | None:
    """A path from "A > B > C" or from a list; root first. A tuple is a path already."""
    if type(value) is tuple:
        return tuple(filter(None, map(label_of, value))) or None
    path: tuple[str, ...] = ()
    for part in value if isinstance(value, _LISTS) else (value,):
        path += _levels(part) if isinstance(part, str) else _levels(label_of(part) or "")
    if len(path) > MAX_LEVELS:
        raise FieldValueError(f"has more than {MAX_LEVELS} levels")
    return path or None


@lru_cache(maxsize=100_000)
def _levels(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(label_of, text.split(CATEGORY_SEPARATOR))))


def identifiers_of(value: object) -> tuple[str, ...] | None:
    """Without duplicates; one text may hold several, separated by "|" or ";"."""
    found: dict[str, None] = {}
    for item in value if isinstance(value, _LISTS) else (value,):
        label = label_of(item)
        if label is None:
            continue
        if "|" in label or ";" in label:
            found |= dict.fromkeys(filter(None, map(str.strip, _IDENTIFIER_SEPARATOR.split(label))))
        else:
            found[label] = None
    return tuple(found) or None


def number_of(value: object) -> float | None:
    """A finite number ≥ 0; text may carry a currency and thousands separators."""
    if type(value) is float and 0.0 <= value <= _LARGEST:
        return value
    if type(value) is int and 0 <= value <= _EXACT:
        return float(value)
    number = parse_number(value) if isinstance(value, str) else _number(value)
    if number is not None and number < 0:
        raise FieldValueError("must not be negative")
    return number


def whole_number_of(value: object) -> int | None:
    if type(value) is int and value >= 0:
        return value
    number = number_of(value)
    if number is not None and not number.is_integer():
        raise FieldValueError("must be a whole number")
    return None if number is None else int(number)


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise FieldValueError(f"must be a number, not {_kind(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise FieldValueError("is not a finite number") from None
    if not isfinite(number):
        raise FieldValueError("is not a finite number")
    return number


def parse_number(text: str) -> float | None:
    """A number as people write it: `1,299.00`, `1.299,00 €`, `$12.50`, `1 299`, `CHF 5.-`.

    With both signs the last one is the decimal sign. A comma alone is a decimal sign unless
    three digits follow it; a point alone is always one. Several equal signs separate thousands.
    """
    try:
        number = float(text) if "_" not in text else None
    except ValueError:
        number = None
    if number is not None:
        return _number(number)
    stripped = text.strip()
    if not stripped:
        return None
    found = _MONEY_NUMBER.search(stripped)
    if found is None:
        raise FieldValueError("must be a number")
    beside = (stripped[: found.start()] + stripped[found.end() :]).strip()
    if not _BESIDE_MONEY.fullmatch(beside):
        raise FieldValueError("must be one number, with nothing but a currency beside it")
    return float(_plain(re.sub(r"[' \u00a0\u202f\u2009]", "", found.group()).rstrip(".,-–—")))


def _plain(digits: str) -> str:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = max(".", ",", key=digits.rfind)
        thousands = "," if decimal == "." else "."
        if digits.count(decimal) > 1:
            raise FieldValueError("must be a number")
        return digits.replace(thousands, "").replace(decimal, ".")
    if points > 1:
        return digits.replace(".", "")
    if commas > 1 or (commas == 1 and re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", digits)):
        return digits.replace(",", "")
    return digits.replace(",", ".")


def currency_in(text: str) -> str | None:
    """The currency beside a price: its code, or a sign that only one currency has.

    `$` and `¥` stand for several currencies and say nothing.
    """
    for code in _CURRENCY_CODE.findall(text):
        if code in CURRENCIES:
            return str(code)
    if text.isascii() and "$" not in text and text.strip("0123456789., ") == "":
        return None
    signs = [sign for sign in _CURRENCY_SIGNS if sign in text]
    return _CURRENCY_SIGNS[max(signs, key=len)] if signs else None


def vector_of(value: object) -> tuple[object, ...] | None:
    """A list, or text: a JSON list or numbers separated by spaces. Product checks the numbers."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = orjson.loads(text) if text.startswith("[") else list(map(float, text.split()))
        except ValueError:
            raise FieldValueError("must be a list of numbers") from None
    if not isinstance(value, _LISTS):
        raise FieldValueError(f"must be a list of numbers, not {_kind(value)}")
    return tuple(value) or None


def _kind(value: object) -> str:
    names = {bool: "a truth value", dict: "an object", list: "a list", tuple: "a list", str: "text"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "this type")
