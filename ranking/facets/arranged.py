"""Facets and their values in the order that a rule wants; counts stay as they are."""

from collections.abc import Container, Mapping
from dataclasses import replace

from indexing.catalogue.attributes import PREFIX
from indexing.columns.keyword import folded_value
from ranking.facets.facets import AUTO
from ranking.rules.rule import FacetOrder
from ranking.search.result import Facet


def with_first(
    asked: tuple[str, ...], order: FacetOrder, fields: Container[str]
) -> tuple[str, ...]:
    """The fields to count: where the request leaves the choice to us, also those of the rule."""
    if AUTO not in asked:
        return asked
    named = (_field(name, fields) for name in order.order)
    wanted = [name for name in named if name in fields]
    return tuple(dict.fromkeys([*wanted, *asked]))


def arranged(facets: Mapping[str, Facet], order: FacetOrder) -> dict[str, Facet]:
    hidden = {_field(name, facets) for name in order.hide}
    values = {_field(name, facets): wanted for name, wanted in order.values.items()}
    first = (_field(name, facets) for name in order.order)
    names = dict.fromkeys([*(name for name in first if name in facets), *facets])
    return {
        name: _values_first(facets[name], values.get(name, ()))
        for name in names
        if name not in hidden
    }


def _field(name: str, known: Container[str]) -> str:
    """An attribute may be called by its own name."""
    return name if name in known else PREFIX + name


def _values_first(facet: Facet, wanted: tuple[str, ...]) -> Facet:
    """Of its shown values these before the others."""
    if not wanted:
        return facet
    place = {folded_value(value): n for n, value in enumerate(wanted)}
    last = len(wanted)
    values = sorted(facet.values, key=lambda v: place.get(folded_value(str(v.value)), last))
    return replace(facet, values=tuple(values))
