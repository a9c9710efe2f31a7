"""Prices as shops write them."""

import re
from typing import NamedTuple

from indexing.catalogue.field_values import (
    FieldValueError,
    currency_in,
    number_of,
    parse_number,
)
from indexing.catalogue.values.currency import DOLLAR

_RANGE = re.compile(r"(?<=\d)\s*(?:[-–—~～]|\bto\b|\bbis\b|\bà\b|\ba\b|至|到)\s*(?=\D{0,5}\d)")
_AROUND = re.compile(
    r"^(?:[^\W\d_]{2,12}\s*:|from|ab|von|starting at|as low as|now|only|nur|dès|"
    r"à partir de|desde|da|vanaf|od|från|fra|statt|was|uvp|rrp|msrp)\s*(?=[\s\d€$£¥])|"
    r"(?:\s*起|元起?|円|\s*/\s*(?:\w+|-)|\s*[(（][^()（）]{0,20}[)）]|"
    r"\s+(?:each|per\s+\w+|pro\s+\w+|"
    r"la pièce|inkl\.?.*|incl\.?.*|excl\.?.*|zzgl\.?.*|ttc|ht|iva\s+inc.*|\*))$",
    re.IGNORECASE,
)
_EXTREME_DASH = re.compile(r"(?<=\d)[.,]?\s?[-–—]{1,2}(?=\D*$)")
_GROUPED_POINT = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(?![\d.,])")
_OBJECT_AMOUNTS = ("amount", "value", "price", "current", "now", "centAmount")
_OBJECT_CURRENCIES = ("currency", "currencyCode", "currency_code", "priceCurrency")


class Money(NamedTuple):
    """highest: of a range, whose lowest end is the amount."""

    amount: float
    currency: str | None
    highest: float | None = None


def money_in(value: object, decimal: str | None) -> Money | None:
    """None for a value that says nothing. decimal: the file's sign, if it is known: with `,`
    a point before three digits separates thousands. Raises FieldValueError.
    """
    if value is None:
        return None
    if isinstance(value, dict):
        return _of_object(value, decimal)
    if isinstance(value, list | tuple):
        return money_in(value[0], decimal) if value else None
    if not isinstance(value, str):
        number = number_of(value)
        return None if number is None else Money(number, None)
    text = value.strip()
    if not text:
        return None
    try:
        number = float(text) if decimal != "," or "." not in text else None
    except ValueError:
        number = None
    if number is not None and "_" not in text:
        return Money(_checked(number), None)
    ends = _RANGE.split(text)
    if len(ends) == 2:
        low, high = _one(ends[0], decimal), _one(ends[1], decimal)
        if low is not None and high is not None:
            currency = low.currency or high.currency
            lowest, highest = sorted((low.amount, high.amount))
            return Money(lowest, currency, highest if highest > lowest else None)
    return _one(text, decimal)


def _one(text: str, decimal: str | None) -> Money | None:
    clean = text.strip()
    while (shorter := _AROUND.sub("", clean).strip()) != clean:
        clean = shorter
    whole = _EXTREME_DASH.sub("", clean)
    if decimal == "," or (whole != clean and "," in clean[len(whole) - 1 :]):
        whole = _GROUPED_POINT.sub(lambda found: found[1].replace(".", ""), whole)
    number = parse_number(whole)
    if number is None:
        return None
    return Money(_checked(number), currency_in(text) or (DOLLAR if DOLLAR in text else None))


def _checked(number: float) -> float:
    if not 0 <= number < float("inf"):
        raise FieldValueError("must not be negative" if number < 0 else "is not a finite number")
    return number


def _of_object(value: dict[str, object], decimal: str | None) -> Money | None:
    held = next((value[name] for name in _OBJECT_AMOUNTS if value.get(name) is not None), None)
    made = None if isinstance(held, dict) else money_in(held, decimal)
    if made is None:
        return None
    code = next((value[name] for name in _OBJECT_CURRENCIES if value.get(name)), None)
    amount = made.amount / 100 if "centAmount" in value and "value" not in value else made.amount
    return Money(amount, str(code).upper() if code else made.currency, made.highest)
