"""Several queries in one request: grouped by index, answered in their order."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import Any, Final

import orjson

from app.api.algolia.answers import Translated, encoded, translated
from app.api.algolia.facet_search import found_values
from app.api.algolia.indexes import Target, target_of
from app.api.algolia.parameters import AlgoliaQuery
from app.api.algolia.suggestions import encoded_suggestions
from app.errors import NotAllowedError, refused
from app.events.exposed import exposed
from app.events.impressions import Asker
from app.search import Asked
from app.service import Service
from ranking.generation import Generation
from ranking.search.result import SearchResult

MOST_QUERIES: Final = 50
"""Of one request."""
MOST_HITS: Final = 2_000
"""Of all queries of one request together: each is marked word by word."""


async def answers_of(
    queries: Sequence[AlgoliaQuery], service: Service, user_agent: str
) -> list[bytes]:
    """JSON of each result, in the order of the queries. user_agent: of whom impressions tell."""
    begun = time.perf_counter()
    wanted = sum(query.size for query in queries)
    if wanted > MOST_HITS:
        raise refused(
            "hitsPerPage",
            f"of all queries is {wanted:,}",
            f"Ask for at most {MOST_HITS:,} at once.",
        )
    ids = [token_hex(16) for _ in queries]
    targets = [target_of(query.index, service) for query in queries]
    answers: dict[int, bytes] = {}
    groups: dict[tuple[str, str | None], list[int]] = {}
    for place, (query, target) in enumerate(zip(queries, targets, strict=True)):
        generation = service.generations.get(target.index)
        if query.facet is not None:
            answers[place] = await _facet(query, target, generation, service)
        elif target.suggestions:
            if service.grant.filters:
                raise NotAllowedError("a key with filters cannot ask for suggestions.")
            work = partial(encoded_suggestions, query, generation)
            answers[place] = await service.searcher.run(work)
        else:
            user = service.grant.user_token or query.user
            groups.setdefault((target.index, user), []).append(place)
    for (index, user), places in groups.items():
        generation = service.generations.get(index)  # one for all queries of a shopper
        asker = Asker(session_id=user, user_agent=user_agent)
        if any(_is_seen(queries[place]) for place in places):
            generation, asker = exposed(generation, asker)
        asked = [
            translated(queries[place], targets[place], generation, service) for place in places
        ]
        found = await _searched(asked, [ids[place] for place in places], asker,
                                generation, service)  # fmt: skip
        answers |= dict(zip(places, found, strict=True))
    took_ms = round((time.perf_counter() - begun) * 1000)
    return [
        _signed(answers[place], query, ids[place], took_ms) for place, query in enumerate(queries)
    ]


async def _searched(
    asked: Sequence[Translated],
    ids: Sequence[str],
    asker: Asker,
    generation: Generation,
    service: Service,
) -> list[bytes]:
    """Counts for facets are no impressions, nor is what says `analytics: false`."""

    def encode(place: int, result: SearchResult) -> bytes:
        return encoded(asked[place], result, generation)

    searches = []
    for each, query_id in zip(asked, ids, strict=True):
        told = replace(asker, personal=each.query.personal) if _is_seen(each.query) else None
        searches.append(Asked(each.request, _shown_as(each), query_id, told))
    return await service.searcher.answer_several(generation, searches, encode)


def _is_seen(query: AlgoliaQuery) -> bool:
    return query.counts and query.size > 0


async def _facet(
    query: AlgoliaQuery, target: Target, generation: Generation, service: Service
) -> bytes:
    asked = translated(query, target, generation, service)
    request = service.searcher.checked(asked.request, generation)
    work = partial(found_values, query, request, generation)
    return orjson.dumps(await service.searcher.run(work))


def _shown_as(asked: Translated) -> bytes:
    """All that the JSON of a search depends on beside its request: how the query is written."""
    query = asked.query
    return orjson.dumps([
        "algolia", query.index, query.written, query.facets, query.most_values, query.by_name,
        query.wants_ranking,
    ])  # fmt: skip


def _signed(body: bytes, query: AlgoliaQuery, query_id: str, took_ms: int) -> bytes:
    """The parts of an answer that are never cached. `queryID` when it is asked for."""
    own: dict[str, Any] = {"processingTimeMS": took_ms, "serverTimeMS": took_ms}
    if query.wants_query_id:
        own["queryID"] = query_id
    return orjson.dumps(own)[:-1] + b"," + body[1:]
