"""What a search answers with beside its hits, when it is asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ranking.filters.filters import Filter
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.search.candidates import Ordered
from ranking.search.match_set import MatchSet
from ranking.search.request import SearchRequest
from ranking.search.stages import StageLog
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
    answer: MatchSet,
    ordered: Ordered,
    generation: Generation,
    log: StageLog,
) -> Beside:
    """filters: the request's and what its words imply. answer: the products found. ordered: the
    same, best first.
    """
    if not request.extras:
        return Beside()
    chips = others = None
    if REFINEMENTS in request.extras:
        with log.timed(REFINEMENTS, len(answer)) as stage:
            chips = tuple(refine(query.text, answer, request.filters, filters, MOST, generation))
            stage.passed = len(chips)
    if RELATED in request.extras:
        with log.timed(RELATED, len(ordered)) as stage:
            hits = ordered.candidates.doc_ids[:_HITS].tolist()
            others = tuple(related(query.text, query.vector, hits, MOST, generation, request.text))
            stage.passed = len(others)
    return Beside(chips, others)
