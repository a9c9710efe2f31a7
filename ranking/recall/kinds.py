"""Kind channel: products of the kind that is meant, where their titles call it otherwise."""

from typing import Final

import numpy as np

from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE
from ranking.query.query import Query
from ranking.recall.hits import NO_HITS, Hits
from ranking.score_mix import or_zero

QUOTA: Final = 200
MOST_LOOKED_AT: Final = 20_000
LEAST_CERTAINTY: Final = 0.25
LEAST_CHANCE: Final = 0.3
"""Of a type over the likeliest one's, to be looked for."""


def members(query: Query, segment: Snapshot, least: float = -np.inf) -> Hits:
    """At most QUOTA products, nearest in meaning first, best liked where nothing is known of it."""
    wish, model = query.kind, segment.types
    wanted = wish.types[
        (wish.chances >= LEAST_CHANCE * wish.chances.max()) & (wish.types != NO_TYPE)
    ]
    term = segment.index.lexicon.id_of(wish.word)
    lists = [
        model.members_of(kind)[:MOST_LOOKED_AT]
        for kind in wanted.tolist()
        if model.head_terms[kind] != term or term == UNKNOWN  # else words find them
    ]
    if not sum(map(len, lists)):
        return NO_HITS
    docs = segment.there(np.sort(np.concatenate(lists)))
    scores = segment.liked[docs]
    if query.vector is not None:
        scores = or_zero(segment.vectors.score(query.vector, docs)) + 0.1 * scores
    if least > -np.inf:
        kept = scores >= np.float32(least)
        docs, scores = docs[kept], scores[kept]
    best = np.sort(np.argsort(-scores, kind="stable")[:QUOTA])
    return Hits(docs[best], scores[best].astype(np.float32))


def why_not(query: Query, strict: bool) -> str | None:
    """Why there is nothing to look for."""
    if strict:
        return "strict"
    return None if query.kind.certainty >= LEAST_CERTAINTY else "no kind"
