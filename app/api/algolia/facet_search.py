"""Search among the values of a facet, counted as the same query counts them."""

import time
from dataclasses import replace
from typing import Any, Final

from app.api.algolia.attributes import Place, place_of, value_at
from app.api.algolia.marks import Marking
from app.api.algolia.parameters import AlgoliaQuery
from indexing.analysis.folding import fold
from indexing.catalogue.attributes import text_of
from ranking.generation import Generation
from ranking.search.facet_values import facet_values
from ranking.search.request import SearchRequest

_MOST_PATHS: Final = 1_000
"""Categories read where only one level, or their names, are asked for."""


def found_values(
    query: AlgoliaQuery, request: SearchRequest, generation: Generation
) -> dict[str, Any]:
    """`facetHits`, the best first; none for an attribute that this index lacks, or a number."""
    columns = generation.snapshot.columns
    place = place_of(str(query.facet), columns)
    hits: list[dict[str, Any]] = []
    if place is not None and columns.keyword(place.field) is not None:
        pairs = _counted(place, query, request, generation)
        hits = [
            {
                "value": value,
                "highlighted": _highlighted(value, query.facet_text, query.marking),
                "count": count,
            }
            for value, count in pairs[: query.most_facet_hits]
        ]
    return {
        "facetHits": hits,
        "exhaustiveFacetsCount": True,
        "exhaustive": {"facetsCount": True},
    }


def _counted(
    place: Place, query: AlgoliaQuery, request: SearchRequest, generation: Generation
) -> list[tuple[str, int]]:
    whole = place.level is None and not place.names
    asked = replace(request, facet_limit=query.most_facet_hits if whole else _MOST_PATHS)
    clock = time.perf_counter
    facet = facet_values(asked, place.field, query.facet_text, generation, clock)
    found: dict[str, int] = {}
    for each in facet.values:
        name = value_at(place, text_of(each.value))
        if name is not None:
            found[name] = found.get(name, 0) + each.count
    return list(found.items())


def _highlighted(value: str, typed: str, marking: Marking) -> str:
    """The typed text within the value, where folding leaves every character its place."""
    folded, wanted = fold(value), fold(typed).strip()
    at = folded.find(wanted) if wanted and len(folded) == len(value) else -1
    if at < 0:
        return value
    end = at + len(wanted)
    return f"{value[:at]}{marking.before}{value[at:end]}{marking.after}{value[end:]}"
