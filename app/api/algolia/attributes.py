"""Attributes as Algolia's clients name them, and the fields of an index that they mean.

An attribute of a product is called by its own name (`colour`), or as here (`attributes.colour`).
`hierarchicalCategories.lvl0` and on, under whatever name, are the paths of that depth; `categories`
are the names of their last levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.api.algolia.clauses import NOTHING, number
from app.errors import InvalidRequestError
from indexing.catalogue.attributes import PREFIX, text_of
from indexing.catalogue.product import PRODUCT_FIELDS
from indexing.columns import Columns, KeywordColumn
from indexing.columns.keyword import SEPARATOR, folded_value, leaf_hash
from indexing.types.kind_column import KIND
from ranking.filters.filters import And, AnyOf, Exists, Filter, Not, Or, Range

CATEGORY: Final = "category"
CATEGORY_NAMES: Final = "categories"
LEVELS: Final = "hierarchicalCategories"
_LEVEL = re.compile(r".+\.lvl([0-9])")
SHOWN_AS: Final = {"title": "name", "id": "objectID"}
"""Our field → what demos, themes and plug-ins call it; the record has both."""
_OURS = {theirs: ours for ours, theirs in SHOWN_AS.items()}
OWN_NAMES: Final = frozenset({*PRODUCT_FIELDS, *_OURS, LEVELS, "attributes", "extra"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attribute's values are: a field, and of `category` one level, or its last names.

    level: 0 for roots; None for whole paths. names: the last levels' names in place of paths.
    """

    field: str
    level: int | None = None
    names: bool = False


def place_of(name: str, columns: Columns) -> Place | None:
    """None for what this index has no field of."""
    own = _OURS.get(name, name)
    for field in (PREFIX + name, own) if own == KIND else (own, PREFIX + name):
        if field in columns.numbers or field in columns.keywords:
            return Place(field)
    level = _LEVEL.fullmatch(name)
    if level is not None:
        return Place(CATEGORY, int(level[1]))
    return Place(CATEGORY, names=True) if name == CATEGORY_NAMES else None


def shown_name(field: str) -> str:
    """What an attribute is called when nobody has named it."""
    plain = field.removeprefix(PREFIX)
    return field if plain in OWN_NAMES else plain


def resolved(clause: Filter, columns: Columns, unknown: set[str]) -> Filter:
    """The clause over the fields of this index.

    What Algolia does not know matches nothing there, and so here: an attribute without a field
    (told in `unknown`), a value of another type.
    """
    if isinstance(clause, Not):
        return Not(resolved(clause.clause, columns, unknown))
    if isinstance(clause, And):
        return And(tuple(resolved(part, columns, unknown) for part in clause.clauses))
    if isinstance(clause, Or):
        return Or(tuple(resolved(part, columns, unknown) for part in clause.clauses))
    place = place_of(clause.field, columns)
    if place is None:
        unknown.add(clause.field)
        return NOTHING
    if isinstance(clause, Range):
        return _range(clause, place, columns)
    if isinstance(clause, Exists):
        return Exists(place.field)
    if place.field in columns.numbers:
        numbers = _numbers(clause.values)
        return AnyOf(place.field, numbers) if numbers else NOTHING
    if place.names:
        column = columns.keywords[CATEGORY]
        paths = [path for value in clause.values for path in paths_ending(text_of(value), column)]
        return AnyOf(CATEGORY, tuple(paths)) if paths else NOTHING
    return AnyOf(place.field, clause.values)


def _range(clause: Range, place: Place, columns: Columns) -> Filter:
    if place.field in columns.numbers:
        return Range(place.field, clause.lo, clause.hi)
    same = clause.lo is not None and clause.lo == clause.hi
    return AnyOf(place.field, (text_of(clause.lo),)) if same and clause.lo is not None else NOTHING


def _numbers(values: Sequence[str | float]) -> tuple[float, ...]:
    found = []
    for value in values:
        try:
            found.append(number("", value) if isinstance(value, str) else value)
        except InvalidRequestError:
            continue  # no product has such a number
    return tuple(found)


def paths_ending(name: str, column: KeywordColumn) -> list[str]:
    """All categories of that name."""
    wanted = folded_value(name)
    paths = [
        column.values[ordinal] for ordinal in column.table.candidates(leaf_hash(CATEGORY, wanted))
    ]
    return [path for path in paths if folded_value(path.rpartition(SEPARATOR)[2]) == wanted]


def value_at(place: Place, value: str) -> str | None:
    """A value of the field as it is shown there; None if it is of another level."""
    if place.level is not None and depth_of(value) != place.level:
        return None
    return value.rpartition(SEPARATOR)[2] if place.names else value


def depth_of(path: str) -> int:
    """0 for a root."""
    return path.count(SEPARATOR)
