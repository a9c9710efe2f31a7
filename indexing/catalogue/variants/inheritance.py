"""What a variant takes over from its parent, or from the first row of its group."""

from collections.abc import Iterable
from typing import Any

from indexing.catalogue.rows.layout import says
from indexing.catalogue.rows.names import name_key

Fields = dict[str, Any]

_MONEY = frozenset({
    "price", "sale_price", "list_price", "currency", "sale_from", "sale_to", "sale_dates",
    "discount_amount", "discount_percent",
})  # fmt: skip
_STOCK = frozenset({"stock", "availability", "backorders", "stock_tracked"})
_OWN = frozenset({"id", "group_id", "vector", "identifiers", "more_attributes", "attributes"})
_SHARED = frozenset({"title", "description", "brand", "category", "categories", "image"}) | _MONEY


def from_parent(own: Fields, parent: Fields) -> Fields:
    """Fields of a variant with all that it does not say itself.

    Price and stock are taken over whole or not at all: a variant's price goes with no other's
    list price. A parent's identifiers find its variants too.
    """
    made = _filled(own, parent, (name for name in parent if name not in _OWN))
    attributes = _attributes(own, parent)
    if attributes:
        made["more_attributes"] = attributes
    if "attributes" in parent and "attributes" not in own:
        made["attributes"] = parent["attributes"]
    identifiers = [*_listed(own.get("identifiers")), *_listed(parent.get("identifiers"))]
    if identifiers:
        made["identifiers"] = identifiers
    return made


def from_sibling(own: Fields, first: Fields) -> Fields:
    """Fields of a row with what the group's first rows say and it does not."""
    return _filled(own, first, (name for name in first if name in _SHARED))


def shared_of(fields: Fields) -> Fields:
    """What other rows of the group may take over."""
    return {name: value for name, value in fields.items() if name in _SHARED}


def has_all_of(own: Fields, first: Fields) -> bool:
    """Whether neither says something that the other one lacks."""
    names = own.keys()
    return first.keys() <= names and len(names & _SHARED) == len(first)


def _filled(own: Fields, other: Fields, names: Iterable[str]) -> Fields:
    made = dict(own)
    money, stock = not _MONEY.isdisjoint(own), not _STOCK.isdisjoint(own)
    money = money and not own.keys() & _MONEY <= {"currency"}
    for name in names:
        if says(made.get(name)):
            continue
        if (money and name in _MONEY and name != "currency") or (stock and name in _STOCK):
            continue
        if name == "categories" and "category" in own:
            continue
        made[name] = other[name]
    return made


def _attributes(own: Fields, parent: Fields) -> Fields:
    mine: Fields = own.get("more_attributes", {})
    theirs: Fields = parent.get("more_attributes", {})
    if not theirs:
        return mine
    keys = {name_key(name) for name in mine}
    return {**{name: held for name, held in theirs.items() if name_key(name) not in keys}, **mine}


def _listed(value: object) -> list[Any]:
    if not says(value):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
