"""Answers as JSON bytes; products are spliced in as they are stored."""

from collections.abc import Iterable
from typing import Any, cast

import orjson

from app.api.schemas import (
    FacetShape,
    HitShape,
    MadeAnswer,
    RulesShape,
    StageShape,
    SuggestionShape,
)
from ranking.generation import Generation
from ranking.search.result import Facet, Hit, SearchResult, Stage
from ranking.suggestions.item import QueryItem


def encode_result(result: SearchResult, generation: Generation) -> bytes:
    """The whole answer but `query_id` and `took_ms`, which belong to one request."""
    relaxed = result.relaxed
    answer: MadeAnswer = {
        "index": generation.index,
        "query": result.query,
        "hits": [hit_facts(hit) for hit in result.hits],
        "fallback_hits": [hit_facts(hit) for hit in result.fallback_hits],
        "total": result.total,
        "total_strict": result.total_strict,
        "facets": {name: facet_facts(facet) for name, facet in result.facets.items()},
        "page": {"number": result.page, "size": result.page_size},
        "stages": [stage_facts(stage) for stage in result.stages],
        "degraded": result.degraded,
        "relaxed": None
        if relaxed is None
        else {"level": relaxed.level, "dropped": relaxed.dropped, "scope": relaxed.scope},
        "did_you_mean": result.did_you_mean,
        "generation": {
            "id": generation.id,
            "snapshot": generation.snapshot.id,
            "model": generation.ranker.name,
            "policy": generation.policy_name,
        },
    }
    if result.refinements is not None:
        answer["refinements"] = _item_facts(result.refinements)
    if result.related is not None:
        answer["related"] = _item_facts(result.related)
    if result.rules is not None:
        answer["rules"] = cast("RulesShape", result.rules)
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def hit_facts(hit: Hit) -> HitShape:
    facts: HitShape = {
        "id": hit.id,
        "score": hit.score,
        "rank_score": hit.rank_score,
        "level": hit.level,
        "channels": [
            {"name": channel.name, "rank": channel.rank, "score": channel.score}
            for channel in hit.channels
        ],
        "product": cast("dict[str, Any]", orjson.Fragment(hit.product)),
        "variants": hit.variants,
        "highlights": hit.highlights,
    }
    if hit.explanation is not None:
        facts["explanation"] = hit.explanation
    if hit.placed is not None:
        facts["placed"] = {"kind": hit.placed.kind, "rule": hit.placed.rule}
        if hit.placed.label is not None:
            facts["placed"]["label"] = hit.placed.label
    return facts


def facet_facts(facet: Facet) -> FacetShape:
    facts: FacetShape = {
        "type": facet.type,
        "values": [
            {"value": each.value, "count": each.count, "selected": each.selected}
            for each in facet.values
        ],
    }
    if facet.min is not None:
        facts |= {"min": facet.min, "max": facet.max}
    if facet.distinct is not None:
        facts |= {"distinct": facet.distinct, "other": facet.other}
    return facts


def stage_facts(stage: Stage) -> StageShape:
    facts: StageShape = {
        "name": stage.name, "in": stage.taken, "out": stage.passed, "ms": stage.ms,
    }  # fmt: skip
    if stage.skipped is not None:
        facts["skipped"] = stage.skipped
    return facts


def _item_facts(items: Iterable[QueryItem]) -> list[SuggestionShape]:
    return [cast("SuggestionShape", item.facts()) for item in items]
