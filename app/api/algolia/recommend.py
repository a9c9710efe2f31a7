"""`/1/indexes/*/recommendations`: from the facts of behaviour, and by meaning."""

import time
from functools import partial
from typing import Any, Final

from app.api.algolia import values
from app.api.algolia.answers import record_of
from app.api.algolia.attributes import place_of, resolved, value_at
from app.api.algolia.indexes import target_of
from app.api.algolia.marks import Marker
from app.api.algolia.parameters import read_query
from app.api.forced import filters_of, is_seen
from app.errors import NotAllowedError, refused
from app.personal import profile_for
from app.service import Service
from ranking.filters.filters import AnyOf, Filter
from ranking.generation import Generation
from ranking.search.highlights import Highlighter
from ranking.search.listed import bought_together, for_you, related, trending_values, wanted
from ranking.search.result import Hit
from ranking.search.segments import locate
from ranking.search.similar import similar

ALIKE: Final = "looking-similar"
OF_PRODUCT: Final = {
    ALIKE: similar,
    "related-products": related,
    "bought-together": bought_together,
}
TRENDING: Final = "trending-items"
FOR_YOU: Final = "recommended-for-you"
TRENDING_FACETS: Final = "trending-facets"
_MODELS: Final = (*OF_PRODUCT, TRENDING, FOR_YOU, TRENDING_FACETS)
_DEFAULT: Final = 20
_MOST: Final = 30


async def recommendations(where: str, raw: Any, service: Service) -> dict[str, Any]:
    """One result: hits with `_score` from 0 to 100. Raises InvalidRequestError, NotFoundError."""
    begun = time.perf_counter()
    if not isinstance(raw, dict):
        raise values.wrong(where, raw, "an object")
    model = raw.get("model")
    if not isinstance(model, str) or model not in _MODELS:
        known = ", ".join(_MODELS)
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
    forced = filters_of(service.grant, generation)
    if forced and model != ALIKE:
        raise NotAllowedError(f"a key with filters can ask for {ALIKE} only.")
    columns = generation.snapshot.columns
    filters = (*forced, *(resolved(each, columns, set()) for each in query.filters))
    hits: tuple[Hit, ...] = ()
    if model in OF_PRODUCT:
        found = locate(values.text(f"{where}.objectID", raw.get("objectID")), generation.segments)
        if found is not None and is_seen(found[1], generation.segments[found[0]], forced):
            segment, doc_id = found  # else it may just have gone
            of = OF_PRODUCT[model]
            work = partial(of, doc_id, generation, limit, filters, segment)
            hits = await service.searcher.run(work)
    elif model == TRENDING:
        filters = (*filters, *_of_facet(where, raw, generation))
        hits = await service.searcher.run(
            partial(wanted, "trending", None, generation, limit, filters)
        )
    elif model == FOR_YOU:
        profile = profile_for(query.user, generation, service.memory)
        hits = await service.searcher.run(partial(for_you, profile, generation, limit, filters))
    hits = tuple(hit for hit in hits if 100 * hit.score >= threshold)
    marker = Marker(query.marking, Highlighter(frozenset(), generation.snapshot.analyzer), ())
    records = [record_of(hit, query, marker) | {"_score": _score(hit.score)} for hit in hits]
    if model == TRENDING_FACETS:
        name = values.text(f"{where}.facetName", raw.get("facetName"))
        records = await service.searcher.run(partial(_trending, name, generation, filters))
        records = [each for each in records if each["_score"] >= threshold][:limit]
    return {
        "hits": records,
        "nbHits": len(records),
        "page": 0,
        "nbPages": 1 if records else 0,
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


def _score(part: float) -> float:
    """Of 100."""
    return round(100 * min(part, 1.0), 2)


def _trending(
    name: str, generation: Generation, filters: tuple[Filter, ...]
) -> list[dict[str, Any]]:
    """Values of an attribute; none of one that this index lacks, or of a number."""
    place = place_of(name, generation.snapshot.columns)
    if place is None:
        return []
    found: dict[str, float] = {}
    for value, part in trending_values(place.field, generation, filters):
        shown = value_at(place, value)
        if shown is not None:
            found[shown] = found.get(shown, 0.0) + part
    highest = max(found.values(), default=1.0)
    ordered = sorted(found.items(), key=lambda each: -each[1])
    return [
        {"facetName": name, "facetValue": value, "_score": _score(part / highest)}
        for value, part in ordered
    ]


def _of_facet(where: str, raw: dict[str, Any], generation: Generation) -> tuple[Filter, ...]:
    """What is trending within one value of a facet, if one is named."""
    if raw.get("facetName") is None:
        return ()
    name = values.text(f"{where}.facetName", raw["facetName"])
    value = values.text(f"{where}.facetValue", raw.get("facetValue"))
    clause = AnyOf(name, (value,))
    return (resolved(clause, generation.snapshot.columns, set()),)
