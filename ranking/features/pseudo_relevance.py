"""What the best-matching candidates have in common, and how far each candidate shares it.

Pseudo-relevance feedback (Rocchio 1971), as features: a phone case matches "phone" as well as a
phone does, but it is not where most of the best matches are.
"""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int64Array
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.snapshot import Snapshot
from indexing.vectors.quantized import best_places
from ranking.features.shares import key_shares
from ranking.score_mix import best_of, mixed_scores
from ranking.search.candidates import Candidates

BEST = 20
"""So many best matches speak for the query; measured, see docs/learning.md."""
_RANK_WEIGHTS = 1.0 / np.log2(np.arange(2, BEST + 2))
"""The first of the best weighs most: 1 / log₂(1 + rank)."""


def best_matches(candidates: Candidates) -> Int64Array:
    """int64[≤ BEST]: places of those that the coarse rank would put first, without popularity.

    Best first; ties in document order.
    """
    lexical, cosine = candidates.lexical, candidates.cosine
    mixed = mixed_scores(lexical, cosine, candidates.coverage, best_of(lexical), best_of(cosine))
    return best_places(mixed, BEST)


def category_shares(candidates: Candidates, best: Int64Array, snapshot: Snapshot) -> Float64Array:
    """float64[k]: share of the other best in each candidate's category; NaN without one."""
    leaves = leaf_categories(snapshot.columns, candidates.doc_ids)
    return key_shares(leaves, best, _RANK_WEIGHTS[: len(best)])


def brand_shares(candidates: Candidates, best: Int64Array, snapshot: Snapshot) -> Float64Array:
    """float64[k]: share of the other best of each candidate's brand; NaN without one."""
    brands = first_ordinals(snapshot.columns.keyword("brand"), candidates.doc_ids)
    return key_shares(brands.astype(np.int64), best, _RANK_WEIGHTS[: len(best)])


def centroid_cosines(candidates: Candidates, best: Int64Array, snapshot: Snapshot) -> Float32Array:
    """float32[k]: cosine to the weighted mean of the best's vectors; NaN where there are none."""
    docs = candidates.doc_ids
    weights = _RANK_WEIGHTS[: len(best)].astype(np.float32)
    centre = snapshot.vectors.centre(docs[best], weights)
    if not centre.any():
        return np.full(len(candidates), np.nan, dtype=np.float32)
    return snapshot.vectors.score(centre, docs)


@njit(nogil=True, cache=True)
def price_ratios(prices: Float64Array, best: Int64Array) -> Float64Array:
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
