"""The values of one facet that hold a text, for the products that a search would find."""

from collections.abc import Callable

from ranking.facets.value_search import matching_values
from ranking.generation import Generation
from ranking.search.deadline import Deadline
from ranking.search.pipeline import find
from ranking.search.request import SearchRequest
from ranking.search.result import Facet
from ranking.search.stages import StageLog


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
    budget_ms = generation.policy.budget_ms if request.budget_ms is None else request.budget_ms
    log, deadline = StageLog(clock), Deadline.after(budget_ms, clock)
    found = find(request, generation, deadline, log)
    return matching_values(
        generation.snapshot.columns,
        found.matches.doc_ids,
        found.request.filters,
        field,
        text,
        request.facet_limit,
    )
