"""What a search answers with beside its hits, when it is asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ranking.filters.filters import Filter
from ranking.query.query import Query
from ranking.search.candidates import Ordered
from ranking.search.context import Context
from ranking.search.match_set import MatchSet
from ranking.search.request import SearchRequest
from ranking.suggestions.item import QueryItem
from ranking.suggestions.refine import refine
from ranking.suggestions.related import related

REFINEMENTS: Final = "refinements"
RELATED: Final = "related"
EXTRAS: Final = (REFINEMENTS, RELATED)

MOST: Final = 10
_HITS: Final = 10


@dataclass(frozen=True, slots=True)
class Beside:
    """None: not asked for."""

    refinements: tuple[QueryItem, ...] | None = None
    related: tuple[QueryItem, ...] | None = None


def beside_hits(
    request: SearchRequest,
    filters: Sequence[Filter],
    query: Query,
    answer: Sequence[MatchSet],
    ordered: Ordered,
    context: Context,
) -> Beside:
    """filters: the request's and what its words imply. answer: the products found, by segment.
    ordered: the same, best first.
    """
    generation, log = context.generation, context.log
    if not request.extras:
        return Beside()
    chips = others = None
    if REFINEMENTS in request.extras:
        with log.timed(REFINEMENTS, sum(map(len, answer))) as stage:
            chips = tuple(refine(query.text, answer, request.filters, filters, MOST, generation))
            stage.passed = len(chips)
    if RELATED in request.extras:
        with log.timed(RELATED, len(ordered)) as stage:
            top = ordered.top(_HITS).candidates
            hits = top.doc_ids[top.segments == 0].tolist()  # the log knows these products
            others = tuple(related(query.text, query.vector, hits, MOST, generation, request.text))
            stage.passed = len(others)
    return Beside(chips, others)
