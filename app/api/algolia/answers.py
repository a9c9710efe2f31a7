"""A query of an Algolia client → a search of this index, and its result → Algolia's answer."""

import math
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.api.algolia.attributes import resolved
from app.api.algolia.facets import (
    ALL,
    AUTO_FACETS,
    CATEGORY_VALUES,
    counted_fields,
    declared_order,
    shown_facets,
)
from app.api.algolia.indexes import Target
from app.api.algolia.marks import Marker
from app.api.algolia.parameters import AlgoliaQuery
from app.api.algolia.records import covers, flat_record, nested
from app.api.algolia.rendering import rendering_content, rule_facts, ruled_order
from app.api.parameters import MAX_DEPTH
from app.service import Service
from ranking.generation import Generation
from ranking.query.unfinished import completed
from ranking.rules.situation import Situation
from ranking.search.highlights import Highlighter
from ranking.search.request import SearchRequest
from ranking.search.result import Hit, SearchResult

_NUMBER_VALUES: Final = 100
_KEPT: Final = "objectID"
"""In every hit, whatever is retrieved."""


@dataclass(frozen=True, slots=True)
class Translated:
    """request: the search that answers the query. unknown: attributes that this index lacks.

    first, last: of the hits of its page, those that were asked for.
    """

    query: AlgoliaQuery
    request: SearchRequest
    unknown: tuple[str, ...]
    first: int
    last: int


def translated(
    query: AlgoliaQuery, target: Target, generation: Generation, service: Service
) -> Translated:
    """Raises FilterError for a filter that cannot be evaluated."""
    columns = generation.snapshot.columns
    unknown: set[str] = set()
    filters = tuple(resolved(clause, columns, unknown) for clause in query.filters)
    preferred = tuple(resolved(clause, columns, unknown) for clause in query.preferred)
    fields, lacking = counted_fields(query.facets, filters, columns, service.settings.max_facets)
    most = max(query.most_values, 1)
    page, size, first, last = _page_of(query)
    request = SearchRequest(
        text=completed(query.text, generation.snapshot) if query.unfinished else query.text,
        forced=service.grant.filters,
        filters=filters,
        preferred=preferred,
        facets=fields,
        facet_limit=most,
        facet_limits=(("category", max(most, CATEGORY_VALUES)),),
        facets_keep_own=True,
        auto_facets=AUTO_FACETS,
        number_values=min(most, _NUMBER_VALUES),
        sort=target.sort,
        page=page,
        page_size=size,
        highlights=False,
        correct=query.correct,
        synonyms=query.synonyms,
        situation=Situation(context=query.contexts, who=query.user, off=not query.rules),
    )
    return Translated(query, request, tuple(sorted(unknown | set(lacking))), first, last)


def _page_of(query: AlgoliaQuery) -> tuple[int, int, int, int]:
    """Page from 1 and its size that hold the hits asked for, and which of its hits those are.

    Nothing lies beyond MAX_DEPTH products.
    """
    first, size = query.first, query.size
    end = min(first + size, MAX_DEPTH)
    if end <= first:
        return 1, 0, 0, 0
    if first % size == 0:
        return first // size + 1, size, 0, end - first
    return 1, end, first, end


def encoded(asked: Translated, result: SearchResult, generation: Generation) -> bytes:
    """The whole answer but `queryID` and `processingTimeMS`, which belong to one request."""
    query, columns = asked.query, generation.snapshot.columns
    counts, stats, order = shown_facets(
        query.facets, result.facets, columns, query.most_values, query.by_name
    )
    declared = generation.snapshot.config.facets
    if declared is not None and ALL in query.facets:
        order = declared_order(declared, counts)
    if result.rules is not None and "facets" in result.rules:
        order = ruled_order(result.rules["facets"], order, counts, columns)
    size = query.size
    answer: dict[str, Any] = {
        "hits": encoded_hits(asked, result, generation),
        "nbHits": result.total,
        "page": query.page,
        "nbPages": math.ceil(min(result.total, MAX_DEPTH) / size) if size else 0,
        "hitsPerPage": size,
        "facets": counts,
        "facets_stats": stats,
        "renderingContent": rendering_content(order, result.rules, columns),
        "exhaustiveNbHits": True,
        "exhaustiveFacetsCount": True,
        "exhaustiveTypo": True,
        "exhaustive": {"facetsCount": True, "nbHits": True, "typo": True},
        "query": query.text,
        "params": query.written,
        "index": query.index,
    }
    answer |= rule_facts(result.rules)
    searched = result.query.get("corrected") or asked.request.text
    if searched.split() != query.text.split():
        answer["parsedQuery"] = searched
    if asked.unknown:
        answer["message"] = f"this index has no attribute {', '.join(asked.unknown)[:200]}"
    return orjson.dumps(answer)


def encoded_hits(
    asked: Translated, result: SearchResult, generation: Generation
) -> list[dict[str, Any]]:
    hits = result.hits[asked.first : asked.last]
    if not hits:
        return []
    terms: frozenset[str] = frozenset().union(*(terms for _, terms in result.wanted))
    highlighter = Highlighter(terms, generation.snapshot.analyzer)
    marker = Marker(asked.query.marking, highlighter, result.wanted)
    return [record_of(hit, asked.query, marker) for hit in hits]


def record_of(hit: Hit, query: AlgoliaQuery, marker: Marker) -> dict[str, Any]:
    flat = flat_record(orjson.loads(hit.product))
    shown, retrieved = flat, query.retrieved
    if retrieved is not None:
        shown = {name: v for name, v in flat.items() if name == _KEPT or covers(retrieved, name)}
    record = nested(shown)
    record["_highlightResult"] = nested(marker.highlights(flat))
    if marker.marking.snippets:
        record["_snippetResult"] = nested(marker.snippets(flat))
    if query.wants_ranking:
        record["_rankingInfo"] = _ranking(hit)
    if hit.placed is not None and hit.placed.label is not None:
        record["_sponsored"] = {"label": hit.placed.label}
    return record


def _ranking(hit: Hit) -> dict[str, Any]:
    """Of Algolia's criteria those that mean something here."""
    return {
        "nbTypos": 0, "firstMatchedWord": 0, "proximityDistance": 0, "geoDistance": 0,
        "geoPrecision": 0, "nbExactWords": 0, "words": 0, "filters": 0,
        "promoted": hit.placed is not None,
        "userScore": round(1_000 * hit.score), "level": hit.level, "score": hit.score,
    }  # fmt: skip
