"""Fine rank: features of the best candidates, and the ranker's order of them.

Training calls the same two functions as serving: train = serve.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from indexing.snapshot import Snapshot
from ranking.errors import RankerFailedError
from ranking.features.extract import extract
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.rankers.ranker import checked_scores
from ranking.search.candidates import COARSE, Candidates, Ordered
from ranking.search.context import Context
from ranking.search.segments import read


def fine(query: Query, coarse: Ordered, context: Context) -> Ordered:
    """The ranker orders the first `fine_pool`; the rest follows in coarse order.

    If the ranker fails, the coarse order stands for all, and the answer is degraded.
    """
    generation = context.generation
    pool = np.arange(min(context.policy.fine_pool, len(coarse)))
    by_key = pool[np.argsort(coarse.candidates.keys[pool])]
    head, features = features_of(query, coarse.candidates, by_key, generation)
    try:
        scores, ranked_by = checked_scores(generation.ranker, features), generation.ranker.name
    except RankerFailedError as error:
        context.log.degraded.append(f"ranker_failed: {error}")
        scores, ranked_by = coarse.scores[by_key], COARSE
    best = np.lexsort((head.keys, -scores))
    rest = np.arange(len(pool), len(coarse))
    tail = coarse.scores[rest] - coarse.scores[rest].max(initial=0.0) + scores.min(initial=0.0)
    return Ordered(
        coarse.candidates.take(np.concatenate([by_key[best], rest])).with_cosines(
            head.cosine[best]
        ),
        np.concatenate([scores[best], tail]).astype(np.float32),
        features[best],
        ranked_by=ranked_by,
    )


def features_of(
    query: Query, candidates: Candidates, places: Int64Array, generation: Generation
) -> tuple[Candidates, Float32Array]:
    """The candidates at these places (ascending by key), with cosines, and their features."""
    segments = generation.segments
    chosen = candidates.take(places)
    chosen = replace(chosen, cosine=cosines(query, chosen, segments))
    return chosen, extract(query, chosen, generation)


def cosines(query: Query, candidates: Candidates, segments: Sequence[Snapshot]) -> Float32Array:
    """float32[k]: query to product for every candidate, NaN where either has no vector."""
    vector = query.vector
    if vector is None or not len(candidates):
        return np.full(len(candidates), np.nan, dtype=np.float32)
    return read(candidates, segments, lambda segment, docs: segment.vectors.score(vector, docs))
