"""Which facets a query counts, and their counts as Algolia writes them."""

from collections.abc import Container, Sequence
from typing import Final

from app.api.algolia.attributes import (
    CATEGORY,
    LEVELS,
    Place,
    depth_of,
    place_of,
    shown_name,
    value_at,
)
from indexing.catalogue.attributes import text_of
from indexing.columns import Columns
from ranking.facets.facets import AUTO
from ranking.filters.filters import Filter, fields_of
from ranking.search.result import Facet

ALL: Final = "*"
AUTO_FACETS: Final = 20
"""Attributes counted for `*`, those worth the most to this result."""
_ALWAYS: Final = (CATEGORY, "brand", "price", "rating")
_MOST_LISTED: Final = 20
"""Numbers that a list to choose from may hold; more want a slider."""
CATEGORY_VALUES: Final = 1_000
"""Paths counted where levels or names are asked for, as each level has its own limit."""


def counted_fields(
    asked: Sequence[str], filters: Sequence[Filter], columns: Columns, most: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fields to count (at most `most`), and the attributes asked for that are none."""
    fields: dict[str, None] = {}
    unknown = []
    for name in asked:
        if name == ALL:
            refined = sorted(set().union(*map(fields_of, filters)))
            fields |= dict.fromkeys((*_ALWAYS, *refined, AUTO))
            continue
        place = place_of(name, columns)
        if place is None:
            unknown.append(name)
        else:
            fields[place.field] = None
    return tuple(fields)[:most], tuple(unknown)


def shown_facets(
    asked: Sequence[str], facets: dict[str, Facet], columns: Columns, most: int, by_name: bool
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]], list[str]]:
    """Attribute → value → count; attribute → min and max; and the order to show facets in.

    A number field with many values has no counts, only its bounds. In the order it stands if it
    was asked for by name, or has values few enough for a list.
    """
    counts: dict[str, dict[str, int]] = {}
    stats: dict[str, dict[str, float]] = {}
    order: list[str] = []
    for name, place, named in _names(asked, facets, columns):
        facet = facets.get(place.field)
        if facet is None or name in counts:
            continue
        counts[name] = _values(facet, place, most, by_name)
        if facet.min is not None and facet.max is not None:
            stats[name] = {"min": facet.min, "max": facet.max}
        listed = counts[name] and not (facet.type == "number" and len(counts[name]) > _MOST_LISTED)
        if (named or listed) and place.level in (None, 0):
            order.append(name)
    return counts, stats, order


def declared_order(fields: Sequence[str], counts: Container[str]) -> list[str]:
    """The shop's own order, by attribute: those of its `facets` that were counted."""
    named = (f"{LEVELS}.lvl0" if field == CATEGORY else shown_name(field) for field in fields)
    return [name for name in named if name in counts]


def _names(
    asked: Sequence[str], facets: dict[str, Facet], columns: Columns
) -> list[tuple[str, Place, bool]]:
    """Attributes, where they are, and whether they were asked for by name."""
    found = []
    for name in asked:
        place = place_of(name, columns) if name != ALL else None
        if place is not None:
            found.append((name, place, True))
    if ALL in asked:
        for field, facet in facets.items():
            if field != CATEGORY:
                found.append((shown_name(field), Place(field), False))
                continue
            deepest = max((depth_of(str(each.value)) for each in facet.values), default=0)
            levels = range(deepest + 1)
            found += [(f"{LEVELS}.lvl{n}", Place(CATEGORY, n), False) for n in levels]
    return found


def _values(facet: Facet, place: Place, most: int, by_name: bool) -> dict[str, int]:
    if facet.type == "number" and facet.distinct is None:
        return {}  # bins, which no filter on a value means
    found: dict[str, int] = {}
    for each in facet.values:
        value = value_at(place, text_of(each.value))
        if value is not None and each.count:
            found[value] = found.get(value, 0) + each.count
    ordered = sorted(found.items(), key=lambda pair: -pair[1])[:most]
    return dict(sorted(ordered) if by_name else ordered)
