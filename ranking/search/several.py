"""Several searches in one request: those of one text share its understanding and its match set."""

from collections.abc import Callable, Sequence
from typing import Any

from ranking.generation import Generation
from ranking.search.context import Context
from ranking.search.matching import Matched, find, match_text
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import answered


def search_several(
    requests: Sequence[SearchRequest], generation: Generation, clock: Callable[[], float]
) -> list[SearchResult]:
    """Answers in the order of the requests, each the same as of `search` alone.

    A storefront asks for a page and, for every facet with a selection, for the counts without it.
    Each request has its own budget; the first of a text spends on what the others share.
    """
    known: dict[Any, tuple[Matched, tuple[str, ...]]] = {}
    results = []
    for request in requests:
        context = Context.begin(request, generation, clock)
        key = _what_is_found(request)
        if key not in known:
            matched = match_text(context)
            known[key] = matched, tuple(context.log.degraded)
        else:
            matched, degraded = known[key]
            context.log.degraded[:] = degraded
        results.append(answered(find(context, matched), context))
    return results


def _what_is_found(request: SearchRequest) -> tuple[Any, ...]:
    """All of a request that `match_text` depends on."""
    vector = None if request.vector is None else request.vector.tobytes()
    switches = (request.relax, request.correct, request.synonyms, request.entities)
    return request.searched, vector, *switches, request.categories, request.semantic
