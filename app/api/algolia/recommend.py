"""`/1/indexes/*/recommendations`: models that facts answer today; the others answer nothing yet."""

import time
from functools import partial
from typing import Any, Final

from app.api.algolia import values
from app.api.algolia.answers import record_of
from app.api.algolia.attributes import resolved
from app.api.algolia.indexes import target_of
from app.api.algolia.marks import Marker
from app.api.algolia.parameters import AlgoliaQuery, read_query
from app.errors import refused
from app.service import Service
from ranking.generation import Generation
from ranking.search.highlights import Highlighter
from ranking.search.result import Hit
from ranking.search.segments import locate
from ranking.search.similar import similar

ALIKE: Final = frozenset({"looking-similar", "related-products"})
"""Related products are those alike until there are facts of behaviour."""
NOT_YET: Final = frozenset(
    {"bought-together", "trending-items", "trending-facets", "recommended-for-you"}
)
_DEFAULT: Final = 20
_MOST: Final = 30


async def recommendations(where: str, raw: Any, service: Service) -> dict[str, Any]:
    """One result: hits with `_score` from 0 to 100. Raises InvalidRequestError, NotFoundError."""
    begun = time.perf_counter()
    if not isinstance(raw, dict):
        raise values.wrong(where, raw, "an object")
    model = raw.get("model")
    if model not in ALIKE and model not in NOT_YET:
        known = ", ".join(sorted(ALIKE | NOT_YET))
        raise refused(f"{where}.model", f"{str(model)[:60]!r} is no model", f"Ask for: {known}.")
    limit = values.whole_number(
        f"{where}.maxRecommendations", raw.get("maxRecommendations") or _DEFAULT, 1, 100
    )
    limit = min(limit, _MOST)
    threshold = raw.get("threshold", 0)
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 100:
        raise values.wrong(f"{where}.threshold", threshold, "a number from 0 to 100")
    parameters = raw.get("queryParameters") or {}
    query = read_query(f"{where}.queryParameters.", parameters, service.settings, _index(raw))
    target = target_of(query.index, service)
    generation = service.generations.get(target.index)
    hits: tuple[Hit, ...] = ()
    if model in ALIKE:
        hits = await _alike(f"{where}.objectID", raw.get("objectID"), limit, query, generation,
                            service)  # fmt: skip
    hits = tuple(hit for hit in hits if 100 * hit.score >= threshold)
    marker = Marker(query.marking, Highlighter(frozenset(), generation.snapshot.analyzer), ())
    records = [
        record_of(hit, query, marker) | {"_score": round(100 * min(hit.score, 1.0), 2)}
        for hit in hits
    ]
    return {
        "hits": records,
        "nbHits": len(hits),
        "page": 0,
        "nbPages": 1 if hits else 0,
        "hitsPerPage": limit,
        "exhaustiveNbHits": True,
        "processingTimeMS": round((time.perf_counter() - begun) * 1000),
        "query": "",
        "params": query.written,
        "index": query.index,
    }


def _index(raw: dict[str, Any]) -> str | None:
    name = raw.get("indexName")
    return name if isinstance(name, str) else None


async def _alike(
    where: str, object_id: Any, limit: int, query: AlgoliaQuery, generation: Generation,
    service: Service,
) -> tuple[Hit, ...]:  # fmt: skip
    """None for a product that is not there: it may just have gone."""
    found = locate(values.text(where, object_id), generation.segments)
    if found is None:
        return ()
    segment, doc_id = found
    columns = generation.snapshot.columns
    filters = tuple(resolved(clause, columns, set()) for clause in query.filters)
    return await service.searcher.run(partial(similar, doc_id, generation, limit, filters, segment))
