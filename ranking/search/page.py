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
    falling = falling_scores(ordered.scores)
    hits = [_hit(place, falling, request.fields, ordered, generation, marker) for place in places]
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


def _hit(
    place: int,
    falling: Float32Array,
    fields: tuple[str, ...] | None,
    ordered: Ordered,
    generation: Generation,
    marker: Highlighter | None,
) -> Hit:
    """falling: the score of each place, or of a place before it if that is less."""
    candidates = ordered.candidates
    segment = generation.segments[int(candidates.segments[place])]
    raw = segment.json_at(int(candidates.doc_ids[place]))
    product = orjson.loads(raw)
    if fields is not None:
        wanted = {name: product[name] for name in fields if name in product}
        raw = orjson.dumps(wanted)
    ranks, scores = candidates.ranks[place].tolist(), candidates.scores[place].tolist()
    channels = tuple(
        ChannelHit(name, rank, round(score, 5))
        for name, rank, score in zip(_CHANNELS, ranks, scores, strict=False)
        if rank > 0
    )
    return Hit(
        id=product["id"],
        score=round(float(falling[place]), 5),
        rank_score=_rank_score(place, ordered),
        level=int(candidates.levels[place]),
        channels=channels,
        product=raw,
        variants=int(candidates.variants[place]),
        highlights={} if marker is None else marker.highlights(product),
        placed=None if ordered.placing is None else ordered.placing.placed.get(place),
    )


def _rank_score(place: int, ordered: Ordered) -> float | None:
    """None where no ranker looked at it."""
    score = float(ordered.scores[place])
    return None if ordered.ranked_by == SORT or math.isnan(score) else round(score, 5)
