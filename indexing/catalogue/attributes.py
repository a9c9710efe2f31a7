"""Fields that Product does not know → attributes: flat names, values that can be searched."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

import orjson

from indexing.catalogue.field_values import FieldValueError, label_of, prose_of
from indexing.catalogue.values.attribute_cells import pairs_in

Attribute = str | float | bool | tuple[str, ...]

MAX_DEPTH = 8
MAX_NAME = 256
PREFIX = "attributes."
_EXACT = 2**53
_PAIR = ("name", "value")
_NAME_ENDS = ("name", "key", "label", "attribute", "property", "title")
_VALUE_ENDS = ("value", "val", "values", "text")


def attributes_of(unknown: dict[str, Any]) -> dict[str, Attribute]:
    """Flat attributes of the fields of a line that Product does not know.

    Objects are flattened under dotted names; null, blank and empty add nothing. The field
    `attributes` and the prefix `attributes.` name attributes outright. What is met twice under
    one name becomes a list. `unknown` is used up. Raises FieldValueError.
    """
    outright = unknown.pop("attributes", None)
    flat: dict[str, Attribute] = {}
    add_attributes(flat, "", unknown, 0)
    if outright is not None:
        add_attributes(flat, "", outright if type(outright) is dict else _object_in(outright), 0)
    return flat


def add_attributes(
    flat: dict[str, Attribute], prefix: str, fields: Mapping[str, Any], depth: int
) -> None:
    """Add what `attributes_of` says of these fields; depth: how deep they lie already."""
    if depth > MAX_DEPTH:
        raise FieldValueError(f"{prefix}… is nested deeper than {MAX_DEPTH} levels")
    for name, value in fields.items():
        if value is None:
            continue
        made: Attribute | None
        kind = type(value)
        if kind is str:
            made = value.strip() if value.isprintable() else prose_of(value)
        elif kind is float:
            made = value if isfinite(value) else None
        elif kind is bool:
            made = value
        elif kind is list or kind is tuple:
            made = _texts_of(flat, prefix + name, value, depth)
        elif kind is dict:
            add_attributes(flat, f"{prefix}{name}.", value, depth + 1)
            continue
        else:
            made = float(value) if kind is int and -_EXACT <= value <= _EXACT else _scalar(value)
        if made is None or made == "":
            continue
        key = clean_name(prefix + name)
        if key in flat:
            made = tuple(dict.fromkeys(_texts(flat[key], made)))
        flat[key] = made


def _texts_of(
    flat: dict[str, Attribute], name: str, items: Sequence[Any], depth: int
) -> tuple[str, ...] | None:
    """The texts of a list; objects within it are added under names of their own."""
    texts = []
    for item in items:
        kind = type(item)
        if kind is str:
            text = prose_of(item)
        elif kind is dict and (pair := _pair_of(item)) is not None:
            add_attributes(flat, "", {pair[0]: pair[1]}, depth + 1)
            continue
        elif kind is tuple and len(item) == 2 and isinstance(item[0], str):
            add_attributes(
                flat, f"{name}.", {item[0]: item[1]}, depth + 1
            )  # an entry of Parquet's MAP
            continue
        elif kind is dict or kind is list:
            add_attributes(flat, "", {name: item}, depth + 1)
            continue
        else:
            made = _scalar(item)
            text = None if made is None else text_of(made)
        if text is not None:
            texts.append(text)
    return tuple(texts) or None


def _pair_of(item: dict[str, Any]) -> tuple[str, Any] | None:
    """`{"name": …, "value": …}`, `{"PARAM_NAME": …, "VAL": …}` as a pair."""
    if len(item) != len(_PAIR):
        return None
    (first, name), (second, value) = item.items()
    ends = str(first).lower().endswith(_NAME_ENDS) and str(second).lower().endswith(_VALUE_ENDS)
    return (name, value) if ends and isinstance(name, str) and name else None


def _scalar(value: object) -> Attribute | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        try:
            number = float(value)
        except OverflowError:
            return str(value)
        return number if isfinite(number) else None
    if isinstance(value, date):
        return value.isoformat()
    return label_of(value)


def text_of(value: Attribute) -> str:
    """How an attribute reads: 42.0 as "42", truth as "true"."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    return ", ".join(value)


def _texts(*values: Attribute) -> Iterator[str]:
    for value in values:
        if isinstance(value, tuple):
            yield from value
        else:
            yield text_of(value)


@lru_cache(maxsize=100_000)
def clean_name(name: str) -> str:
    clean = label_of(name.removeprefix(PREFIX))
    if clean is None:
        raise FieldValueError("has an attribute without a name")
    if len(clean) > MAX_NAME:
        raise FieldValueError(f"{clean[:20]}… is a name of more than {MAX_NAME} characters")
    return clean


def _object_in(value: object) -> dict[str, Any]:
    """The field `attributes`: an object, or, as a table's cell holds it, JSON text of one."""
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            value = pairs_in(str(value)) or None
    elif isinstance(value, list):  # Parquet's MAP, or [{"name": …, "value": …}]
        made: dict[str, Attribute] = {}
        _texts_of(made, "attributes", value, 0)
        return made
    if not isinstance(value, dict):
        raise FieldValueError("must be an object of names and values")
    return value
