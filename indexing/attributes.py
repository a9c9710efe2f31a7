"""Fields that Product does not know → attributes: flat names, values that can be searched."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isfinite

import orjson

from indexing.field_values import FieldValueError, label_of, prose_of

Attribute = str | float | bool | tuple[str, ...]

MAX_DEPTH = 8
MAX_NAME = 256
_PREFIX = "attributes."
_PAIR = {"name", "value"}


def add_attribute(attributes: dict[str, Attribute], name: str, value: object) -> None:
    """Add one unknown field, nested objects under dotted names; null and empty add nothing.

    The field `attributes` itself, and the prefix `attributes.`, are taken off. What is met
    twice under one name becomes a list. Raises FieldValueError.
    """
    if name == "attributes":
        if isinstance(value, str):
            value = _object_in(value)
        if value is None:
            return
        if not isinstance(value, dict):
            raise FieldValueError("must be an object of names and values")
        for inner, inner_value in value.items():
            _add(attributes, inner, inner_value, 1)
    else:
        _add(attributes, name.removeprefix(_PREFIX), value, 0)


def _add(attributes: dict[str, Attribute], name: str, value: object, depth: int) -> None:
    if type(value) is str:
        made: Attribute | None = prose_of(value)
    elif isinstance(value, dict):
        if depth >= MAX_DEPTH:
            raise FieldValueError(f"is nested deeper than {MAX_DEPTH} levels")
        for inner, inner_value in value.items():
            _add(attributes, f"{name}.{inner}", inner_value, depth + 1)
        return
    elif isinstance(value, list | tuple):
        texts = []
        for item in value:
            if isinstance(item, dict | list | tuple):
                _add_item(attributes, name, item, depth + 1)
            elif (text := _text(item)) is not None:
                texts.append(text)
        made = tuple(texts) or None
    else:
        made = _plain(value)
    if made is not None:
        key = _clean_name(name)
        known = attributes.get(key)
        attributes[key] = made if known is None else tuple(dict.fromkeys(_texts(known, made)))


def _add_item(attributes: dict[str, Attribute], name: str, item: object, depth: int) -> None:
    """An object within a list: {"name": …, "value": …}, a (key, value) pair, or fields."""
    if (
        isinstance(item, dict)
        and item.keys() == {"name", "value"}
        and isinstance(item["name"], str)
    ):
        _add(attributes, item["name"], item["value"], depth)
    elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        _add(attributes, f"{name}.{item[0]}", item[1], depth)  # Parquet's MAP
    else:
        if depth >= MAX_DEPTH:
            raise FieldValueError(f"is nested deeper than {MAX_DEPTH} levels")
        _add(attributes, name, item, depth)


def _plain(value: object) -> Attribute | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        try:
            number = float(value)
        except OverflowError:
            return str(value)
        return number if isfinite(number) else None
    if isinstance(value, date):
        return value.isoformat()
    return label_of(value)


def _text(value: object) -> str | None:
    made = prose_of(value) if isinstance(value, str) else _plain(value)
    return None if made is None else text_of(made)


def text_of(value: str | float | bool | tuple[str, ...]) -> str:
    """How an attribute reads: 42.0 as "42", truth as "true"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return ", ".join(value)


def _texts(*values: Attribute) -> Iterator[str]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield text_of(value)


@lru_cache(maxsize=100_000)
def _clean_name(name: str) -> str:
    clean = label_of(name)
    if clean is None:
        raise FieldValueError("has an attribute without a name")
    if len(clean) > MAX_NAME:
        raise FieldValueError(f"has an attribute name longer than {MAX_NAME} characters")
    return clean


def _object_in(text: str) -> Mapping[str, object] | None:
    """A cell of a table may hold the attributes as JSON."""
    if not text.strip():
        return None
    try:
        made: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise FieldValueError("must be a JSON object of names and values") from None
    if not isinstance(made, dict):
        raise FieldValueError("must be a JSON object of names and values")
    return made
