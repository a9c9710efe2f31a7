"""What the best-matching candidates have in common, and how far each candidate shares it.

Pseudo-relevance feedback (Rocchio 1971), as features: a phone case matches "phone" as well as a
phone does, but it is not where most of the best matches are.
"""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.columns.priors import leaf_categories
from indexing.snapshot import Snapshot
from indexing.vectors.quantized import best_places
from ranking.features.shares import key_shares
from ranking.rerank.head import first_ordinals
from ranking.search.candidates import Candidates

BEST = 20
"""So many best matches speak for the query; measured, see docs/learning.md."""
_RANK_WEIGHTS = 1.0 / np.log2(np.arange(2, BEST + 2))
_LEXICAL, _MEANING, _COVERAGE = 0.6, 0.4, 0.5


def feedback(
    candidates: Candidates, snapshot: Snapshot, prices: Float64Array
) -> list[Float64Array | Float32Array]:
    """Columns best_cosine, best_category_share, best_brand_share, price_to_best; float[k] each.

    The best are those that the coarse rank would put first, without popularity, the first of
    them weighing most (1 / log₂(1 + rank)). A candidate does not speak for itself in the shares.
    """
    best = _best(candidates)
    weights = _RANK_WEIGHTS[: len(best)]
    columns, doc_ids = snapshot.columns, candidates.doc_ids
    brand = first_ordinals(columns.keyword("brand"), doc_ids).astype(np.int64)
    return [
        _centroid_cosine(candidates, best, weights, snapshot),
        key_shares(leaf_categories(columns, doc_ids), best, weights),
        key_shares(brand, best, weights),
        _price_ratio(prices, best),
    ]


def _best(candidates: Candidates) -> Int64Array:
    """int64[≤ BEST]: places of the best matches, best first; ties in document order."""
    scores = np.empty(len(candidates), dtype=np.float32)
    _fill_scores(candidates.lexical, candidates.cosine, candidates.coverage, scores)
    return best_places(scores, BEST)


@njit(nogil=True, cache=True)
def _fill_scores(
    lexical: Float32Array, cosine: Float32Array, coverage: Float32Array, out: Float32Array
) -> None:
    """BM25F and cosine, each over its best, and coverage; an unknown cosine counts nothing."""
    best = nearest = np.float32(1e-9)
    for i in range(len(out)):
        best = max(best, lexical[i])
        nearest = max(nearest, cosine[i]) if not np.isnan(cosine[i]) else nearest
    for i in range(len(out)):
        known = np.float32(0.0) if np.isnan(cosine[i]) else cosine[i]
        out[i] = (
            lexical[i] * np.float32(_LEXICAL / best)
            + known * np.float32(_MEANING / nearest)
            + coverage[i] * np.float32(_COVERAGE)
        )


def _centroid_cosine(
    candidates: Candidates, best: Int64Array, weights: Float64Array, snapshot: Snapshot
) -> Float32Array:
    """Cosine to the weighted mean of the best's vectors; NaN where there are none."""
    docs = candidates.doc_ids
    centre = snapshot.vectors.centre(docs[best], weights.astype(np.float32))
    if not centre.any():
        return np.full(len(candidates), np.nan, dtype=np.float32)
    return snapshot.vectors.score(centre, docs)


@njit(nogil=True, cache=True)
def _price_ratio(prices: Float64Array, best: Int64Array) -> Float64Array:
    """ln(price / median price of the best): the same in every currency. NaN without either."""
    out = np.full(len(prices), np.nan)
    known = np.sort(prices[best])
    known = known[known > 0]
    if len(known):
        middle = len(known) // 2
        median = (known[middle] + known[-middle - 1]) / 2
        for i in range(len(prices)):
            if prices[i] > 0:
                out[i] = min(max(np.log(prices[i] / median), -10.0), 10.0)
    return out
