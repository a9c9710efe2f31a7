"""The page: its candidates → hits, at the border."""

import math
from dataclasses import replace

import numpy as np
import orjson

from indexing.arrays import Float32Array
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.recall import personal
from ranking.recall.channels import NAMES
from ranking.search.candidates import Ordered
from ranking.search.explain import SORT, explain_hit
from ranking.search.highlights import Highlighter
from ranking.search.request import SearchRequest
from ranking.search.result import ChannelHit, Hit

_CHANNELS = (*NAMES, *personal.NAMES)


def make_hits(
    query: Query, request: SearchRequest, ordered: Ordered, generation: Generation
) -> tuple[Hit, ...]:
    """The hits of the asked page, in order."""
    first = (request.page - 1) * request.page_size
    places = range(first, min(first + request.page_size, len(ordered)))
    marker = None
    if request.highlights:
        marker = Highlighter(matched_terms(query, generation), generation.snapshot.analyzer)
    hits = _hits(places, request.fields, ordered, generation, marker)
    if request.explain:
        hits = [
            replace(hit, explanation=explain_hit(place, query, ordered, generation))
            for place, hit in zip(places, hits, strict=True)
        ]
    return tuple(hits)


def falling_scores(scores: Float32Array) -> Float32Array:
    """The lowest score so far; of products that a rule put first, unranked, the next one's."""
    falling: Float32Array = np.fmin.accumulate(scores)
    unranked = int(np.isnan(falling).sum())  # all of them lead
    if unranked:
        falling[:unranked] = falling[unranked] if unranked < len(falling) else 0.0
    return falling


def matched_terms(query: Query, generation: Generation) -> frozenset[str]:
    """Every term that may have made a product match."""
    return frozenset().union(*(terms for _, terms in wanted_words(query, generation)))


def wanted_words(query: Query, generation: Generation) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each slot's text, and every term that may have matched it."""
    lexicon = generation.snapshot.index.lexicon
    return tuple(
        (
            slot.text,
            frozenset(lexicon[term] for each in slot.alternatives for term in each.term_ids),
        )
        for slot in query.slots
    )


def _hits(
    places: range,
    fields: tuple[str, ...] | None,
    ordered: Ordered,
    generation: Generation,
    marker: Highlighter | None,
) -> list[Hit]:
    found, page = ordered.candidates, slice(places.start, places.stop)
    placed = {} if ordered.placing is None else ordered.placing.placed
    hits = []
    for place, segment, doc, ranks, channel_scores, score, rank_score, level, variants in zip(
        places,
        found.segments[page].tolist(),
        found.doc_ids[page].tolist(),
        found.ranks[page].tolist(),
        found.scores[page].tolist(),
        falling_scores(ordered.scores)[page].tolist(),
        _rank_scores(ordered)[page].tolist(),
        found.levels[page].tolist(),
        found.variants[page].tolist(),
        strict=True,
    ):
        raw = generation.segments[segment].json_at(doc)
        product = orjson.loads(raw)
        if fields is not None:
            wanted = {name: product[name] for name in fields if name in product}
            raw = orjson.dumps(wanted)
        channels = [
            ChannelHit(name, rank, round(channel_score, 5))
            for name, rank, channel_score in zip(_CHANNELS, ranks, channel_scores, strict=False)
            if rank > 0
        ]
        hits.append(
            Hit(
                id=product["id"],
                score=round(score, 5),
                rank_score=None if math.isnan(rank_score) else round(rank_score, 5),
                level=level,
                channels=tuple(channels),
                product=raw,
                variants=variants,
                highlights={} if marker is None else marker.highlights(product),
                placed=placed.get(place),
            )
        )
    return hits


def _rank_scores(ordered: Ordered) -> Float32Array:
    """float32[k], NaN where no ranker looked at it."""
    if ordered.ranked_by == SORT:
        return np.full(len(ordered), np.nan, dtype=np.float32)
    return ordered.scores
