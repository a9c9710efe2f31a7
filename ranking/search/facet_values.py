"""The values of one facet that hold a text, for the products that a search would find."""

from collections.abc import Callable

from ranking.facets.value_search import matching_values
from ranking.generation import Generation
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.result import Facet
from ranking.search.root import parts_of


def facet_values(
    request: SearchRequest,
    field: str,
    text: str,
    generation: Generation,
    clock: Callable[[], float],
) -> Facet:
    """At most `facet_limit` values, with the counts that the same search shows for them.

    Raises FilterError for a field without values to search in.
    """
    context = Context.begin(request, generation, clock)
    found = find(context)
    parts = parts_of(found.matches, context)
    kept = len(request.filters) if request.facets_keep_own else 0
    return matching_values(parts, found.request.filters, field, text, request.facet_limit, kept)
