"""Fine rank: features of the best candidates, and the ranker's order of them.

Training calls the same two functions as serving: train = serve.
"""

from dataclasses import replace

import numpy as np

from indexing.arrays import Float32Array, Int64Array
from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.errors import RankerFailedError
from ranking.features.extract import extract
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.rankers.ranker import checked_scores
from ranking.search.candidates import COARSE, Candidates, Ordered
from ranking.search.stages import StageLog


def fine(query: Query, coarse: Ordered, generation: Generation, log: StageLog) -> Ordered:
    """The ranker orders the first `fine_pool`; the rest follows in coarse order.

    If the ranker fails, the coarse order stands for all, and the answer is degraded.
    """
    policy = generation.policy
    pool = np.arange(min(policy.fine_pool, len(coarse)))
    by_doc = pool[np.argsort(coarse.candidates.doc_ids[pool])]
    head, features = features_of(query, coarse.candidates, by_doc, generation.snapshot, policy.bm25)
    try:
        scores, ranked_by = checked_scores(generation.ranker, features), generation.ranker.name
    except RankerFailedError as error:
        log.degraded.append(f"ranker_failed: {error}")
        scores, ranked_by = coarse.scores[by_doc], COARSE
    best = np.lexsort((head.doc_ids, -scores))
    rest = np.arange(len(pool), len(coarse))
    tail = coarse.scores[rest] - coarse.scores[rest].max(initial=0.0) + scores.min(initial=0.0)
    return Ordered(
        coarse.candidates.take(np.concatenate([by_doc[best], rest])).with_cosines(
            head.cosine[best]
        ),
        np.concatenate([scores[best], tail]).astype(np.float32),
        features[best],
        ranked_by=ranked_by,
    )


def features_of(
    query: Query,
    candidates: Candidates,
    places: Int64Array,
    snapshot: Snapshot,
    weights: Bm25Weights,
) -> tuple[Candidates, Float32Array]:
    """The candidates at these places (ascending by document), with cosines, and their features."""
    chosen = candidates.take(places)
    chosen = replace(chosen, cosine=cosines(query, chosen, snapshot))
    return chosen, extract(query, chosen, snapshot, weights)


def cosines(query: Query, candidates: Candidates, snapshot: Snapshot) -> Float32Array:
    """float32[k]: query to product for every candidate, NaN where either has no vector."""
    if query.vector is None or not len(candidates):
        return np.full(len(candidates), np.nan, dtype=np.float32)
    return snapshot.vectors.score(query.vector, candidates.doc_ids)
